"""Submissions in git repositories: fetched whole, and with nothing in them run."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from grader.batch.clones import clone, is_git_url
from grader.batch.writing import Bounds
from grader.errors import GradeLabError
from grader.messages import Message
from tests.batch.archive_makers import LAB

ENV = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@x",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@x",
    "GIT_COMMITTER_DATE": "2026-03-02T10:00:00Z",
}


def git(folder: Path, *arguments: str, given: str | None = None) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=ENV, capture_output=True, text=True, input=given
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A repository with a submission."""
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "lab.yaml").write_bytes(LAB)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


def url(work: Path) -> str:
    """Of a bare copy, as a server has it."""
    bare = work.parent / "bare.git"
    git(work.parent, "clone", "-q", "--bare", str(work), str(bare))
    return bare.as_uri()


def test_the_newest_commit_with_its_time(work: Path, tmp_path: Path) -> None:
    (work / "app.py").write_text("old")
    commit(work)
    (work / "app.py").write_text("new")
    commit(work)
    root = clone(url(work), tmp_path / "out")
    assert {path.name for path in root.iterdir()} == {"lab.yaml", "app.py"}
    assert (root / "app.py").read_text() == "new"
    assert (root / "lab.yaml").stat().st_mtime == 1_772_445_600


def test_links_and_submodules_stay_out_and_nothing_is_run(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "attributes").write_text("lab.yaml filter=evil export-ignore\n")
    (tmp_path / "config").write_text(
        f'[filter "evil"]\n\tsmudge = touch {ran}; cat\n'
        f"[core]\n\tattributesFile = {tmp_path / 'attributes'}\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (work / "link").symlink_to("/etc/passwd")
    (work / "hooks").mkdir()
    (work / "hooks" / "post-checkout").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (work / "hooks" / "post-checkout").chmod(0o755)
    (work / ".gitattributes").write_text("* export-ignore filter=evil ident\n")
    (work / ".gitmodules").write_text('[submodule "s"]\n\tpath = s\n\turl = file:///nowhere\n')
    head = git(work, "rev-parse", "HEAD")
    git(work, "update-index", "--add", "--cacheinfo", f"160000,{head},s")
    git(work, "add", "link", "hooks", ".gitattributes", ".gitmodules")
    git(work, "commit", "-q", "-m", "x")
    told: list[Message] = []
    root = clone(url(work), tmp_path / "out", told.append)
    assert not ran.exists()
    assert [str(notice) for notice in told] == ["left out: link is a link"]
    assert (root / "lab.yaml").read_bytes() == LAB
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in root.rglob("*")}
    assert modes == {0o600, 0o700}


def test_a_tree_that_grows_without_end_is_refused(work: Path, tmp_path: Path) -> None:
    blob = git(work, "hash-object", "-w", "--stdin", given="x")
    tree = git(work, "mktree", given="".join(f"100644 blob {blob}\tf{i}\n" for i in range(10)))
    for _ in range(9):
        tree = git(work, "mktree", given="".join(f"040000 tree {tree}\td{i}\n" for i in range(10)))
    bomb = git(work, "commit-tree", "-m", "bomb", tree)
    git(work, "update-ref", "refs/heads/main", bomb)
    with pytest.raises(GradeLabError, match="more than 300 files"):
        clone(url(work), tmp_path / "out", bounds=Bounds(members=300))
    assert not (tmp_path / "out").exists()


def test_a_repository_that_is_too_large_is_refused(work: Path, tmp_path: Path) -> None:
    (work / "large").write_bytes(os.urandom(300_000))
    commit(work)
    with pytest.raises(GradeLabError, match="come out of it"):
        clone(url(work), tmp_path / "out", bounds=Bounds(total=200_000))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [(Bounds(seconds=-1), "takes too long"), (Bounds(total=-1), "come out of it")],
)
def test_a_transfer_without_end_is_ended(
    bounds: Bounds, reason: str, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.batch.clones.POLL_SECONDS", 0)
    with pytest.raises(GradeLabError, match=f"cannot be fetched: .*{reason}"):
        clone(url(work), tmp_path / "out", bounds=bounds)
    assert not (tmp_path / "out").exists()


def test_a_repository_without_a_commit_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    with pytest.raises(GradeLabError, match="no commit in it yet"):
        clone((tmp_path / "empty.git").as_uri(), tmp_path / "out")


def test_a_repository_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GradeLabError, match="cannot be fetched: git says"):
        clone((tmp_path / "none.git").as_uri(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_git_speaks_english_whatever_the_instructor_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")  # stronger than LC_ALL=C.UTF-8
    with pytest.raises(GradeLabError, match="git says: unable to access"):
        clone("https://127.0.0.1:1/a.git", tmp_path / "out")


@pytest.mark.parametrize(
    "address",
    [
        "http://git.example.org/a.git",
        "git://git.example.org/a.git",
        "ext::sh -c touch% ran",
        "https://-oProxyCommand=x/a.git",
        "ssh://git.example.org/a\nb",
        "-u@host:a://b",
        "ftp://x/y",
    ],
)
def test_other_ways_to_fetch_are_refused(address: str, tmp_path: Path) -> None:
    assert is_git_url(address)
    with pytest.raises(GradeLabError, match="only https, ssh and file"):
        clone(address, tmp_path / "out")


def test_a_password_in_an_address_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(GradeLabError) as caught:
        clone("https://me:geheim@127.0.0.1:1/a.git", tmp_path / "out")
    assert "127.0.0.1" in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("path", ["subs/kim.zip", "C:\\subs\\kim.zip", "kim@home", "a:b"])
def test_paths_are_no_addresses(path: str) -> None:
    assert not is_git_url(path)


@pytest.mark.parametrize("address", ["git@github.com:org/lab-kim.git", "ssh://git@h/a"])
def test_addresses_of_ssh(address: str) -> None:
    assert is_git_url(address)
