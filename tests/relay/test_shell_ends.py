"""When a recorded shell is asked to end, what runs in it ends, too, whether it wants to or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.relay.engines import SECONDS

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)

RUN = """
import os, sys
from grader.relay import shell
shell.GRACE_SECONDS = float(sys.argv[1])
{patch}
sys.exit(shell.run(["sh", "-c", sys.argv[2]], os.environ))
"""
ASKED_WHILE_IT_STARTS = """
import signal
spawn = os.posix_spawnp
def asked(*arguments, **options):
    child = spawn(*arguments, **options)
    signal.raise_signal(signal.SIGTERM)
    return child
os.posix_spawnp = asked
"""


@dataclass(frozen=True)
class Shell:
    process: subprocess.Popen[str]
    keyboard: int

    def ended(self) -> tuple[int, str]:
        """The exit code, and what was written until nobody was left who could write."""
        written, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, written

    def heard(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


@contextmanager
def shell(script: str, *, grace: float = 10 * SECONDS, patch: str = "") -> Iterator[Shell]:
    """A script in a recorded shell, which then waits for a line."""
    command = [sys.executable, "-c", RUN.format(patch=patch), str(grace), f"{script}; read line"]
    keys, keyboard = os.pipe()
    with (
        os.fdopen(keys),
        os.fdopen(keyboard, "w"),
        subprocess.Popen(command, stdin=keys, stdout=subprocess.PIPE, text=True) as process,
    ):
        yield Shell(process, keyboard)


def test_who_hears_that_the_terminal_is_gone_may_finish() -> None:
    with shell("trap 'echo bye; exit' HUP; echo ready") as opened:
        assert opened.heard() == "ready\n"
        opened.process.send_signal(signal.SIGTERM)
        assert opened.ended() == (128 + signal.SIGTERM, "bye\n")


def test_who_does_not_want_to_hear_is_killed() -> None:
    with shell("trap '' HUP TERM; echo ready", grace=0.2) as opened:
        assert opened.heard() == "ready\n"
        opened.process.send_signal(signal.SIGHUP)
        assert opened.ended() == (128 + signal.SIGHUP, "")


def test_to_be_asked_again_does_not_break_the_end() -> None:
    with shell("trap 'echo bye; read more; echo $more; exit' HUP; echo ready") as opened:
        assert opened.heard() == "ready\n"
        opened.process.send_signal(signal.SIGTERM)
        assert opened.heard() == "bye\n"
        opened.process.send_signal(signal.SIGTERM)
        opened.process.send_signal(signal.SIGHUP)
        os.write(opened.keyboard, b"more\n")
        assert opened.ended() == (128 + signal.SIGTERM, "more\n")


def test_a_shell_that_was_just_started_is_not_left_behind() -> None:
    with shell(":", patch=ASKED_WHILE_IT_STARTS) as opened:
        assert opened.ended() == (128 + signal.SIGTERM, "")


def test_the_exit_code_is_that_of_the_shell() -> None:
    with shell("exit 3") as opened:
        assert opened.ended() == (3, "")
