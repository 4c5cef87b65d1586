"""`quoted`: a quotation that is true of what was recorded passes; a made-up one does not."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from checks.quoted import Quoted
from grader.check import Status, Verdict
from grader.facts import Logs, Reason
from grader.needs import ContainerNeed, FileNeed, ImageNeed, LogsNeed
from grader.series import Strength
from tests.factories import an_image, event, hex_id, judged, saw, submitted
from tests.quoting import APP, OUTPUT, RECORDED, WEB, quoted


@pytest.mark.parametrize(
    ("of", "answer"),
    [
        ("log_line", "INFO: wisheasy is listening on port 8000"),
        ("log_line", "`INFO:   wisheasy is listening on port 8000`"),
        ("log_line", "```\n127.0.0.1 GET / 200 in 3 ms\n```"),
        ("log_line", "> 2026-01-02T03:04:05Z INFO: wisheasy is listening on port 8000"),
        ("log_line", "- listening on port 8000"),
        ("log_line", "I ran it, and read:\n> ing on port 8000\nSo it works."),
        ("log_line", "로그에 `wisheasy is listening on port` 라고 나왔습니다."),
        ("log_line", "GET / 200 in 3 ms 源\ufffd\ufffd"),
        ("log_line", "GET / 200 in 3 ms @\ufffdX\ufffd"),
        ("container_id", WEB[:12]),
        ("container_id", WEB),
        ("container_id", f"`{WEB[:12].upper()}`였습니다"),
        ("container_id", f"{hex_id('other')[:12]}   nginx\n{WEB[:12]}   app:1"),
        ("container_id", f"\x1b[32m{WEB[:12]}\x1b[0m"),
        ("container_id", f"{WEB[:6]}\u200b{WEB[6:12]}"),
        ("container_id", f"{WEB[:12]}\r\n".encode("utf-16-le").decode()),
        ("image_id", APP[:12]),
        ("image_id", f"sha256:{APP}"),
    ],
)
def test_a_true_quotation_passes_on_two_pieces_of_evidence(of: str, answer: str) -> None:
    verdict = quoted(of, answer)
    assert verdict.status is Status.PASS
    assert [p.strength for p in verdict.proofs] == [Strength.SUBMITTED, Strength.LIVE]
    if of == "log_line" and "INFO" in answer:
        told = "its log has the line: INFO: wisheasy is listening on port 8000"
        assert str(verdict.proofs[1].detail) == told


@pytest.mark.parametrize(
    ("of", "answer", "shown"),
    [
        ("log_line", "the server started", "the server started"),
        ("log_line", "port 8000", "port 8000"),
        ("log_line", "ng on port 8000", "ng on port 8000"),
        ("log_line", "로그에 `ng on port 8000` 라고", "로그에 `ng on port 8000` 라고"),
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
    assert [proof.strength for proof in verdict.proofs] == [Strength.SUBMITTED]


def test_a_wrong_id_is_told_from_none_and_not_all_of_many_are_shown() -> None:
    none = quoted("container_id", WEB[:11])
    assert "no id is quoted" in str(none.message)
    others = [hex_id(name)[:12] for name in "abcd"]
    wrong = quoted("container_id", " ".join(others))
    assert str(wrong.message) == "the id that is quoted is not that of container web"
    assert wrong.actual == ", ".join(others[:3])


def test_a_quotation_may_stand_in_the_heading_itself() -> None:
    sheet = submitted("answers.md", f"## seen: `{WEB[:12]}`\n\n## next\n\nx\n")
    fields = {"question": "seen", "of": "container_id", "name": "web"}
    verdict = judged("quoted", fields, sheet, *RECORDED["container_id"])
    assert verdict.status is Status.PASS


@pytest.mark.parametrize(
    "sheet", ["seen: {}", "1. seen\n{}", "| seen | {} |", "## seen\n\n<!-- {} -->", "**Q5**\n\n{}"]
)
@pytest.mark.parametrize(
    ("of", "quote"),
    [("container_id", WEB[:12]), ("log_line", "INFO: wisheasy is listening on port 8000")],
)
def test_what_is_true_is_so_without_its_heading(sheet: str, of: str, quote: str) -> None:
    def verdict(text: str) -> Verdict:
        fields = {"question": "seen", "of": of, "name": "web"}
        answers = submitted("answers.md", f"# Answers\n\n{sheet.format(text)}\n")
        return judged("quoted", fields, answers, *RECORDED[of])

    assert verdict(quote).status is Status.PASS
    wrong = verdict("b6589fc6ab0d the server started")
    assert wrong.status is Status.FAIL
    assert "there is no answer to seen" in str(wrong.message)


@pytest.mark.parametrize("of", list(RECORDED))
def test_a_picture_in_place_of_a_quotation_is_told_as_that(of: str) -> None:
    verdict = quoted(of, "![docker ps](ps.png)")
    assert verdict.status is Status.FAIL
    assert str(verdict.message) == "a picture is not read; paste the text itself"


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


@pytest.mark.parametrize("action", ["tag", "build", "pull"])
def test_an_image_id_is_known_from_events_after_the_image_is_gone(action: str) -> None:
    gone = [event(f"image {action}", name="app:1", id=f"sha256:{APP}")]
    assert quoted("image_id", APP[:12], recorded=gone).status is Status.PASS


def test_an_image_id_may_be_that_of_a_platform_as_a_tree_of_images_shows_it() -> None:
    index = an_image("app:1", manifests=(f"sha256:{'5' * 64}",))
    recorded = [saw(ImageNeed(image="app:1"), index)]
    for answer, status in (("5" * 12, Status.PASS), ("6" * 12, Status.FAIL)):
        assert quoted("image_id", answer, recorded=recorded).status is status


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_whole_line_is_quoted_and_not_a_word(stream: str) -> None:
    log = Logs(container_id=WEB, **{stream: "alpha is listening\nbeta accepted connections\n"})
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), log)]
    for answer, status in [
        ("beta accepted connections", Status.PASS),
        ("I saw that connections were accepted, listening or not", Status.FAIL),
    ]:
        assert quoted("log_line", answer, recorded=recorded).status is status


@pytest.mark.parametrize(
    ("line", "status"),
    [("ready 80", Status.PASS), ("ready 8", Status.FAIL), ("-" * 20, Status.FAIL)],
)
def test_a_line_is_one_that_says_something(line: str, status: Status) -> None:
    log = Logs(container_id=WEB, stderr=f"starting up\n{line}\n")
    recorded = [RECORDED["log_line"][0], saw(LogsNeed(name="web"), log)]
    assert quoted("log_line", f"I saw {line}", recorded=recorded).status is status


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


def test_how_an_editor_composes_hangul_does_not_matter() -> None:
    said = "wisheasy를 켰습니다"
    answer = submitted("answers.md", unicodedata.normalize("NFD", f"## q\n\n{said}\n"))
    log = saw(LogsNeed(name="web"), Logs(container_id=WEB, stdout=f"{said}\n"))
    verdict = judged("quoted", {"question": "q", "of": "log_line", "name": "web"}, answer, log)
    assert verdict.status is Status.PASS
