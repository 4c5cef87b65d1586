"""What later evidence takes away, and what it does not: found by replaying journals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from grader.check import Status
from grader.facts import Reason
from grader.file_facts import Tree
from grader.journal import Entry
from grader.judge import judge
from grader.needs import ContainerNeed, ContentNeed, FileNeed, ImageNeed, TreeNeed
from grader.plugins import check_type
from grader.result import Learner, Result
from grader.rubric.model import Objective, Rubric
from tests.factories import (
    a_container,
    an_image,
    event,
    hex_id,
    journal_of,
    judged,
    minutes,
    saw,
    submitted,
)

WEB, APP = ContainerNeed(name="web"), ImageNeed(image="app:1")
ID = hex_id("web")
OF_WEB: dict[str, Any] = {"name": "web", "image": "app:1", "id": ID}
FILE = {"type": "file", "path": "app.py", "contains": "print"}
UNREADABLE = saw(FileNeed(path="app.py"), Reason.UNREADABLE, 1, "b")


def result(*entries: Entry, **objectives: tuple[dict[str, Any], tuple[str, ...]]) -> Result:
    """Objectives worth 10 points each: a check, and what it requires."""
    rubric = Rubric(
        schema="grade-lab/rubric/1",
        id="r",
        title="R",
        objectives=tuple(
            Objective(
                id=name,
                title=name,
                points=Decimal(10),
                requires=requires,
                checks=(check_type(check["type"]).model_validate_json(json.dumps(check)),),
            )
            for name, (check, requires) in objectives.items()
        ),
    )
    return judge(rubric, journal_of(*entries), Learner(id="s-001", name=""))


def test_a_look_that_failed_is_an_error_and_takes_no_points() -> None:
    told = result(submitted("app.py", "print()"), UNREADABLE, a=(FILE, ())).objectives[0]
    assert (told.status, told.score) == (Status.ERROR, 10)
    never = result(UNREADABLE, a=(FILE, ())).objectives[0]
    assert (never.status, never.score) == (Status.ERROR, 0)


def test_points_kept_through_a_failed_look_stay_where_what_they_require_failed_too() -> None:
    told = result(submitted("app.py", "print()"), UNREADABLE, a=(FILE, ()), b=(FILE, ("a",)))
    assert told.score == 20
    assert not told.complete


def test_what_was_removed_stays_so_while_the_engine_is_away() -> None:
    removed = {"type": "removed", "container": "web"}
    there, gone = saw(WEB, a_container()), saw(WEB, Reason.NOT_THERE, 1, "b")
    away = saw(WEB, Reason.ENGINE_UNREACHABLE, 2, "c")
    assert result(there, gone, away, a=(removed, ())).score == 10
    assert result(there, away, a=(removed, ())).score == 0


def test_what_was_made_after_the_last_look_is_not_removed() -> None:
    before = saw(WEB, Reason.NOT_THERE)
    made = [event("container create", 1, **OF_WEB), event("container start", 1, **OF_WEB)]
    verdict = judged("removed", {"container": "web"}, before, *made)
    assert verdict.status is Status.FAIL
    assert verdict.pending
    went = event("container destroy", 2, **OF_WEB)
    assert judged("removed", {"container": "web"}, before, *made, went).status is Status.PASS


def test_a_container_that_starts_does_not_bring_back_the_name_of_its_image() -> None:
    entries = [
        saw(APP, an_image()),
        saw(APP, Reason.NOT_THERE, 1, "b"),
        event("container start", 2, **OF_WEB),
    ]
    assert judged("removed", {"image": "app:1"}, *entries).status is Status.PASS


def test_a_removal_counts_in_its_order_also_when_the_container_was_run_again() -> None:
    steps = [{"did": "started", "name": "web"}, {"did": "removed", "name": "web"}]
    entries = [
        saw(WEB, a_container(started=minutes(0)), 1, "a"),
        saw(WEB, Reason.NOT_THERE, 5, "b"),
    ]
    assert judged("sequence", {"steps": steps}, *entries).status is Status.PASS
    again = saw(WEB, a_container(id=hex_id("again"), started=minutes(8)), 9, "c")
    assert judged("sequence", {"steps": steps}, *entries, again).status is Status.PASS


def test_the_end_of_another_container_does_not_tell_when_the_first_one_ended() -> None:
    steps = [{"did": did, "name": "web"} for did in ("started", "stopped", "removed")]
    entries = [
        saw(WEB, a_container(started=minutes(0)), 1, "a"),
        saw(WEB, Reason.NOT_THERE, 5, "b"),
        event("container destroy", 5, **OF_WEB),
    ]
    again = event("container die", 5.5, **{**OF_WEB, "id": hex_id("again")})
    assert judged("sequence", {"steps": steps}, *entries, again).status is Status.PASS


def test_putting_the_order_right_loses_no_points_while_steps_are_still_to_come() -> None:
    steps = [{"did": did, "name": "web"} for did in ("started", "executed", "stopped", "removed")]
    early = [event("container exec_start", 1, **OF_WEB), event("container start", 2, **OF_WEB)]
    right = event("container exec_start", 3, **OF_WEB)
    before = judged("sequence", {"steps": steps}, *early)
    assert before.status is Status.FAIL
    assert "too early" in str(before.message)
    assert judged("sequence", {"steps": steps}, *early, right).ratio == before.ratio == 0


def test_a_container_that_ran_well_has_run_also_when_it_crashes_at_a_later_start() -> None:
    crashed = {"status": "exited", "exit_code": 1}
    well = saw(WEB, a_container(started=minutes(0)), 1, "a")
    later = {"started": minutes(5), "finished": minutes(5.01)}
    assert judged("container", {"name": "web"}, well).status is Status.PASS
    seen = saw(WEB, a_container(**crashed, **later), 6, "b")
    assert judged("container", {"name": "web"}, well, seen).status is Status.PASS
    told = [
        event("container start", 0, **OF_WEB),
        event("container die", 4, exit_code=0, **OF_WEB),
        event("container start", 5, **OF_WEB),
        event("container die", 5.01, exit_code=1, **OF_WEB),
    ]
    assert judged("container", {"name": "web"}, well, *told).status is Status.PASS
    assert judged("container", {"name": "web"}, well, *told[:1], told[3]).status is Status.PASS
    at_once = event("container die", 0.01, exit_code=1, **OF_WEB)
    assert judged("container", {"name": "web"}, well, told[0], at_once).status is Status.PARTIAL


def test_a_stop_counts_also_when_a_later_run_ended_by_itself() -> None:
    stopped = [
        saw(WEB, a_container(started=minutes(0)), 1, "a"),
        saw(WEB, a_container(status="exited", exit_code=0, finished=minutes(2)), 3, "b"),
    ]
    ended = event("container die", 9, exit_code=0, **OF_WEB)
    assert judged("stopped", {"name": "web"}, *stopped, ended).status is Status.PASS
    by_itself = event("container die", 2, exit_code=0, **OF_WEB)
    assert judged("stopped", {"name": "web"}, *stopped, by_itself).status is Status.FAIL


def test_a_container_whose_image_lost_its_name_was_not_stopped_by_that() -> None:
    both = ContainerNeed(name="web", image="app:1")
    entries = [
        saw(both, a_container()),
        saw(both, Reason.NOT_THERE, 1, "b"),
        saw(WEB, a_container(), 1, "b"),
    ]
    subject = {"name": "web", "image": "app:1"}
    assert judged("stopped", subject, *entries).status is not Status.PASS
    gone = saw(WEB, Reason.NOT_THERE, 2, "c")
    assert judged("stopped", subject, *entries, gone).status is Status.PASS


def test_a_look_at_another_container_of_the_image_stops_none() -> None:
    need = ContainerNeed(image="app:1")
    one = saw(need, a_container())
    other = saw(need, a_container("other"), 1, "b")
    assert judged("stopped", {"image": "app:1"}, one, other).status is Status.FAIL
    gone = saw(need, Reason.NOT_THERE, 2, "c")
    assert judged("stopped", {"image": "app:1"}, one, other, gone).status is Status.PASS
    again = saw(need, a_container("again"), 3, "d")
    assert judged("stopped", {"image": "app:1"}, one, gone, again).status is Status.PASS


def test_a_path_that_was_looked_for_before_the_image_was_there_is_not_missing_from_it() -> None:
    fields = {"image": "app:1", "source": {"/app": "."}}
    entries = [
        submitted("Dockerfile", "FROM a\n"),
        saw(TreeNeed(path="."), Tree(files={"app.py": "a"}, origin="submission")),
        saw(ContentNeed(image="app:1", path="/app"), Reason.NOT_THERE),
        saw(APP, an_image(), 1, "b"),
    ]
    assert judged("built_from", fields, *entries).status is Status.UNPROVEN
    content = Tree(files={"app.py": "a"}, origin=an_image().id, image_id=an_image().id)
    read = saw(ContentNeed(image="app:1", path="/app"), content, 1, "b")
    gone = [saw(APP, Reason.NOT_THERE, 2, "c"), saw(read.need, Reason.NOT_THERE, 2, "c")]
    assert judged("built_from", fields, *entries, read, *gone).status is Status.PASS


def test_a_container_that_was_renamed_was_not_stopped_by_that() -> None:
    entries = [saw(WEB, a_container()), saw(WEB, Reason.NOT_THERE, 1, "b")]
    assert judged("stopped", {"name": "web"}, *entries).status is Status.PASS
    renamed = event("container rename", 1, **{**OF_WEB, "name": "other"})
    assert judged("stopped", {"name": "web"}, *entries, renamed).status is not Status.PASS


def test_another_name_contradicts_nothing_where_events_tell_of_the_right_one() -> None:
    check = {"type": "container", "name": "web", "image": "app:1"}
    renamed = saw(ContainerNeed(image="app:1"), a_container("other", id=ID))
    need = ContainerNeed(name="web", image="app:1")
    gone = saw(need, Reason.NOT_THERE)
    assert judged("container", check, gone, renamed).status is Status.FAIL
    told = judged("container", check, event("container start", **OF_WEB), gone, renamed)
    assert told.status is Status.UNPROVEN
    assert "was gone before grade-lab looked" in str(told.message)
