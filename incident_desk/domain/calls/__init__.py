"""Taking a call: what is said on the telephone, read leniently, and whom to ring at once."""
