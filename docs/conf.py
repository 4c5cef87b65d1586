"""How `make docs` turns these pages into a site."""

from grader import __version__

project = "grade-lab"
author = "grade-lab"
version = release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"grade-lab {release}"
html_show_copyright = False
exclude_patterns = ["labs/**", "ci/**"]  # for learners, and to be copied: read where they are
myst_heading_anchors = 3
myst_enable_extensions = ["fieldlist"]
nitpicky = True
