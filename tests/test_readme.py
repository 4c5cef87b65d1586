"""What the pages that people read first say is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from grader.cli.main import Elsewhere, cli
from tests.places import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/labs/**/*.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"^(?:\$ )?grade-lab (.*)$", re.MULTILINE)


def chosen(word: str) -> click.Command:
    """The command that a word names, or that which takes it for a submission's folder."""
    command = cli.commands.get(word, cli.commands["grade"])
    assert isinstance(command, Elsewhere)
    return command.command


def options(command: click.Command) -> set[str]:
    """The options of a command and of those below it."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = {option for param in command.params for option in param.opts}
    return own.union({"--help"}, *map(options, below))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_page_links_to_exists(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_option_that_a_page_shows_exists(page: Path) -> None:
    for line in COMMAND.findall(page.read_text(encoding="utf-8")):
        first, *words = line.split("#")[0].partition(" -- ")[0].split() or ["grade"]
        command = chosen(first)
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= options(command), line


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150
