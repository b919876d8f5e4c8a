"""``/api/v1``: the desk for programs, over the same services as the pages."""
