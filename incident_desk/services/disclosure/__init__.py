"""Releases to the public on record."""
