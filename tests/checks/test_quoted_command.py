"""`quoted`: a command that was recorded as it showed the same, so that no quotation is needed."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status
from grader.facts import Call, Reason
from grader.journal import Entry
from grader.needs import CallsNeed, ContainerNeed, FileNeed
from grader.series import Strength
from tests.factories import a_container, event, hex_id, judged, minutes, saw, submitted
from tests.quoting import APP, RECORDED, WEB, quoted

TEMPLATES = {
    "/containers/json": "/containers/json",
    "/images/json": "/images/json",
    "logs": "/containers/{id}/logs",
    "image": "/images/{name}/json",
}


def call(path: str, at: float = 3, status: int = 200, method: str = "GET") -> Entry:
    last = path.rpartition("/")[2]
    template = TEMPLATES.get(path) or TEMPLATES.get(last, TEMPLATES["image"])
    asked = saw(
        CallsNeed(path=template), Call(method=method, path=path, status=status), at, "run-s"
    )
    return asked.model_copy(update={"source": "relay", "by": "shell"})


WAS = {
    "log_line": [
        event("container create", 1, name="web", image="app:1", id=WEB),
        event("container destroy", 5, name="web", image="app:1", id=WEB),
    ],
    "container_id": [
        event("container create", 1, name="web", image="app:1", id=WEB),
        event("container destroy", 5, name="web", image="app:1", id=WEB),
    ],
    "image_id": [
        event("image tag", 1, name="app:1", id=f"sha256:{APP}"),
        event("image untag", 5, id=f"sha256:{APP}"),
        event("image delete", 5, id=f"sha256:{APP}"),
    ],
}


@pytest.mark.parametrize(
    ("of", "path"),
    [
        ("log_line", "/containers/web/logs"),
        ("log_line", f"/containers/{WEB}/logs"),
        ("log_line", f"/containers/{WEB[:6]}/logs"),
        ("container_id", "/containers/json"),
        ("image_id", "/images/json"),
        ("image_id", "/images/app:1/json"),
        ("image_id", "/images/docker.io/library/app:1/json"),
        ("image_id", f"/images/sha256:{APP}/json"),
        ("image_id", f"/images/{APP[:12]}/json"),
    ],
)
def test_a_recorded_command_that_shows_it_needs_no_quote(of: str, path: str) -> None:
    verdict = quoted(of, "", call(path), recorded=WAS[of])
    assert verdict.status is Status.PASS
    assert [(p.strength, p.source) for p in verdict.proofs] == [(Strength.RECORDED, "relay")]
    assert "docker" in str(verdict.message)


@pytest.mark.parametrize(
    ("of", "path", "more"),
    [
        ("log_line", "/containers/web/logs", {"status": 404}),
        ("log_line", "/containers/web/logs", {"method": "HEAD"}),
        ("log_line", "/containers/other/logs", {}),
        ("log_line", f"/containers/{WEB[:3]}/logs", {}),
        ("log_line", f"/containers/{hex_id('other')}/logs", {}),
        ("container_id", "/containers/json", {"at": 0}),
        ("container_id", "/containers/json", {"at": 6}),
        ("container_id", "/containers/json", {"status": 500}),
        ("image_id", "/images/json", {"at": 0}),
        ("image_id", "/images/json", {"at": 6}),
        ("image_id", "/images/other:1/json", {}),
        ("image_id", "/images/app:1/json", {"status": 404}),
    ],
)
def test_a_command_that_could_not_show_it_proves_nothing(
    of: str, path: str, more: dict[str, Any]
) -> None:
    verdict = quoted(of, "", call(path, **more), recorded=WAS[of])
    assert verdict.status is Status.FAIL
    assert "grade-lab shell" in str(verdict.hint)


def test_a_list_is_of_use_again_once_the_container_is_made_anew() -> None:
    again = event("container create", 7, name="web", image="app:1", id=hex_id("web again"))
    verdict = quoted(
        "container_id", "", call("/containers/json", 8), again, recorded=WAS["container_id"]
    )
    assert verdict.status is Status.PASS


def test_a_container_that_was_only_seen_counts_from_when_it_was_made() -> None:
    seen = [saw(ContainerNeed(name="web"), a_container(created=minutes(2)), 9)]
    for at, status in ((1, Status.FAIL), (3, Status.PASS)):
        assert quoted("container_id", "", call("/containers/json", at), recorded=seen).status is (
            status
        )


@pytest.mark.parametrize(
    ("of", "path"), [("container_id", "/containers/json"), ("image_id", "/images/json")]
)
def test_what_was_seen_and_went_was_not_listed_later(of: str, path: str) -> None:
    recorded = [*WAS[of], RECORDED[of][0].model_copy(update={"at": minutes(2)})]
    for at, status in ((3, Status.PASS), (6, Status.FAIL)):
        assert quoted(of, "", call(path, at), recorded=recorded).status is status


@pytest.mark.parametrize("of", list(RECORDED))
def test_a_recorded_command_outweighs_a_wrong_quote_and_adds_to_a_right_one(of: str) -> None:
    path = {
        "log_line": "/containers/web/logs",
        "container_id": "/containers/json",
        "image_id": "/images/json",
    }[of]
    true = {"log_line": "listening on port 8000", "container_id": WEB, "image_id": APP}[of]
    wrong = quoted(of, "0123456789ab", call(path))
    assert wrong.status is Status.PASS
    assert [proof.strength for proof in wrong.proofs] == [Strength.RECORDED]
    strengths = [proof.strength for proof in quoted(of, true, call(path)).proofs]
    assert strengths == [Strength.RECORDED, Strength.SUBMITTED, Strength.LIVE]


def test_without_any_answers_a_recorded_command_is_enough() -> None:
    fields = {"question": "seen", "of": "log_line", "name": "web"}
    missing = saw(FileNeed(path="answers.md"), Reason.NOT_THERE)
    verdict = judged("quoted", fields, missing, call("/containers/web/logs"))
    assert verdict.status is Status.PASS


@pytest.mark.parametrize(
    ("fields", "path", "status"),
    [
        ({"name": "web", "image": "app:1"}, "/containers/web/logs", Status.PASS),
        ({"name": "web", "image": "other:1"}, "/containers/web/logs", Status.FAIL),
        ({"image": "app:1"}, "/containers/web/logs", Status.PASS),
        ({"image": "app:1"}, f"/containers/{WEB}/logs", Status.PASS),
        ({"image": "app:1"}, "/containers/app:1/logs", Status.FAIL),
    ],
)
def test_the_log_must_be_of_such_a_container(
    fields: dict[str, str], path: str, status: Status
) -> None:
    sheet = submitted("answers.md", "# Answers\n")
    asked = {"question": "seen", "of": "log_line", **fields}
    assert judged("quoted", asked, sheet, *WAS["log_line"], call(path)).status is status


@pytest.mark.parametrize("action", ["tag", "build", "pull", "load"])
def test_an_image_may_be_listed_however_it_came_here(action: str) -> None:
    came = event(f"image {action}", 1, name="app:1", id=f"sha256:{APP}")
    assert quoted("image_id", "", call("/images/json"), recorded=[came]).status is Status.PASS


def test_of_two_containers_the_one_that_is_left_was_listed() -> None:
    first = {"name": "web", "image": "app:1", "id": WEB}
    second = {**first, "id": hex_id("second")}
    lives = [
        event("container create", 1, **second),
        event("container create", 1, **first),
        event("container destroy", 2, **second),
    ]
    assert (
        quoted("container_id", "", call("/containers/json"), recorded=lives).status is Status.PASS
    )
