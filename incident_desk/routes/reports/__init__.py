"""Reports upward: acts and pages."""
