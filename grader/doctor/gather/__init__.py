"""Probes: how the facts of a `Machine` are found out. They only look."""
