"""Run a command inside a throwaway Docker environment.

    python3 scripts/lab_env.py run [--optional] -- COMMAND…

The command finds the environment in its variables (DOCKER_HOST, DOCKER_CONFIG, GRADE_LAB_…).
Its exit code is ours. Exit code 69: no engine can be had here; with --optional the command
runs all the same, without the variables but with GRADE_LAB_UNAVAILABLE, which says why.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType

from lab.environment import VARIABLES, open_lab
from lab.errors import LabUnavailableError, say

UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h
GRACE_SECONDS = 60.0  # for a command that was asked to end: it may have to clean up
ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Asked(BaseException):
    """A signal asked us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = signal.Signals(number)


def main() -> int:
    """Run the command in the lab, and return its exit code or UNAVAILABLE."""
    options = _parser().parse_args()
    _listen()
    try:
        with open_lab() as lab:
            try:
                return _run(options.command, lab.environment)
            finally:
                _ignore_signals()  # from here on it takes a moment, and must be whole
    except LabUnavailableError as reason:
        return _without_lab(options, str(reason))
    except Asked as asked:
        say(f"ended by {asked.signal.name} before the command had started")
        return 128 + asked.signal


def _without_lab(options: argparse.Namespace, reason: str) -> int:
    say(f"No Docker engine can be had here.\n{reason}")
    if not options.optional:
        return UNAVAILABLE
    say("GOING ON WITHOUT DOCKER: what needs an engine is left out.")
    code = _run(options.command, {"GRADE_LAB_UNAVAILABLE": reason})
    say("THIS RUN WAS WITHOUT DOCKER, for the reason above.")
    return code


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command, pass on what asks us to end, and return its exit code as a shell would."""
    outer = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    try:
        process = subprocess.Popen(command, env={**outer, **environment})
    except OSError as error:
        say(f"{command[0]} cannot be started: {error.strerror}")
        return 127
    while True:
        try:
            code = process.wait()
        except Asked as asked:
            if asked.signal == signal.SIGINT and os.isatty(0):
                _listen()  # the terminal gave Ctrl-C to the command too: it decides
                continue
            code = _end(process, asked.signal)
        return code if code >= 0 else 128 - code


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> int:
    """Pass a signal on, and give the command time to end."""
    process.send_signal(how)
    with suppress(subprocess.TimeoutExpired):
        return process.wait(GRACE_SECONDS)
    say(f"the command did not end within {GRACE_SECONDS:.0f} s of {how.name}: killed")
    process.kill()
    return process.wait()


def _ask(number: int, _frame: FrameType | None) -> None:
    _ignore_signals()  # asked once is enough: a second one must not break the cleaning up
    raise Asked(number)


def _listen() -> None:
    for number in ENDING:
        signal.signal(number, _ask)


def _ignore_signals() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A throwaway Docker engine and registry.")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="run a command inside the environment")
    run.add_argument("--optional", action="store_true", help="run it also where no engine is")
    run.add_argument("command", nargs="+", metavar="COMMAND", help="after --")
    return parser


if __name__ == "__main__":
    sys.exit(main())
