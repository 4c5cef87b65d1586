"""The files of an image, read of a container and of the image, on a real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.file_facts import Tree
from grader.journal_file import JournalFile
from grader.needs import (
    ContentNeed,
)
from tests.live.conftest import Workshop
from tests.live.looking import look

pytestmark = pytest.mark.live


def test_content_of_a_container_agrees_with_that_of_the_image(workshop: Workshop, app: str) -> None:
    need = ContentNeed(image=app, path="/app")
    exported: Tree = look(need).one(need)
    container = workshop.container(None, app, ["sleep", "600"])
    read_there: Tree = look(need).one(need)
    assert exported.origin == exported.image_id == read_there.image_id
    assert read_there.origin == container
    assert read_there.files == exported.files
    single = ContentNeed(image=app, path="/app/app.py")
    assert look(single).one(single).files == {"app.py": exported.files["app.py"]}
    missing = ContentNeed(image=app, path="/nosuch")
    assert look(missing).one(missing).files == {}


@pytest.mark.parametrize(
    "change",
    [
        "echo cheat > /app/app.py",
        "rm /app/app.py",
        "rm -r /app",
        "mkdir /app/__pycache__ && touch /app/__pycache__/x.pyc /app/new.py",
    ],
)
def test_what_a_container_changed_is_not_taken_for_the_image(
    workshop: Workshop, app: str, change: str
) -> None:
    need = ContentNeed(image=app, path="/app")
    before = look(need).one(need)
    container = workshop.container(None, app, ["sh", "-c", change])
    workshop.api.wait(container)
    assert look(need).one(need).files == before.files


def test_what_is_mounted_into_a_container_is_not_taken_for_the_image(
    workshop: Workshop, app: str
) -> None:
    need = ContentNeed(image=app, path="/app")
    before = look(need).one(need)
    cover = workshop.api.create_host_config(tmpfs={"/app": ""})
    workshop.container(None, app, ["sh", "-c", "touch /app/x; sleep 600"], host_config=cover)
    assert look(need).one(need).files == before.files


def test_the_content_of_an_image_is_read_once(
    workshop: Workshop, app: str, tmp_path: Path, calls: list[str]
) -> None:
    need = ContentNeed(image=app, path="/app")
    looked = look(need)
    JournalFile(tmp_path / "journal.jsonl").append([looked.observations], run="r1")
    journal = JournalFile(tmp_path / "journal.jsonl").read()
    calls.clear()
    assert look(need, journal=journal).one(need) == looked.one(need)
    assert len(calls) == 2  # version and image
    workshop.image(app, f"FROM {workshop.base}\nWORKDIR /app\nCOPY new.py .\n", {"new.py": b"1"})
    assert list(look(need, journal=journal).one(need).files) == ["new.py"]
