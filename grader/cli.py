"""The command ``grade-lab``: options and wiring. Errors are printed here and nowhere else."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from grader import __version__
from grader.cli_batch import batch_group
from grader.cli_challenge import challenge_group
from grader.cli_ci import ci_command
from grader.cli_doctor import doctor_command
from grader.cli_rubric import rubric_group
from grader.cli_shell import shell_command
from grader.cli_watch import watch_command
from grader.errors import ExitCode, GradeLabError
from grader.messages import LANGUAGES, Translator, msg
from grader.options import (
    LANG,
    described,
    language_option,
    report_options,
    rubric_options,
)

if TYPE_CHECKING:
    from grader.journal import Observation
    from grader.report.contract import ReportFormat
    from grader.result import Result
    from grader.run import Run


class _DefaultToGrade(click.Group):
    """``grade-lab PATH`` means ``grade-lab grade PATH``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in {"--help", "--version"}):
            self._refuse_mistyped(args[:1])
            args = ["grade", *args]
        return super().parse_args(ctx, args)

    def _refuse_mistyped(self, first: list[str]) -> None:
        from difflib import get_close_matches

        for name in first:
            close = get_close_matches(name, self.commands, n=1, cutoff=0.7)
            if close and not name.startswith("-") and not Path(name).exists():
                raise GradeLabError(
                    msg(
                        "there is no command '{name}'; did you mean '{close}'?",
                        name=name,
                        close=close[0],
                    )
                )


@click.group(
    cls=_DefaultToGrade, help=described(msg("Tells whether a Docker lab was really done."))
)
@click.version_option(__version__, prog_name="grade-lab")
def cli() -> None:
    """The root of all commands."""


@cli.command("grade", help=described(msg("Collect evidence, judge it, and write the reports.")))
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
    return _judge(run, chosen, **report)


@cli.command("judge", help=described(msg("Judge the journal; needs no engine.")))
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


@cli.command("collect", help=described(msg("Only collect evidence into the journal.")))
@rubric_options
@language_option
@click.option("--quiet", is_flag=True, help=described(msg("Print errors only.")))
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


cli.add_command(batch_group)
cli.add_command(rubric_group)
cli.add_command(challenge_group)
cli.add_command(watch_command)
cli.add_command(ci_command)
cli.add_command(shell_command)
cli.add_command(doctor_command)


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

    text = Translator(lang).text
    reason = msg("the Docker Engine cannot be used: {reason}", reason=trouble.detail)
    lines = [f"grade-lab: {text(reason)}"]
    steps = advice(surroundings(), trouble.reason) if trouble.reason else []
    lines += [f"  → {text(step)}" for step in steps]
    _complain(lines)


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
    from grader import run as steps
    from grader.submission import REPORT

    result = steps.judged(run, lang, overrides)
    if out == "-":
        for report in chosen.values():
            sys.stdout.write(report.render(result))
        return steps.exit_code(result)
    folder = Path(out) if out else run.submission.folder / REPORT
    paths = steps.write(result, chosen, folder)
    if not quiet:
        _show(result, paths, no_color=no_color)
    if open_report and "html" in paths:
        click.launch(str(paths["html"]))
    return steps.exit_code(result)


def _show(result: Result, paths: dict[str, Path], *, no_color: bool) -> None:
    from rich.console import Console

    from grader.report.terminal import show

    show(result, Console(no_color=no_color or None, highlight=False), paths=paths)


def _fail(error: GradeLabError, lang: str) -> NoReturn:
    text = Translator(lang).text
    place = f"{error.where}: " if error.where else ""
    lines = [f"grade-lab: {place}{text(error.message)}"]
    lines += [f"  {problem.where}: {text(problem.told)}" for problem in error.problems]
    lines += [f"  → {text(advice)}" for advice in error.advice]
    _complain(lines)
    sys.exit(error.exit_code)


def _complain(lines: list[str]) -> None:
    """Lines on standard error, free of control characters, and of commands to a CI runner."""
    from grader.ci.commands import inert

    shown = ["".join(char if char.isprintable() else "�" for char in line) for line in lines]
    click.echo("\n".join(map(inert, shown)), err=True)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _chosen_language(args: list[str]) -> str:
    """The value of --lang before options are parsed, so that errors speak it too."""
    for option, value in zip(args, [*args, ""][1:], strict=True):
        name, _, inline = option.partition("=")
        if name == "--lang" and (inline or value) in LANGUAGES:
            return inline or value
    return LANG


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command; never a traceback for anything a user can cause."""
    # A short process has little garbage, and much that is built once: looking for it costs more.
    gc.set_threshold(100_000)
    args = sys.argv[1:] if args is None else args
    lang = _chosen_language(args)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = cli.main(args, prog_name="grade-lab", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code or ExitCode.PASSED)
    except GradeLabError as error:
        _fail(error, lang)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        stopped = msg("interrupted; what was collected so far is kept")
        click.echo(f"grade-lab: {Translator(lang).text(stopped)}", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of standard output went away (`grade-lab … | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.PASSED)
