"""What a journal is evidence of: every answer to a need, what is there now, and what went."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest

from grader.evidence import Evidence
from grader.facts import Container, Image, Reason
from grader.file_facts import EnvNames
from grader.journal import Entry
from grader.needs import ContainerNeed, EnvFileNeed, ImageNeed, LogsNeed
from grader.series import Departure, Series, Strength
from tests.factories import (
    a_container,
    an_image,
    event,
    evidence_of,
    hex_id,
    journal_of,
    minutes,
    saw,
    submitted,
)

WEB, APP = ContainerNeed(name="web"), ImageNeed(image="app:1")
GONE = saw(WEB, Reason.NOT_THERE, 5, "b")
DOWN = saw(WEB, Reason.ENGINE_UNREACHABLE, 7, "c", "dial unix: no such file")


def there(at: float, run: str, name: str = "web", **fields: Any) -> Entry:
    return saw(WEB, a_container(name, **fields), at, run)


def by(entry: Entry, **fields: Any) -> Entry:
    return entry.model_copy(update=fields)


def series(*entries: Entry) -> Series[Container]:
    return evidence_of(*entries).of(WEB)


def names(found: Any) -> list[str]:
    return [seen.fact.name for seen in found]


def test_what_was_never_looked_for_is_neither_there_nor_gone() -> None:
    assert series(saw(APP, an_image())) == Series()
    assert not series().gone


def test_all_that_was_found_is_kept_newest_first_and_now_is_what_the_last_look_found() -> None:
    looks = [there(1, "a", "one"), there(2, "b", "two"), there(2, "b", "three")]
    answers = series(*looks)
    assert names(answers.found) == ["three", "two", "one"]
    assert names(answers.now) == ["three", "two"]
    assert [seen.seq for seen in answers.found] == [3, 2, 1]
    assert (answers.looked_at, answers.seq, answers.strength) == (minutes(2), 3, Strength.LIVE)
    assert not answers.gone


def test_what_is_gone_was_there_and_its_departure_is_told() -> None:
    answers = series(there(1, "a", "one"), there(3, "a", "two"), GONE)
    assert (answers.now, answers.absent, answers.gone) == ((), Reason.NOT_THERE, True)
    assert names(answers.found) == ["two", "one"]
    (departure,) = answers.departures
    assert departure == Departure(answers.found[0], minutes(5))
    back = series(there(1, "a"), GONE, by(GONE, run="c"), there(8, "d"), by(GONE, run="e"))
    assert [went.last.at for went in back.departures] == [minutes(1), minutes(8)]
    assert not series(GONE).gone
    assert series(GONE).departures == ()


def test_a_look_that_failed_says_why_and_loses_nothing() -> None:
    answers = series(there(1, "a"), DOWN)
    assert (answers.unavailable, answers.absent) == (Reason.ENGINE_UNREACHABLE, None)
    assert (answers.detail, answers.now, answers.departures) == (DOWN.detail, (), ())
    assert names(answers.found) == ["web"]
    unsaid = series(by(DOWN, reason=None)), series(by(GONE, reason=None))
    assert (unsaid[0].unavailable, unsaid[1].absent) == (Reason.ENGINE_ERROR, Reason.NOT_THERE)


def test_without_the_looks_that_failed_it_is_as_if_nobody_had_tried() -> None:
    calm = evidence_of(there(1, "a"))
    assert calm.undisturbed is calm
    disturbed = evidence_of(there(1, "a"), by(DOWN, run="a"))
    assert disturbed.undisturbed.of(WEB) == calm.of(WEB)
    assert disturbed.of(WEB).unavailable
    found = evidence_of(there(1, "a"), DOWN).undisturbed.of(WEB).now
    assert [seen.strength for seen in found] == [Strength.RECORDED]  # the last grading failed
    later = evidence_of(DOWN, there(9, "d")).undisturbed.of(WEB).now
    assert [seen.at for seen in later] == [minutes(9)]
    for reason in (Reason.UNSUPPORTED, Reason.OUTSIDE):  # these are answers
        told = evidence_of(there(1, "a"), by(DOWN, reason=reason))
        assert told.undisturbed is told


@pytest.mark.parametrize("last", [there(2, "b"), DOWN])
def test_a_class_needs_no_memory_for_those_who_are_judged(last: Entry) -> None:
    gc.disable()  # it comes late, and takes its time
    try:
        evidence = evidence_of(there(1, "a"), last)
        evidence.undisturbed.of(WEB)
        gone = ref(evidence)
        del evidence
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("entry", "strength"),
    [
        (there(1, "a"), Strength.LIVE),
        (by(there(1, "a"), source="registry"), Strength.REGISTRY),
        (by(there(1, "a"), source="submission"), Strength.SUBMITTED),
        (by(there(1, "a"), source="events"), Strength.RECORDED),
        (by(there(1, "a"), source="relay"), Strength.RECORDED),
    ],
)
def test_how_strong_an_answer_is_depends_on_who_gave_it(entry: Entry, strength: Strength) -> None:
    assert series(entry).found[0].strength is strength


def test_only_what_the_last_grading_saw_is_live() -> None:
    answers = series(there(1, "a"), by(there(2, "w"), by="watch"), there(3, "b"))
    strengths = [seen.strength for seen in answers.found]
    assert strengths == [Strength.LIVE, Strength.RECORDED, Strength.RECORDED]


def test_what_grade_lab_ran_itself_counts_where_asked_for_and_is_never_there_now() -> None:
    ours = by(there(3, "v"), source="reproduction", by="batch")
    evidence = evidence_of(there(1, "a", "mine"), ours)
    assert names(evidence.of(WEB).found) == ["mine"]
    reproduced = evidence.of(WEB, reproduced=True)
    assert names(reproduced.found) == ["web", "mine"]
    assert reproduced.found[0].strength is Strength.REPRODUCED
    assert reproduced.now == ()
    assert evidence.of(WEB).now
    absent = by(GONE, source="reproduction", by="batch")
    assert evidence_of(there(1, "a"), absent).of(WEB, reproduced=True).departures == ()


def test_a_reproduction_that_a_journal_brings_along_is_only_a_record() -> None:
    theirs = by(there(3, "v"), source="reproduction", by="grade")
    mine = by(there(4, "x"), by="batch", source="engine")
    for entries, strength in [
        ([theirs], Strength.REPRODUCED),
        ([theirs, there(5, "later")], Strength.RECORDED),
        ([theirs, mine], Strength.RECORDED),
    ]:
        found = evidence_of(*entries).of(WEB, reproduced=True).found
        assert found[-1].strength is strength


def test_an_answer_that_does_not_fit_its_question_is_left_out_and_told_once() -> None:
    broken = by(there(2, "a"), data={"name": 5})
    evidence = evidence_of(there(1, "a"), broken, there(3, "a", "later"))
    for reproduced in (False, True):
        assert names(evidence.of(WEB, reproduced=reproduced).found) == ["later", "web"]
    (defect,) = evidence.defects
    assert defect.line == 2


EVENTS = [
    event("container start", 3, id="1", name="web", image="app:1", service="w", project="shop"),
    event("container die", 1, id="1", name="web", image="app:1", service="w", project="shop"),
    event("container start", 2, id="2", name="db", image="docker.io/library/db:1", project="x"),
    event("volume create", 4, id="data", name="data"),
]


@pytest.mark.parametrize(
    ("actions", "fields", "times"),
    [
        ((), {}, [1, 2, 3]),
        (("start",), {}, [2, 3]),
        (("start", "die"), {"name": "web"}, [1, 3]),
        ((), {"image": "db:1"}, [2]),
        ((), {"image": "app:1", "name": "db"}, []),
        ((), {"service": "w"}, [1, 3]),
        ((), {"project": "x"}, [2]),
        ((), {"kind": "volume"}, [4]),
        (("create",), {"kind": "volume", "name": "data"}, [4]),
        ((), {"kind": "network"}, []),
    ],
)
def test_events_are_picked_by_all_that_is_given_oldest_first(
    actions: tuple[str, ...], fields: dict[str, str], times: list[int]
) -> None:
    found = evidence_of(*EVENTS).events(*actions, **fields)
    assert [seen.at for seen in found] == [minutes(at) for at in times]


def test_events_of_an_image_are_those_of_its_name_and_of_its_ids_end() -> None:
    entries = [
        saw(APP, an_image(), 0),
        event("image tag", 1, id="sha256:new", name="app:1"),
        event("image pull", 2, name="docker.io/library/app:1"),
        event("image untag", 3, id="sha256:new"),
        event("image delete", 4, id=an_image().id),
        event("image tag", 5, id=an_image().id, name="other:1"),
        event("image delete", 6, id="sha256:other"),
        event("image load", 7, id="sha256:loaded", name="app:1"),
    ]
    evidence = evidence_of(*entries)
    assert evidence.image_ids("app:1") == {an_image().id, "sha256:new"}
    told = [seen.at for seen in evidence.image_events(image="app:1")]
    assert told == [minutes(at) for at in (1, 2, 3, 4, 7)]
    some = evidence.image_events("untag", "pull", image="app:1")
    assert [seen.fact.action for seen in some] == ["pull", "untag"]


@pytest.mark.parametrize("action", ["push", "pull"])
@pytest.mark.parametrize("told", ["me/app", f"me/app@sha256:{'0' * 64}"])
def test_all_tags_or_a_digest_moved_what_was_there_before(action: str, told: str) -> None:
    moved = [event(f"image {action}", at, name=told) for at in (1, 3, 5)]
    named = event("image tag", 3, id="sha256:new", name="me/app:1")
    evidence = evidence_of(*moved, named)
    assert [seen.at for seen in evidence.image_events(action, image="me/app:1")] == [
        minutes(3),
        minutes(5),
    ]
    assert not evidence.image_events(action, image="me/app:2")
    untagged = evidence_of(named, event("image untag", 5, name=told))
    assert not untagged.image_events("untag", image="me/app:1")


def test_the_containers_that_a_need_asks_about_are_known_by_state_and_event() -> None:
    evidence = evidence_of(there(1, "a"), *EVENTS)
    assert evidence.container_ids(LogsNeed(name="web")) == {hex_id("web"), "1"}
    assert evidence.container_ids(LogsNeed(name="db")) == {"2"}


def test_the_needs_of_a_kind_that_were_asked_are_told() -> None:
    evidence = evidence_of(there(1, "a"), submitted("x", ""), saw(APP, Reason.NOT_THERE))
    assert evidence.needs(ContainerNeed) == (WEB,)
    assert evidence.needs(ImageNeed) == (APP,)
    assert evidence.needs(EnvFileNeed) == ()


def test_evidence_is_folded_once_and_typed_by_its_question() -> None:
    evidence = Evidence(journal_of(saw(APP, an_image()), saw(EnvFileNeed(path="e"), ENV)))
    images: Series[Image] = evidence.of(APP)
    assert evidence.of(APP) is images
    assert evidence.of(EnvFileNeed(path="e")).now[0].fact.names == ("A",)


ENV = EnvNames(names=("A",))
