"""Calling out experts: the pool, the choice, the answers."""
