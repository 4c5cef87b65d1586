"""A second `grade-lab watch` looks on, and goes on with the recording when the first one ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.errors import GradeLabError
from grader.messages import msg
from grader.report.checklist import Checklist
from grader.run import prepare
from grader.submission import Submission
from grader.watch import watching as module
from grader.watch.detach import LOG, detach
from grader.watch.everything import record
from grader.watch.session import STATUS, Session, Status
from grader.watch.status import TOLD, State
from grader.watch.trouble import told, unforeseen
from grader.watch.watching import Watching
from tests.watch.another_recorder import another_process


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


class Onlooker:
    """A view that notes what is told, and asks whoever records to end when it sees these words."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.session = Session(folder)
        self.words = list(words)
        self.notices: list[str] = []

    def update(self, checklist: Checklist) -> None:
        self.notices.append(checklist.notice)

    def tick(self) -> None:
        if self.words and self.words[0] in self.notices[-1]:
            del self.words[0]
            self.session.ask_to_stop(0)


def test_it_shows_what_another_records_and_then_records_itself(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_UP_SECONDS", 0.1)
    folder = submission / ".grade-lab"
    view = Onlooker(folder, "recording; keep this running", "does not answer")
    with another_process(folder):
        Watching(prepare(submission, None, {}), Session(folder), [view], "en").watch()
    assert view.notices[0] == str(TOLD[State.RECORDING])
    assert "does not answer" in view.notices[-2]  # of its own recording
    assert view.notices[-1] == str(TOLD[State.ENDED])
    assert Session(folder).status() is None


def test_nobody_has_to_look_on(submission: Path) -> None:
    folder = submission / ".grade-lab"

    class Asked(Session):
        def tell(self, state: State, trouble: str = "") -> None:
            super().tell(state, trouble)
            if state is State.ENGINE_AWAY:
                Session(folder).ask_to_stop(0)

    Watching(prepare(submission, None, {}), Asked(folder), [], "en").watch()
    assert Session(folder).status() is None


def test_a_recording_of_everything_tells_how_it_goes_until_it_is_asked_to_end(
    submission: Path,
) -> None:
    folder = submission / ".grade-lab"
    seen: list[State] = []

    def tell(state: State) -> None:
        seen.append(state)
        status = Session(folder).status()
        assert status is not None
        assert status.state is state
        if state is State.ENGINE_AWAY:
            Session(folder).ask_to_stop(0)

    assert record(Submission(submission), Session(folder), tell)
    assert seen[-1] is State.ENGINE_AWAY
    with another_process(folder):
        assert not record(Submission(submission), Session(folder), tell)


def test_a_recording_in_the_background_that_ends_at_once_is_told_with_its_last_words(
    submission: Path,
) -> None:
    folder = submission / ".grade-lab"
    words = ["watch", str(submission), "--quiet", "--lang", "en", "--rubric", "nosuch"]
    with pytest.raises(GradeLabError) as caught:
        detach(words, Session(folder), folder)
    assert "nosuch" in str(caught.value.message)
    assert "Traceback" not in (folder / LOG).read_text(encoding="utf-8")
    assert Session(folder).status() is None


def test_it_may_be_another_process_than_the_one_that_was_started(
    submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `python.exe` of a virtual environment on Windows, which starts the real one."""
    launcher = tmp_path / "python"
    launcher.write_text(f'#!/bin/sh\n"{sys.executable}" "$@"\nexit $?\n')
    launcher.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(launcher))
    session = Session(submission / ".grade-lab")
    try:
        status = detach(["watch", str(submission), "--quiet"], session, submission / ".grade-lab")
        assert status.state in {State.CONNECTING, State.ENGINE_AWAY}
    finally:
        assert session.ask_to_stop(60)


def test_what_a_recorder_that_was_killed_told_is_not_told_again(submission: Path) -> None:
    folder = submission / ".grade-lab"
    with another_process(folder) as process:
        process.kill()
        process.join()
    assert (folder / STATUS).exists()
    assert Session(folder).status() is None
    with Session(folder)._lock:  # the next one begins
        assert Session(folder).status() == Status(0, "")


def test_of_something_unforeseen_no_remedy_is_made_up() -> None:
    notice = str(told(State.ENGINE_AWAY, unforeseen(KeyError("Id"))))
    assert "KeyError" in notice
    assert "goes on by itself once that is over" in notice
    assert "→" not in notice
    assert "→" in str(told(State.ENGINE_AWAY, GradeLabError(msg("full"), msg("free some"))))
