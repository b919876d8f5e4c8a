"""The phone at the river, and evidence on the case."""
