"""Facts of a case: dated, in any order, never changed."""
