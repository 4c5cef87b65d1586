"""`grade-lab watch`: what was done is proven after all of it is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from lab import base_image
from lab.docker import docker
from lab.engine import PrivateEngine

from grader.collect.events import ENGINE_KEEPS
from grader.needs import ContainerNeed, EventsNeed, EventWindowNeed, LogsNeed
from tests.live.learners import GRADE_LAB, Learner, Outcome, new_learner
from tests.live.test_learners import clean_up, look, up_to_run
from tests.live.watching import (
    evidence,
    journal,
    recorded,
    session,
    settings,
    state,
    until,
    watching,
)

pytestmark = pytest.mark.live

BASE = os.environ.get("GRADE_LAB_BASE_IMAGE", "")
DEAD = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}

LIVES = """\
schema: grade-lab/rubric/1
id: lives
title: Lives
objectives:
  - id: ran
    title: A container ran and said something
    points: 1
    checks:
      - {type: container, image: "{image}", env: [LIFE], ports: ["9000"]}
      - {type: logs, image: "{image}", contains: life}
"""


@dataclass(frozen=True)
class Lab:
    """A submission about containers of one image, and an engine for them."""

    folder: Path
    image: str
    environment: dict[str, str]

    def docker(self, *arguments: str) -> str:
        return docker(arguments, self.environment)

    def run(self, name: str, *options: str, script: str) -> None:
        given = ("--name", name, "-e", "LIFE=1", "-p", "127.0.0.1::9000", *options)
        self.docker("run", *given, self.image, "sh", "-c", script)

    def live(self, name: str) -> None:
        """A container comes, and is removed as soon as it has started."""
        self.run(name, "-d", script="echo life; exec sleep 60")
        self.docker("rm", "-f", name)

    def told(self, action: str) -> set[str]:
        """The names of the containers of which such an event is recorded."""
        events = evidence(self.folder).events(action, image=self.image)
        return {seen.fact.name for seen in events}


@contextmanager
def lab(folder: Path, environment: Mapping[str, str]) -> Iterator[Lab]:
    image = f"lives:{uuid4().hex[:12]}"
    made = Lab(folder / "lives", image, dict(environment))
    made.folder.mkdir()
    (made.folder / "rubric.yaml").write_text(LIVES.replace("{image}", image), encoding="utf-8")
    (made.folder / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nLABEL of={image}\n", encoding="utf-8")
    made.docker("build", "-q", "-t", image, "-f", str(folder / "Dockerfile"), str(made.folder))
    try:
        yield made
    finally:
        made.docker("image", "rm", "-f", image)


@pytest.fixture
def shared_lab(tmp_path: Path) -> Iterator[Lab]:
    """On the engine that all tests share."""
    with lab(tmp_path, {}) as made:
        yield made


@pytest.fixture
def our_lab(engine_of_ours: PrivateEngine, tmp_path: Path) -> Iterator[Lab]:
    """On an engine of our own, which may be broken."""
    with lab(tmp_path, engine_of_ours.environment) as made:
        yield made


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    learner = new_learner(tmp_path)
    yield learner
    learner.clean_up()


def judged(learner: Learner) -> Outcome:
    """What `grade-lab judge` says with the engine off."""
    done = subprocess.run(
        [GRADE_LAB, "judge", learner.folder, "--format=json", "--out=-", *settings(learner)],
        env={**os.environ, **DEAD},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    return Outcome(done.returncode, json.loads(done.stdout))


def test_a_lab_done_under_watch_and_cleaned_up_is_proven_whole(learner: Learner) -> None:
    with watching(learner.folder, *settings(learner)):
        up_to_run(learner)
        look(learner)
        clean_up(learner)
        recorded(learner.folder, "destroy", learner.name)
    outcome = judged(learner)
    assert outcome.not_passed == {}
    assert (outcome.score, outcome.exit_code) == (100, 0)
    read = journal(learner.folder)
    assert read.intact
    told = [(e.at, json.dumps(e.data)) for e in read.entries if e.need == EventsNeed()]
    assert len(told) == len(set(told))


def test_the_same_without_watch_is_unproven_and_watch_is_advised(learner: Learner) -> None:
    up_to_run(learner)
    look(learner)
    clean_up(learner)
    outcome = Outcome.of(learner)
    assert outcome.statuses("run", "answers-http", "logs") <= {"unproven", "skip"}
    assert "grade-lab watch" in outcome.told("run")


def test_a_crash_is_told_with_the_last_lines_of_a_log_that_is_gone(learner: Learner) -> None:
    with watching(learner.folder, *settings(learner)):
        up_to_run(learner)
        docker(("rm", "-f", learner.name), {})
        learner.run("--rm", command=("python", "-c", "raise SystemExit('no wishes today')"))
        until(
            lambda: any(
                "no wishes today" in seen.fact.stderr
                for seen in evidence(learner.folder).of(LogsNeed(name=learner.name)).found
            ),
            "the log of the crashed container",
        )


def test_short_lives_leave_their_events_and_states(shared_lab: Lab) -> None:
    names = {f"life-{number}" for number in range(12)}
    with watching(shared_lab.folder):
        with ThreadPoolExecutor(3) as pool:
            script = "echo life; sleep 0.2"
            list(pool.map(lambda name: shared_lab.run(name, "--rm", script=script), names))
        until(lambda: shared_lab.told("destroy") == names, "the end of all")
        found = evidence(shared_lab.folder).of(ContainerNeed(image=shared_lab.image)).found
    for action in ("create", "start", "die"):
        assert shared_lab.told(action) == names
    with_all = {s.fact.name for s in found if s.fact.ports and s.fact.env.get("LIFE") == "run"}
    assert with_all == names


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


def test_a_second_watcher_attaches_and_takes_over(our_lab: Lab) -> None:
    submission, env = our_lab.folder, our_lab.environment
    with watching(submission, env=env) as first:
        pid = first.pid
        with watching(submission, env=env) as second:
            our_lab.live("shared")
            recorded(submission, "destroy", "shared")
            status = session(submission).status()
            assert status is not None
            assert status.pid == pid
            first.send_signal(signal.SIGKILL)
            first.wait()

            def taken_over() -> bool:
                status = session(submission).status()
                return bool(status and status.pid == second.pid and status.state == "recording")

            until(taken_over, "the second records")
            our_lab.live("after")
            recorded(submission, "destroy", "after")
    read = journal(submission)
    assert read.intact
    starts = [e for e in read.entries if e.data and e.data.get("action") == "start"]
    assert [e.data and e.data["name"] for e in starts] == ["shared", "after"]


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


def test_in_the_background_with_status_and_stop(our_lab: Lab) -> None:
    submission, env = our_lab.folder, {**os.environ, **our_lab.environment}

    def watch(option: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [GRADE_LAB, "watch", submission, option, "--lang", "en"],
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert watch("--status").returncode == 1
    started = watch("--detach")
    assert started.returncode == 0, started.stderr
    try:
        assert "recording in the background" in started.stdout
        again = watch("--detach")
        assert "going on already" in again.stdout
        until(lambda: state(submission) == "recording", "recording")
        asked = watch("--status")
        assert asked.returncode == 0
        assert "records since" in asked.stdout
        our_lab.live("behind")
        recorded(submission, "destroy", "behind")
    finally:
        stopped = watch("--stop")
    assert stopped.returncode == 0, stopped.stderr
    assert watch("--status").returncode == 1
    assert our_lab.told("start") == {"behind"}


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
