"""The lesson's own lab, "container and docker": from building an image to cleaning up."""

from __future__ import annotations

import os
from collections.abc import Sequence

from learner import Learner

from .lab import ROOT, Lab
from .student import Student, registry

HUB_ID = "haneul"
BASE = "python:3.11-slim"


def full_marks(student: Student) -> None:
    """Does what the lesson asks for, and grades before the cleanup and after it."""
    learner = _up_to_pull(student)
    _run_and_look(learner)
    student.grade()
    _clean_up(learner)
    student.grade()


def cleaned_up_first(student: Student) -> None:
    """Does everything, and grades only when it is all gone: the engine's events are left."""
    learner = _up_to_pull(student)
    _run_and_look(learner)
    _clean_up(learner)
    student.grade()


def never_pushed(student: Student) -> None:
    """Logs in and forgets the push; runs what was built here without its settings."""
    learner = _learner(student)
    learner.build()
    learner.tag()
    registry()  # logs in
    learner.run(image=learner.local, env_file="")
    learner.wait_for_app()
    learner.logs()
    student.answer(vm_vs_container="컨테이너는 VM보다 가볍습니다.")
    student.grade()


def borrowed_image(student: Student) -> None:
    """Gives the base image the lab's name instead of building, and quotes what never was."""
    learner = _learner(student)
    learner.docker("tag", BASE, learner.local)
    learner.tag()
    registry()  # logs in
    learner.push()
    learner.docker("run", "-d", "--name", learner.name, learner.remote, "sleep", "300")
    student.answer(
        log_line="`wisheasy is listening on port 8000 for 김하늘`",
        container_id="`1747d37a6a16`",
        image_id="`033cb49f7852`",
    )
    student.grade()
    learner.docker("rm", "--force", learner.name)
    student.grade()


def docker_not_started(student: Student) -> None:
    """Has written the Dockerfile and the answers, and grades while Docker is not running."""
    _learner(student)
    student.grade(complete=False, DOCKER_HOST="unix:///var/run/not-started.sock")


def nothing_yet(student: Student) -> None:
    """Has the app's source, and grades to see what there is to do."""
    _learner(student)
    for name in ("Dockerfile", ".dockerignore", "answers.md"):
        (student.folder / name).unlink()
    student.grade(complete=False)  # the registry tells nothing to who has not logged in


def _learner(student: Student) -> Learner:
    """Who types the lesson's commands in the student's folder."""
    address = os.environ["GRADE_LAB_REGISTRY"]
    student.write_lab(
        f'hub_id: {HUB_ID}, tag: "{student.tag}", port: {student.port}, registry: "{address}"'
    )
    return Learner(student.folder, address, hub_id=HUB_ID, version=student.tag, port=student.port)


def _up_to_pull(student: Student) -> Learner:
    learner = _learner(student)
    learner.build()
    learner.tag()
    registry()  # logs in
    learner.push()
    learner.remove_remote_tag()
    learner.pull()
    return learner


def _run_and_look(learner: Learner) -> None:
    learner.write_env()
    learner.run()
    learner.wait_for_app()
    learner.exec()
    learner.write_quotes()


def _clean_up(learner: Learner) -> None:
    learner.stop()
    learner.rm()
    learner.image_rm()


def _leftovers(student: Student) -> Sequence[Sequence[str]]:
    learner = _learner(student)
    return [
        ("rm", "--force", learner.name),
        ("image", "rm", "--force", learner.local, learner.remote),
        ("logout", learner.registry),
    ]


LAB = Lab(
    rubric="container-and-docker",
    stories={
        "full-marks": full_marks,
        "cleaned-up-first": cleaned_up_first,
        "never-pushed": never_pushed,
        "borrowed-image": borrowed_image,
        "docker-not-started": docker_not_started,
        "nothing-yet": nothing_yet,
    },
    starter=ROOT / "sample_submission",
    leftovers=_leftovers,
)
