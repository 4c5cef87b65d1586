"""`quoted`: a quotation that is true of what was recorded passes; a made-up one does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from checks.quoted import Quoted
from grader.check import Status, Verdict
from grader.evidence import Strength
from grader.facts import Call, Logs, Reason
from grader.journal import Entry
from grader.needs import CallsNeed, ContainerNeed, FileNeed, ImageNeed, LogsNeed
from tests.factories import a_container, an_image, event, hex_id, judged, minutes, saw, submitted

WEB = hex_id("web")
APP = hex_id("app:1")
OUTPUT = (
    "\x1b[32mINFO\x1b[0m:  wisheasy is listening on port 8000\r\n{}\n127.0.0.1 GET / 200 in 3 ms\n"
)
RECORDED = {
    "log_line": [
        saw(ContainerNeed(name="web"), a_container()),
        saw(LogsNeed(name="web"), Logs(container_id=WEB, stdout=OUTPUT)),
    ],
    "container_id": [saw(ContainerNeed(name="web"), a_container())],
    "image_id": [saw(ImageNeed(image="app:1"), an_image())],
}
SUBJECT = {
    "log_line": {"name": "web"},
    "container_id": {"name": "web"},
    "image_id": {"image": "app:1"},
}


def quoted(of: str, answer: str, *more: Entry, recorded: list[Entry] | None = None) -> Verdict:
    sheet = submitted("answers.md", f"# Answers\n\n## seen\n\n{answer}\n\n## next\n\nx\n")
    entries = RECORDED[of] if recorded is None else recorded
    fields = {"question": "seen", "of": of, **SUBJECT[of]}
    return judged("quoted", fields, sheet, *entries, *more)


@pytest.mark.parametrize(
    ("of", "answer"),
    [
        ("log_line", "INFO: wisheasy is listening on port 8000"),
        ("log_line", "`INFO:   wisheasy is listening on port 8000`"),
        ("log_line", "```\n127.0.0.1 GET / 200 in 3 ms\n```"),
        ("log_line", "> 2026-01-02T03:04:05Z INFO: wisheasy is listening on port 8000"),
        ("log_line", "- listening on port 8000"),
        ("container_id", WEB[:12]),
        ("container_id", WEB),
        ("container_id", f"`{WEB[:12].upper()}`였습니다"),
        ("container_id", f"{hex_id('other')[:12]}   nginx\n{WEB[:12]}   app:1"),
        ("image_id", APP[:12]),
        ("image_id", f"sha256:{APP}"),
    ],
)
def test_a_true_quotation_passes_on_two_pieces_of_evidence(of: str, answer: str) -> None:
    verdict = quoted(of, answer)
    assert verdict.status is Status.PASS
    assert {p.strength for p in verdict.proofs} == {Strength.SUBMITTED, Strength.LIVE}


@pytest.mark.parametrize(
    ("of", "answer", "shown"),
    [
        ("log_line", "the server started", "the server started"),
        ("log_line", "port 8000", "port 8000"),
        ("log_line", "{}", "{}"),
        ("container_id", WEB[:11], WEB[:11]),
        ("container_id", f"{hex_id('other')[:12]} nginx", hex_id("other")[:12]),
        ("container_id", f"0{WEB[:12]}", f"0{WEB[:12]}"),
        ("image_id", WEB[:12], WEB[:12]),
    ],
)
def test_a_false_quotation_fails_and_is_shown(of: str, answer: str, shown: str) -> None:
    verdict = quoted(of, answer)
    assert verdict.status is Status.FAIL
    assert verdict.actual == shown
    assert "docker" in str(verdict.hint)


@pytest.mark.parametrize("of", list(RECORDED))
def test_no_answer_fails_with_the_command_to_type(of: str) -> None:
    verdict = quoted(of, "<!-- here -->")
    assert verdict.status is Status.FAIL
    assert "## seen" in str(verdict.hint)


@pytest.mark.parametrize("of", list(RECORDED))
def test_where_nothing_was_recorded_nothing_is_held_against_the_learner(of: str) -> None:
    assert quoted(of, "0123456789ab", recorded=[]).status is Status.UNPROVEN


@pytest.mark.parametrize(
    ("of", "need"),
    [
        ("log_line", LogsNeed(name="web")),
        ("container_id", ContainerNeed(name="web")),
        ("image_id", ImageNeed(image="app:1")),
    ],
)
def test_what_cannot_be_compared_now_is_an_error_unless_it_was_true_before(
    of: str, need: Any
) -> None:
    down = saw(need, Reason.ENGINE_UNREACHABLE, 5, "run-2")
    true = {"log_line": "listening on port 8000", "container_id": WEB, "image_id": APP}[of]
    assert quoted(of, "0123456789ab", down).status is Status.ERROR
    assert quoted(of, true, down).status is Status.PASS


def test_an_id_is_known_from_events_after_the_container_is_gone() -> None:
    gone = [event("container start", 1, name="web", image="app:1", id=WEB)]
    verdict = quoted("container_id", WEB[:12], recorded=gone)
    assert verdict.status is Status.PASS
    assert Strength.RECORDED in {proof.strength for proof in verdict.proofs}


def test_a_line_that_may_stand_in_what_was_cut_is_unproven() -> None:
    cut = Logs(container_id=WEB, stdout=OUTPUT, size=10**9, complete=False)
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), cut)]
    assert (
        quoted("log_line", "somewhere in the middle", recorded=recorded).status is Status.UNPROVEN
    )


def test_an_empty_log_can_be_quoted_by_nobody() -> None:
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), Logs(container_id=WEB))]
    verdict = quoted("log_line", "anything at all", recorded=recorded)
    assert verdict.status is Status.UNPROVEN
    assert str(verdict.message) == "no line of the log of container web was recorded"
    assert "nothing was seen of container web" in str(
        quoted("log_line", "anything at all", recorded=[]).message
    )


def test_without_the_file_of_answers_it_fails() -> None:
    fields = {"question": "seen", "of": "image_id", "image": "app:1"}
    missing = saw(FileNeed(path="answers.md"), Reason.NOT_THERE)
    assert judged("quoted", fields, *RECORDED["image_id"], missing).status is Status.FAIL


@pytest.mark.parametrize(
    "fields",
    [
        {"of": "log_line"},
        {"of": "image_id", "name": "web"},
        {"of": "image_id", "name": "web", "image": "app:1"},
        {"of": "port", "name": "web"},
        {"of": "log_line", "name": "web", "question": ""},
    ],
)
def test_a_mistake_in_the_rubric_is_told(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Quoted.model_validate({"type": "quoted", "question": "seen", **fields})


@given(st.sampled_from(list(RECORDED)), st.text(), st.text())
def test_any_answer_and_any_log_are_judged(of: str, answer: str, output: str) -> None:
    log = saw(LogsNeed(name="web"), Logs(container_id=WEB, stdout=output, stderr=answer))
    assert quoted(of, answer, log).status is not Status.ERROR


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


@pytest.mark.parametrize("of", list(RECORDED))
def test_a_recorded_command_outweighs_a_wrong_quote_and_adds_to_a_right_one(of: str) -> None:
    path = {
        "log_line": "/containers/web/logs",
        "container_id": "/containers/json",
        "image_id": "/images/json",
    }[of]
    true = {"log_line": "listening on port 8000", "container_id": WEB, "image_id": APP}[of]
    assert quoted(of, "0123456789ab", call(path)).status is Status.PASS
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


@pytest.mark.parametrize("action", ["tag", "build", "pull"])
def test_an_image_id_is_known_from_events_after_the_image_is_gone(action: str) -> None:
    gone = [event(f"image {action}", name="app:1", id=f"sha256:{APP}")]
    assert quoted("image_id", APP[:12], recorded=gone).status is Status.PASS


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_whole_line_is_quoted_and_not_a_word(stream: str) -> None:
    log = Logs(container_id=WEB, **{stream: "alpha is listening\nbeta accepted connections\n"})
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), log)]
    for answer, status in [
        ("beta accepted connections", Status.PASS),
        ("I saw that connections were accepted, listening or not", Status.FAIL),
    ]:
        assert quoted("log_line", answer, recorded=recorded).status is status


def test_an_answer_that_may_lie_beyond_what_was_recorded_is_shown() -> None:
    cut = Logs(container_id=WEB, stdout="wisheasy is listening on port 8000\n", complete=False)
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), cut)]
    verdict = quoted("log_line", "the server started", recorded=recorded)
    assert (verdict.status, verdict.actual) == (Status.UNPROVEN, "the server started")


def test_where_an_image_is_unknown_the_build_is_advised() -> None:
    hint = str(quoted("image_id", "0123456789ab", recorded=[]).hint)
    assert "`docker build -t app:1 .`" in hint
    down = saw(ImageNeed(image="app:1"), Reason.ENGINE_UNREACHABLE)
    assert quoted("image_id", "0123456789ab", recorded=[down]).status is Status.ERROR
    assert "docker run" in str(quoted("container_id", "0123456789ab", recorded=[]).hint)


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


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("**beta accepted connections**", Status.PASS),
        ("`beta accepted connections`", Status.PASS),
        ("> beta accepted connections", Status.PASS),
        ("beta", Status.FAIL),
    ],
)
def test_markup_around_a_quotation_does_not_matter(answer: str, status: Status) -> None:
    log = Logs(container_id=WEB, stdout="12:00 beta accepted connections on port 80\n")
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), log)]
    assert quoted("log_line", answer, recorded=recorded).status is status
