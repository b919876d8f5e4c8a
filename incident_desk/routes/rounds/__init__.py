"""Rounds to the lower desks: the case's tab, the asked office's page, the phone link."""
