"""Legal clocks: from the facts of a case to what is owed, by whom, to whom, until when."""
