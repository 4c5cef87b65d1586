"""What a run made is removed in the end; what cannot be removed then, by a later run."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from grader.collect.answer import UnavailableError
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.verify import ownership as module
from grader.verify.ownership import TRIES, Ownership, state_folder
from tests.verify.machine import Machine

BUSY = UnavailableError(Reason.ENGINE_ERROR, "removal is already in progress", 409)
Begin = Callable[[], Ownership]


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "verify"


@pytest.fixture
def begin(machine: Machine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Begin:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0)

    def begun() -> Ownership:
        owned = Ownership(machine.as_engine(), folder)
        owned.begin()
        return owned

    return begun


def thing(kind: str, name: str, labels: Mapping[str, str]) -> Mapping[str, Any]:
    """A container or network as engines list it."""
    named = {"Name": name} if kind == "networks" else {"Names": [f"/{name}"]}
    return {"Id": f"{kind}: {name}", "Labels": labels, **named}


def make(machine: Machine, owned: Ownership) -> None:
    """A container, a network and an image of a run."""
    for kind in machine.things:
        machine.things[kind].append(thing(kind, owned.name(), owned.labels))
    owned.note("sha256:parent")
    owned.note("sha256:child")
    machine.images_here.update({"sha256:parent": {}, "sha256:child": {}})


def left(machine: Machine) -> int:
    return sum(map(len, machine.things.values())) + len(machine.images_here)


def test_all_is_removed_in_the_end_children_before_their_parents(
    machine: Machine, begin: Begin, folder: Path
) -> None:
    owned = begin()
    make(machine, owned)
    owned.end()
    assert left(machine) == 0
    assert machine.did[-2:] == ["remove_image sha256:child", "remove_image sha256:parent"]
    assert [path.name for path in folder.iterdir()] == ["home"]


@pytest.mark.parametrize(
    "act", ["labelled containers", "remove", "remove_network", "remove_image sha256:parent"]
)
@pytest.mark.parametrize("failures", [2, TRIES])
def test_what_cannot_be_removed_now_is_removed_later(
    machine: Machine, begin: Begin, act: str, failures: int
) -> None:
    """By the same run, which tries again, or by the next one."""
    owned = begin()
    make(machine, owned)
    machine.refuse[act] = [BUSY] * failures
    owned.end()
    assert (left(machine) > 0) == (failures == TRIES)
    following = begin()
    assert left(machine) == 0
    following.end()
    assert not following.others


def test_a_run_that_goes_on_keeps_its_things(machine: Machine, begin: Begin) -> None:
    first = begin()
    make(machine, first)
    before = left(machine)
    second = begin()
    assert second.others
    second.end()
    assert left(machine) == before
    first.end()
    assert left(machine) == 0


def test_what_bears_labels_of_a_run_and_not_its_name_is_not_its_own(
    machine: Machine, begin: Begin
) -> None:
    owned = begin()
    make(machine, owned)
    other = {**owned.labels, "grade-lab.run": "0123456789abcdef"}
    odd = {**owned.labels, "grade-lab.run": "../" * 200}
    foreign = {
        kind: [
            thing(kind, "mine", owned.labels),
            thing(kind, "odd", odd),
            thing(kind, owned.name(), other),
        ]
        for kind in machine.things
    }
    for kind, things in foreign.items():
        machine.things[kind] += things
    owned.end()
    begin().end()
    assert machine.things == foreign


def test_images_in_another_engine_are_removed_once_that_is_back(
    machine: Machine, begin: Begin
) -> None:
    owned = begin()
    make(machine, owned)
    machine.refuse["remove_image sha256:parent"] = [BUSY] * TRIES
    owned.end()
    here, machine.told = machine.told, {**machine.told, "ID": "another"}
    elsewhere = begin()
    assert "sha256:parent" in machine.images_here
    elsewhere.end()
    machine.told = here
    begin().end()
    assert left(machine) == 0


def test_a_note_that_was_cut_short_when_its_run_was_killed_costs_itself_only(
    machine: Machine, begin: Begin, folder: Path
) -> None:
    begin().end()
    notes = folder / "0123456789abcdef.images"
    notes.write_text(json.dumps(["one", "sha256:child"]) + '\n["one", "sha2')
    machine.images_here["sha256:child"] = {}
    begin().end()
    assert not machine.images_here
    assert not notes.exists()


def test_an_image_that_was_there_before_is_not_of_a_build(machine: Machine, begin: Begin) -> None:
    machine.images_here["sha256:0123456789ab"] = {}
    owned = begin()
    assert not owned.note_new("0123456789ab")
    assert owned.note_new("ba9876543210")
    owned.end()
    assert list(machine.images_here) == ["sha256:0123456789ab"]


def test_without_an_engine_there_is_nothing_to_remove(machine: Machine, folder: Path) -> None:
    Ownership(machine.as_engine(), folder).end()
    assert machine.did == []


def test_a_folder_that_cannot_be_written_is_told(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GradeLabError) as caught:
        Ownership(machine.as_engine(), tmp_path / "file" / "verify")
    assert caught.value.where == str(tmp_path / "file" / "verify")
    assert caught.value.advice


def test_who_has_no_folder_for_state_has_one_among_temporary_files_unless_it_is_anothers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = tmp_path / f"grade-lab-{os.getuid()}"
    assert state_folder() == own / "verify"
    assert S_IMODE(own.stat().st_mode) == 0o700
    own.chmod(0o777)
    with pytest.raises(GradeLabError, match="the state of runs cannot be kept") as told:
        Ownership(Machine().as_engine(), state_folder())
    assert "XDG_STATE_HOME" in str(told.value.advice[0])
