"""Reports upward on record: drafted, worded, signed, on their way with proof."""
