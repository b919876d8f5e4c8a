"""Releases, and the page for the public."""
