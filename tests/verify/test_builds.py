"""Why a submission cannot be built: its own mistake, a limit of ours, or neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason
from grader.rubric.sandbox import Sandbox
from grader.verify.images import Images
from tests.verify.machine import Machine, Owned

BASE, STEP = "1" * 12, "2" * 12


class Builder(Machine):
    """An engine that tells this of a build, and then refuses it, if it does."""

    def __init__(self, *told: Mapping[str, Any], refusal: NoAnswerError | None = None) -> None:
        super().__init__()
        self._told, self._refusal = told, refusal

    def build(self, *_: object) -> Iterator[Mapping[str, Any]]:
        yield from self._told
        if self._refusal is not None:
            raise self._refusal


def build(
    machine: Machine, folder: Path, sandbox: Sandbox, owned: Owned | None = None
) -> NoAnswerError | None:
    """Why it cannot be built, if so."""
    (folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    images = Images(machine.as_engine(), (owned or Owned()).as_ownership())
    try:
        with images.built(folder, sandbox) as image:
            assert not image.pushed
    except NoAnswerError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("the --mount option requires BuildKit", Reason.UNSUPPORTED),
        ("dockerfile parse error line 3: unknown flag: mount", Reason.UNSUPPORTED),
        ("COPY failed: file not found in build context", Reason.NO_ANSWER),
        ("Get https://registry-1.docker.io/v2/: timeout", Reason.REGISTRY_UNREACHABLE),
        ("toomanyrequests: You have reached your pull rate limit", Reason.RATE_LIMITED),
    ],
)
@pytest.mark.parametrize("at_once", [False, True])
def test_why_it_cannot_be_built(tmp_path: Path, words: str, reason: Reason, at_once: bool) -> None:
    """Told in the course of the build, or by the status that refuses it."""
    refusal = UnavailableError(Reason.ENGINE_ERROR, words, 400)
    machine = Builder(refusal=refusal) if at_once else Builder({"error": words})
    error = build(machine, tmp_path, Sandbox())
    assert error is not None
    assert error.reason is reason
    assert isinstance(error, AbsentError) == (reason is Reason.NO_ANSWER)
    assert words in error.detail


@pytest.mark.parametrize(("network", "told"), [(False, ", without a network:"), (True, "built:")])
def test_a_step_that_fails_without_a_network_says_that_it_had_none(
    tmp_path: Path, network: bool, told: str
) -> None:
    machine = Builder({"error": "The command '/bin/sh -c pip install' returned a non-zero code: 1"})
    error = build(machine, tmp_path, Sandbox(network=network))
    assert error is not None
    assert error.reason is Reason.SANDBOX
    assert told in error.detail


def test_an_engine_that_goes_away_while_it_builds_is_no_mistake(tmp_path: Path) -> None:
    gone = UnavailableError(Reason.ENGINE_UNREACHABLE, "connection reset")
    assert build(Builder({"stream": "Step 1/2"}, refusal=gone), tmp_path, Sandbox()) is gone


def test_a_builder_that_makes_no_image_is_no_mistake(tmp_path: Path) -> None:
    error = build(Builder({"stream": "Step 1/1 : FROM scratch"}), tmp_path, Sandbox())
    assert error is not None
    assert error.reason is Reason.ENGINE_ERROR


def test_what_a_build_leaves_is_removed_but_for_its_base(tmp_path: Path) -> None:
    """Which somebody else may have pulled while this run lasts."""
    lines = [{"stream": f" ---> {id_}\n"} for id_ in (BASE, STEP)]
    machine = Builder(*lines, {"aux": {"ID": f"sha256:{STEP}"}})
    machine.images_here = {
        BASE: {"Id": f"sha256:{BASE}", "RepoTags": ["python:3.12"]},
        STEP: {"Id": f"sha256:{STEP}", "RepoTags": []},
        f"sha256:{STEP}": {"Id": f"sha256:{STEP}"},
    }
    owned = Owned()
    assert build(machine, tmp_path, Sandbox(), owned) is None
    assert machine.did == [f"remove_image {STEP}"]
    assert owned.noted == [STEP]


def test_what_a_build_pulled_is_noted_by_its_name(tmp_path: Path) -> None:
    """Be it a base whose id is not told, or a stage to copy from."""
    machine = Builder(
        {"status": "Status: Downloaded newer image for python:3.12"},
        {"stream": "Status: Downloaded newer image for printed:1"},
        {"status": "Status: Image is up to date for redis:7"},
        {"aux": {"ID": f"sha256:{STEP}"}},
    )
    machine.images_here = {f"sha256:{STEP}": {"Id": f"sha256:{STEP}"}}
    owned = Owned()
    assert build(machine, tmp_path, Sandbox(), owned) is None
    assert owned.noted == ["python:3.12"]


def test_a_step_that_prints_ids_without_end_is_stopped_and_what_was_made_goes(
    tmp_path: Path,
) -> None:
    """Each would be asked for and removed at the end, while others wait."""
    lines = [{"stream": f" ---> {number:012x}\n"} for number in range(100_000)]
    machine = Builder(*lines)
    machine.images_here = {STEP: {"Id": f"sha256:{STEP}"}, f"{7:012x}": {"Id": "sha256:7"}}
    error = build(machine, tmp_path, Sandbox())
    assert error is not None
    assert error.reason is Reason.SANDBOX
    assert machine.did[-1] == f"remove_image {0:012x}"
    assert not machine.images_here.keys() & {f"{7:012x}"}
