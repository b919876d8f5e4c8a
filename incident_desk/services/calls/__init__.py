"""Calls taken and calls made."""
