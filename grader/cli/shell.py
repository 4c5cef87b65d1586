"""The command ``grade-lab shell``: options and wiring."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import language_option, quiet_option, rubric_options
from grader.errors import GradeLabError
from grader.messages import Message, Translator, msg
from grader.system_error import reason_of

if TYPE_CHECKING:
    from grader.relay.connection import Connect
    from grader.relay.notes import Notes

SEPARATOR = "--"


class _ThenCommand(click.Command):
    """Takes its own arguments up to ``--``; what follows is a command to run, in ``ctx.args``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index(SEPARATOR) if SEPARATOR in args else len(args)
        ctx.args = [*super().parse_args(ctx, args[:end]), *args[end + 1 :]]
        return ctx.args

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND…]"]


@click.command("shell", cls=_ThenCommand)
@rubric_options
@language_option
@quiet_option
@click.pass_context
def shell_command(  # noqa: PLR0917 # an option each
    ctx: click.Context,
    submission: Path,
    rubric: str | None,
    settings: dict[str, str],
    lang: str,
    quiet: bool,
) -> int:
    """Record while the learner's shell, or the command after ``--``, runs."""
    _refuse_where_it_cannot_work()
    from grader import shell_environment
    from grader.collect.endpoint import resolve
    from grader.journal_file import JournalFile
    from grader.relay import upstream
    from grader.relay.notes import Notes
    from grader.relay.wanted import Wanted
    from grader.run import prepare

    run = prepare(submission, rubric, settings)
    env = shell_environment.outside(ctx.obj)  # that of this process, as it was at its start
    connect = partial(upstream.connected, resolve(env, sys.platform), env)
    wanted = Wanted(run.rubric.needs())
    if not quiet:
        _say(_WELCOME if wanted else _NOTHING_ASKED, lang)
    notes = Notes(wanted, JournalFile(run.submission.journal))
    try:
        code = _recorded(ctx.args or [env.get("SHELL") or "sh"], env, connect, notes)
    finally:
        notes.close()
    _tell_end(notes, lang, quiet=quiet)
    return code


def _recorded(command: list[str], env: Mapping[str, str], connect: Connect, notes: Notes) -> int:
    """Run a command whose docker commands go through a relay; return its exit code."""
    from grader.relay import listener, shell
    from grader.shell_environment import inside

    try:
        with listener.relay(connect, notes.note) as address:
            return shell.run(command, inside(env, address))
    except OSError as error:
        raise GradeLabError(
            msg(
                "'{command}' cannot be run in a recorded shell: {reason}",
                command=command[0],
                reason=reason_of(error),
            )
        ) from error


_WELCOME = msg(
    "you are in a recorded shell: it notes that you use `docker ps`, `docker logs` and the like, "
    "and nothing of what they show. `exit` ends it"
)
_NOTHING_ASKED = msg(
    "this rubric asks for nothing that only a recorded shell could tell; you can work in it all "
    "the same. `exit` ends it"
)


def _refuse_where_it_cannot_work() -> None:
    if sys.platform == "win32":
        raise GradeLabError(
            msg("a recorded shell cannot work on Windows"),
            msg("paste what the commands show into answers.md: a true quote counts as well"),
            msg("or use it inside WSL"),
        )
    from grader.relay.listener import is_alive
    from grader.shell_environment import ADDRESS

    address = os.environ.get(ADDRESS, "")
    if address and is_alive(Path(address.removeprefix("unix://"))):
        raise GradeLabError(
            msg("this is a recorded shell already"),
            msg("go on working in it, or leave it with `exit` first"),
        )


def _tell_end(notes: Notes, lang: str, *, quiet: bool) -> None:
    if notes.lost and notes.trouble:
        lost = msg(
            "not all was recorded, calls lost: {count}; {reason}",
            count=notes.lost,
            reason=notes.trouble.message,
        )
        for text in (lost, *notes.trouble.advice):
            _say(text, lang)
    elif not quiet:
        _say(
            msg(
                "the recording has ended, calls noted: {count}; now run `grade-lab`",
                count=notes.count,
            )
            if notes.count
            else msg("the recording has ended: nothing that counts was called in it"),
            lang,
        )


def _say(text: Message, lang: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        click.echo(f"grade-lab: {Translator(lang).text(text)}", err=True)
