"""Collectors: needs in, observations out. The only part of the pipeline that does I/O."""
