"""The command ``grade-lab ci``: options and wiring."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import language_option, names, overrides_option, settings_option
from grader.cli.streams import write_utf8
from grader.errors import ExitCode, GradeLabError
from grader.language import described
from grader.messages import msg

if TYPE_CHECKING:
    from grader.ci.contract import Graded, Platform
    from grader.ci.threshold import Threshold

FORMATS = "html,json,junit,markdown"
WIDTH = 100


def _threshold(ctx: click.Context, param: click.Parameter, value: str | None) -> Threshold | None:
    from grader.ci.threshold import Threshold

    if value is None:
        return None
    try:
        return Threshold.parse(value)
    except ValueError:
        how = msg("write points, as in `--fail-under 60`, or a share, as in `--fail-under 70%`")
        raise click.BadParameter(described(how), ctx, param) from None


@click.command("ci")
@click.argument("submission", type=click.Path(path_type=Path), default=".")
@click.option("--rubric", metavar="NAME|FILE", help=described(msg("The rubric to judge by.")))
@settings_option
@click.option(
    "--fail-under",
    metavar="N|N%",
    callback=_threshold,
    help=described(msg("The points to reach, in place of the rubric's pass mark; 0: any will do.")),
)
@click.option(
    "--no-verify",
    "verify",
    is_flag=True,
    flag_value=False,
    default=True,
    help=described(msg("Ask no registry and run no image: judge the journal and the files.")),
)
@overrides_option
@click.option(
    "--format",
    "formats",
    metavar="NAME,…",
    default=FORMATS,
    callback=names,
    show_default=True,
    help=described(msg("Report formats, with commas between them.")),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=described(msg("Where reports go (SUBMISSION/.grade-lab/report).")),
)
@language_option
def ci_command(  # noqa: PLR0917 # an option each
    submission: Path,
    rubric: str | None,
    settings: dict[str, str],
    fail_under: Threshold | None,
    verify: bool,
    overrides: Path | None,
    formats: list[str],
    out: Path | None,
    lang: str,
) -> ExitCode:
    """Grade, and tell the platform, also of what stands in the way."""
    from grader.ci.findings import refusal
    from grader.ci.platforms import detect

    platform = detect(os.environ, Path.cwd())
    try:
        if rubric is None:
            raise _without_rubric()
        return _grade(
            platform,
            submission,
            rubric,
            fail_under,
            formats,
            out,
            settings=settings,
            lang=lang,
            verify=verify,
            overrides=overrides,
        )
    except GradeLabError as error:
        write_utf8(platform.refused(refusal(error, lang, platform.root)))
        raise


def _without_rubric() -> GradeLabError:
    return GradeLabError(
        msg("--rubric is missing: here the exam is yours, not the one that a submission names"),
        msg("add `--rubric NAME` or `--rubric FILE`; `grade-lab rubric list` shows the names"),
    )


def _grade(  # noqa: PLR0917 # what the command was given
    platform: Platform,
    submission: Path,
    rubric: str,
    fail_under: Threshold | None,
    formats: list[str],
    out: Path | None,
    **given: Any,
) -> ExitCode:
    from grader import run as steps
    from grader.ci.contract import Graded
    from grader.ci.findings import findings
    from grader.ci.grade import judged
    from grader.submission import REPORT

    chosen = steps.formats(formats)  # a mistake is told before the long look, not after it
    told = judged(submission, rubric, **given)
    reached = fail_under.reached_by(told.result) if fail_under else told.result.passed
    folder = out or submission / REPORT
    graded = Graded(
        result=told.result,
        reports=steps.write(told.result, chosen, folder),
        out=folder,
        findings=(*told.notes, *findings(told.result, submission, platform.root)),
    )
    platform.publish(graded)
    write_utf8(platform.log(_table(graded), graded))
    return steps.exit_code(told.result, reached=reached)


def _table(graded: Graded) -> str:
    """The result in short, as on a terminal without colours."""
    from rich.console import Console

    from grader.report.terminal import show

    table = io.StringIO()
    console = Console(file=table, width=WIDTH, no_color=True, force_terminal=False, highlight=False)
    show(graded.result, console, paths=graded.reports)
    return table.getvalue()
