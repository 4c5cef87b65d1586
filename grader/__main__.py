"""``python -m grader``: the command, without the working folder on the import path."""

import sys
from pathlib import Path

if not sys.flags.safe_path and sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
    # Python puts the working folder first; a submission's files must never be imported.
    del sys.path[0]

from grader.cli import main

if __name__ == "__main__":
    main()
