"""Any YAML or CSV file settles points that are not negative, or is an error with its places.

What was read can be written as CSV, as grade-lab writes cells, and is read back the same.
"""

from __future__ import annotations

import csv
from pathlib import Path

from grader.cells import plain, readable
from grader.errors import GradeLabError
from grader.overrides import FIELDS, Overrides, load

SEEDS = [
    b"- {learner: s-1, objective: vm, points: 7.25, reason: good}\n"
    b"- {learner: 7, objective: vm, points: '', reason: }\n",
    b"learner,objective,points,reason,label\ns-1,vm,1e1,'=good,x\n",
    '\ufefflearner,objective,points,reason\r\n"s\n1",vm,3,"좋음, ""a"""\r\n'.encode(),
    "learner,objective,points,reason\n가,vm,3,나\n".encode("cp949"),
    b"- {learner: 0x1f, objective: vm, points: .nan, reason: .inf}\n- [a]\n- null\n",
]


def check(data: bytes, folder: Path) -> None:
    for name in ("overrides.csv", "overrides.yaml"):
        path = folder / name
        path.write_bytes(data)
        try:
            read = load(path)
        except GradeLabError as error:
            assert error.problems
            assert str(error)
            continue
        flat = [(x, y, o.points, o.reason) for x, of in read.items() for y, o in of.items()]
        assert all(points >= 0 for _, _, points, _ in flat)
        texts = [text for x, y, _, reason in flat for text in (x, y, reason)]
        if all(text == readable(text) for text in texts):
            assert load(_written(read, folder / "again.csv")) == read


def _written(overrides: Overrides, path: Path) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        for learner, of in overrides.items():
            for objective, one in of.items():
                row = (plain(learner), plain(objective), str(one.points), plain(one.reason))
                rows.writerow(row)
    return path
