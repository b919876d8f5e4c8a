"""Messages: promised with a record, sent, and what became of them."""
