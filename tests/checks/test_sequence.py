"""`sequence`: order by events, and by what was seen where events are missing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from checks.sequence import Sequence
from grader.check import Status, Verdict
from grader.facts import Manifest, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EventWindowNeed, ImageNeed, ManifestNeed
from tests.factories import (
    a_container,
    an_image,
    event,
    evidence_of,
    hex_id,
    judged,
    minutes,
    saw,
    submitted,
)

LOCAL, REMOTE = "app:1", "localhost:5000/me/app:1"
LESSON = (
    {"did": "built", "image": LOCAL},
    {"did": "tagged", "image": REMOTE},
    {"did": "pushed", "image": REMOTE},
    {"did": "pulled", "image": REMOTE},
    {"did": "started", "name": "web"},
    {"did": "executed", "name": "web"},
    {"did": "stopped", "name": "web"},
    {"did": "removed", "name": "web"},
    {"did": "removed", "image": REMOTE},
)
IMAGE_ID = f"sha256:{hex_id('image')}"
WEB = {"name": "web", "image": REMOTE, "id": hex_id("web")}


def image_event(action: str, at: float, name: str = REMOTE) -> Entry:
    return event(f"image {action}", at, name=name, id=IMAGE_ID)


def container_event(action: str, at: float) -> Entry:
    return event(f"container {action}", at, **WEB)


EVENTS = [
    image_event("tag", 1, LOCAL),
    image_event("tag", 2),
    image_event("push", 3),
    image_event("pull", 4),
    container_event("start", 5),
    container_event("exec_start", 6),
    container_event("stop", 7),
    container_event("destroy", 8),
    image_event("untag", 9),
]


def sequence(steps: tuple[dict[str, str], ...], *entries: Entry) -> Verdict:
    return judged("sequence", {"steps": steps}, *entries)


def test_the_whole_lesson_in_order_passes_with_the_time_of_each_step() -> None:
    verdict = sequence(LESSON, *EVENTS)
    assert verdict.status is Status.PASS
    assert [proof.at for proof in verdict.proofs] == [minutes(n) for n in range(1, 10)]


def test_an_image_that_a_builder_of_its_own_loads_was_built_and_tagged_then() -> None:
    loaded = an_image(LOCAL, id=IMAGE_ID, digests=("localhost:5000/me/app@sha256:1",))
    seen = [saw(ImageNeed(image=name), loaded, 3.5) for name in (LOCAL, REMOTE)]
    verdict = sequence(LESSON, event("image load", 1, id=IMAGE_ID), *EVENTS[2:], *seen)
    assert verdict.status is Status.PASS
    assert [proof.at for proof in verdict.proofs][:3] == [minutes(n) for n in (1, 1, 3)]


def test_what_was_named_by_another_name_first_was_built_before() -> None:
    named_later = [image_event("tag", 2, LOCAL), *EVENTS[2:]]
    assert sequence(LESSON, image_event("tag", 1), *named_later).status is Status.PASS
    another = event("image tag", 1, name=REMOTE, id=f"sha256:{hex_id('another')}")
    assert sequence(LESSON, another, *named_later).status is Status.PARTIAL


def test_a_step_too_early_is_named_with_what_it_should_follow_and_costs_its_share() -> None:
    early_exec = [e for e in EVENTS if e.data and e.data["action"] != "push"]
    verdict = sequence(LESSON, *early_exec, *(image_event("push", at) for at in (0.2, 0.5)))
    assert verdict.status is Status.PARTIAL
    assert verdict.ratio == Fraction(7, 8)
    assert f"before tag {REMOTE}: push of {REMOTE}" in str(verdict.message)
    assert "again" in str(verdict.hint)
    assert str(verdict.expected).startswith(f"in this order: build of {LOCAL}")
    assert [proof.at for proof in verdict.proofs] == [minutes(2), minutes(0.5)]


def test_two_steps_the_wrong_way_round_fail() -> None:
    steps = ({"did": "pushed", "image": REMOTE}, {"did": "tagged", "image": REMOTE})
    verdict = sequence(steps, *EVENTS)
    assert (verdict.status, verdict.pending) == (Status.FAIL, False)
    assert [proof.at for proof in verdict.proofs] == [minutes(3), minutes(2)]


def test_doing_it_again_in_order_puts_it_right() -> None:
    steps = ({"did": "pushed", "image": REMOTE}, {"did": "tagged", "image": REMOTE})
    assert sequence(steps, *EVENTS, image_event("tag", 30)).status is Status.PASS


def test_a_step_of_which_nothing_was_seen_is_unproven_and_named() -> None:
    seen = [e for e in EVENTS if e.data and e.data["action"] != "pull"]
    verdict = sequence(LESSON, *seen)
    assert verdict.status is Status.UNPROVEN
    assert str(verdict.message) == f"not seen: pull of {REMOTE}"
    assert "after each of them" in str(verdict.hint)
    assert str(verdict.expected).startswith("in this order: ")
    assert [proof.at for proof in verdict.proofs] == [minutes(n) for n in (1, 2, 3, 5, 6, 7, 8, 9)]


def test_a_wrong_order_is_told_even_where_another_step_was_not_seen() -> None:
    steps = (*LESSON[2:4], LESSON[1])
    verdict = sequence(steps, image_event("push", 3), image_event("tag", 2))
    assert (verdict.status, verdict.ratio) == (Status.FAIL, 0)
    longer = (*LESSON[:4], LESSON[1], LESSON[4])
    events = [
        image_event("tag", 1, LOCAL),
        *(image_event(what, at) for what, at in (("tag", 2), ("push", 3))),
    ]
    assert sequence(longer, *events).ratio == 0


@pytest.mark.parametrize(
    "entry",
    [
        saw(EventWindowNeed(), Reason.ENGINE_UNREACHABLE, 20, "run-2"),
        saw(ImageNeed(image=REMOTE), Reason.ENGINE_UNREACHABLE, 20, "run-2"),
    ],
)
def test_a_look_that_failed_is_no_one_s_fault(entry: Entry) -> None:
    pull = ({"did": "tagged", "image": REMOTE}, {"did": "pulled", "image": REMOTE})
    assert sequence(pull, image_event("tag", 1), entry).status is Status.ERROR
    assert (
        sequence(pull, image_event("pull", 1), image_event("tag", 2), entry).status is Status.ERROR
    )
    assert (
        sequence(pull, image_event("tag", 1), image_event("pull", 2), entry).status is Status.PASS
    )


def test_states_tell_the_order_where_events_are_gone() -> None:
    created = "2026-01-02T03:01:00.123456789Z"
    ran = {"started": minutes(5), "finished": minutes(6), "status": "exited"}
    ran["exit_code"] = 143
    verdict = sequence(
        (LESSON[0], LESSON[1], LESSON[2], LESSON[4], LESSON[6], LESSON[7]),
        saw(ImageNeed(image=LOCAL), an_image(LOCAL, created=created), 10),
        saw(ImageNeed(image=REMOTE), an_image(REMOTE, last_tagged=minutes(2)), 10),
        saw(ManifestNeed(image=REMOTE), Manifest(digest=IMAGE_ID), 10),
        saw(ContainerNeed(name="web"), a_container("web", REMOTE, **ran), 10),
        saw(ContainerNeed(name="web"), Reason.NOT_THERE, 20, "run-2"),
    )
    assert verdict.status is Status.PASS
    told = [(proof.at.replace(microsecond=0), str(proof.detail)) for proof in verdict.proofs]
    assert told == [
        (minutes(1), f"build of {LOCAL}"),
        (minutes(2), f"tag {REMOTE}, at this time or before"),
        (minutes(10), f"push of {REMOTE}, at this time or before"),
        (minutes(5), "start of container web"),
        (minutes(6), "stop of container web"),
        (minutes(20), "removal of container web, at this time or before"),
    ]


def test_what_was_seen_late_may_have_been_done_early() -> None:
    steps = ({"did": "pushed", "image": REMOTE}, {"did": "started", "name": "web"})
    late = saw(ManifestNeed(image=REMOTE), Manifest(digest=IMAGE_ID), 30)
    assert sequence(steps, late, container_event("start", 5)).status is Status.PASS


def test_an_event_tells_better_than_the_look_that_saw_its_outcome() -> None:
    steps = ({"did": "pushed", "image": REMOTE}, {"did": "started", "name": "web"})
    late = saw(ManifestNeed(image=REMOTE), Manifest(digest=IMAGE_ID), 30)
    pushed = image_event("push", 10)
    assert sequence(steps, late, pushed, container_event("start", 5)).status is Status.FAIL


def test_what_was_gone_before_it_was_started_again_was_removed_too_early() -> None:
    steps = ({"did": "started", "name": "web"}, {"did": "removed", "name": "web"})
    seen = saw(ContainerNeed(name="web"), a_container(), 5)
    gone = saw(ContainerNeed(name="web"), Reason.NOT_THERE, 10, "run-2")
    assert sequence(steps, seen, gone, container_event("start", 20)).status is Status.FAIL
    assert sequence(steps, seen, gone, container_event("start", 3)).status is Status.PASS


def test_podman_s_own_event_of_a_build_is_understood() -> None:
    steps = (LESSON[0], LESSON[4])
    events = [image_event("build", 1, LOCAL), container_event("start", 2)]
    assert sequence(steps, *events).status is Status.PASS


def test_an_image_that_was_built_here_was_not_pulled() -> None:
    steps = (LESSON[0], LESSON[3])
    built = an_image(REMOTE, last_tagged=minutes(2), digests=("me/app@sha256:1",))
    entries = [image_event("tag", 1, LOCAL), saw(ImageNeed(image=REMOTE), built, 5)]
    assert sequence(steps, *entries).status is Status.UNPROVEN
    pulled = an_image(REMOTE, identity=("pull",))
    entries = [image_event("tag", 1, LOCAL), saw(ImageNeed(image=REMOTE), pulled, 5)]
    assert sequence(steps, *entries).status is Status.PASS


@pytest.mark.parametrize(
    "steps",
    [
        (),
        ({"did": "built", "image": "a"},),
        ({"did": "built"}, {"did": "pushed", "image": "a"}),
        ({"did": "built", "name": "a"}, {"did": "pushed", "image": "a"}),
        ({"did": "started"}, {"did": "stopped", "name": "web"}),
        ({"did": "built", "image": "A"}, {"did": "pushed", "image": "a"}),
        ({"did": "made", "image": "a"}, {"did": "pushed", "image": "a"}),
    ],
)
def test_a_mistake_in_the_rubric_is_told(steps: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(ValidationError):
        Sequence.model_validate({"type": "sequence", "steps": steps})


def test_an_empty_journal_proves_nothing() -> None:
    check = Sequence.model_validate({"type": "sequence", "steps": LESSON})
    assert check.judge(evidence_of(submitted("x", ""))).status is Status.UNPROVEN


def test_the_share_is_of_the_most_steps_that_were_in_order() -> None:
    names = [f"app:{number}" for number in range(1, 5)]
    steps = tuple({"did": "tagged", "image": name} for name in names)
    for times, share in [
        ((5, 6, 1, 2), Fraction(1, 3)),
        ((5, 1, 2, 3), Fraction(2, 3)),
        ((1, 2, 4, 3), Fraction(2, 3)),
        ((1, 4, 2, 3), Fraction(2, 3)),
        ((4, 3, 2, 1), Fraction(0)),
    ]:
        events = [image_event("tag", at, name) for at, name in zip(times, names, strict=True)]
        assert sequence(steps, *events).ratio == share


def test_an_image_that_lost_its_name_was_untagged_also_where_no_event_tells() -> None:
    steps = (LESSON[0], {"did": "untagged", "image": REMOTE})
    seen = saw(ImageNeed(image=REMOTE), an_image(REMOTE), 5)
    gone = saw(ImageNeed(image=REMOTE), Reason.NOT_THERE, 10, "run-2")
    verdict = sequence(steps, image_event("tag", 1, LOCAL), seen, gone)
    assert verdict.status is Status.PASS
    last = verdict.proofs[-1]
    assert (last.at, last.source) == (minutes(10), "engine")
    assert REMOTE in str(last.detail)


def test_what_a_registry_refuses_to_show_was_not_seen() -> None:
    tags = [image_event("tag", 1, LOCAL), image_event("tag", 2)]
    for reason in (Reason.DENIED, Reason.UNSUPPORTED):
        verdict = sequence(LESSON[:3], *tags, saw(ManifestNeed(image=REMOTE), reason, 3))
        assert verdict.status is Status.UNPROVEN
        assert f"not seen: push of {REMOTE}" in str(verdict.message)


def test_a_failed_look_keeps_what_the_order_so_far_earned() -> None:
    down = saw(ImageNeed(image=REMOTE), Reason.ENGINE_UNREACHABLE, 20, "run-2")
    steps = (LESSON[0], *LESSON[2:4], LESSON[1])
    events = [image_event("tag", 1, LOCAL), image_event("push", 3), image_event("pull", 4)]
    verdict = sequence(steps, *events, image_event("tag", 2), down)
    assert (verdict.status, verdict.ratio) == (Status.ERROR, Fraction(2, 3))
    assert [proof.at for proof in verdict.proofs] == [minutes(4), minutes(2)]
    assert sequence(steps, *events, image_event("tag", 2)).ratio == Fraction(2, 3)


def test_a_container_that_only_lost_its_name_was_neither_stopped_nor_removed() -> None:
    need = ContainerNeed(name="web", image=REMOTE)
    seen = saw(need, a_container("web", REMOTE), 5, run="a")
    gone = saw(need, Reason.NOT_THERE, 20, run="b")
    renamed = event("container rename", 10, **{**WEB, "name": "old"})
    for did in ("stopped", "removed"):
        step = {"did": did, "name": "web", "image": REMOTE}
        steps, built = (LESSON[0], step), image_event("tag", 1, LOCAL)
        assert sequence(steps, built, seen, gone).status is Status.PASS
        assert sequence(steps, built, seen, renamed, gone).status is Status.UNPROVEN
