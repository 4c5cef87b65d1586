"""What else a machine may have: odd engines, little room, proxies, limits, ports, clocks."""

from __future__ import annotations

import pytest

from grader.collect.answer import UnavailableError
from grader.collect.connection import _trouble
from grader.doctor.finding import Severity
from grader.doctor.known import examine, first_problem
from grader.doctor.machine import (
    Config,
    Disk,
    Engine,
    Helper,
    Machine,
    Port,
    Proxies,
    PublishedBy,
    Registry,
    Work,
)
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.messages import LANGUAGES, Translator, msg
from tests.doctor.shapes import around, engine, healthy

PODMAN = engine(product="Podman", version="4.9.3", api="1.41")
HUB = Registry(name="docker.io", needed=True, reachable=True, limit=100, window=21600)
MAC, WINDOWS, WSL = around("darwin"), around("win32"), around("linux", wsl=True)
ARM = engine(arch="aarch64", desktop=True, images=(("wisheasy:1.0", "linux/amd64"),))
DESKTOP = engine(desktop=True, ahead=-400.0)
SHELL = Proxies(names=("HTTPS_PROXY",))


def hub(**fields: object) -> Registry:
    known = {name: getattr(HUB, name) for name in ("name", "needed", "reachable", "limit")}
    return Registry(**{**known, "window": 21600, **fields})


def registry(machine: Registry) -> Machine:
    return healthy(registries=(machine,))


def port(number: int = 8080, **fields: object) -> Port:
    return Port(number=number, container="wisheasy", taken=True, **fields)


def helper(state: str) -> Machine:
    return healthy(config=Config(helpers=(Helper(name="desktop", state=state),)))


def disk(role: str, free: int) -> Machine:
    return healthy(disks=(Disk(role=role, path="/x", free=free),))


SHAPES: list[tuple[Machine, str, str, str]] = [
    (healthy(engine=PODMAN), "podman", "warning", "docker.io/library"),
    (healthy(engine=engine(version="19.03.8")), "engine-old", "warning", "update Docker"),
    (
        healthy(engine=engine(rootless=True), ports=(Port(number=80, denied=True),)),
        "rootless",
        "warning",
        "from 1024 on",
    ),
    (healthy(engine=ARM), "image-platform", "warning", "--platform linux/arm64 -t wisheasy:1.0"),
    (
        healthy(engine=ARM, work=Work(platforms=(("wisheasy:1.0", "linux/amd64"),))),
        "platform-wanted",
        "warning",
        "--platform linux/amd64 -t wisheasy:1.0",
    ),
    (disk("engine", 900_000_000), "disk-full", "warning", "run `grade-lab` first"),
    (disk("submission", 4096), "disk-full", "problem", "run `grade-lab` first"),
    (healthy(proxies=SHELL), "proxy-engine", "warning", "engine/daemon/proxy"),
    (healthy(engine=engine(proxy=True)), "proxy-shell", "warning", "HTTPS_PROXY"),
    (
        healthy(
            engine=engine(proxy=True),
            proxies=Proxies(names=("http_proxy",), spares_localhost=False),
        ),
        "proxy-localhost",
        "warning",
        "export NO_PROXY=localhost",
    ),
    (
        healthy(
            surroundings=WINDOWS,
            engine=engine(desktop=True),
            proxies=Proxies(names=("HTTP_PROXY",), spares_localhost=False),
        ),
        "proxy-localhost",
        "warning",
        "$Env:NO_PROXY",
    ),
    (registry(hub(reachable=False)), "registry-unreachable", "problem", "https://hub.docker.com"),
    (
        registry(hub(reachable=False, needed=False)),
        "registry-unreachable",
        "warning",
        "https://hub.docker.com",
    ),
    (registry(hub(remaining=3)), "rate-limit", "warning", "`docker login`"),
    (registry(hub(limited=True, retry_after=600)), "rate-limit", "problem", "`docker login`"),
    (
        registry(hub(remaining=0, logged_in=True)),
        "rate-limit",
        "problem",
        "forgotten 6 hours after",
    ),
    (
        registry(Registry(name="r.example", pushed_to=True, reachable=True, logged_in=False)),
        "login-missing",
        "warning",
        "`docker login r.example`",
    ),
    (helper("missing"), "credential-helper-missing", "problem", "in an editor"),
    (helper("hangs"), "credential-helper-hangs", "warning", "in an editor"),
    (helper("fails"), "credential-helper-fails", "problem", "in an editor"),
    (healthy(ports=(port(),)), "port-taken", "problem", "sudo ss -ltnp"),
    (healthy(surroundings=MAC, ports=(port(),)), "port-taken", "problem", "lsof -nP -iTCP:8080"),
    (healthy(surroundings=MAC, ports=(port(5000),)), "port-taken", "problem", "AirPlay Receiver"),
    (
        healthy(surroundings=WINDOWS, ports=(port(),)),
        "port-taken",
        "problem",
        "netstat -ano | findstr :8080",
    ),
    (
        healthy(
            engine=engine(published=(PublishedBy(name="old", image="web:1", port=8080),)),
            ports=(port(),),
        ),
        "port-taken",
        "problem",
        "run `grade-lab` first",
    ),
    (registry(hub(ahead=300.0)), "clock-wrong", "warning", "timedatectl"),
    (
        healthy(surroundings=WINDOWS, registries=(hub(ahead=-90.0),)),
        "clock-wrong",
        "warning",
        "Sync now",
    ),
    (
        healthy(surroundings=MAC, engine=DESKTOP),
        "clock-engine",
        "warning",
        "Restart",
    ),
    (healthy(surroundings=WSL, engine=DESKTOP), "clock-engine", "warning", "wsl --shutdown"),
    (
        healthy(work=Work(lab_file=False, error=GradeLabError(msg("no lab.yaml")))),
        "submission-elsewhere",
        "warning",
        "`cd`",
    ),
    (
        healthy(work=Work(asked=True, error=GradeLabError(msg("no"), msg("copy lab.yaml")))),
        "submission",
        "problem",
        "copy lab.yaml",
    ),
    (healthy(work=Work(learner_named=False)), "learner-missing", "warning", "learner: {id"),
    (
        healthy(work=Work(cannot_write="Permission denied", folder="/lab")),
        "folder-unwritable",
        "problem",
        'sudo chown -R $USER "/lab"',
    ),
    (healthy(work=Work(cannot_write="x", disk_full=True)), "folder-full", "problem", "the bin"),
    (healthy(work=Work(journal_defects=(3,))), "journal-broken", "warning", "do not edit"),
    (
        healthy(work=Work(journal_error=GradeLabError(msg("no"), msg("who may read")))),
        "journal-unreadable",
        "problem",
        "who may read",
    ),
    (healthy(encoding="euc-kr"), "terminal-encoding", "warning", "export LC_ALL=C.UTF-8"),
    (
        healthy(surroundings=WINDOWS, encoding="cp949"),
        "terminal-encoding",
        "warning",
        "chcp 65001",
    ),
    (healthy(work=Work(folder="/home/s/실습")), "path-letters", "warning", "non-printable ASCII"),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("machine", "code", "severity", "first"), SHAPES, ids=[f"{s[1]}-{s[3][:12]}" for s in SHAPES]
)
def test_what_is_found_is_told_with_what_to_do(
    machine: Machine, code: str, severity: str, first: str, lang: str
) -> None:
    unwell = [f for f in examine(machine) if f.severity is not Severity.OK]
    assert [(f.code, str(f.severity)) for f in unwell] == [(code, severity)]
    steps = [Translator(lang).text(step) for step in unwell[0].steps]
    if lang == "en":
        assert first in steps[0]
    for step, text in zip(unwell[0].steps, steps, strict=True):
        assert str(step).count("`") == text.count("`"), "a command was lost in translation"


def test_pruning_is_never_advised_before_the_evidence_is_recorded() -> None:
    for role in ("engine", "submission"):
        (found,) = [f for f in examine(disk(role, 10_000)) if f.code == "disk-full"]
        assert "run `grade-lab` first" in str(found.steps[0])
        assert "do not use `docker system prune`" in str(found.steps[-1]) or role == "submission"


def test_the_labs_own_container_may_have_its_port() -> None:
    own = PublishedBy(name="wisheasy", image="wisheasy:1.0", port=8080)
    machine = healthy(engine=engine(published=(own,)), ports=(port(),))
    assert [f for f in examine(machine) if f.severity is not Severity.OK] == []


def test_a_process_that_holds_a_port_is_named() -> None:
    machine = healthy(ports=(port(holder="nginx", pid=4711),))
    (found,) = [f for f in examine(machine) if f.code == "port-taken"]
    assert "nginx (process 4711)" in str(found.title)


def test_a_program_that_publishes_for_another_engine_is_not_to_be_killed() -> None:
    machine = healthy(ports=(port(holder="docker-proxy", pid=4711),))
    (found,) = [f for f in examine(machine) if f.code == "port-taken"]
    assert "another engine" in str(found.title)
    assert "kill" not in " ".join(map(str, found.steps))


def test_a_registry_that_is_off_is_told_once() -> None:
    away = Registry(name="r.example", needed=True, pushed_to=True, reachable=False, logged_in=False)
    unwell = [f.code for f in examine(registry(away)) if f.severity is not Severity.OK]
    assert unwell == ["registry-unreachable"]


@pytest.mark.parametrize(
    ("engine_", "bases", "in_the_way"),
    [
        (engine(), (), False),
        (engine(missing=("python:3.12",)), ("python:3.12",), True),
        (engine(), ("python:3.12",), False),
        (engine(missing=("r.example/base:1",)), ("r.example/base:1",), False),
        (engine(empty=True), (), True),
    ],
)
def test_docker_hub_is_in_the_way_where_an_image_has_to_come_from_it(
    engine_: Engine, bases: tuple[str, ...], in_the_way: bool
) -> None:
    away = hub(reachable=False, needed=False)
    found = examine(healthy(engine=engine_, work=Work(bases=bases), registries=(away,)))
    assert (first_problem(found) is not None) == in_the_way


def test_a_rootless_engine_is_fine_and_says_what_differs() -> None:
    machine = healthy(engine=engine(rootless=True, cgroup_limits=False))
    (found,) = [f for f in examine(machine) if f.code == "rootless"]
    assert found.severity is Severity.OK
    assert "1024" in str(found.title)
    assert "--memory" in str(found.detail)


def test_desktops_own_proxy_is_not_the_users_business() -> None:
    machine = healthy(engine=engine(desktop=True), proxies=SHELL)
    assert [f for f in examine(machine) if f.severity is not Severity.OK] == []


@pytest.mark.parametrize(
    ("winerror", "reason"),
    [
        (2, Reason.ENGINE_UNREACHABLE),
        (5, Reason.PERMISSION),
        *((gone, Reason.ENGINE_UNREACHABLE) for gone in (109, 231, 232, 233)),
    ],
)
def test_a_named_pipe_of_windows_fails_in_its_own_way(winerror: int, reason: Reason) -> None:
    class PipeError(Exception):  # as pywin32 raises it: no OSError
        def __init__(self) -> None:
            super().__init__(winerror, "CreateFile", "The system cannot find the file specified.")
            self.winerror = winerror
            self.strerror = "The system cannot find the file specified."

    trouble = _trouble(PipeError())
    assert isinstance(trouble, UnavailableError)
    assert trouble.reason is reason
