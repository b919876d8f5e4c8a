"""The call-out, the pool, and the page behind an expert's link."""
