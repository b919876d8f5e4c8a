"""Tools of the build: nothing here is part of the program."""
