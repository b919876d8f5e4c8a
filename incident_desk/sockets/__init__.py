"""Live screens: windows on the journal, never a second truth."""
