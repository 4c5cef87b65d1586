"""Any ``lab.yaml`` is a submission whose texts are short, or an error that names what is wrong."""

from __future__ import annotations

from pathlib import Path

from grader.errors import SubmissionError
from grader.submission import load
from tests.fuzz.contract import files

SEEDS = [
    *files("sample_submission/lab.yaml", "rubrics/*.tests/*/lab.yaml", "docs/labs/*/lab.yaml"),
    b"learner: {id: 7, name: 1e3}\nvariables: {a: 0x1f, b: 1_0, c: .inf, d: 2026-01-02, e: yes}\n",
    b'learner: {id: "\\ud800", name: "\\0\\N\\L"}\n',
    b"learner: &a {id: x}\nvariables: {<<: *a}\n",
]


def check(data: bytes, folder: Path) -> None:
    (folder / "lab.yaml").write_bytes(data)
    try:
        submission = load(folder)
    except SubmissionError as error:
        assert error.problems
        assert str(error).encode()
        return
    learner = submission.learner
    texts = (learner.id, learner.name, submission.rubric or "", *submission.variables.values())
    assert all(isinstance(text, str) and text.encode() is not None for text in texts)
    assert max(map(len, texts[:3])) <= 200
