"""What a rubric's needs can be verified by, and by which image."""

from __future__ import annotations

from grader.facts import Fact
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EnvFileNeed,
    EventsNeed,
    HttpNeed,
    ImageNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    VolumeNeed,
)
from grader.verify.plan import Plan, Subject, plan

PUSHED = "docker.io/me/app:1.0"
HTTP, LOGS = HttpNeed(name="web", port=80), LogsNeed(name="web")


def only(planned: Plan) -> Subject:
    [subject] = planned.subjects
    return subject


def test_the_image_of_a_container_is_found_by_its_name() -> None:
    named = ContainerNeed(name="web", image=PUSHED)
    subject = only(plan([HTTP, LOGS, named, ManifestNeed(image=PUSHED)]))
    assert subject == Subject("me/app:1.0", True, False, (), (HTTP, LOGS))


def test_without_a_name_the_only_image_is_meant_and_else_the_submissions_build() -> None:
    assert only(plan([HTTP, ContainerNeed(image="app:1")])).image == "app:1"
    assert only(plan([HTTP, ManifestNeed(image=PUSHED)])).image == "me/app:1.0"
    several = [HTTP, ContainerNeed(image="app:1"), ContainerNeed(image="db:1")]
    assert only(plan(several)).image is None
    assert only(plan(several)).local


def test_of_an_image_only_what_was_pushed_is_told() -> None:
    """A build of grade-lab's own must not prove that the learner built something."""
    of_local: list[Need[Fact]] = [ImageNeed(image="app:1"), ContentNeed(image="app:1", path="/app")]
    assert plan(of_local).subjects == ()
    of_pushed = (ImageNeed(image=PUSHED), ContentNeed(image=PUSHED, path="/app"))
    assert only(plan([*of_pushed, ManifestNeed(image=PUSHED)])).of_image == of_pushed


def test_that_somebody_ran_it_is_never_told() -> None:
    needs = [
        ContainerNeed(name="web", image=PUSHED),
        EventsNeed(image=PUSHED),
        VolumeNeed(volume="v"),
        ManifestNeed(image=PUSHED),
        EnvFileNeed(path=".env.example"),
    ]
    planned = plan(needs)
    assert planned.subjects == ()
    assert planned.env_files == (".env.example",)


def test_a_strangers_image_of_the_same_name_is_not_taken() -> None:
    def local(image: str, *more: Need[Fact]) -> bool:
        return only(plan([HTTP, ContainerNeed(name="web", image=image), *more])).local

    assert local("me/app:1")
    assert local("app:1", ContentNeed(image="app:1", path="/"))
    assert not local("nginx:1.27")
    assert not local("ghcr.io/me/app:1")
    assert not local("me/app:1", ManifestNeed(image="me/app:1"))


def test_one_service_of_several_is_not_run_alone() -> None:
    service = {"service": "web", "project": "shop"}
    needs = [HttpNeed(**service, port=80), LogsNeed(**service), ContainerNeed(**service)]
    assert plan(needs).subjects == ()
