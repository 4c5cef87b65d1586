"""Independent verification: what a registry holds, and how an image works when run by us."""
