"""The case file: its list, its frame, its tabs, and the words on them."""
