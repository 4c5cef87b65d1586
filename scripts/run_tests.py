"""Run all tests: first those that need no engine, on all processors; then the live ones.

    python scripts/run_tests.py [OPTIONS OF PYTEST]

Live tests spend much of their time waiting. Where engines can be started, each process has its own;
an engine that others use, too, is used by one process. What failed is run once more at the end,
alone: where all of it passes then, the run passes, and has told what it was.
"""

import os
import subprocess
import sys

FAILED, NONE_CHOSEN = 1, 5  # exit codes of pytest: a test failed; its options leave no test
LIVE_PROCESSES = 2


def main() -> int:
    """The exit code of a part that failed."""
    private = "GRADE_LAB_ENGINE_PID" in os.environ
    live = LIVE_PROCESSES if private else 0
    codes = {_pytest("-m", "not live", "-n", "auto"), _pytest("-m", "live", "-n", str(live))}
    if FAILED in codes:
        print(
            "What failed, once more and alone. What passes now is a race, or fails rarely: mend it."
        )
        again = _pytest("-n", "0", "-vv", "--last-failed", "--last-failed-no-failures", "none")
        codes = codes - {FAILED} | {FAILED if again else 0}
    if codes == {NONE_CHOSEN}:
        return NONE_CHOSEN
    return next((code for code in codes if code not in {0, NONE_CHOSEN}), 0)


def _pytest(*options: str) -> int:
    command = [sys.executable, "-m", "pytest", "--dist", "loadfile"]
    sys.stdout.flush()
    return subprocess.call([*command, *options, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
