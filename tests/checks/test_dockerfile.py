"""`dockerfile`: instructions and rules share the points; what is wrong is told with its line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from checks.dockerfile import Dockerfile
from grader.check import Status, Verdict
from grader.facts import Reason
from grader.file_facts import Encoding
from grader.needs import FileNeed
from tests.factories import judged, saw, submitted

GOOD = """\
FROM python:3.12-slim
WORKDIR /app
COPY app.py ./
USER 1000
EXPOSE 8000
CMD ["python", "app.py"]
"""


def judge(text: str, **fields: object) -> Verdict:
    return judged("dockerfile", fields, submitted("Dockerfile", text))


def test_a_good_dockerfile_passes() -> None:
    verdict = judge(GOOD, instructions=("from", "Cmd"), rules=("non-root", "exec-form"))
    assert verdict.status is Status.PASS


def test_each_instruction_and_each_rule_is_an_equal_share() -> None:
    text = GOOD.replace("USER 1000\n", "")
    verdict = judge(text, instructions=("FROM", "HEALTHCHECK"), rules=("non-root", "exec-form"))
    assert verdict.status is Status.PARTIAL
    assert verdict.ratio == Fraction(1, 2)


def test_a_broken_rule_is_told_with_file_and_line() -> None:
    verdict = judge(GOOD.replace("1000", "root"), rules=("non-root",))
    assert verdict.status is Status.FAIL
    assert str(verdict.message) == "Dockerfile:4: the app runs as root"
    assert "USER" in str(verdict.hint)


def test_a_missing_instruction_is_named() -> None:
    verdict = judge(GOOD, instructions=("HEALTHCHECK",))
    assert str(verdict.message) == "Dockerfile has no HEALTHCHECK"
    empty = judge("", instructions=("HEALTHCHECK",))
    assert str(empty.message) == "Dockerfile cannot be read as a Dockerfile"


def test_an_instruction_in_a_comment_a_heredoc_or_after_onbuild_does_not_count() -> None:
    text = "FROM a\n# USER x\nRUN <<EOF\nUSER x\nEOF\nONBUILD USER x\n"
    assert judge(text, instructions=("USER",)).status is Status.FAIL


def test_what_docker_cannot_read_fails_with_the_line() -> None:
    verdict = judge("FROM a\nINSTALL b\n", instructions=("FROM",))
    assert verdict.status is Status.FAIL
    assert "Dockerfile:2" in str(verdict.message)
    assert "INSTALL" in str(verdict.actual)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.NOT_THERE, Status.FAIL),
        (Reason.OUTSIDE, Status.FAIL),
        (Reason.UNREADABLE, Status.ERROR),
    ],
)
def test_a_dockerfile_that_is_not_there(reason: Reason, status: Status) -> None:
    fields = {"path": "app/Dockerfile", "instructions": ("FROM",)}
    verdict = judged("dockerfile", fields, saw(FileNeed(path="app/Dockerfile"), reason))
    assert verdict.status is status
    assert verdict.hint
    assert "app/Dockerfile" in f"{verdict.message} {verdict.hint}" or status is Status.ERROR


@pytest.mark.parametrize(("encoding", "status"), [("utf-16", Status.FAIL), ("cp949", Status.PASS)])
def test_what_docker_cannot_read_is_to_be_saved_again(encoding: Encoding, status: Status) -> None:
    handed_in = submitted("Dockerfile", GOOD, encoding=encoding)
    verdict = judged("dockerfile", {"instructions": ("FROM",)}, handed_in)
    assert verdict.status is status
    assert status is Status.PASS or "save it again as UTF-8" in str(verdict.hint)


@pytest.mark.parametrize(
    "fields", [{}, {"instructions": ("FORM",)}, {"rules": ("no-root",)}, {"rules": (), "path": "x"}]
)
def test_a_mistake_in_the_rubric_is_told(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Dockerfile.model_validate({"type": "dockerfile", **fields})


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    verdict = judge(text, instructions=("FROM",), rules=("non-root",))
    assert verdict.status in {Status.PASS, Status.PARTIAL, Status.FAIL}


def test_what_is_no_dockerfile_rests_on_the_file_that_was_handed_in() -> None:
    verdict = judge("FRM x\n", instructions=("FROM",))
    assert verdict.status is Status.FAIL
    assert [proof.source for proof in verdict.proofs] == ["submission"]
    assert [(place.path, place.line) for place in verdict.places] == [("Dockerfile", 1)]


@pytest.mark.parametrize(
    ("base", "command"),
    [("python:3.12-alpine", "`RUN adduser -D app`"), ("python:3.12-slim", "`RUN useradd app`")],
)
def test_the_command_that_makes_a_user_is_that_of_the_base(base: str, command: str) -> None:
    assert command in str(judge(f"FROM {base}\n", rules=("non-root",)).hint)


def test_every_rule_is_looked_at_and_what_it_asks_is_told() -> None:
    verdict = judge(GOOD, rules=("exec-form", "healthcheck", "pinned-base"))
    assert (verdict.status, verdict.ratio) == (Status.PARTIAL, Fraction(1, 3))
    assert "HEALTHCHECK" in str(verdict.actual)
    assert "python:3.12-slim" in str(verdict.actual)
    assert str(verdict.expected).count(", ") == 1
    assert [place.line for place in verdict.places] == [1, 1]
    kept = judge(GOOD, rules=("exec-form", "non-root"))
    asked = "CMD and ENTRYPOINT are in the exec form, the app does not run as root"
    assert str(kept.expected) == asked
