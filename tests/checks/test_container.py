"""`container`: as `docker run` was told to run it, and what beginners forget."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status
from grader.facts import Mount, PortBinding, Reason
from grader.file_facts import EnvNames
from grader.needs import ContainerNeed, EnvFileNeed, ImageNeed
from grader.series import Strength
from tests.checks.wisheasy import IMAGE, NAME, NEED, judge, wisheasy
from tests.factories import a_container, an_image, event, hex_id, judged, saw

ENV_FILE = saw(EnvFileNeed(path=".env"), EnvNames(names=("OWNER", "GREETING")))
FULL = {
    "name": NAME,
    "image": IMAGE,
    "ports": ["8080:8000"],
    "detached": True,
    "env_file": ".env",
    "restart": "no",
}


def test_all_that_was_asked_for_passes_live() -> None:
    verdict = judged("container", FULL, ENV_FILE, saw(NEED, wisheasy()))
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.LIVE


def test_what_ran_before_cleanup_counts_after_it() -> None:
    entries = [saw(NEED, wisheasy(), run="a"), saw(NEED, Reason.NOT_THERE, run="b"), ENV_FILE]
    verdict = judged("container", FULL, *entries)
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.RECORDED
    for when in ("now", "running"):
        gone = judged("container", {**FULL, "when": when}, *entries)
        assert (gone.status, gone.pending) == (Status.FAIL, True)


def test_a_rerun_after_a_mistake_passes() -> None:
    wrong = saw(NEED, wisheasy(ports=()), run="a")
    right = saw(NEED, wisheasy(id=hex_id("second")), run="b")
    assert judged("container", FULL, ENV_FILE, wrong, right).status is Status.PASS


@pytest.mark.parametrize(
    ("wanted", "binding", "message"),
    [
        ("8080:8000", ("8080/tcp", "8000", ""), "the wrong way round"),
        ("8080:8000", ("8080/tcp", "9000", ""), "port 8080 of the container is published"),
        ("8080:8000", ("8000/tcp", "", ""), "a random one"),
        ("8080:8000", ("8000/tcp", "8081", ""), "on port 8081 of your computer, not on 8080"),
        ("8080:8000", ("80/tcp", "8080", ""), "port 80 of the container is published"),
        ("8080:8000", ("8000/udp", "8080", ""), "port 8000/udp of the container is published"),
        ("8080:8000", None, "no port is published: `EXPOSE`"),
        ("8000", None, "no port is published: `EXPOSE`"),
        ("127.0.0.1:8080:8000", ("8000/tcp", "8080", ""), "the address 0.0.0.0, not on 127.0.0.1"),
    ],
)
def test_a_port_mistake_is_named(
    wanted: str, binding: tuple[str, str, str] | None, message: str
) -> None:
    ports = () if binding is None else (PortBinding(**dict(zip(FIELDS, binding, strict=True))),)
    verdict = judge(wisheasy(ports=ports), ports=[wanted])
    assert verdict.status is Status.PARTIAL
    assert message in str(verdict.message)
    assert str(verdict.actual).startswith("-p " if binding else "without `-p`")
    assert f"`docker rm -f wisheasy`, and then run it again with `-p {wanted}`" in str(verdict.hint)


FIELDS = ("container", "host", "ip")


@pytest.mark.parametrize(
    ("wanted", "binding"),
    [
        ("8080:8000", ("8000/tcp", "8080", "0.0.0.0")),
        ("8080:8000/tcp", ("8000/tcp", "8080", "127.0.0.1")),
        ("0.0.0.0:8080:8000", ("8000/tcp", "8080", "")),
        ("[::1]:8080:8000", ("8000/tcp", "8080", "::1")),
        ("8000", ("8000/tcp", "", "")),
        (8000, ("8000/tcp", "9999", "")),
        ("53:53/udp", ("53/udp", "53", "")),
    ],
)
def test_a_port_is_read_as_docker_run_reads_it(
    wanted: str | int, binding: tuple[str, str, str]
) -> None:
    container = wisheasy(ports=(PortBinding(**dict(zip(FIELDS, binding, strict=True))),))
    assert judge(container, ports=[wanted]).status is Status.PASS


def test_a_forgotten_d_is_named() -> None:
    verdict = judge(wisheasy(detached=False), detached=True)
    assert str(verdict.message) == "container wisheasy was started without `-d`"
    assert judge(wisheasy(detached=False), detached=False).status is Status.PASS
    assert (verdict.expected, str(verdict.actual)) == ("-d", "without `-d`")
    assert "run it again with `-d`" in str(verdict.hint)
    needless = judge(wisheasy(), detached=False)
    assert needless.status is Status.PARTIAL
    assert (str(needless.expected), needless.actual) == ("without `-d`", "-d")


def test_a_forgotten_env_file_is_told_from_one_that_lacks_a_name() -> None:
    none = judge(wisheasy(env={"PATH": "image"}), ENV_FILE, env_file=".env")
    assert "no environment variables were given" in str(none.message)
    assert "OWNER, GREETING" in str(none.actual)
    assert "`--env-file .env`" in str(none.hint)
    some = judge(wisheasy(env={"OWNER": "run"}), ENV_FILE, env_file=".env")
    assert (some.status, str(some.actual)) == (Status.PARTIAL, "not set: GREETING")
    assert "variables of .env are missing" in str(some.message)
    assert some.expected == "--env-file .env"


def test_an_env_file_that_changed_since_the_run_still_counts() -> None:
    later = saw(EnvFileNeed(path=".env"), EnvNames(names=("OWNER", "ADDED")), run="b")
    assert judge(wisheasy(), ENV_FILE, later, env_file=".env").status is Status.PASS


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Reason.UNREADABLE, Status.ERROR),
        (Reason.NOT_THERE, Status.PARTIAL),
        (None, Status.UNPROVEN),
    ],
)
def test_an_env_file_that_cannot_be_compared(answer: Reason | None, status: Status) -> None:
    entries = [saw(EnvFileNeed(path=".env"), answer)] if answer else []
    assert judge(wisheasy(), *entries, env_file=".env").status is status


def test_what_cannot_be_told_does_not_hide_what_is_wrong() -> None:
    unreadable = saw(EnvFileNeed(path=".env"), Reason.UNREADABLE)
    verdict = judge(wisheasy(detached=False), unreadable, env_file=".env", detached=True)
    assert verdict.status is Status.PARTIAL
    assert verdict.ratio * 3 == 2


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"env": ["OWNER", "PATH"]}, Status.PASS),
        ({"env": ["OTHER"]}, Status.PARTIAL),
        ({"restart": "on-failure"}, Status.PASS),
        ({"restart": "always"}, Status.PARTIAL),
        ({"network": "lab"}, Status.PASS),
        ({"network": "other"}, Status.PARTIAL),
        ({"mounts": ["data:/data"]}, Status.PASS),
        ({"mounts": ["/data"]}, Status.PASS),
        ({"mounts": ["other:/data"]}, Status.PARTIAL),
        ({"mounts": ["./src:/app/src:ro"]}, Status.PASS),
        ({"mounts": ["./lib:/app/src"]}, Status.PARTIAL),
        ({"mounts": ["src:/app/src"]}, Status.PARTIAL),
    ],
)
def test_other_options_of_the_run(fields: dict[str, Any], status: Status) -> None:
    container = wisheasy(
        restart="on-failure:3",
        networks=("lab",),
        mounts=(
            Mount(type="volume", source="data", target="/data"),
            Mount(type="bind", source="C:\\Users\\kim\\wisheasy\\src", target="/app/src"),
        ),
    )
    assert judge(container, **fields).status is status


GONE = saw(NEED, Reason.NOT_THERE)


def test_a_container_under_another_name_is_named() -> None:
    other = saw(ContainerNeed(image=IMAGE), a_container("nice_bell", IMAGE))
    verdict = judged("container", FULL, GONE, other)
    assert verdict.status is Status.FAIL
    assert (str(verdict.expected), str(verdict.actual)) == (NAME, "nice_bell")
    assert "`docker rename nice_bell wisheasy`" in str(verdict.hint)
    assert [proof.strength for proof in verdict.proofs] == [Strength.LIVE]


def test_a_container_made_from_another_image_is_named() -> None:
    other = saw(ContainerNeed(name=NAME), a_container(NAME, "python:3.11"))
    verdict = judged("container", FULL, GONE, other)
    assert verdict.status is Status.FAIL
    assert (str(verdict.expected), str(verdict.actual)) == (IMAGE, "python:3.11")
    assert [str(proof.detail) for proof in verdict.proofs] == [
        f"container {NAME} was made from python:3.11"
    ]
    assert f"`docker rm -f {NAME}`, then `docker run" in str(verdict.hint)
    assert "docker run -d --name wisheasy -p 8080:8000 --env-file .env" in str(verdict.hint)


@pytest.mark.parametrize("own", ["wisheasy:1.0", "wisheasy"])
def test_a_container_whose_image_has_no_remote_tag_yet_may_be_the_right_one(own: str) -> None:
    other = saw(ContainerNeed(name=NAME), a_container(NAME, own))
    no_tag = saw(ImageNeed(image=IMAGE), Reason.NOT_THERE)
    verdict = judged("container", FULL, GONE, other, no_tag)
    assert verdict.status is Status.FAIL
    assert f"made from {own}; nothing is called {IMAGE} yet" in str(verdict.message)
    assert f"`docker tag {own} {IMAGE}`" in str(verdict.hint)
    assert "docker rm" not in str(verdict.hint)
    tagged = saw(ImageNeed(image=IMAGE), an_image("some other image"), run="run-2")
    verdict = judged("container", FULL, GONE, other, no_tag, tagged)
    assert "made from another image" in str(verdict.message)


def test_the_same_image_under_another_reference_is_the_same_image() -> None:
    local = wisheasy().model_copy(update={"image": "wisheasy:1.0"})
    stop = event("container stop", id=hex_id(NAME), name=NAME, image="wisheasy:1.0")
    assert judge(local).status is Status.PASS
    fields = {"name": NAME, "image": IMAGE}
    assert judged("stopped", fields, saw(NEED, local), stop).status is Status.PASS


def test_a_container_gone_before_it_was_looked_at_is_unproven_and_says_so() -> None:
    started = event("container start", id=hex_id(NAME), name=NAME, image=IMAGE)
    verdict = judged("container", FULL, started, GONE)
    assert verdict.status is Status.UNPROVEN
    assert "grade-lab watch" in str(verdict.message)


def test_a_container_that_nobody_saw_is_unproven_with_the_next_command() -> None:
    for entries in ([], [GONE]):
        verdict = judged("container", FULL, *entries)
        assert verdict.status is Status.UNPROVEN
        assert f"-p 8080:8000 --env-file .env --restart no {IMAGE}`" in str(verdict.hint)
    fields = {"name": NAME, "network": "lab", "mounts": ["data:/data"], "env": ["OWNER"]}
    hint = str(judged("container", fields).hint)
    assert "-v data:/data" in hint
    assert "--network lab" in hint


def test_a_look_that_failed_is_an_error() -> None:
    down = saw(NEED, Reason.ENGINE_UNREACHABLE)
    assert judged("container", FULL, down).status is Status.ERROR


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "-web"},
        {"name": NAME, "ports": ["8080:80:80:80"]},
        {"name": NAME, "ports": ["8080:65536"]},
        {"name": NAME, "ports": ["8080:0"]},
        {"name": NAME, "ports": ["8000-8005:8000-8005"]},
        {"name": NAME, "mounts": ["data"]},
        {"name": NAME, "restart": "sometimes"},
        {"name": NAME, "env": [""]},
    ],
)
def test_a_check_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judged("container", fields)


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        (["create", "start"], Status.PASS),
        (["create", "attach", "start"], Status.PARTIAL),
        (["create", "start", "attach"], Status.PASS),
        ([], Status.ERROR),
    ],
    ids=["detached", "foreground", "attached-later", "untold"],
)
def test_where_inspect_does_not_tell_an_attach_before_the_start_is_a_forgotten_d(
    actions: list[str], status: Status
) -> None:
    container = wisheasy(detached=None)
    fields = {"id": container.id, "name": container.name, "image": container.image}
    events = [event(f"container {action}", at=at, **fields) for at, action in enumerate(actions)]
    verdict = judge(container, *events, detached=True)
    assert verdict.status is status
    if status is Status.ERROR:
        assert "this engine cannot tell" in str(verdict.message)
        assert judge(container, detached=False).status is Status.ERROR


def test_of_versions_of_an_env_file_the_one_that_fits_best_is_compared() -> None:
    versions = [("Z1", "OWNER"), ("A1", "A2", "OWNER"), ("B1", "B2")]
    read = [
        saw(EnvFileNeed(path=".env"), EnvNames(names=names), run=f"run-{names}")
        for names in versions
    ]
    verdict = judge(wisheasy(env={"OWNER": "run"}), *read, env_file=".env")
    assert str(verdict.actual) == "not set: Z1"


def test_without_an_env_file_to_read_no_names_are_told() -> None:
    verdict = judge(wisheasy(env={"PATH": "image"}), env_file=".env")
    assert (verdict.status, str(verdict.actual)) == (Status.PARTIAL, "no variables")
