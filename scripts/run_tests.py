"""Run all tests: first those that need no engine, on all processors; then the live ones.

    python scripts/run_tests.py [OPTIONS OF PYTEST]

The live ones share an engine, which remembers few events, so they run one after another.
"""

import subprocess
import sys

NONE_CHOSEN = 5  # pytest's exit code when its options leave no test
PARTS = (("-m", "not live", "-n", "auto", "--dist", "loadfile"), ("-m", "live"))


def main() -> int:
    """The exit code of the first part that failed."""
    command = [sys.executable, "-m", "pytest"]
    codes = [subprocess.call([*command, *part, *sys.argv[1:]]) for part in PARTS]
    if set(codes) == {NONE_CHOSEN}:
        return NONE_CHOSEN
    return next((code for code in codes if code not in {0, NONE_CHOSEN}), 0)


if __name__ == "__main__":
    sys.exit(main())
