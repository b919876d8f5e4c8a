"""Maps and what they ask for."""
