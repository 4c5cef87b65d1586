"""Findings: a file for each family, pure functions of a `Machine`."""
