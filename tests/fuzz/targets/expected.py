"""Any ``expected.yaml`` is an expectation or an error with its places.

``rubric test --update`` can bring one that was read up to date, and then it is met.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grader.authoring.expected import EXPECTED, load
from grader.authoring.keep import keep
from grader.errors import GradeLabError
from grader.result import Result
from tests.fuzz.contract import files
from tests.fuzz.judging import every_check, judged

SEEDS = [
    *files("rubrics/*.tests/*/expected.yaml")[:8],
    b"score: 3\npassed: false # not yet\nobjectives:\n  engine: fail\n  image: {score: 1.5}\n",
    b"objectives: &a {image: &b {status: pass}, from: *b}\n",
    b"objectives: {image: [pass], from: {}}\nscore: .nan\ncomplete: null\n",
]


@cache
def _result() -> Result:
    return judged(every_check())


def check(data: bytes, folder: Path) -> None:
    path = folder / EXPECTED
    path.write_bytes(data)
    try:
        load(path, every_check(), known_only=False)
    except GradeLabError as error:
        assert error.problems
        assert str(error)
        return
    keep(folder, _result(), every_check())
    again = load(path, every_check())
    assert again.score in {None, _result().score}
    assert again.passed in {None, _result().passed}
    assert not keep(folder, _result(), every_check())
