"""Reports upward: kinds, fields, wording, signature."""
