"""A recording that cannot go on says why, and what to do, wherever it is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.collect.answer import UnavailableError
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.messages import Translator, msg
from grader.report.checklist import Checklist
from grader.run import prepare
from grader.watch.session import STATUS_BYTES, Session
from grader.watch.status import TOLD, State
from grader.watch.trouble import engine_away, told
from grader.watch.watching import Watching


class UntilTold:
    """Looks on until a notice holds certain words, and then ends the recording."""

    def __init__(self, folder: Path, words: str) -> None:
        self.session = Session(folder)  # another one than the recorder's, as another process has
        self.words = words
        self.notice = ""
        self.told = ""

    def update(self, checklist: Checklist) -> None:
        if self.words in checklist.notice and not self.notice:
            self.notice = checklist.notice
            status = self.session.status()
            self.told = status.trouble if status else ""
            self.session.ask_to_stop(0)

    def tick(self) -> None:
        pass


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "docker"
    folder.mkdir()
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder / "config.json"


def watch(submission: Path, words: str) -> UntilTold:
    folder = submission / ".grade-lab"
    view = UntilTold(folder, words)
    Watching(prepare(submission, None, {}), Session(folder), [view], "en").watch()
    return view


def test_a_broken_configuration_is_told_with_what_to_do(submission: Path, config: Path) -> None:
    config.write_text('{"auths": {},}')
    view = watch(submission, "configuration of docker cannot be read")
    assert "`docker login`" in view.notice
    assert "`grade-lab doctor`" in view.notice
    assert view.told.startswith("the configuration of docker cannot be read")


def test_an_engine_that_is_off_is_told_with_how_to_start_it(
    submission: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    view = watch(submission, "does not answer")
    assert "→" in view.notice
    assert "`grade-lab doctor`" in view.notice


def test_an_engine_that_hangs_is_to_be_restarted() -> None:
    words = "3 questions in a row were not answered in time"
    error = engine_away(UnavailableError(Reason.ENGINE_UNREACHABLE, words))
    assert "restart Docker" in str(told(State.ENGINE_AWAY, error))


def test_a_socket_without_permission_is_no_engine_that_is_off() -> None:
    error = engine_away(UnavailableError(Reason.PERMISSION, "Permission denied"))
    notice = str(told(State.ENGINE_AWAY, error))
    assert "Permission denied" in notice
    assert "start Docker" not in notice
    assert "by itself" not in notice  # a new login is needed, which this process has not
    assert "start `grade-lab watch` again" in notice
    assert "권한이 없습니다" in Translator("ko").text(told(State.ENGINE_AWAY, error))


def test_a_recording_that_goes_on_says_nothing_of_a_trouble_that_is_over() -> None:
    assert told(State.RECORDING, GradeLabError(msg("over"))) == TOLD[State.RECORDING]


def test_a_long_trouble_in_korean_fits_into_the_status(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.page = "http://127.0.0.1:65535/" + "x" * 64 + "/"
    with session.recording():
        session.tell(State.ENGINE_AWAY, "도커가 답하지 않습니다. " * 200)
        assert (tmp_path / "watch.json").stat().st_size == STATUS_BYTES
        status = Session(tmp_path).status()
        assert status is not None
        assert status.trouble.startswith("도커가 답하지 않습니다")
        session.tell(State.RECORDING)
        status = Session(tmp_path).status()
        assert status is not None
        assert status.trouble == ""
