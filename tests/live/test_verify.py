"""Verification on a real engine and a real registry, also of images that mean harm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from grader.evidence import Evidence
from grader.facts import HttpResponse, Logs, Reason
from grader.needs import ContentNeed, ImageNeed, ManifestNeed
from grader.series import Strength
from grader.verify.verify import verify, verify_all
from tests.factories import entries_of
from tests.live.conftest import Registry, Workshop
from tests.live.verifying import APPS, HTTP, LOGS, SERVER, answer, rubric, submission, things

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("limits")]


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def untouched(engine: Any) -> Iterator[None]:
    """The engine has the same things at the end as at the beginning."""
    before = things(engine)
    yield
    assert things(engine) == before


def test_hostile_images_get_their_verdicts_while_others_go_on(
    tmp_path: Path, untouched: None
) -> None:
    """Each within its limits, and nothing is left of any."""
    items = []
    for app in APPS:
        folder = submission(tmp_path / "class" / app, app)
        given = rubric(folder, sandbox="{memory: 64MB, disk: 100MB, processes: 32}")
        items.append((app, lambda given=given, folder=folder: nullcontext((given, folder))))
    began = time.monotonic()
    found = dict(verify_all(items, 4))
    assert time.monotonic() - began < 200  # far more than it takes; a hang would never end
    http = {app: answer(observations, HTTP) for app, observations in found.items()}
    logs = {app: answer(observations, LOGS) for app, observations in found.items()}
    assert all(isinstance(log, Logs) and "ready" in log.stdout for log in logs.values()), logs
    works = {app for app, got in http.items() if isinstance(got, HttpResponse)}
    assert works == {"good", "stubborn", "explorer"}, http
    for app in ("silent", "elsewhere", "crash"):
        assert http[app] is Reason.NO_ANSWER
    for app in ("fork-bomb", "log-flood", "memory-hog", "disk-filler"):
        assert http[app] is Reason.SANDBOX, (app, http[app])
    assert "no such luck" in logs["crash"].stderr
    assert not logs["log-flood"].complete
    assert "REACHED" not in logs["explorer"].stdout
    assert "no name" in logs["explorer"].stdout
    assert "capabilities 0000000000000000" in logs["explorer"].stdout


def test_an_image_in_a_registry_is_pulled_by_digest_and_told_as_reproduced(
    tmp_path: Path, workshop: Workshop, registry: Registry, engine: Any
) -> None:
    name = f"{registry.address}/u{uuid4().hex[:8]}/web:1.0"
    lines = f'FROM {workshop.base}\nCOPY app.py /\nCMD ["python3", "/app.py"]'
    app = (SERVER + APPS["good"]).encode()
    id_ = workshop.image(name, lines, {"app.py": app})
    list(engine.push(name, auth_config=registry.auth, stream=True))
    engine.remove_image(name)
    before = things(engine)
    folder = tmp_path / "s"
    folder.mkdir()
    given = rubric(
        folder,
        f"""
      - {{type: container, name: web, image: "{name}"}}
      - {{type: image, image: "{name}", command: [python3, /app.py], accept: [reproduced]}}
      - {{type: built_from, image: "{name}", source: {{/app.py: app.py}}}}
      - {{type: pushed, image: "{name}"}}
""",
    )
    found = list(verify(given, folder))
    assert things(engine) == before
    digest = answer(found, ManifestNeed(image=name)).digest
    image = answer(found, ImageNeed(image=name))
    assert image.id == id_
    assert any(digest in known for known in image.digests)
    assert answer(found, HTTP).body == "it works"
    assert "asked" in answer(found, LOGS).stdout
    assert "app.py" in answer(found, ContentNeed(image=name, path="/app.py")).files
    evidence = Evidence(entries_of(found))
    assert evidence.of(HTTP, reproduced=True).found[0].strength is Strength.REPRODUCED
    assert not evidence.of(ImageNeed(image=name)).found  # the learner's computer was not looked at
    assert not evidence.of(HTTP).found


def test_without_a_login_a_registry_that_wants_one_makes_errors_not_failures(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch, untouched: None
) -> None:
    monkeypatch.delenv("GRADE_LAB_REGISTRY_USER")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))  # in which nobody is logged in
    folder = submission(tmp_path / "s", "good")
    name = f"{registry.address}/somebody/web:1.0"
    extra = f'      - {{type: pushed, image: "{name}"}}\n'
    found = list(verify(rubric(folder, extra), folder))
    assert answer(found, ManifestNeed(image=name)) is Reason.DENIED
    assert answer(found, HTTP) is Reason.DENIED


def test_what_a_registry_does_not_hold_is_built_from_the_submission(
    tmp_path: Path, registry: Registry, untouched: None
) -> None:
    folder = submission(tmp_path / "s", "good")
    name = f"{registry.address}/u{uuid4().hex[:8]}/web:1.0"
    extra = f'      - {{type: pushed, image: "{name}"}}\n'
    found = list(verify(rubric(folder, extra), folder))
    assert answer(found, ManifestNeed(image=name)) is Reason.NOT_THERE
    assert answer(found, HTTP).body == "it works"
    assert not [o for o in found if o.need == ImageNeed(image=name) and o.outcome == "found"]


def test_an_image_of_which_only_the_log_is_asked_runs_until_it_is_quiet(
    tmp_path: Path, untouched: None
) -> None:
    folder = submission(tmp_path / "s", "print('ready', flush=True)\ntime.sleep(1000)")
    given = rubric(folder)
    [objective] = given.objectives
    of_the_log = objective.model_copy(update={"checks": objective.checks[1:]})
    given = given.model_copy(update={"objectives": (of_the_log,)})
    log = answer(list(verify(given, folder)), LOGS)
    assert (log.stdout, log.complete) == ("ready\n", True)


def test_a_run_that_is_over_time_is_ended_and_is_not_the_learners_fault(
    tmp_path: Path, untouched: None
) -> None:
    folder = submission(tmp_path / "s", "silent")
    found = list(verify(rubric(folder, sandbox="{seconds: 2}"), folder))
    assert answer(found, HTTP) is Reason.SANDBOX
    [told] = [o.detail for o in found if o.need == HTTP]
    assert told == "2 seconds were over"


def test_a_build_that_hangs_or_fails_costs_its_own_submission_only(
    tmp_path: Path, untouched: None
) -> None:
    hangs = submission(tmp_path / "hangs", "good", "RUN sleep 1000")
    given = rubric(hangs, sandbox="{build_seconds: 5}")
    assert answer(list(verify(given, hangs)), HTTP) is Reason.TIMEOUT
    fails = submission(tmp_path / "fails", "good", "RUN exit 3")
    assert answer(list(verify(rubric(fails), fails)), HTTP) is Reason.SANDBOX
    broken = submission(tmp_path / "broken", "good", "NONSENSE")
    assert answer(list(verify(rubric(broken), broken)), HTTP) is Reason.NO_ANSWER


def test_read_only_and_what_the_rubric_gives_back(tmp_path: Path, untouched: None) -> None:
    app = """
def tried(what, do):
    try: do(); print(what, "went", flush=True)
    except OSError: print(what, "was refused", flush=True)
tried("root", lambda: open("/x", "w"))
tried("tmp", lambda: open("/tmp/x", "w"))
tried("chown", lambda: os.chown("/tmp/x", 1, 1))
print(os.environ["GREETING"], os.environ["SECRET"], flush=True)
serve()
"""
    folder = submission(tmp_path / "s", app)
    (folder / ".env.example").write_text("GREETING=hello\nSECRET=change-me\n", encoding="utf-8")
    extra = "      - {type: container, name: web, env_file: .env.example}\n"
    given = rubric(folder, extra, "{read_only: true, cap_add: [CHOWN]}")
    log = answer(list(verify(given, folder)), LOGS).stdout
    assert "root was refused" in log
    assert "tmp went" in log
    assert "chown went" in log
    assert "hello" in log
    assert "change-me" not in log  # a secret by its name: blanked
