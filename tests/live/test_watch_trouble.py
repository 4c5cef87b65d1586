"""`grade-lab watch` where something breaks: the engine, the recorder, the disk."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from lab import base_image
from lab.engine import PrivateEngine

from grader.collect.events import ENGINE_KEEPS
from grader.needs import EventsNeed, EventWindowNeed
from tests.live.lives import BASE, Lab, lab
from tests.live.watching import (
    evidence,
    journal,
    recorded,
    session,
    state,
    until,
    watching,
)

pytestmark = pytest.mark.live


@pytest.fixture
def our_lab(engine_of_ours: PrivateEngine, tmp_path: Path) -> Iterator[Lab]:
    """On an engine of our own, which may be broken."""
    environment = {**engine_of_ours.environment, "DOCKER_BUILDKIT": "0"}  # it has no buildx
    with lab(tmp_path, environment) as made:
        yield made


@pytest.fixture(scope="module")
def engine_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateEngine]:
    with PrivateEngine(tmp_path_factory.mktemp("engine") / "state") as engine:
        base_image.load(engine, BASE)
        yield engine


def test_the_engine_restarts_and_the_recording_goes_on_and_tells_the_gap(
    our_lab: Lab, engine_of_ours: PrivateEngine
) -> None:
    submission, env = our_lab.folder, our_lab.environment
    with watching(submission, env=env):
        our_lab.live("before")
        recorded(submission, "destroy", "before")
        engine_of_ours.kill()
        until(lambda: state(submission) == "engine-away", "the engine is away")
        engine_of_ours.start()
        until(lambda: state(submission) == "recording", "the engine is back")
        our_lab.live("after")
        recorded(submission, "destroy", "after")
    known = evidence(submission)
    assert our_lab.told("start") == {"before", "after"}
    windows = [seen.fact for seen in reversed(known.of(EventWindowNeed()).found)]
    assert [window.continues for window in windows] == [True, True, False, True]
    assert not any(seen.reason for seen in journal(submission).entries if seen.source == "events")


def test_what_happens_while_nobody_records_is_taken_from_the_engines_history(our_lab: Lab) -> None:
    submission, env = our_lab.folder, our_lab.environment
    with watching(submission, env=env) as first:
        our_lab.live("one")
        recorded(submission, "destroy", "one")
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert session(submission).status() is None
    our_lab.live("two")
    with watching(submission, env=env):
        until(lambda: "two" in our_lab.told("destroy"), "the history")
    assert our_lab.told("start") == {"one", "two"}
    windows = evidence(submission).of(EventWindowNeed()).found
    assert all(seen.fact.continues for seen in windows)


def test_a_recorder_that_is_killed_leaves_a_valid_journal(our_lab: Lab) -> None:
    submission, env = our_lab.folder, our_lab.environment
    for number in range(3):
        with watching(submission, env=env) as process:
            our_lab.live(f"life-{number}")
            process.send_signal(signal.SIGKILL)
            process.wait()
    read = journal(submission)
    assert len(read.defects) <= 1
    with watching(submission, env=env):
        until(lambda: len(our_lab.told("destroy")) == 3, "the history")
    assert journal(submission).intact


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_told_and_nothing_is_lost(our_lab: Lab) -> None:
    submission, env = our_lab.folder, our_lab.environment
    disk = submission / ".grade-lab"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)
    try:
        with watching(submission, env=env):
            filler = disk / "filler"
            fill(filler)
            our_lab.live("unlucky")
            until(lambda: state(submission) == "journal-trouble", "the full disk is told")
            filler.unlink()
            recorded(submission, "destroy", "unlucky")
            until(lambda: state(submission) == "recording", "it goes on")
        read = journal(submission)
        assert read.intact
        events = [e for e in read.entries if e.need == EventsNeed()]
        actions = [e.data["action"] for e in events if e.data]
        assert [a for a in actions if a in {"create", "start", "die", "destroy"}] == [
            *("create", "start", "die", "destroy")
        ]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_flood_of_foreign_events_hides_nothing_from_a_watcher(our_lab: Lab) -> None:
    submission, env = our_lab.folder, our_lab.environment
    with watching(submission, env=env):
        our_lab.live("early")
        recorded(submission, "destroy", "early")
        our_lab.docker("run", "-d", "--name", "noise", BASE, "sleep", "300")
        try:
            for _ in range(ENGINE_KEEPS // 2 + 10):
                our_lab.docker("rename", "noise", "noises")
                our_lab.docker("rename", "noises", "noise")
        finally:
            our_lab.docker("rm", "-f", "noise")
        our_lab.live("late")
        recorded(submission, "destroy", "late")
    assert our_lab.told("start") == {"early", "late"}
    names = {e.data.get("name") for e in journal(submission).entries if e.data}
    assert not names & {"noise", "noises"}


def fill(path: Path) -> None:
    """Write to a file until its disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 512):
            pass
