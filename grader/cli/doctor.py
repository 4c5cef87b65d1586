"""The command ``grade-lab doctor``: options and wiring."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.options import color_option, language_option, rubric_options
from grader.errors import ExitCode
from grader.language import described
from grader.messages import msg


@click.command("doctor")
@rubric_options
@language_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help=described(msg("json: for whoever helps you; it holds no names and no passwords.")),
)
@color_option
def doctor_command(  # noqa: PLR0917 # an option each
    submission: Path,
    rubric: str | None,
    settings: dict[str, str],
    lang: str,
    form: str,
    no_color: bool,
) -> ExitCode:
    """Look, and say what to do; 1 when there is something to do."""
    from grader.doctor.gather.machine import gather
    from grader.doctor.known import examine, first_problem
    from grader.doctor.show import as_json, show

    machine = gather(
        submission,
        rubric,
        settings,
        asked=rubric is not None or submission != Path(),
        encoding=sys.stdout.encoding if sys.stdout.isatty() else "utf-8",
    )
    findings = examine(machine)
    if form == "json":
        click.echo(as_json(machine, findings, lang), nl=False)
    else:
        from grader.report.console import Output

        show(findings, Output(no_color=no_color), lang)
    return ExitCode.PASSED if first_problem(findings) is None else ExitCode.BELOW_PASS_MARK
