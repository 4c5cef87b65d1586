"""Whatever a learner writes, the runner obeys grade-lab alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.ci.commands import annotation
from grader.ci.contract import Finding, Level
from grader.report.ci_log import inert
from tests.ci.runner import Command, commands, outputs
from tests.ci.submissions import HOSTILE, ci, hostile, rubric
from tests.report.hostile import COMMANDS as EVIL

PIECES = [":", "::", "#", "##[", "[", "]", "error", "add-mask", " ", "\t", "%", "0A", "\u200b"]
PIECES += ["\ufeff", "\u200d", "\u00ad", "\r", "\n", "\x0b", "\x85", "\u2028", "\x1b[1m", "x", "한"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40)


@pytest.mark.parametrize("text", EVIL)
def test_the_parser_of_these_tests_is_not_blind(text: str) -> None:
    """Most of these would be obeyed, were they printed as they are."""
    harmless = {"</summary></details><script>alert(1)</script>", "\nEOF\n", "%0A::error::pwned"}
    # A credulous reader: the end of the line is one wherever anybody sees one.
    raw = text.replace("\u2028", "\n").replace("\x0b", "\n").replace("\x85", "\n")
    raw = raw.replace("\x1b[31m", "").replace("#\u200b#", "##")
    if text == "::stop-commands::x":
        raw += "\n::x::"
        assert commands(f"{raw}\n::error::now".encode()) == [Command("error", {}, "now")]
        return
    assert bool(commands(raw.encode())) == (text not in harmless)


@given(TEXTS)
def test_an_inert_line_commands_nothing(text: str) -> None:
    lines = "\n".join(map(inert, text.splitlines()))
    assert commands(lines.encode()) == []


def test_an_inert_line_reads_as_before() -> None:
    assert inert("✓ 통과  a::b and # [x] #1 of `docker run a::b`") == (
        "✓ 통과  a::b and # [x] #1 of `docker run a::b`"
    )


@given(TEXTS, TEXTS, TEXTS)
def test_an_annotation_is_one_command_with_its_own_words(path: str, title: str, text: str) -> None:
    finding = Finding(Level.ERROR, f"T{title}", f"M{text}", f"p{path}", 3)
    [command] = commands(annotation(finding).encode())
    assert command.name == "error"
    assert command.properties.keys() == {"file", "line", "title"}
    assert command.properties["line"] == "3"


def test_an_annotation_says_what_it_was_given() -> None:
    finding = Finding(Level.WARNING, "100%, or: a,b", "50%\nthen: x, y", "a,b:c%.md", 7)
    assert commands(annotation(finding).encode()) == [
        Command(
            "warning",
            {"file": "a,b:c%.md", "line": "7", "title": "100%, or: a,b"},
            "50%\nthen: x, y",
        )
    ]


@pytest.mark.parametrize("text", [*EVIL, "x" * 90 + " ::error::pwned", " ".join(EVIL)[:190]])
def test_a_hostile_submission_is_only_told(tmp_path: Path, text: str) -> None:
    folder = hostile(tmp_path / "workspace", text)
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    done = ci(
        "--rubric",
        rubric(tmp_path, HOSTILE),
        "--no-verify",
        "--out",
        tmp_path / "out",
        cwd=folder,
        GITHUB_ACTIONS="true",
        GITHUB_WORKSPACE=str(folder),
        GITHUB_OUTPUT=str(tmp_path / "output"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    assert commands(done.stderr) == []
    obeyed = commands(done.stdout)
    assert {command.name for command in obeyed} <= {"error", "warning", "notice"}
    assert all(command.properties.keys() <= {"file", "line", "title"} for command in obeyed)
    assert obeyed
    told = outputs((tmp_path / "output").read_text(encoding="utf-8"))
    assert told["passed"] == "false"
    assert set(told) == {"score", "max_score", "passed", "complete", "report", "result"}
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert "<script" not in MarkdownIt("commonmark", {"html": True}).enable("table").render(summary)


@pytest.mark.parametrize("text", ["::error::pwned", "##[error]pwned", "\r::error::pwned"])
def test_an_error_message_commands_nothing(tmp_path: Path, text: str) -> None:
    folder = hostile(tmp_path / "workspace", "x")
    (folder / "lab.yaml").write_text(f"{text}: 1\n? {text}\n- {text}", encoding="utf-8")
    exam = rubric(tmp_path, HOSTILE)
    done = ci("--rubric", exam, cwd=folder, GITHUB_ACTIONS="true")
    assert done.returncode == 2
    assert commands(done.stderr) == []
    [told] = commands(done.stdout)
    assert (told.name, told.properties["file"]) == ("error", "lab.yaml")
    assert told.properties.keys() <= {"file", "line", "title"}
