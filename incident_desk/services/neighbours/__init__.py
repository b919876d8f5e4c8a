"""Neighbours on record: who is affected, notices and how they were given, files for their desks, agreements."""
