"""Checklists, the closing gate, the end of a case and the way of its archive, on record."""
