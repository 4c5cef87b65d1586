"""What `coverage run` found, for each package: a table; and for each file what was not reached.

python scripts/coverage_table.py
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import PurePath

COVERAGE = [sys.executable, "-m", "coverage"]
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def main() -> int:
    """Print both; the exit code of coverage."""
    subprocess.run([*COVERAGE, "combine", "-q"], check=False)  # there may be one file alone
    done = subprocess.run([*COVERAGE, "json", "-q", "-o", "-"], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        return done.returncode
    subprocess.run([*COVERAGE, "report"], check=False)
    packages: dict[str, Counter[str]] = defaultdict(Counter)
    for path, file in json.loads(done.stdout)["files"].items():
        counts = {name: file["summary"][name] for name in COUNTS}
        top, *rest = PurePath(path).parts
        for package in (top, f"{top}/{rest[0]}" if len(rest) > 1 else f"{top}/*.py"):
            packages[package].update(counts)
    print(f"\n{'package':24}{'statements':>12}{'branches':>12}")
    for package, counts in sorted(packages.items()):
        statements, lines, branches, taken = (counts[name] for name in COUNTS)
        print(f"{package:24}{_percent(lines, statements):>12}{_percent(taken, branches):>12}")
    return 0


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
