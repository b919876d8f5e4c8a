"""Experts called out: the pool, the choice, the texts, the answers."""
