"""What a screen shows of the whole desk, read from the record."""
