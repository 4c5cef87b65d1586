"""Makes a class of submissions, with what is true of each by construction.

    python benchmarks/class_maker.py --count 10000 --seed 1 OUT

In OUT: ``submissions/LABEL/…``, ``roster.csv``, and ``truth.jsonl`` with a line for each label. The
same seed makes the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

from class_kinds import KINDS
from class_people import Person
from class_recording import Submission, recorded_of

RUBRIC = Path(__file__).resolve().parents[1] / "rubrics" / "container-and-docker.yaml"
COLUMNS = ("id", "name", "email", "hub_id", "path")
ORIGINAL = "complete"
"""The kind of submission that is copied from."""


@dataclass(frozen=True)
class Plan:
    """A submission to make: its number, its kind, and whose it is a copy of."""

    number: int
    kind: str
    original: int | None = None


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a class of submissions.")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    plans = planned(options.count, options.seed)
    copied: dict[int, list[Plan]] = defaultdict(list)
    for plan in plans:
        if plan.original is not None:
            copied[plan.original].append(plan)
    options.out.mkdir(parents=True, exist_ok=True)
    made = partial(write, seed=options.seed, out=options.out)
    with (
        ProcessPoolExecutor(options.jobs) as workers,
        (options.out / "roster.csv").open("w", encoding="utf-8", newline="") as roster,
        (options.out / "truth.jsonl").open("w", encoding="utf-8") as truth,
    ):
        table = csv.DictWriter(roster, COLUMNS)
        table.writeheader()
        for plan, row in zip(plans, workers.map(made, plans, chunksize=50), strict=True):
            table.writerow(row)
            told = true_of(plan, copied[plan.number])
            truth.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


def planned(count: int, seed: int) -> list[Plan]:
    """Which kind each submission is. Of a class that is large enough, every kind is there."""
    random = Random(f"{seed} kinds")  # noqa: S311 # no secret: the same class each time
    names, weights = list(KINDS), [kind.weight for kind in KINDS.values()]
    chosen = [*names, *random.choices(names, weights, k=count)][:count]
    originals = [number for number, name in enumerate(chosen, 1) if name == ORIGINAL]
    return [
        Plan(number, name, random.choice(originals) if KINDS[name].copy else None)
        for number, name in enumerate(chosen, 1)
    ]


def make(number: int, kind: str, seed: int) -> Submission:
    """A submission before it is edited."""
    random = Random(f"{seed} {number}")  # noqa: S311 # as above
    person = Person.of(number, random)
    hours = random.uniform(2, 72) if kind == "late" else random.uniform(-160, -1)
    return recorded_of(person, random, timedelta(hours=hours))


def write(plan: Plan, seed: int, out: Path) -> dict[str, str]:
    """Make a submission and write its files; its line in the roster."""
    submission = make(plan.number, plan.kind, seed)
    kind = KINDS[plan.kind]
    kind.edit(submission)
    if kind.copy and plan.original:
        kind.copy(submission, make(plan.original, ORIGINAL, seed))
    submission.write()
    folder = out / "submissions" / submission.person.id
    folder.mkdir(parents=True)
    for name, data in submission.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            path.symlink_to(data)
    person = submission.person
    hub_id = submission.lab["variables"]["hub_id"]
    values = person.id, person.name, person.email, hub_id, f"submissions/{person.id}"
    return dict(zip(COLUMNS, values, strict=True))


def true_of(plan: Plan, copies: list[Plan]) -> dict[str, Any]:
    """What is known of a submission: also what others that are copies of it tell of it.

    ``statuses`` are of all objectives that do not pass. They and ``score`` are null where they
    are not known, or it cannot be judged.
    """
    kind = KINDS[plan.kind]
    flags = {flag for each in (plan, *copies) for flag in KINDS[each.kind].flags}
    known: dict[str, Any] = {"score": None, "statuses": None}
    if kind.lost is not None:
        partly = {name: lost for name, lost in kind.lost.items() if isinstance(lost, float)}
        gone = sum((points()[name] for name in kind.lost), Decimal(0))
        earned = sum(points().values(), Decimal(0)) - gone + sum(map(Decimal, partly.values()))
        statuses = {n: "partial" if n in partly else lost for n, lost in kind.lost.items()}
        known = {"score": float(earned), "statuses": statuses}
    return {
        "label": f"s-{plan.number:05}",
        "kind": plan.kind,
        "group": kind.group,
        **known,
        "flags": sorted(flags),
        "error": kind.error,
    }


@cache
def points() -> Mapping[str, Decimal]:
    """The points of each objective."""
    from grader.rubric.load import load

    return {o.id: o.points for o in load(RUBRIC, lenient=True).objectives}


if __name__ == "__main__":
    sys.exit(main())
