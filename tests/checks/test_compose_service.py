"""Containers picked by their Compose service, whatever Compose called them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status
from grader.facts import HttpResponse, Logs, Reason
from grader.needs import ContainerNeed, HttpNeed, LogsNeed
from grader.plugins import check_type
from tests.factories import a_container, event, hex_id, judged, minutes, saw

WEB = {"service": "web", "project": "shop"}
NEED = ContainerNeed(**WEB)
GONE = Reason.NOT_THERE
NAMES = pytest.mark.parametrize("name", ["shop_web_1", "shop-web-1"])


def ran(name: str, **fields: Any) -> Any:
    container = a_container(name, started=minutes(1), project="shop", service="web", **fields)
    return saw(NEED, container, at=1, run="a")


def did(action: str, name: str, at: float, service: str = "web", **fields: Any) -> Any:
    about = {"id": hex_id(name), "name": name, "service": service, "project": "shop"}
    return event(f"container {action}", at, **about, **fields)


@NAMES
def test_each_check_of_a_container_understands_a_service(name: str) -> None:
    gone = saw(NEED, Reason.NOT_THERE, at=9, run="b")
    logs = saw(LogsNeed(**WEB), Logs(container_id=hex_id(name), stdout="ready\n"), at=1)
    page = HttpResponse(container_id=hex_id(name), url="http://x", status=200, body="hi")
    http = saw(HttpNeed(**WEB, port=80), page, at=1)
    executed = [did(what, name, 2, exec_id="e") for what in ("exec_start", "exec_die")]
    stopped = did("kill", name, 3, signal="15"), did("die", name, 4, exit_code=0)
    assert judged("container", WEB, ran(name)).status is Status.PASS
    assert judged("logs", {**WEB, "contains": "ready"}, logs).status is Status.PASS
    assert judged("http", {**WEB, "port": 80, "contains": "hi"}, http).status is Status.PASS
    assert judged("executed", WEB, *executed).status is Status.PASS
    assert judged("stopped", WEB, ran(name), *stopped).status is Status.PASS
    assert judged("removed", WEB, ran(name), gone).status is Status.PASS


def test_another_service_or_project_is_none_of_it() -> None:
    other = did("exec_start", "shop-store-1", 2, service="store", command="sh")
    assert judged("executed", WEB, other).status is Status.UNPROVEN
    project = {**WEB, "project": "stall"}
    mine = did("exec_start", "shop-web-1", 2, command="sh")
    assert judged("executed", project, mine).status is Status.UNPROVEN
    assert judged("executed", {"service": "web"}, mine).status is Status.PASS


def test_the_order_of_two_services() -> None:
    steps = [{"did": "started", "service": name, "project": "shop"} for name in ("store", "web")]
    store = did("start", "shop-store-1", 1, service="store")
    web = did("start", "shop-web-1", 2)
    assert judged("sequence", {"steps": steps}, store, web).status is Status.PASS
    assert judged("sequence", {"steps": steps[::-1]}, store, web).status is Status.FAIL


def test_removed_by_events_alone_and_still_there() -> None:
    made, gone = did("create", "shop-web-1", 1), did("destroy", "shop-web-1", 3)
    assert judged("removed", WEB, made, gone).status is Status.PASS
    verdict = judged("removed", WEB, ran("shop-web-1", status="running"))
    assert verdict.status is Status.FAIL
    assert "docker stop shop-web-1" in str(verdict.hint)
    assert "docker compose down" in str(verdict.hint)


def test_nothing_was_seen_the_hint_is_of_compose() -> None:
    verdict = judged("container", WEB, saw(NEED, Reason.NOT_THERE))
    assert verdict.status is Status.UNPROVEN
    assert "`docker compose up -d`" in str(verdict.hint)
    unnamed = judged("container", {"image": "app:1"}, saw(ContainerNeed(image="app:1"), GONE))
    assert "`docker run -d app:1`" in str(unnamed.hint)


def test_one_that_was_made_and_is_gone_was_there_also_if_it_never_ran() -> None:
    verdict = judged("container", WEB, did("create", "shop-web-1", 1), saw(NEED, GONE, at=2))
    assert verdict.status is Status.UNPROVEN
    assert "was gone before grade-lab looked" in str(verdict.message)


def test_a_service_of_another_image() -> None:
    both = {**WEB, "image": "app:1"}
    need = ContainerNeed(service="web", project="shop")
    absent = saw(ContainerNeed(**both), Reason.NOT_THERE)
    other = saw(need, a_container("shop-web-1", "other:1"))
    verdict = judged("container", both, absent, other)
    assert (verdict.status, str(verdict.actual)) == (Status.FAIL, "other:1")
    same = saw(ContainerNeed(**both), a_container("shop-web-1", "shop-web"))
    stop = did("stop", "shop-web-1", 2, image="shop-web")
    assert judged("stopped", both, same, stop).status is Status.PASS


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "web", "service": "web"},
        {"name": "web", "project": "shop"},
        {"service": "web", "project": "Shop"},
    ],
)
def test_what_picks_no_container(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check_type("container").model_validate({"type": "container", **fields})
