"""The commands ``grade-lab challenge …``: options and wiring."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import language_option
from grader.language import described
from grader.messages import Translator, msg


@click.group("challenge")
def challenge_command() -> None:
    """Commands about challenges."""


@challenge_command.command(
    "issue", help=described(msg("Make a challenge for each learner of a roster (CSV)."))
)
@click.argument("roster", metavar="ROSTER.csv", type=click.Path(path_type=Path))
@click.option(
    "--secret",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=described(msg("The course's secret; made when there is no such file.")),
)
@click.option(
    "--course",
    required=True,
    metavar="ID",
    help=described(msg("The course's id, as in the rubric's `challenge` check.")),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=".",
    help=described(msg("Where challenges.csv and verifiers.txt go (the current folder).")),
)
@language_option
def challenge_issue(roster: Path, secret: Path, course: str, out: Path, lang: str) -> None:
    """Write challenges and verifiers; never the secret anywhere but into its file."""
    from grader.issue import issue

    issued = issue(roster, secret, course, out)
    lines = []
    if issued.new_secret:
        lines.append(
            msg("{path}: the course's new secret. Keep it, and show it to nobody.", path=secret)
        )
    lines += [
        msg(
            "{path}: {count} challenges. Give each learner their own, and nobody another's.",
            path=issued.challenges,
            count=issued.count,
        ),
        msg("{path}: put it beside the rubric. It is no secret.", path=issued.verifiers),
    ]
    for line in lines:
        click.echo(Translator(lang).text(line))
