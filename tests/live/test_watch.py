"""`grade-lab watch`: what was done is proven after all of it is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lab.docker import docker

from grader.needs import ContainerNeed, EventsNeed, ImageNeed, LogsNeed
from tests.live.learners import Learner, Outcome, clean_up, look, up_to_run
from tests.live.lives import Lab, lab
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
from tests.places import GRADE_LAB

pytestmark = pytest.mark.live

DEAD = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


@pytest.fixture
def shared_lab(tmp_path: Path) -> Iterator[Lab]:
    """On the engine that all tests share."""
    with lab(tmp_path, {}) as made:
        yield made


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


def test_an_image_that_comes_from_a_builder_of_its_own_is_seen_as_it_is_loaded(
    learner: Learner,
) -> None:
    archive = learner.folder.parent / "image.tar"
    elsewhere = learner.local.replace("wisheasy", "wishlist")
    learner.docker("build", "-t", elsewhere, ".")
    learner.docker("save", "--output", str(archive), elsewhere)
    learner.docker("image", "rm", elsewhere)
    archive.write_bytes(
        archive.read_bytes().replace(elsewhere.encode(), learner.local.encode())
    )  # which nothing on this engine was called yet: as `docker buildx build --load` brings it
    with watching(learner.folder, *settings(learner)):
        learner.docker("load", "--input", str(archive))
        until(
            lambda: evidence(learner.folder).of(ImageNeed(image=learner.local)).found,
            "a look at the image",
        )
        learner.tag()
        user, password = (os.environ[f"GRADE_LAB_REGISTRY_{part}"] for part in ("USER", "PASSWORD"))
        learner.login(user, password)
        learner.push()
        learner.remove_remote_tag()
        learner.pull()
        learner.write_env()
        learner.run()
        learner.wait_for_app()
        look(learner)
        clean_up(learner)
        recorded(learner.folder, "destroy", learner.name)
    outcome = judged(learner)
    assert outcome.statuses("build", "tag", "push", "pull", "order") == {"pass"}, outcome.not_passed


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


def test_a_second_watcher_attaches_and_takes_over(shared_lab: Lab) -> None:
    submission, env = shared_lab.folder, shared_lab.environment
    with watching(submission, env=env) as first:
        pid = first.pid
        with watching(submission, env=env) as second:
            shared_lab.live("shared")
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
            shared_lab.live("after")
            recorded(submission, "destroy", "after")
    read = journal(submission)
    assert read.intact
    starts = [e for e in read.entries if e.data and e.data.get("action") == "start"]
    assert [e.data and e.data["name"] for e in starts] == ["shared", "after"]


def test_in_the_background_with_status_and_stop(shared_lab: Lab) -> None:
    submission, env = shared_lab.folder, {**os.environ, **shared_lab.environment}

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
        shared_lab.live("behind")
        recorded(submission, "destroy", "behind")
    finally:
        stopped = watch("--stop")
    assert stopped.returncode == 0, stopped.stderr
    assert watch("--status").returncode == 1
    assert shared_lab.told("start") == {"behind"}
