"""Checklists and closing: the case's tab and its small acts."""
