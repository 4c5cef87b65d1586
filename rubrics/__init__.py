"""Rubrics shipped as YAML data."""
