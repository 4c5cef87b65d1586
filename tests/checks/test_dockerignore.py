"""`dockerignore`: paths are left out and kept as Docker does it, and told with the line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from checks.dockerignore import Dockerignore
from grader.check import Status, Verdict
from grader.facts import Reason
from grader.file_facts import Encoding
from grader.needs import FileNeed
from tests.factories import judged, saw, submitted


def judge(text: str, **fields: object) -> Verdict:
    return judged("dockerignore", fields, submitted(".dockerignore", text))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (".env", ".env"),
        ("/.env", ".env"),
        ("  .env  ", ".env"),
        ("\ufeff.env", ".env"),
        (".env\r\n.git\r\n", ".env"),
        ("./.env/", ".env"),
        ("# all of it\n*", ".env"),
        ("*.env", ".env"),
        ("**/.env", "app/.env"),
        (".git", ".git/config"),
        (".git", ".git/"),
        (".git/", ".git/"),
        (".git/*", ".git/"),
        ("**/.git/**", ".git/"),
        ("!.git\n.git", ".git/"),
        ("*\n!app.py\n!src", ".git/"),
        (".env", "/.env"),
        (".env", "./app/../.env"),
        ("src\n!other/*.md", "src/"),
        ("src\n!srcs/a.md", "src/"),
        ("src\n!src/*.md\n*/*.md", "src/"),
        ("[[&~]*", "~notes"),
        ("[a&&b]*", "&notes"),
        ("no[^[&]es", "notes"),
    ],
)
def test_a_path_is_excluded_as_docker_does_it(text: str, path: str) -> None:
    assert judge(text, excludes=(path,)).status is Status.PASS
    assert judge(text, keeps=(path,)).status is Status.FAIL


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ".env"),
        ("#.env", ".env"),
        (" #.env", ".env"),
        (".ENV", ".env"),
        (".env", "app/.env"),
        ("*.env", "app/.env"),
        (".env\n!.env", ".env"),
        ("*\n!src", "src/"),
        ("*\n!src", "src/app.py"),
        (".git/*", ".git"),
        (".venv\n!.venv/keep.txt", ".venv/"),
        (".venv\n!**/*.py", ".venv/"),
        ("src\n!src/*.md", "src/"),
        ("src\n!src/a?.md", "src/"),
        ("src\n!src", "src/"),
        ("src/folder", "src/"),
        ("src/file", "src/"),
        ("no[^[&]es", "no[es"),
        ("[a&&b]*", "notes"),
    ],
)
def test_a_path_is_kept_as_docker_does_it(text: str, path: str) -> None:
    assert judge(text, keeps=(path,)).status is Status.PASS
    assert judge(text, excludes=(path,)).status is Status.FAIL


def test_each_path_is_an_equal_share_and_the_first_missing_one_is_named() -> None:
    verdict = judge(".env\n", excludes=(".env", ".git/", ".venv/"), keeps=("app.py",))
    assert verdict.status is Status.PARTIAL
    assert verdict.ratio == Fraction(1, 2)
    assert str(verdict.message) == ".dockerignore does not exclude .git/"
    assert "`.git/`" in str(verdict.hint)


def test_the_line_that_excludes_what_is_needed_is_named() -> None:
    verdict = judge("# code\n\n*.md\n*.py\n.env", keeps=("app.py",))
    assert ".dockerignore:4" in str(verdict.message)
    assert verdict.actual == "*.py"


def test_without_the_file_the_hint_gives_its_lines() -> None:
    gone = saw(FileNeed(path=".dockerignore"), Reason.NOT_THERE)
    verdict = judged("dockerignore", {"excludes": (".env", ".git/")}, gone)
    assert verdict.status is Status.FAIL
    assert "`.env`, `.git/`" in str(verdict.hint)


@pytest.mark.parametrize(("encoding", "status"), [("utf-16", Status.FAIL), ("cp949", Status.PASS)])
def test_what_docker_cannot_read_is_to_be_saved_again(encoding: Encoding, status: Status) -> None:
    handed_in = submitted(".dockerignore", ".env\n", encoding=encoding)
    verdict = judged("dockerignore", {"excludes": (".env",)}, handed_in)
    assert verdict.status is status
    assert status is Status.PASS or "save it again as UTF-8" in str(verdict.hint)


@pytest.mark.parametrize("line", ["[a", "!", "\\", "a[]b"])
def test_a_pattern_that_docker_refuses_fails_with_its_line(line: str) -> None:
    verdict = judge(f".env\n{line}", excludes=(".env",))
    assert verdict.status is Status.FAIL
    assert ".dockerignore:2" in str(verdict.message)


@pytest.mark.parametrize(
    "text", ["*a*a*a*a*a*a*b", "a\n" * 501, "?" * 501], ids=["wildcards", "patterns", "length"]
)
def test_what_could_take_for_ever_goes_to_review(text: str) -> None:
    assert judge(text, excludes=("a" * 100,)).status is Status.REVIEW


@pytest.mark.parametrize("fields", [{}, {"excludes": ()}, {"excludes": (" ",)}, {"keep": ("a",)}])
def test_a_mistake_in_the_rubric_is_told(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Dockerignore.model_validate({"type": "dockerignore", **fields})


@given(st.text() | st.text("*?[]!#/\\.a\n-^", max_size=40))
def test_any_text_is_judged(text: str) -> None:
    verdict = judge(text, excludes=("a/a/",), keeps=("a",))
    assert verdict.status is not Status.ERROR


def test_a_line_that_docker_refuses_is_told_with_its_place() -> None:
    verdict = judge("*.pyc\n[a\n", excludes=(".env",))
    assert (verdict.status, verdict.actual) == (Status.FAIL, "[a")
    assert [proof.source for proof in verdict.proofs] == ["submission"]
    assert [(place.path, place.line) for place in verdict.places] == [(".dockerignore", 2)]


def test_each_path_that_must_be_kept_is_judged_and_what_leaves_it_out_told() -> None:
    verdict = judge("app.py\n", keeps=("README.md", "app.py", "web/app.py"))
    assert (verdict.status, verdict.ratio) == (Status.PARTIAL, Fraction(2, 3))
    assert (str(verdict.expected), verdict.actual) == ("app.py is kept", "app.py")
    kept = judge("*.md\n", keeps=("web/app.py",))
    assert (kept.status, str(kept.expected)) == (Status.PASS, "web/app.py is kept")


def test_a_file_that_is_too_complicated_is_read_by_a_person() -> None:
    verdict = judge("a\n" * 501, excludes=("b",))
    assert [(place.path, place.line) for place in verdict.places] == [(".dockerignore", None)]
    assert [str(proof.detail) for proof in verdict.proofs] == [".dockerignore, 501 patterns"]
    for text in ("a\n" * 500, "*a*a*a*a*a", "?" * 500):
        assert judge(text, keeps=("b",)).status is Status.PASS
    assert judge("*a*a*a*a*a**", keeps=("b",)).status is Status.REVIEW


def test_what_is_wrong_is_told_with_the_line_to_write_and_its_place() -> None:
    left = judge(".git\n", excludes=(".env",))
    assert str(left.expected) == ".env is excluded"
    assert [(place.path, place.line) for place in left.places] == [(".dockerignore", None)]
    taken = judge("a\n*.py\n!b.py\n", keeps=("app.py",), path=".dockerignore")
    assert [(place.path, place.line) for place in taken.places] == [(".dockerignore", 2)]
    assert "add the line `!app.py` at the end of .dockerignore" in str(taken.hint)
