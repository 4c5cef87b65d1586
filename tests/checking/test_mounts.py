"""Which mount an option of `docker run -v` makes."""

from __future__ import annotations

import pytest

from grader.checking.mounts import makes, told
from grader.facts import Mount


def volume(source: str = "data", target: str = "/data", read_only: bool | None = None) -> Mount:
    return Mount(type="volume", source=source, target=target, read_only=read_only)


def folder(source: str, target: str = "/app", read_only: bool | None = None) -> Mount:
    return Mount(type="bind", source=source, target=target, read_only=read_only)


@pytest.mark.parametrize(
    ("option", "mount"),
    [
        ("data:/data", volume()),
        ("data:/data/", volume()),
        ("data:/data", volume(target="/data/")),
        ("data:/X", volume(target="/X")),
        ("X:/data", volume("X")),
        ("./X:/app", folder("/home/kim/X")),
        ("data:/data:ro", volume(read_only=True)),
        ("data:/data:z,ro", volume(read_only=True)),
        ("data:/data:ro", volume()),
        ("data:/data", volume(read_only=True)),
        ("data:/data:rw", volume(read_only=False)),
        ("/data", volume("anything")),
        ("/app", folder("/home/kim/lab")),
        ("./src:/app", folder("/home/kim/lab/src")),
        ("./src/:/app", folder("/home/kim/lab/src/")),
        ("../src:/app", folder("/home/kim/src")),
        ("~/lab//src:/app", folder("/home/kim/lab/src")),
        ("/home/kim/src:/app", folder("/home/kim/src")),
        ("./src:/app", folder("C:\\Users\\kim\\src\\")),
        (".:/app", folder("/home/kim/lab")),
    ],
)
def test_an_option_makes_the_mount_wherever_the_machine_keeps_it(option: str, mount: Mount) -> None:
    assert makes(option, mount)


@pytest.mark.parametrize(
    ("option", "mount"),
    [
        ("data:/data", volume("other")),
        ("data:/data", volume(target="/other")),
        ("data:/data", folder("data", "/data")),
        ("data:/data:ro", volume(read_only=False)),
        ("data:/data:z,ro", volume(read_only=False)),
        ("/data", volume(target="/other")),
        ("./src:/app", folder("/home/kim/lab/other")),
        ("./lab/src:/app", folder("/home/kim/other/src")),
        ("./lab/src:/app", folder("/src")),
        ("./src:/app", volume("src", "/app")),
        ("data", volume()),
    ],
)
def test_an_option_does_not_make_another_mount(option: str, mount: Mount) -> None:
    assert not makes(option, mount)


def test_a_mount_is_told_as_one_would_type_it() -> None:
    assert told(volume()) == "data:/data"
    assert told(volume(read_only=True)) == "data:/data:ro"
