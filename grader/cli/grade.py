"""``grade-lab grade``, ``judge`` and ``collect``: the pipeline, and its two halves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.complaint import complain
from grader.cli.options import language_option, quiet_option, report_options, rubric_options
from grader.cli.streams import write_utf8
from grader.errors import ExitCode, GradeLabError, OutputError
from grader.language import described
from grader.messages import Translator, msg

if TYPE_CHECKING:
    from grader.journal import Observation
    from grader.report.contract import ReportFormat
    from grader.result import Result
    from grader.run import Run


@click.command("grade")
@rubric_options
@click.option(
    "--verify",
    is_flag=True,
    help=described(msg("Also ask registries directly, and run the image in a sandbox.")),
)
@report_options
def grade_command(
    submission: Path,
    rubric: str | None,
    settings: dict[str, str],
    formats: list[str],
    verify: bool,
    **report: Any,
) -> ExitCode:
    """Collect, then judge."""
    from grader import run as steps

    chosen = steps.formats(formats)  # a mistake is told before the long look, not after it
    run = steps.prepare(submission, rubric, settings)
    shown = {name: report[name] for name in ("quiet", "no_color")}
    _observe(run, report["lang"], verify=verify, **shown)
    code = _judge(run, chosen, **report)
    is_told = code is ExitCode.PASSED and not report["quiet"] and report["out"] != "-"
    _hand_in(run, report["lang"], is_told=is_told)
    return code


@click.command("judge")
@rubric_options
@report_options
def judge_command(
    submission: Path,
    rubric: str | None,
    settings: dict[str, str],
    formats: list[str],
    **report: Any,
) -> ExitCode:
    """Judge only."""
    from grader import run as steps

    chosen = steps.formats(formats)
    return _judge(steps.prepare(submission, rubric, settings), chosen, **report)


@click.command("collect")
@rubric_options
@language_option
@quiet_option
def collect_command(
    submission: Path, rubric: str | None, settings: dict[str, str], lang: str, quiet: bool
) -> None:
    """Collect only."""
    from grader.run import prepare

    run = prepare(submission, rubric, settings)
    count = _observe(run, lang, quiet=quiet, no_color=False)
    if not quiet:
        told = msg(
            "{count} observations added to {journal}", count=count, journal=run.submission.journal
        )
        click.echo(Translator(lang).text(told))


def _observe(run: Run, lang: str, *, quiet: bool, no_color: bool, verify: bool = False) -> int:
    from grader.run import observe

    if quiet or not sys.stderr.isatty():
        observed = observe(run, verified=verify)
    else:
        from grader.report.progress import progress

        with progress(len(list(run.rubric.needs())), lang, no_color=no_color) as advance:
            observed = observe(run, advance, verified=verify)
    if observed.trouble:
        _warn(observed.trouble, lang)
    return observed.count


def _warn(trouble: Observation, lang: str) -> None:
    from grader.collect.advice import advice
    from grader.collect.surroundings import surroundings
    from grader.system_error import translatable

    text = Translator(lang).text
    reason = msg("the Docker Engine cannot be used: {reason}", reason=translatable(trouble.detail))
    lines = [f"grade-lab: {text(reason)}"]
    why = trouble.reason
    steps = advice(surroundings(), why, trouble.detail) if why else []
    lines += [f"  → {text(step)}" for step in steps]
    complain(lines)


def _hand_in(run: Run, lang: str, *, is_told: bool) -> None:
    from grader import in_git

    text, journal = Translator(lang).text, run.submission.journal
    if in_git.leaves_out(journal):
        left_out = GradeLabError(
            msg("git leaves {journal} out, as a .gitignore says", journal=journal),
            msg(
                "where you hand in by git, run `git add -f {journal}`, and commit", journal=journal
            ),
        )
        complain(left_out.lines(text))
    elif is_told:
        hidden = msg(
            "When you hand in, take the whole folder: the record is in {folder}, which is hidden.",
            folder=journal.parent.name,
        )
        click.echo(text(hidden))


def _judge(
    run: Run,
    chosen: Mapping[str, ReportFormat],
    *,
    out: str | None,
    overrides: Path | None,
    open_report: bool,
    quiet: bool,
    no_color: bool,
    lang: str,
) -> ExitCode:
    from grader import plugins
    from grader import run as steps
    from grader.submission import REPORT

    result = steps.judged(run, lang, overrides)
    if out == "-":
        for name, report in chosen.items():
            with plugins.blamed(plugins.REPORTS, name):
                write_utf8(report.render(result))
        return steps.exit_code(result, reached=result.passed)
    folder = Path(out) if out else run.submission.folder / REPORT
    try:
        paths = steps.write(result, chosen, folder)
    except OutputError:
        if not quiet:  # a report that has no room takes nobody's result
            _show(result, {}, no_color=no_color)
        raise
    if not quiet:
        _show(result, paths, no_color=no_color)
    if open_report and "html" in paths:
        click.launch(str(paths["html"]))
    return steps.exit_code(result, reached=result.passed)


def _show(result: Result, paths: dict[str, Path], *, no_color: bool) -> None:
    from grader.report.console import Output
    from grader.report.terminal import show

    show(result, Output(no_color=no_color), paths=paths)
