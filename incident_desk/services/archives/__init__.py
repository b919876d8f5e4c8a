"""Packages that prove themselves, written from the record."""
