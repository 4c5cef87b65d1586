"""The command ``grade-lab``: options and wiring. Errors are printed here and nowhere else."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from grader import __version__
from grader.cli import streams
from grader.cli.complaint import complain
from grader.cli.help import Help
from grader.errors import ExitCode, GradeLabError
from grader.interruption import Interruption, heeded
from grader.language import LANG, described, named
from grader.messages import Message, Translator, lend, msg


class Elsewhere(click.Command):
    """A command by its module and what it is for; imported once it is called, not for a list."""

    def __init__(
        self, name: str, module: str, purpose: Message, in_short: Message | None = None
    ) -> None:
        super().__init__(
            name, help=described(purpose), short_help=described(in_short) if in_short else None
        )
        self._module = module

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        return self.command.make_context(*args, **extra)

    @property
    def command(self) -> click.Command:
        """The command itself."""
        found: click.Command = getattr(import_module(self._module), f"{self.name}_command")
        found.help = self.help
        return found


_ABOUT = {"--help", "--version"}
"""What is asked of the command as a whole."""


def _without_language(args: list[str]) -> list[str]:
    """What stands behind ``--lang``, where that comes first; the whole command heeds it by then."""
    name, inline, _ = (args or [""])[0].partition("=")
    count = 1 if inline else 2
    return args[count:] if name == "--lang" and named(args[:count]) else args


class _DefaultToGrade(click.Group):
    """``grade-lab PATH`` means ``grade-lab grade PATH``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        args = _without_language(args)
        if args and args[0] in _ABOUT:
            args = args[:1]  # whatever stands behind it, as in `--help --lang ko`
        elif not args or args[0] not in self.commands:
            self._refuse_mistyped(args[:1])
            args = ["grade", *args]
        return super().parse_args(ctx, args)

    def _refuse_mistyped(self, first: list[str]) -> None:
        from difflib import get_close_matches
        from pathlib import Path

        for name in first:
            close = get_close_matches(name, self.commands, n=1, cutoff=0.7)
            a_word = name.isalpha() and name.isascii()  # as people try `help` or `start`
            if name.startswith("-") or not (close or a_word) or Path(name).exists():
                continue
            if close:
                raise GradeLabError(
                    msg(
                        "there is no command '{name}'; did you mean '{close}'?",
                        name=name,
                        close=close[0],
                    )
                )
            raise GradeLabError(
                msg("there is neither a command nor a folder '{name}'", name=name),
                msg("`grade-lab --help` shows the commands"),
            )


@click.group(
    cls=_DefaultToGrade, help=described(msg("Tells whether a Docker lab was really done."))
)
@click.version_option(
    __version__, prog_name="grade-lab", help=described(msg("Show the version and exit."))
)
def cli() -> None:
    """The root of all commands."""


for command in [
    Elsewhere(
        "grade", "grader.cli.grade", msg("Collect evidence, judge it, and write the reports.")
    ),
    Elsewhere("judge", "grader.cli.grade", msg("Judge the journal; needs no engine.")),
    Elsewhere("collect", "grader.cli.grade", msg("Only collect evidence into the journal.")),
    Elsewhere(
        "batch",
        "grader.cli.batch",
        msg(
            "Judge a whole class: `grade-lab batch SOURCE` judges, `grade-lab batch review` lists "
            "what needs a person."
        ),
        msg("Judge a whole class."),
    ),
    Elsewhere("rubric", "grader.cli.rubric", msg("Draft, check, show and test rubrics.")),
    Elsewhere(
        "challenge", "grader.cli.challenge", msg("Challenges: proof that a lab is one's own.")
    ),
    Elsewhere(
        "watch", "grader.cli.watch", msg("Record while you work, and tick off what you have done.")
    ),
    Elsewhere(
        "ci",
        "grader.cli.ci",
        msg("Grade a submission where it is pushed to: GitHub, GitLab, others."),
        msg("Grade a submission where it is pushed to."),
    ),
    Elsewhere(
        "shell",
        "grader.cli.shell",
        msg("Open your shell, and record the docker commands that leave no trace, such as `ps`."),
        msg("Open your shell, and record docker commands in it."),
    ),
    Elsewhere(
        "doctor",
        "grader.cli.doctor",
        msg("Is this computer ready for the lab, and if not, what to do?"),
    ),
]:
    cli.add_command(command)


def _fail(error: GradeLabError, lang: str) -> ExitCode:
    complain(error.lines(Translator(lang).text))
    return error.exit_code


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command; never a traceback for anything a user can cause."""
    # A short process has little garbage, and much that is built once: looking for it costs more.
    gc.set_threshold(300_000)
    atexit.register(gc.freeze)  # when it ends Python would look through all of it, several times
    args = sys.argv[1:] if args is None else args
    streams.ready()
    lend()
    click.Context.formatter_class = Help
    inherited = dict(os.environ)
    os.environ["LANGUAGE"] = named(args) or LANG
    # Pydantic would search all that is installed for plug-ins, of which we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with heeded() as interruption:
        code = _told(args, interruption, inherited)
    sys.exit(code)


def _told(
    args: list[str],
    interruption: Interruption | None = None,
    inherited: Mapping[str, str] = os.environ,
) -> ExitCode:
    """Run the command, say what went wrong, and return its exit code.

    ``inherited`` is the environment before anything was set for libraries.
    """
    lang = named(args) or LANG
    asked = interruption or Interruption()
    try:
        code = _run(args, inherited, lang, asked)
        if code == ExitCode.PASSED or not asked.came:
            return code
    except (KeyboardInterrupt, click.Abort):
        pass
    stopped = msg("interrupted; what was collected so far is kept")
    with suppress(OSError):  # a terminal that is closed cannot be told
        click.echo(f"grade-lab: {Translator(lang).text(stopped)}", err=True)
    return ExitCode.INTERRUPTED


def _run(args: list[str], inherited: Mapping[str, str], lang: str, asked: Interruption) -> ExitCode:
    try:
        code = cli.main(args, prog_name="grade-lab", standalone_mode=False, obj=inherited)
        sys.stdout.flush()
        return code or ExitCode.PASSED
    except Exception as error:
        # Pydantic makes an error of its own of an interruption, and others make something of that.
        if asked.came:
            raise KeyboardInterrupt from error
        return _failed(error, lang)


def _failed(error: Exception, lang: str) -> ExitCode:
    """Say it to the user. What no user can cause is raised again."""
    match error:
        case GradeLabError():
            return _fail(error, lang)
        case click.ClickException():
            error.show()
            return ExitCode.USAGE
        case ImportError() if error.name in sys.stdlib_module_names:
            lacking = msg("this Python was built without '{module}'", module=error.name.lstrip("_"))
            advice = msg(
                "install Python again: that of python.org or of your system has all of it; "
                "pyenv leaves out what it finds no headers for"
            )
            return _fail(GradeLabError(lacking, advice), lang)
        case OSError():  # such as a full disk below standard output
            from pathlib import Path

            from grader.system_error import reason_of, to_write_again

            _say_no_more()
            reason = reason_of(error)
            place = str(error.filename) if error.filename else None
            refused = msg("this computer refused something: {reason}", reason=reason)
            advice = to_write_again(error, Path(place or ""))
            return _fail(GradeLabError(refused, advice, where=place), lang)
    raise error


def _say_no_more() -> None:
    """What is left for standard output goes nowhere: nobody takes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
