"""`grade-lab watch`: what was done is proven after all of it is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

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
    session,
    settings,
    settled,
    state,
    until,
    watching,
)

pytestmark = pytest.mark.live

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
      - {type: container, image: "lives:1", env: [LIFE], ports: ["9000"]}
      - {type: logs, image: "lives:1", contains: life}
"""


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
        settled(learner.folder, "destroy", learner.name)
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


def test_short_lives_leave_their_events_and_states(tmp_path: Path) -> None:
    submission = lives_submission(tmp_path)
    try:
        with watching(submission):

            def live(number: int) -> None:
                options = (
                    "--name",
                    f"life-{number}",
                    "-e",
                    f"LIFE={number}",
                    "-p",
                    "127.0.0.1::9000",
                )
                script = "echo life; sleep 0.2"
                docker(("run", "--rm", *options, "lives:1", "sh", "-c", script), {})

            with ThreadPoolExecutor(3) as pool:
                list(pool.map(live, range(12)))
            until(lambda: len(told(submission, "destroy")) == 12, "the end of all")
            found = evidence(submission).of(ContainerNeed(image="lives:1")).found
    finally:
        docker(("image", "rm", "-f", "lives:1"), {})
    everyone = {f"life-{number}" for number in range(12)}
    for action in ("create", "start", "die"):
        assert told(submission, action) == everyone
    with_all = {s.fact.name for s in found if s.fact.ports and s.fact.env.get("LIFE") == "run"}
    assert with_all == everyone


def told(submission: Path, action: str) -> set[str]:
    return {seen.fact.name for seen in evidence(submission).events(action, image="lives:1")}


def lives_submission(folder: Path, environment: dict[str, str] | None = None) -> Path:
    submission = folder / "lives"
    submission.mkdir()
    (submission / "rubric.yaml").write_text(LIVES, encoding="utf-8")
    (submission / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
    docker(("tag", os.environ["GRADE_LAB_BASE_IMAGE"], "lives:1"), environment or {})
    return submission


@pytest.fixture(scope="module")
def engine_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateEngine]:
    with PrivateEngine(tmp_path_factory.mktemp("engine") / "state") as engine:
        base_image.load(engine, os.environ["GRADE_LAB_BASE_IMAGE"])
        yield engine


def run_and_remove(environment: dict[str, str], name: str) -> None:
    run = ("run", "-d", "--name", name, "-e", "LIFE=1", "-p", "127.0.0.1::9000", "lives:1")
    docker((*run, "sh", "-c", f"echo life of {name}; exec sleep 60"), environment)
    docker(("rm", "-f", name), environment)


def test_the_engine_restarts_and_the_recording_goes_on_and_tells_the_gap(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = dict(engine_of_ours.environment)
    submission = lives_submission(tmp_path, env)
    with watching(submission, env=env):
        run_and_remove(env, "before")
        settled(submission, "destroy", "before")
        engine_of_ours.kill()
        until(lambda: state(submission) == "engine-away", "the engine is away")
        engine_of_ours.start()
        until(lambda: state(submission) == "recording", "the engine is back")
        run_and_remove(env, "after")
        settled(submission, "destroy", "after")
    known = evidence(submission)
    assert told(submission, "start") == {"before", "after"}
    windows = [seen.fact for seen in reversed(known.of(EventWindowNeed()).found)]
    assert [window.continues for window in windows] == [True, True, False, True]
    assert not any(seen.reason for seen in journal(submission).entries if seen.source == "events")


def test_what_happens_while_nobody_records_is_taken_from_the_engines_history(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = dict(engine_of_ours.environment)
    submission = lives_submission(tmp_path, env)
    with watching(submission, env=env) as first:
        run_and_remove(env, "one")
        settled(submission, "destroy", "one")
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert session(submission).status() is None
    run_and_remove(env, "two")
    with watching(submission, env=env):
        until(lambda: "two" in told(submission, "destroy"), "the history")
    assert told(submission, "start") == {"one", "two"}
    windows = evidence(submission).of(EventWindowNeed()).found
    assert all(seen.fact.continues for seen in windows)


def test_a_recorder_that_is_killed_leaves_a_valid_journal(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = dict(engine_of_ours.environment)
    submission = lives_submission(tmp_path, env)
    for number in range(3):
        with watching(submission, env=env) as process:
            run_and_remove(env, f"life-{number}")
            process.send_signal(signal.SIGKILL)
            process.wait()
    read = journal(submission)
    assert len(read.defects) <= 1
    with watching(submission, env=env):
        until(lambda: len(told(submission, "destroy")) == 3, "the history")
    assert journal(submission).intact


def test_a_second_watcher_attaches_and_takes_over(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = dict(engine_of_ours.environment)
    submission = lives_submission(tmp_path, env)
    with watching(submission, env=env) as first:
        pid = first.pid
        with watching(submission, env=env) as second:
            run_and_remove(env, "shared")
            settled(submission, "destroy", "shared")
            status = session(submission).status()
            assert status is not None
            assert status.pid == pid
            first.send_signal(signal.SIGKILL)
            first.wait()

            def taken_over() -> bool:
                status = session(submission).status()
                return bool(status and status.pid == second.pid and status.state == "recording")

            until(taken_over, "the second records")
            run_and_remove(env, "after")
            settled(submission, "destroy", "after")
    read = journal(submission)
    assert read.intact
    starts = [e for e in read.entries if e.data and e.data.get("action") == "start"]
    assert [e.data and e.data["name"] for e in starts] == ["shared", "after"]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_told_and_nothing_is_lost(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = dict(engine_of_ours.environment)
    submission = lives_submission(tmp_path, env)
    disk = submission / ".grade-lab"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)
    try:
        with watching(submission, env=env):
            filler = disk / "filler"
            fill(filler)
            run_and_remove(env, "unlucky")
            until(lambda: state(submission) == "journal-trouble", "the full disk is told")
            filler.unlink()
            settled(submission, "destroy", "unlucky")
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


def test_in_the_background_with_status_and_stop(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = {**os.environ, **engine_of_ours.environment}
    submission = lives_submission(tmp_path, dict(engine_of_ours.environment))

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
        run_and_remove(dict(engine_of_ours.environment), "behind")
        settled(submission, "destroy", "behind")
    finally:
        stopped = watch("--stop")
    assert stopped.returncode == 0, stopped.stderr
    assert watch("--status").returncode == 1
    assert told(submission, "start") == {"behind"}


def test_a_flood_of_foreign_events_hides_nothing_from_a_watcher(
    engine_of_ours: PrivateEngine, tmp_path: Path
) -> None:
    env = dict(engine_of_ours.environment)
    submission = lives_submission(tmp_path, env)
    with watching(submission, env=env):
        run_and_remove(env, "early")
        settled(submission, "destroy", "early")
        docker(("run", "-d", "--name", "noise", base_of(), "sleep", "300"), env)
        try:
            for _ in range(ENGINE_KEEPS // 2 + 10):
                docker(("rename", "noise", "noises"), env)
                docker(("rename", "noises", "noise"), env)
        finally:
            docker(("rm", "-f", "noise"), env)
        run_and_remove(env, "late")
        settled(submission, "destroy", "late")
    assert told(submission, "start") == {"early", "late"}
    names = {e.data.get("name") for e in journal(submission).entries if e.data}
    assert not names & {"noise", "noises"}


def fill(path: Path) -> None:
    """Write to a file until its disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 512):
            pass


def base_of() -> str:
    return os.environ["GRADE_LAB_BASE_IMAGE"]
