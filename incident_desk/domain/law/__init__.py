"""The law as tables and codes: rules in force, criteria, circumstances, working days."""
