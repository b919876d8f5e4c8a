"""Neighbours: who is affected, the notice to them, the file for their desk, the agreements that bind both."""
