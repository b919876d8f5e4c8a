"""Incident Desk: the 24-hour duty desk for sudden environmental incidents."""

__version__ = "0.1.0"
