"""Ways out for messages: channels, wording, numbers, and the loopback wall of phones."""
