"""Watching: a recorder in a thread, and views that show what its journal proves so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from grader.journal import Journal
from grader.journal_file import JournalFile
from grader.judge import judge
from grader.messages import Translator
from grader.report.checklist import Checklist, checklist
from grader.result import Result
from grader.run import Run
from grader.watch.recorder import Recorder
from grader.watch.session import Session
from grader.watch.status import TOLD, State
from grader.watch.trouble import HALTED, told

GLANCE_SECONDS = 0.1
LOOK_UP_SECONDS = 1.0
END_SECONDS = 10.0


class View(Protocol):
    """Shows a checklist to somebody."""

    def update(self, checklist: Checklist) -> None:
        """Show this one instead of the one before."""

    def tick(self) -> None:
        """Called some times a second."""


class Watching:
    """A submission that is watched, by a recorder of ours or of another process."""

    def __init__(self, run: Run, session: Session, views: Sequence[View], lang: str) -> None:
        self._run = run
        self._session = session
        self._views = views
        self._lang = lang
        self._text = Translator(lang).text
        self._journal = JournalFile(run.submission.journal)
        self._shown: tuple[Journal, str] | None = None
        self._result: Result | None = None

    def watch(self) -> None:
        """Record until somebody asks to stop, and show; where another records, only show.

        When that one ends, this one goes on with the recording.

        Raises:
            GradeLabError: the journal cannot be read, or its folder written.
        """
        while True:
            with self._session.recording() as ours:
                if ours:
                    self._record()
                    return
                self._look_on()

    def _record(self) -> None:
        needs = self._run.rubric.needs()
        recorder = Recorder(needs, self._run.submission.folder, self._journal)
        try:
            with running(recorder.run) as still_runs:
                before = ""
                while still_runs() and not self._session.asked_to_stop:
                    state = recorder.state
                    notice = self._text(told(state, recorder.trouble))
                    if notice != before:
                        before = notice
                        self._session.tell(state, notice if state in HALTED else "")
                    self._show(state, notice)
                    time.sleep(GLANCE_SECONDS)
        finally:
            self._show(State.ENDED)

    def _look_on(self) -> None:
        while status := self._session.status():
            glances = round(LOOK_UP_SECONDS / GLANCE_SECONDS)
            for _ in range(glances):
                self._show(status.state, status.trouble)
                time.sleep(GLANCE_SECONDS)

    def _show(self, state: State, notice: str = "") -> None:
        if not self._views:
            return
        notice = notice or self._text(TOLD[state])
        journal = self._journal.read()
        if self._shown is None or self._shown[0] is not journal or self._shown[1] != notice:
            self._shown = journal, notice
            result = judge(self._run.rubric, journal, self._run.submission.learner, lang=self._lang)
            told = checklist(
                result, self._result, notice=notice, recording=state is State.RECORDING
            )
            self._result = result
            for view in self._views:
                view.update(told)
        for view in self._views:
            view.tick()


@contextmanager
def running(work: Callable[[threading.Event], None]) -> Iterator[Callable[[], bool]]:
    """Work in a thread that is asked to stop, and waited for, at the end."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name="recorder", daemon=True)
    thread.start()
    try:
        yield thread.is_alive
    finally:
        stop.set()
        thread.join(END_SECONDS)
