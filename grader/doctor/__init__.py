"""What is wrong on this machine for doing the lab: gathered once, then concluded. See `machine`."""
