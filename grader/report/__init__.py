"""Report formats, one file each: a result in, text out."""
