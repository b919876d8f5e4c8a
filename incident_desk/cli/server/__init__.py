"""The serving commands: everything with one command, or web and worker apart."""
