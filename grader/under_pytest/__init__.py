"""A rubric's checks as tests of pytest, and what tests written in Python are given."""
