"""The legal side of a case on record: grade, circumstances, clocks and their alarms."""
