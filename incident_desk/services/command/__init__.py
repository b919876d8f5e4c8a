"""What was ordered, proposed and decided: each act one use case, on record with who, whom and when."""
