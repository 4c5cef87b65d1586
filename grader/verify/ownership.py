"""What in the engine is ours: so that it is removed, also when the run that made it was killed.

Containers and networks carry two labels: ``grade-lab.run``, and ``grade-lab.home``, which stands
for the folder in which this user's runs on this computer keep a lock each for as long as they live.
Others may come to bear the same labels, as a container inherits them of an image that was committed
from one of ours, and tools copy them; so the name tells the run as well, which nothing inherits.
Images cannot be labelled from outside: what was pulled or built is noted in a file beside the lock,
before it comes to be or as soon as its id is known. Who finds a lock that nobody holds knows that
its run is gone, and removes what it left.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from stat import S_ISDIR
from threading import Lock
from uuid import uuid4

from filelock import FileLock, Timeout

from grader.collect.answer import NoAnswerError
from grader.collect.event_shapes import SANDBOX_LABEL
from grader.errors import GradeLabError
from grader.messages import msg
from grader.system_error import reason_of
from grader.verify.engine import Engine

RUN, HOME = SANDBOX_LABEL, "grade-lab.home"
TRIES = 20
WAIT_SECONDS = 0.25

_NAME = re.compile(r"/?grade-lab-([0-9a-f]{16})-\d+")


def state_folder() -> Path:
    """Where runs keep their locks: in the user's folder for state.

    Who has none that can be written, as in many a CI container, has one among temporary files.
    """
    from platformdirs import user_state_path

    usual = user_state_path("grade-lab", appauthor=False)
    with suppress(OSError):
        usual.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.access(usual, os.W_OK) or sys.platform == "win32":
        return usual / "verify"
    own = Path(tempfile.gettempdir()) / f"grade-lab-{os.getuid()}"
    with suppress(OSError):
        own.mkdir(mode=0o700, exist_ok=True)
        found = own.lstat()  # others may make a folder, or a link, of that name
        if S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return own / "verify"
    return usual / "verify"


class Ownership:
    """One run and what it owns in an engine.

    Raises:
        GradeLabError: the folder cannot be written.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._noting = Lock()
        self._numbers = count(1)
        self._engine_id = ""
        self._before: frozenset[str] = frozenset()
        self.run = uuid4().hex[:16]
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = FileLock(folder / f"{self.run}.lock")
            self._lock.acquire(timeout=0)
            self._home = _home(folder)
        except OSError as error:
            raise GradeLabError(
                msg("the state of runs cannot be kept: {reason}", reason=reason_of(error)),
                msg("make the folder writable, or name another one by XDG_STATE_HOME"),
                where=str(folder),
            ) from error

    @property
    def labels(self) -> dict[str, str]:
        """For all that this run creates."""
        return {RUN: self.run, HOME: self._home}

    def name(self) -> str:
        """For the next container or network that this run creates."""
        return f"grade-lab-{self.run}-{next(self._numbers)}"

    @property
    def others(self) -> bool:
        """Whether other runs of this home are at work, or were killed."""
        files = [*self._folder.glob("*.lock"), *self._folder.glob("*.images")]
        return any(path.stem != self.run for path in files)

    def begin(self) -> None:
        """Remove what runs left that were killed, and note which images are there already.

        Raises:
            NoAnswerError: the engine does not answer.
        """
        self._engine_id = str(self._engine.info().get("ID") or "")
        for run in self._departed():
            self._remove_all(run, tries=1)
        self._before = frozenset(str(image.get("Id")) for image in self._engine.images())

    def note(self, image: str) -> None:
        """Note that an image, by its id or reference, is to be removed, come what may."""
        with self._noting, self._notes(self.run).open("a", encoding="utf-8") as file:
            file.write(json.dumps([self._engine_id, image]) + "\n")

    def note_new(self, image: str) -> bool:
        """The same for an id without ``sha256:``, unless it was there before; whether it is new."""
        new = not any(known.removeprefix("sha256:").startswith(image) for known in self._before)
        if new:
            self.note(image)
        return new

    def end(self) -> None:
        """Remove all that this run made."""
        try:
            if self._engine_id:
                self._remove_all(self.run)
        finally:
            self._lock.release()
            (self._folder / f"{self.run}.lock").unlink(missing_ok=True)

    def _remove_all(self, run: str, tries: int = TRIES) -> None:
        """Remove what a run made; what cannot be removed now is left for a later run."""
        for attempt in range(tries):
            if attempt:  # one is being removed, or has just come to be
                time.sleep(WAIT_SECONDS)
            try:
                for container in self._things("containers").get(run, ()):
                    self._engine.remove(container)
                for network in self._things("networks").get(run, ()):
                    self._engine.remove_network(network)
                break
            except NoAnswerError:
                continue
        else:
            return
        notes = self._notes(run)
        if notes.exists() and self._remove_images(notes, tries):
            notes.unlink(missing_ok=True)

    def _remove_images(self, notes: Path, tries: int) -> bool:
        """Remove the images that are noted, children first; whether none is left in any engine."""
        mine, foreign = [], False
        for line in notes.read_text(encoding="utf-8").splitlines():
            try:
                engine, image = json.loads(line)
            except ValueError:  # cut short when the run was killed
                continue
            if engine == self._engine_id:
                mine.append(image)
            else:
                foreign = True
        waiting = list(dict.fromkeys(reversed(mine)))
        for attempt in range(tries):
            waiting = [image for image in waiting if not self._removed(image)]
            if not waiting:
                break
            if attempt:  # a build that was cut off takes a moment to let go of its images
                time.sleep(WAIT_SECONDS)
        return not (waiting or foreign)

    def _removed(self, image: str) -> bool:
        try:
            self._engine.remove_image(image)
        except NoAnswerError:
            return False
        return True

    def _departed(self) -> Iterator[str]:
        """The runs of this home whose process is gone."""
        runs = {path.stem for path in self._folder.glob("*.lock")}
        runs |= {path.stem for path in self._folder.glob("*.images")}
        for kind in ("containers", "networks"):
            runs |= self._things(kind).keys()
        for run in sorted(runs - {self.run}):
            with self._taken_over(run) as departed:
                if departed:
                    yield run

    def _things(self, kind: str) -> dict[str, list[str]]:
        """The ids of the containers or networks that runs of this home made, by run."""
        made: dict[str, list[str]] = {}
        for found in self._engine.labelled(kind, f"{HOME}={self._home}"):
            run = str((found.get("Labels") or {}).get(RUN))
            names = found.get("Names") or [found.get("Name")]
            if any((ours := _NAME.fullmatch(str(name))) and ours[1] == run for name in names):
                made.setdefault(run, []).append(str(found.get("Id")))
        return made

    @contextmanager
    def _taken_over(self, run: str) -> Iterator[bool]:
        path = self._folder / f"{run}.lock"
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
            path.unlink(missing_ok=True)

    def _notes(self, run: str) -> Path:
        return self._folder / f"{run}.images"


def _home(folder: Path) -> str:
    """A random name for this folder, made once."""
    path = folder / "home"
    if not path.exists():
        draft = folder / f"home.{uuid4().hex}"
        draft.write_text(uuid4().hex, encoding="ascii")
        try:
            path.hardlink_to(draft)  # whoever is first decides
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
