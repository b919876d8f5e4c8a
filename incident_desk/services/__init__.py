"""Use cases: one public function, one transaction, journal and promises inside it."""
