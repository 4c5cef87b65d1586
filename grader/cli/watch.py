"""The command ``grade-lab watch``: options and wiring."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import color_option, language_option, quiet_option, rubric_options
from grader.cli.streams import while_read
from grader.errors import ExitCode, GradeLabError
from grader.language import described
from grader.messages import Message, Translator, msg
from grader.system_error import reason_of, to_write_again

if TYPE_CHECKING:
    from grader.run import Run
    from grader.submission import Submission
    from grader.watch.session import Session
    from grader.watch.watching import View

STOP_SECONDS = 20.0

WHAT_IS_RECORDED = (
    msg(
        "All that you do with docker from now on is recorded, on this computer only, in .grade-lab."
    ),
    msg(
        "What was there before is left alone. Values of environment variables are not recorded,"
        " but logs and pages of your containers are: do not show secrets in them."
    ),
    msg("Do the lab now, in another terminal. Ctrl-C, or `grade-lab watch --stop`, ends it."),
)


@click.command("watch")
@rubric_options
@language_option
@click.option(
    "--everything",
    is_flag=True,
    help=described(msg("Without a rubric: record all that you do, to make a rubric of it.")),
)
@click.option("--web", is_flag=True, help=described(msg("Show the checklist in a browser, too.")))
@click.option("--open", "open_page", is_flag=True, help=described(msg("Open that page.")))
@click.option("--detach", is_flag=True, help=described(msg("Record in the background.")))
@click.option("--status", "ask", is_flag=True, help=described(msg("Is a recording going on?")))
@click.option("--stop", is_flag=True, help=described(msg("End the recording.")))
@quiet_option
@color_option
def watch_command(  # noqa: PLR0917 # an option each
    submission: Path,
    rubric: str | None,
    settings: dict[str, str],
    lang: str,
    everything: bool,
    web: bool,
    open_page: bool,
    detach: bool,
    ask: bool,
    stop: bool,
    quiet: bool,
    no_color: bool,
) -> ExitCode | None:
    """Record, in front or behind; or ask about a recording, or end it."""
    from grader.run import prepare
    from grader.submission import JOURNAL
    from grader.watch.session import Session

    session = Session((submission / JOURNAL).parent)
    if ask:
        return _tell_status(session, lang)
    if stop:
        return _stop(session, lang)
    if everything:
        if rubric or settings or web or open_page:
            raise click.UsageError(described(msg("--everything takes no rubric and shows no page")))
        return _record_everything(session, submission, lang, detached=detach, quiet=quiet)
    run = prepare(submission, rubric, settings)
    if detach:
        options = ["--web"] if web or open_page else []
        options += ["--rubric", rubric] if rubric else []
        options += [f"--set={name}={value}" for name, value in settings.items()]
        return _detach(session, run.submission, options, lang)
    with _views(lang, session, web=web or open_page, quiet=quiet, no_color=no_color) as views:
        if open_page:
            click.launch(session.page)
        _watch(run, session, views, lang)
    if not quiet:
        _say(msg("run `grade-lab` for the report"), lang)
    return ExitCode.PASSED


@contextmanager
def _views(
    lang: str, session: Session, *, web: bool, quiet: bool, no_color: bool
) -> Iterator[list[View]]:
    """Who looks on; a page's address is told to other processes by the session."""
    with ExitStack() as stack:
        views: list[View] = []
        if web:
            from grader.watch.web import WebView

            page = stack.enter_context(WebView())
            session.page = page.url
            views.append(page)
            if not quiet:
                _say(msg("the checklist is at {url}", url=page.url), lang)
        if not quiet:
            from rich.console import Console

            from grader.report.live import LiveTerminal, PlainLines

            console = Console(no_color=no_color or None, highlight=False)
            if console.is_terminal and not console.is_dumb_terminal:
                views.append(stack.enter_context(LiveTerminal(console)))
            else:
                views.append(PlainLines(sys.stdout, lang))
        yield views


def _watch(run: Run, session: Session, views: list[View], lang: str) -> None:
    from grader.watch.watching import Watching

    with _ended_by_ctrl_c(run.submission), while_read():
        Watching(run, session, views, lang).watch()


@contextmanager
def _ended_by_ctrl_c(submission: Submission) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise GradeLabError(
            msg("the recording cannot start: {reason}", reason=reason_of(error)),
            to_write_again(error, submission.journal),
            where=str(submission.journal.parent),
        ) from error


def _record_everything(
    session: Session, folder: Path, lang: str, *, detached: bool, quiet: bool
) -> ExitCode:
    from grader.report.plain import as_typed
    from grader.submission import load
    from grader.watch.everything import record
    from grader.watch.status import TOLD

    submission = load(folder, needs_lab_file=False)
    if not quiet:
        for told in WHAT_IS_RECORDED:
            _say(told, lang)
    if detached:
        return _detach(session, submission, ["--everything"], lang)
    ours = True
    with _ended_by_ctrl_c(submission), while_read():
        ours = record(submission, session, lambda state: None if quiet else _say(TOLD[state], lang))
    if not ours:
        return _tell_status(session, lang)
    if not quiet:
        _say(
            msg(
                "now make a rubric of it: `grade-lab rubric new --from-journal {folder}`",
                folder=as_typed(folder),
            ),
            lang,
        )
    return ExitCode.PASSED


def _detach(session: Session, submission: Submission, options: list[str], lang: str) -> ExitCode:
    from grader.watch.detach import detach

    known = session.status()
    if known is None:
        known = detach(
            ["watch", str(submission.folder.resolve()), "--quiet", "--lang", lang, *options],
            session,
            submission.journal.parent,
        )
        _say(msg("recording in the background (process {pid})", pid=known.pid), lang)
    else:
        _say(msg("a recording is going on already (process {pid})", pid=known.pid), lang)
    if known.page:
        _say(msg("the checklist is at {url}", url=known.page), lang)
    _say(msg("`grade-lab watch` shows it, `grade-lab watch --stop` ends it"), lang)
    return ExitCode.PASSED


def _tell_status(session: Session, lang: str) -> ExitCode:
    from grader.watch.status import TOLD

    status = session.status()
    if status is None:
        _say(msg("nothing is being recorded; `grade-lab watch` starts it"), lang)
        return ExitCode.BELOW_PASS_MARK
    since = datetime.fromisoformat(status.since).astimezone() if status.since else None
    _say(
        msg(
            "process {pid} records since {since}: {state}",
            pid=status.pid,
            since=f"{since:%Y-%m-%d %H:%M:%S}" if since else "…",
            state=status.trouble or TOLD[status.state],
        ),
        lang,
    )
    if status.page:
        _say(msg("the checklist is at {url}", url=status.page), lang)
    return ExitCode.PASSED


def _stop(session: Session, lang: str) -> ExitCode:
    status = session.status()
    if status is None:
        _say(msg("nothing is being recorded; `grade-lab watch` starts it"), lang)
        return ExitCode.PASSED
    if not session.ask_to_stop(STOP_SECONDS):
        raise GradeLabError(
            msg("the recording did not end within {seconds} seconds", seconds=round(STOP_SECONDS)),
            msg("end the process {pid} yourself", pid=status.pid),
        )
    _say(msg("the recording has ended; run `grade-lab` for the report"), lang)
    return ExitCode.PASSED


def _say(text: Message, lang: str) -> None:
    click.echo(Translator(lang).text(text))
