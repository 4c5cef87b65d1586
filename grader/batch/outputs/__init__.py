"""The files with a class's grades, a format in each file."""
