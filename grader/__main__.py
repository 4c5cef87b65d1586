"""The process ``grade-lab``, also as ``python -m grader``: what comes before the command itself."""

import os
import sys

# Until the working folder is off the import path, only what Python has imported for itself may be
# imported: whatever else bears that name there would be a submission's.


def main() -> None:
    """Run the command. Who asks it to end while it is still being imported sees no traceback."""
    try:
        from grader.interruption import end_at_once

        end_at_once()
        from grader.cli.main import main as run
    except KeyboardInterrupt:
        os._exit(130)
    run()


def _leave_out_the_working_folder() -> None:
    """Python puts it first; a submission's files must never be imported."""
    if not sys.flags.safe_path and sys.path and os.path.realpath(sys.path[0]) == os.getcwd():  # noqa: PTH109
        del sys.path[0]


if __name__ == "__main__":
    _leave_out_the_working_folder()
    main()
