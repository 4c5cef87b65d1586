"""Check types, one file each; found through the entry-point group ``grade_lab.checks``."""
