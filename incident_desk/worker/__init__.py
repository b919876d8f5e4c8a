"""The worker: what is due later is a row in the database, and this is who looks."""
