"""The commands: options, wiring and printing. They decide nothing."""
