"""The class report as one page that needs nothing from elsewhere, written as it is made.

Its script only moves the table's rows about: it puts no text into the page but numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from grader.report.class_view import ClassView
from grader.report.class_words import FLAGS
from grader.report.page import allowed, environment, own
from grader.whole import whole

OPENED = 50
"""A list that is longer is closed at first."""
PIECES = 64
"""Pieces of the template that are written at once."""
MARKS = ("all", "passed", "not-yet", "incomplete", "error", "review", "flagged", "late", "notice")
"""What the table can be filtered by."""


def write(view: ClassView, path: Path) -> None:
    """Write the page, whole or not at all; memory does not grow with the class.

    Raises:
        OutputError: the file cannot be written.
    """
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_stream(view))


def _stream(view: ClassView) -> Iterator[str]:
    from markupsafe import Markup

    style, script, policy = _own_files()
    stream = (
        environment(view.lang)
        .get_template("class.html.j2")
        .stream(
            view=view,
            style=Markup(style),  # noqa: S704 # our own file
            script=Markup(script),  # noqa: S704 # our own file
            policy=policy,
            judged=view.tally.get("all", 0) - view.tally.get("error", 0),
            strip=_strip,
            FLAGS=FLAGS,
            MARKS=MARKS,
            OPENED=OPENED,
        )
    )
    stream.enable_buffering(PIECES)
    return stream


@cache
def _own_files() -> tuple[str, str, str]:
    """Style sheet, script, and the policy that allows these two and no text to be markup."""
    style, script = own("style", "class.css"), own("class.js")
    policy = (
        f"default-src 'none'; style-src {allowed(style)}; script-src {allowed(script)}; "
        "base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return style, script, policy


def _strip(letters: str) -> Iterator[tuple[str, str]]:
    """A line for each letter, drawn wherever the letter stands: the letter, and its SVG path."""
    drawn: dict[str, str] = {}
    place = 0
    for letter, run in groupby(letters):
        length = sum(1 for _ in run)
        drawn[letter] = f"{drawn.get(letter, '')}M{place} 0h{length}"
        place += length
    yield from drawn.items()
