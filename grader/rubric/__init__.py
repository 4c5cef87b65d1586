"""Rubrics: the model, and loading one from YAML with errors that name file, line and column."""
