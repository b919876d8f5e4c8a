"""The call sheet and the calls to make."""
