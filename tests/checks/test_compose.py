"""`compose`: what a Compose file says, against what is stated."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from checks.compose import FILES
from grader.check import Status, Verdict
from grader.collect.compose import parse
from grader.compose_facts import ComposeFile
from grader.facts import Reason
from grader.needs import ComposeNeed
from tests.factories import judged, saw

GOOD = """\
name: shop
services:
  web:
    build: ./web
    ports: ["8080:8000"]
    env_file: .env
    environment: [MODE=fast]
    networks: [inside]
    depends_on: {store: {condition: service_healthy}}
  store:
    image: redis:7
    volumes: ["data:/data"]
    networks: [inside]
    healthcheck: {test: redis-cli ping}
volumes: {data: {}}
networks: {inside: {}}
"""
STATED: dict[str, Any] = {
    "project": "shop",
    "volumes": ["data"],
    "networks": ["inside"],
    "services": {
        "web": {
            "build": "web",
            "ports": ["8080:8000"],
            "env_file": "./.env",
            "environment": ["MODE"],
            "networks": ["inside"],
            "depends_on": {"store": "service_healthy"},
        },
        "store": {
            "image": "redis:7",
            "published": False,
            "volumes": ["data:/data"],
            "healthcheck": True,
        },
    },
    "no_secrets": True,
}


def judge(text: str, fields: dict[str, Any] = STATED, path: str = "compose.yaml") -> Verdict:
    return judged("compose", fields, saw(ComposeNeed(path=path), parse(text)))


def test_a_file_that_says_all_of_it_passes() -> None:
    assert judge(GOOD).status is Status.PASS
    more = GOOD.replace("networks: {inside: {}}", "networks: {inside: {}, outside: {}}")
    assert judge(more).status is Status.PASS


@pytest.mark.parametrize("path", ["compose.yml", "docker-compose.yml", "docker-compose.yaml"])
def test_it_is_found_where_compose_looks(path: str) -> None:
    assert judge(GOOD, path=path).status is Status.PASS


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("name: shop", "name: stall", "name: shop"),
        ("build: ./web", "build: ./other", "services.web.build: web"),
        ("8080:8000", "8000:8080", 'services.web.ports: "8080:8000"'),
        ("env_file: .env", "env_file: other.env", "services.web.env_file: ./.env"),
        ("MODE=fast", "SPEED=fast", "services.web.environment: MODE"),
        ("service_healthy", "service_started", "service_healthy"),
        ("redis:7", "redis:6", "services.store.image: redis:7"),
        ("data:/data", "./data:/data", "services.store.volumes: data:/data"),
        ("redis-cli ping", "[NONE]", "services.store.healthcheck"),
        ("volumes: {data: {}}", "volumes: {other: {}}", "volumes: data"),
        ("image: redis:7", "image: redis:7\n    ports: ['6379']", "services.store.ports"),
        ("MODE=fast", "MODE=fast, DB_PASSWORD=hunter2", "no secrets in `environment`"),
    ],
)
def test_one_thing_wrong_is_told_and_costs_its_share(right: str, wrong: str, told: str) -> None:
    assert GOOD.count(right) == 1
    verdict = judge(GOOD.replace(right, wrong))
    assert verdict.status is Status.PARTIAL
    assert verdict.ratio > 0.8
    assert told in str(verdict.expected)
    assert "hunter2" not in f"{verdict.message}{verdict.actual}{verdict.hint}"


def test_a_port_that_a_variable_decides_counts() -> None:
    assert judge(GOOD.replace("8080:8000", "${PORT:-9000}:8000")).status is Status.PASS


def test_the_place_is_that_of_the_service() -> None:
    (place,) = judge(GOOD.replace("redis:7", "redis:6")).places
    assert (place.path, place.line) == ("compose.yaml", 10)


def test_a_missing_service_is_named() -> None:
    verdict = judge("services: {web: {build: ./web}}", {"services": {"store": {}}})
    assert verdict.status is Status.FAIL
    assert "store" in str(verdict.message)


def test_a_file_that_is_no_yaml_fails_with_its_line() -> None:
    verdict = judge("services:\n  web:\n\tbuild: ./web\n")
    assert verdict.status is Status.FAIL
    assert "compose.yaml:3" in str(verdict.actual)
    assert verdict.places[0].line == 3
    assert [str(proof.detail) for proof in verdict.proofs] == ["compose.yaml"]


def test_no_file_fails_and_one_that_cannot_be_read_does_not() -> None:
    absent = [
        saw(ComposeNeed(path=path), Reason.NOT_THERE)
        for path in ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
    ]
    verdict = judged("compose", STATED, *absent)
    assert (verdict.status, verdict.pending) == (Status.FAIL, True)
    assert verdict.expected == "compose.yaml"
    unreadable = saw(ComposeNeed(path="compose.yaml"), Reason.UNREADABLE)
    assert judged("compose", STATED, unreadable, *absent[1:]).status is Status.ERROR


def test_nobody_looked_yet() -> None:
    assert judged("compose", STATED).status is Status.UNPROVEN


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"services": {"web": {"ports": ["80"], "published": False}}},
        {"services": {"web": {"depends_on": {"store": "healthy"}}}},
        {"services": {"web": {"port": "80"}}},
    ],
)
def test_what_a_rubric_cannot_state(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judge(GOOD, fields)


def test_what_is_written_otherwise_and_means_the_same_passes() -> None:
    text = """\
services:
  web:
    build: ./web/
    ports: ["${IP:-127.0.0.1}:8080:8000"]
    volumes: ["./html/:/html/:ro"]
"""
    web = {"build": True, "ports": ["127.0.0.1:8080:8000"], "volumes": ["./html:/html"]}
    assert judge(text, {"services": {"web": web}}).status is Status.PASS
    other = {**web, "ports": ["127.0.0.1:8080:80"], "volumes": ["./src:/html"]}
    assert judge(text, {"services": {"web": other}}).ratio == Fraction(2, 4)
    unbuilt = text.replace("    build: ./web/\n", "")
    verdict = judge(unbuilt, {"services": {"web": {"build": True}}})
    assert str(verdict.expected) == "services.web.build: ."
    assert str(verdict.actual) == "services.web.build is not set"


def test_a_problem_without_a_line_is_told_without_one() -> None:
    file = ComposeFile(problem="it holds itself")
    verdict = judged("compose", STATED, saw(ComposeNeed(path="compose.yaml"), file))
    assert (verdict.status, verdict.actual) == (Status.FAIL, "it holds itself")
    assert [(place.path, place.line) for place in verdict.places] == [("compose.yaml", None)]


def test_what_the_file_says_instead_is_told_with_the_line_to_write() -> None:
    verdict = judge(GOOD.replace("redis:7", "redis:6"))
    assert str(verdict.message) == "services.store.image is not as it should be"
    assert verdict.actual == "services.store.image: redis:6"
    assert "set `services.store.image: redis:7`" in str(verdict.hint)
    assert [(place.path, place.line) for place in verdict.places] == [("compose.yaml", 10)]
    gone = judge(GOOD.replace("    image: redis:7\n", ""))
    assert str(gone.actual) == "services.store.image is not set"


@pytest.mark.parametrize(
    ("service", "stated", "actual"),
    [
        ({"build": "./other"}, {"build": "web"}, "build: ./other"),
        ({"ports": ["8000:8080"]}, {"ports": ["8080:8000"]}, "ports: 8000:8080"),
        ({"volumes": ["./data:/data"]}, {"volumes": ["data:/data"]}, "volumes: ./data:/data"),
        ({"networks": ["outside"]}, {"networks": ["inside"]}, "networks: outside"),
        ({"env_file": "other.env"}, {"env_file": ".env"}, "env_file: other.env"),
        ({"environment": ["A=b"]}, {"environment": ["MODE"]}, "environment: A"),
        ({}, {"depends_on": {"db": "service_healthy"}}, "depends_on.db.condition is not set"),
    ],
)
def test_what_a_service_says_instead_is_told(
    service: dict[str, Any], stated: dict[str, Any], actual: str
) -> None:
    text = json.dumps({"services": {"web": {"image": "a", **service}}})
    verdict = judge(text, {"services": {"web": stated}})
    assert str(verdict.actual) == f"services.web.{actual}"
    key = actual.removesuffix(" is not set").partition(":")[0]
    assert str(verdict.message) == f"services.web.{key} is not as it should be"


def test_of_what_is_listed_only_what_is_missing_is_told() -> None:
    fields = {"volumes": ["data", "cache"], "networks": ["inside", "outside"]}
    verdict = judge(GOOD, fields)
    assert (verdict.status, verdict.ratio) == (Status.FAIL, 0)
    assert str(verdict.expected) == "volumes: cache, networks: outside"
    assert str(verdict.actual) == "volumes: data, networks: inside"
    assert [(place.path, place.line) for place in verdict.places] == [("compose.yaml", None)]


def test_a_port_that_nobody_needs_is_told_as_it_is_written() -> None:
    text = "services: {store: {image: redis, ports: ['6379:6379', '127.0.0.1:80:80']}}"
    verdict = judge(text, {"services": {"store": {"published": False}}})
    assert str(verdict.expected) == "services.store.ports is not set"
    assert verdict.actual == "services.store.ports: 6379:6379, 127.0.0.1:80:80"
    assert "take `ports:` out" in str(verdict.hint)


@pytest.mark.parametrize(
    ("port", "wanted", "status"),
    [
        ("${PORT}:8000", "8080:8000", Status.PASS),
        ("${PORT}:9000", "8080:8000", Status.PARTIAL),
        ("${IP}:8080:8000", "127.0.0.1:8080:8000", Status.PASS),
        ("${IP}:8081:8000", "127.0.0.1:8080:8000", Status.PARTIAL),
        ("127.0.0.1:8080:8000", "8080:8000", Status.PASS),
        ("8080:8000", "8000", Status.PASS),
        ("8080:8000", "127.0.0.1:8080:8000", Status.PARTIAL),
        ("8080:8000/udp", "8080:8000", Status.PARTIAL),
    ],
)
def test_what_a_variable_decides_of_a_port_counts(port: str, wanted: str, status: Status) -> None:
    text = f"services: {{web: {{image: a, ports: ['{port}']}}}}"
    assert judge(text, {"services": {"web": {"ports": [wanted]}}}).status is status


def test_a_file_that_is_not_there_yet_may_still_be_written() -> None:
    gone = [saw(ComposeNeed(path=path), Reason.NOT_THERE) for path in FILES]
    verdict = judged("compose", STATED, *gone)
    assert (verdict.status, verdict.pending, verdict.expected) == (Status.FAIL, True, FILES[0])
    assert "write the file compose.yaml" in str(verdict.hint)
    away = saw(ComposeNeed(path=FILES[1]), Reason.UNREADABLE, run="b")
    assert judged("compose", STATED, *gone, away).status is Status.ERROR
    assert judged("compose", STATED).status is Status.UNPROVEN
    named = judged("compose", {**STATED, "path": "my.yaml"})
    assert "my.yaml has not been looked at" in str(named.message)
