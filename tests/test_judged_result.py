"""What a result tells of a judged journal: all that its checks concluded, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from checks.file import File
from grader.check import (
    Check,
    Errored,
    Status,
    Verdict,
)
from grader.evidence import Evidence
from grader.facts import Engine, EventWindow, Fact
from grader.journal import MAX_DEFECTS, Defect, Journal
from grader.messages import msg
from grader.needs import EngineNeed, EventWindowNeed, ImageNeed, Need
from grader.result import (
    CheckResult,
    EvidenceItem,
    JournalDefect,
    Learner,
    Place,
)
from grader.rubric.model import Objective
from grader.series import Strength
from tests.concluding import WRONG, Concludes, only, result
from tests.factories import an_image, event, hex_id, journal_of, minutes, saw, submitted

ENGINE = Engine(
    product="Docker Engine", version="29.0.1", api_version="1.52", os="linux", arch="amd64"
)


def test_a_verdict_is_told_whole() -> None:
    assert only(result(Concludes(verdict=WRONG))) == CheckResult(
        id="build.1",
        type="concludes",
        status=Status.FAIL,
        score=Decimal(0),
        max_score=Decimal(10),
        message="nothing was seen of image app:1",
        hint="a health check",
        pending=True,
        expected="image app:1",
        actual="app:2",
        evidence=(
            EvidenceItem(
                strength=Strength.RECORDED, source="events", at=minutes(3), detail="image app:1"
            ),
        ),
        places=(
            Place(path="Dockerfile", line=3, message="a health check"),
            Place(path="lab.yaml", line=None, message="nothing was seen of image app:1"),
        ),
    )


def test_a_result_is_told_in_the_readers_language() -> None:
    english, korean = (only(result(Concludes(verdict=WRONG), lang=lang)) for lang in ("en", "ko"))
    assert korean.message != english.message
    assert korean.hint != english.hint
    assert korean.expected != english.expected
    assert korean.evidence[0].detail != english.evidence[0].detail
    assert korean.places[0].message == korean.hint
    assert korean.places[1].message == korean.message
    judged = result(Concludes(verdict=WRONG), lang="ko")
    assert (judged.lang, judged.rubric.title, judged.objectives[0].title) == (
        "ko",
        "도커",
        "빌드하기",
    )


def test_the_rubrics_own_hint_replaces_the_checks_unless_nobody_could_look() -> None:
    own = {"en": "ask in class"}
    down = Errored(message=msg("a health check"), hint=msg("no health check"))
    assert only(result(Concludes(verdict=WRONG, hint=own))).hint == "ask in class"
    assert only(result(Concludes(verdict=down, hint=own))).hint == "no health check"
    silent = Errored(message=msg("a health check"))
    assert only(result(Concludes(verdict=silent, hint=own))).hint == ""


def test_how_a_file_was_saved_comes_before_the_rubrics_own_hint() -> None:
    """Who wrote all the answers need not be told to write them."""
    check = File(type="file", path="answers.md", contains="kernel", hint={"en": "write it"})
    empty, notepad = submitted("answers.md", "?"), submitted("answers.md", None)
    assert only(result(check, journal=journal_of(empty))).hint == "write it"
    told = only(result(check, journal=journal_of(notepad))).hint
    assert "save it again as UTF-8 (in Notepad:" in told


def test_who_when_and_on_what_a_result_was_judged() -> None:
    journal = journal_of(
        saw(EngineNeed(), ENGINE.model_copy(update={"version": "28.0.0"}), at=1, run="a"),
        saw(EngineNeed(), ENGINE, at=2, run="b"),
        saw(ImageNeed(image="app:1"), an_image(), at=5, run="b"),
    )
    judged = result(Concludes(verdict=WRONG), journal=journal)
    assert judged.learner == Learner(id="s-1", name="Jimin")
    assert (judged.rubric.id, judged.rubric.title) == ("docker", "Docker")
    assert judged.rubric.sha256 == hex_id("rubric")
    assert judged.engine == ENGINE
    assert judged.graded_at == minutes(5)
    extent = judged.journal
    assert (extent.entries, extent.first_at, extent.last_at) == (3, minutes(1), minutes(5))
    assert (extent.intact, extent.defects, extent.head) == (True, (), journal.head)
    assert judged.pass_mark == Decimal("0.5")


def test_an_empty_journal_has_no_times_and_no_engine() -> None:
    judged = result(Concludes(verdict=WRONG))
    assert (judged.graded_at, judged.engine, judged.timeline, judged.gaps) == (None, None, (), ())
    assert (judged.journal.entries, judged.journal.first_at, judged.journal.last_at) == (
        0,
        None,
        None,
    )
    assert judged.journal.intact


class Looks(Check):
    """A check that looks at one image."""

    type: Literal["looks"] = "looks"

    def needs(self) -> Iterable[Need[Fact]]:
        return [ImageNeed(image="app:1")]

    def judge(self, evidence: Evidence) -> Verdict:
        evidence.of(ImageNeed(image="app:1"))
        return WRONG


def test_what_is_wrong_with_a_journal_is_told_by_line() -> None:
    sound = journal_of(saw(ImageNeed(image="app:1"), an_image()))
    strange = sound.entries[0].model_copy(update={"seq": 1, "data": {"no": "image"}})
    torn = Journal((strange,), defects=(Defect(2, msg("a health check")),))
    judged = result(Looks(), journal=torn, lang="en").journal
    assert not judged.intact
    assert judged.defects == (
        JournalDefect(line=2, message="a health check"),
        JournalDefect(line=1, message="its content does not fit its kind"),
    )
    translated = result(Looks(), journal=torn, lang="ko").journal
    assert all(
        told.message != plain.message
        for told, plain in zip(translated.defects, judged.defects, strict=True)
    )


def test_of_many_entries_that_are_amiss_a_thousand_are_named() -> None:
    sound = journal_of(saw(ImageNeed(image="app:1"), an_image())).entries[0]
    strange = (sound.model_copy(update={"seq": n, "data": {}}) for n in range(MAX_DEFECTS + 5))
    judged = result(Looks(), journal=Journal(tuple(strange))).journal
    assert (judged.intact, len(judged.defects)) == (False, MAX_DEFECTS)


def test_a_skipped_objective_says_what_to_do_first_and_keeps_its_points() -> None:
    waits = Objective(
        id="push",
        title={"en": "Push it", "ko": "올리기"},
        points=Decimal(5),
        requires=("build",),
        checks=(Concludes(verdict=WRONG, weight=3), Concludes(verdict=WRONG, weight=2)),
    )
    judged = result(Concludes(verdict=WRONG), others=(waits,)).objectives[1]
    assert (judged.id, judged.title, judged.score, judged.max_score) == ("push", "Push it", 0, 5)
    assert (judged.requires, judged.skipped_for) == (("build",), ("build",))
    assert judged.checks == tuple(
        CheckResult(
            id=f"push.{number}",
            type="concludes",
            status=Status.SKIP,
            score=Decimal(0),
            max_score=Decimal(points),
            message="waits for: Build it",
            hint="first do: Build it",
        )
        for number, points in ((1, 3), (2, 2))
    )
    korean = result(Concludes(verdict=WRONG), others=(waits,), lang="ko").objectives[1]
    assert korean.title == "올리기"
    assert "빌드하기" in korean.checks[0].message
    assert "빌드하기" in korean.checks[0].hint


def test_a_broken_check_is_an_error_that_names_it_and_blames_nobody() -> None:
    broken = only(result(Concludes(verdict="no verdict")))
    assert broken.status is Status.ERROR
    assert "the check 'concludes' is broken: AssertionError" in broken.message
    assert "not your fault" in broken.hint


def test_the_steps_of_the_lab_are_told_in_their_order() -> None:
    journal = journal_of(
        event("image tag", 1, id="sha256:1", name="app:1"), event("image push", 2, name="app:1")
    )
    judged = result(Concludes(verdict=WRONG), journal=journal)
    assert [step.at for step in judged.timeline] == [minutes(1), minutes(2)]
    lost = saw(EventWindowNeed(), EventWindow(count=0, oldest=minutes(5), continues=False), 9)
    (gap,) = result(Concludes(verdict=WRONG), journal=journal_of(*journal.entries, lost)).gaps
    assert (gap.start, gap.end) == (minutes(2), minutes(5))
