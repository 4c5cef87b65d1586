"""`engine`: it answers, and is recent enough."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status
from grader.facts import Engine, Reason
from grader.messages import Translator
from grader.needs import EngineNeed
from grader.series import Strength
from tests.factories import judged, saw


def engine(version: str = "26.1.5+dfsg1", api: str = "1.45") -> Engine:
    return Engine(product="Docker", version=version, api_version=api, os="linux", arch="amd64")


@pytest.mark.parametrize(
    ("version", "wanted", "status"),
    [
        ("26.1.5+dfsg1", "20.10", Status.PASS),
        ("26.1.5-ce", "26.1.5", Status.PASS),
        ("26.1.5", "26.1.10", Status.FAIL),
        ("9.0", "20.10", Status.FAIL),
        ("20.10.24", "20.9", Status.PASS),
        ("dev", "29.0", Status.PASS),
    ],
)
def test_versions_are_compared_number_by_number(version: str, wanted: str, status: Status) -> None:
    verdict = judged("engine", {"min_version": wanted}, saw(EngineNeed(), engine(version)))
    assert verdict.status is status


def test_an_old_api_is_told_beside_a_good_version() -> None:
    fields = {"min_version": "20.10", "min_api": "1.50"}
    verdict = judged("engine", fields, saw(EngineNeed(), engine()))
    assert verdict.status is Status.PARTIAL
    assert (str(verdict.expected), str(verdict.actual)) == ("API version 1.50 or later", "1.45")
    alone = judged("engine", {"min_api": "1.50"}, saw(EngineNeed(), engine()))
    assert (alone.status, str(alone.expected)) == (Status.FAIL, "API version 1.50 or later")


def test_without_fields_an_answer_is_enough_also_an_earlier_one() -> None:
    there = judged("engine", {}, saw(EngineNeed(), engine()))
    assert (there.status, str(there.expected)) == (Status.PASS, "an engine answers")
    entries = [
        saw(EngineNeed(), engine(), run="a"),
        saw(EngineNeed(), Reason.ENGINE_UNREACHABLE, run="b"),
    ]
    verdict = judged("engine", {}, *entries)
    assert verdict.proofs[0].strength is Strength.RECORDED


def test_an_engine_that_is_down_is_an_error_and_never_a_fail() -> None:
    verdict = judged("engine", {}, saw(EngineNeed(), Reason.ENGINE_UNREACHABLE))
    assert verdict.status is Status.ERROR
    assert "start Docker" in str(verdict.hint)


def test_an_engine_never_looked_for_is_unproven() -> None:
    assert judged("engine", {}).status is Status.UNPROVEN


@pytest.mark.parametrize("version", [20.10, "new", "v20", ""])
def test_a_version_that_is_none_is_refused(version: Any) -> None:
    with pytest.raises(ValidationError, match="in quotes"):
        judged("engine", {"min_version": version})


def test_an_old_version_is_told_beside_a_good_api() -> None:
    fields = {"min_version": "28", "min_api": "1.45"}
    verdict = judged("engine", fields, saw(EngineNeed(), engine()))
    assert verdict.status is Status.PARTIAL
    assert str(verdict.message) == "the Docker Engine is too old"
    assert (str(verdict.expected), verdict.actual) == ("version 28 or later", "Docker 26.1.5+dfsg1")


def test_what_was_tried_to_reach_the_engine_is_told() -> None:
    tried = "unix:///var/run/docker.sock: No such file or directory"
    down = saw(EngineNeed(), Reason.ENGINE_UNREACHABLE, detail=tried)
    actual = judged("engine", {}, down).actual
    assert actual is not None
    assert Translator("en").text(actual) == tried
    told = "unix:///var/run/docker.sock: 그런 파일이나 폴더가 없습니다"
    assert Translator("ko").text(actual) == told


@pytest.mark.parametrize(
    ("api", "wanted", "status"),
    [
        ("1.41", "20.10", Status.PASS),
        ("1.41", "20.10.24", Status.PASS),
        ("1.41", "23.0", Status.FAIL),
        ("1.41", "1.13", Status.PASS),
        ("1.40", "20.10", Status.FAIL),
    ],
)
def test_podman_is_as_recent_as_the_docker_whose_api_it_speaks(
    api: str, wanted: str, status: Status
) -> None:
    podman = engine("4.3.1", api).model_copy(update={"product": "Podman"})
    verdict = judged("engine", {"min_version": wanted}, saw(EngineNeed(), podman))
    assert verdict.status is status
    if status is Status.FAIL:
        assert str(verdict.actual) == f"Podman 4.3.1, API {api}"
