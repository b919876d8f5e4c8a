"""Rounds to the lower desks and consultations on record."""
