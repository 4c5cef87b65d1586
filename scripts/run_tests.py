"""Run all tests: first those that need no engine, on all processors; then the live ones.

    python scripts/run_tests.py [OPTIONS OF PYTEST]

Live tests spend much of their time waiting. Where engines can be started, each process has its own;
an engine that others use, too, is used by one process.
"""

import os
import subprocess
import sys

NONE_CHOSEN = 5  # pytest's exit code when its options leave no test
LIVE_PROCESSES = 2


def main() -> int:
    """The exit code of the first part that failed."""
    private = "GRADE_LAB_ENGINE_PID" in os.environ
    live = LIVE_PROCESSES if private else 0
    parts = (("not live", "auto"), ("live", str(live)))
    command = [sys.executable, "-m", "pytest", "--dist", "loadfile"]
    codes = [
        subprocess.call([*command, "-m", marked, "-n", count, *sys.argv[1:]])
        for marked, count in parts
    ]
    if set(codes) == {NONE_CHOSEN}:
        return NONE_CHOSEN
    return next((code for code in codes if code not in {0, NONE_CHOSEN}), 0)


if __name__ == "__main__":
    sys.exit(main())
