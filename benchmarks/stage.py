"""The lab as the lesson leaves it: image built, tagged, pushed, pulled; its container runs."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from demo import SAMPLE, USUAL_PORT, work
from lab.docker import DockerError
from lab.ports import free_port
from learner import Learner, copy_submission
from relay import Call, relay
from timing import BenchmarkError, Command, Program

BIN = Path(sys.executable).parent
PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Stage:
    """A submission whose lab was done, and how programs are run on it."""

    learner: Learner
    environment: Mapping[str, str]

    @property
    def folder(self) -> Path:
        return self.learner.folder

    @property
    def journal(self) -> Path:
        return self.folder / ".grade-lab" / "journal.jsonl"

    @property
    def settings(self) -> dict[str, str]:
        """The rubric's variables, where this lab differs from the lesson."""
        return {"registry": self.learner.registry, "port": str(self.learner.port)}

    def program(self, name: str, *command: str | Path, **environment: str) -> Program:
        """A program that looks at this lab."""
        return Program(name, command, {**self.environment, **environment})

    def grading(self, rubric: Path | None = None, *options: str) -> Program:
        """A first grading, with nothing known from earlier ones."""
        settings = [f"--set={name}={value}" for name, value in self.settings.items()]
        chosen = ["--rubric", str(rubric)] if rubric else []
        command: Command = [BIN / "grade-lab", self.folder, *chosen, *settings, *options]
        return Program("grade-lab", command, self.environment, self._forget)

    def _forget(self) -> None:
        shutil.rmtree(self.journal.parent, ignore_errors=True)

    def calls(self, program: Program) -> list[Call]:
        """What a program asks of the engine in one run."""
        host = self.environment["DOCKER_HOST"]
        if not host.startswith("unix://"):
            raise BenchmarkError(f"The engine must listen on a Unix socket, not on {host}.")
        with relay(Path(host.removeprefix("unix://"))) as between:
            environment = {**program.environment, "DOCKER_HOST": between.host}
            Program(program.name, program.command, environment, program.before).run()
            return list(between.calls)


@contextmanager
def lab_done() -> Iterator[Stage]:
    """Do the lab in a temporary folder; when the block is left, all of it is removed."""
    if os.environ.get("GRADE_LAB_LIVE") != "1":
        raise BenchmarkError("There is no lab here. Run `make bench`.")
    # As after an installation: Python keeps what it compiled, and nothing adds to its path.
    environment = {k: v for k, v in os.environ.items() if not re.match("PYTHON|PYTEST|COV", k)}
    with tempfile.TemporaryDirectory(prefix="grade-lab-bench-") as place:
        learner = Learner(
            copy_submission(SAMPLE, Path(place) / "wisheasy"),
            os.environ["GRADE_LAB_REGISTRY"],
            port=free_port(USUAL_PORT, "0.0.0.0"),  # noqa: S104 # where docker publishes
        )
        try:
            with redirect_stdout(io.StringIO()):  # the demo shows its steps
                work(learner)
            yield Stage(learner, environment)
        finally:
            _remove_left_over(learner)
            learner.clean_up()


def _remove_left_over(learner: Learner) -> None:
    """Containers that a peer was killed with; they would keep the image from being removed."""
    with suppress(DockerError):
        listed = learner.docker("ps", "--all", "--quiet", "--filter", f"ancestor={learner.local}")
        if listed:
            learner.docker("rm", "--force", *listed.split())
