"""What is sent to the builder: as Docker would, and nothing from outside the submission."""

from __future__ import annotations

import os
import socket
import sys
import tarfile
from contextlib import chdir
from pathlib import Path

import pytest

from grader.collect.answer import AbsentError, UnavailableError
from grader.facts import Reason
from grader.verify import context as contexts
from grader.verify.context import build_context


def sent(folder: Path, dockerfile: str = "Dockerfile") -> dict[str, tarfile.TarInfo]:
    with build_context(folder, dockerfile) as archive, tarfile.open(fileobj=archive) as tar:
        return {member.name: member for member in tar}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "s"
    made.mkdir()
    (made / "Dockerfile").write_text("FROM x\n", encoding="utf-8")
    (made / "app.py").write_text("app", encoding="utf-8")
    return made


def test_what_is_ignored_stays_out_and_the_dockerfile_never_does(folder: Path) -> None:
    (folder / ".dockerignore").write_text("# all\n*\n!app.py\n", encoding="utf-8")
    (folder / ".env").write_text("SECRET=1", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x", encoding="utf-8")
    assert set(sent(folder)) == {".dockerignore", "Dockerfile", "app.py"}


def test_links_are_sent_as_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (folder / "out").symlink_to("../secret")
    (folder / "all").symlink_to(tmp_path)
    members = sent(folder)
    assert members["out"].issym()
    assert members["all"].issym()
    assert not any(name.startswith("all/") for name in members)


def test_folders_are_sent_with_what_is_in_them_in_a_fixed_order(folder: Path) -> None:
    for name in ("b/two", "b/one", "a/.git", "c"):
        (folder / name).mkdir(parents=True)
    (folder / "b" / "one" / "x").write_text("x", encoding="utf-8")
    assert [*sent(folder)] == [
        *("Dockerfile", "a", "app.py", "b", "c"),
        *("a/.git", "b/one", "b/two", "b/one/x"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and sockets in folders")
def test_pipes_and_sockets_are_left_out_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening, chdir(folder):
        listening.bind("app.sock")
    assert set(sent(folder)) == {"Dockerfile", "app.py"}


def test_a_file_of_many_names_is_sent_whole_each_time(folder: Path) -> None:
    (folder / "copy.py").hardlink_to(folder / "app.py")
    assert all(sent(folder)[name].isreg() for name in ("app.py", "copy.py"))


def test_too_much_is_not_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "MAX_BYTES", 100)
    (folder / "big").write_bytes(bytes(200))
    with pytest.raises(UnavailableError) as caught:
        sent(folder)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("dockerfile", ["Other", "../Dockerfile"])
def test_a_dockerfile_that_is_not_in_the_submission(folder: Path, dockerfile: str) -> None:
    with pytest.raises(AbsentError):
        sent(folder, dockerfile)


def test_too_many_files_are_not_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "MAX_FILES", 3)
    (folder / "third").write_text("", encoding="utf-8")
    assert len(sent(folder)) == 3
    (folder / "fourth").write_text("", encoding="utf-8")
    with pytest.raises(UnavailableError) as caught:
        sent(folder)
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_pattern_that_docker_would_refuse_is_the_learners_mistake(folder: Path) -> None:
    (folder / ".dockerignore").write_text("[a-\n", encoding="utf-8")
    with pytest.raises(AbsentError, match="dockerignore"):
        sent(folder)


def test_ignore_patterns_take_no_longer_for_their_stars(folder: Path) -> None:
    """What tries every way to match would take longer than anybody lives."""
    (folder / ".dockerignore").write_text("*a" * 30 + "b\n", encoding="utf-8")
    (folder / ("a" * 200)).write_text("kept")
    (folder / os.fsdecode(b"a\xff" * 50)).write_text("kept")
    assert "a" * 200 in sent(folder)


def test_more_ignore_patterns_than_anybody_writes_are_not_tried(folder: Path) -> None:
    (folder / ".dockerignore").write_text("a\n" * 501, encoding="utf-8")
    with pytest.raises(UnavailableError) as caught:
        sent(folder)
    assert caught.value.reason is Reason.UNSUPPORTED
