"""Run all tests: first those that need no engine, on all processors; then the live ones.

    python scripts/run_tests.py [OPTIONS OF PYTEST]

Live tests spend much of their time waiting. Where engines can be started, each process has its own;
an engine that others use, too, is used by one process. What failed is run once more, alone: where
it passes then, the run passes, and says so; such a test depends on how busy the machine is.
"""

import os
import subprocess
import sys

FAILED, NONE_CHOSEN = 1, 5  # exit codes of pytest: a test failed; its options leave no test
LIVE_PROCESSES = 2


def main() -> int:
    """The exit code of the first part that failed."""
    private = "GRADE_LAB_ENGINE_PID" in os.environ
    live = LIVE_PROCESSES if private else 0
    codes = [_run("not live", "auto"), _run("live", str(live))]
    if set(codes) == {NONE_CHOSEN}:
        return NONE_CHOSEN
    return next((code for code in codes if code not in {0, NONE_CHOSEN}), 0)


def _run(marked: str, processes: str) -> int:
    code = _pytest("-m", marked, "-n", processes)
    if code != FAILED:
        return code
    print("What failed is run once more, alone:", flush=True)
    alone = _pytest("-m", marked, "-n", "0", "--last-failed", "--last-failed-no-failures", "none")
    if alone == 0:
        print("It passed alone, and failed among the others: a race, told above.", flush=True)
    return alone if alone in {0, FAILED} else FAILED


def _pytest(*options: str) -> int:
    command = [sys.executable, "-m", "pytest", "--dist", "loadfile"]
    return subprocess.call([*command, *options, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
