"""The river of a case: places, traces and what maps draw."""
