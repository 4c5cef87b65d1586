"""The questions of `grade-lab rubric new`: what cannot be used is asked again, with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import click
import pytest
from click.testing import CliRunner

from grader.drafting.answers import Answers, Question
from grader.drafting.asking import Asking

USUAL = {
    "title": "Nginx",
    "id": "nginx",
    "built": "y",
    "image": "{hub_id}/nginx:{tag}",
    "port": "8080:80",
    "path": "/",
    "shows": "Welcome",
    "env_file": "-",
    "push": "n",
    "clean_up": "y",
}


def asked(typed: Sequence[str]) -> tuple[Answers, str]:
    """What is made of these lines, and what the terminal shows."""
    given: list[Answers] = []

    @click.command()
    def command() -> None:
        given.append(Asking("en").answers("", ""))

    done = CliRunner().invoke(command, input="".join(f"{line}\n" for line in typed))
    assert done.exit_code == 0, done.output
    return given[0], done.output


@pytest.mark.parametrize(
    ("question", "wrong", "reason"),
    [
        ("id", "My Lab!", "an id is of lower-case letters"),
        ("built", "perhaps", "answer with y (yes) or n (no)"),
        ("image", "Not An Image", "write an image such as {hub_id}/page:{tag}"),
        ("port", "80", "write your computer's port, a colon, and the container's"),
        ("port", "eighty", "write your computer's port, a colon, and the container's"),
        ("path", "index.html", "a path begins with /"),
    ],
)
def test_what_cannot_be_used_is_asked_again(question: str, wrong: str, reason: str) -> None:
    typed = [
        line for name, line in USUAL.items() for line in ([wrong] * (name == question) + [line])
    ]
    answers, shown = asked([*typed, "-"])
    assert reason in shown
    assert answers == asked([*USUAL.values(), "-"])[0]


def test_without_a_port_nobody_is_asked_for_a_path() -> None:
    typed = {**USUAL, "port": "-"}
    del typed["path"], typed["shows"]
    answers, shown = asked([*typed.values(), "-"])
    assert (answers.port, answers.path, answers.shows) == (None, None, "")
    assert "The path that is to answer" not in shown


def test_a_question_needs_words_that_an_answer_can_hold() -> None:
    quiz = ["Why a container?", "...", "kernel, isolation", "-"]
    answers, shown = asked([*USUAL.values(), *quiz])
    assert answers.questions == (Question("why-a-container", ("kernel", "isolation")),)
    assert "write at least one word, of letters or digits" in shown
    assert "under the heading `## why-a-container`" in shown
