"""Verification on a real engine and a real registry, also of images that mean harm."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from grader.evidence import Evidence, Strength
from grader.facts import HttpResponse, Logs, Reason
from grader.journal import Observation
from grader.needs import ContentNeed, HttpNeed, ImageNeed, LogsNeed, ManifestNeed
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.verify.verify import verify, verify_all
from tests.factories import entries_of
from tests.live.conftest import Registry, Workshop
from tests.live.learners import GRADE_LAB

pytestmark = pytest.mark.live

SERVER = """
import http.server, os, socket, sys, threading, time
def serve(port=8000):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers(); self.wfile.write(b"it works")
        def log_message(self, *_): print("asked", flush=True)
    print("ready", flush=True)
    http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
"""
APPS = {
    "good": "serve()",
    "fork-bomb": """
print('ready', flush=True)
while True:
    try: os.fork()
    except OSError: pass
""",
    "log-flood": "print('ready', flush=True)\nwhile True: os.write(1, b'x' * 8191 + b'\\n')",
    "memory-hog": """
print('ready', flush=True)
hog = []
while True: hog.append(bytearray(1 << 20))
""",
    "silent": "print('ready', flush=True)\ns = socket.create_server(('', 8000))\n"
    "kept = []\nwhile True: kept.append(s.accept())",
    "stubborn": "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nserve()",
    "elsewhere": "serve(9000)",
    "crash": "print('ready', flush=True)\nsys.exit('no such luck')",
    "disk-filler": "print('ready', flush=True)\nn = 0\n"
    "while True:\n    n += 1\n    open(f'/tmp/{n}', 'wb').write(bytes(10 << 20))",
    "explorer": """
gateway = '.'.join(socket.gethostbyname(socket.gethostname()).split('.')[:3] + ['254'])
for host in ('1.1.1.1', gateway):
    try: socket.create_connection((host, 80), 2); print('REACHED', host, flush=True)
    except OSError as error: print('no way to', host, flush=True)
try: print('REACHED', socket.getaddrinfo('example.com', 80), flush=True)
except OSError: print('no name', flush=True)
print('capabilities', open('/proc/self/status').read().split('CapEff:')[1].split()[0], flush=True)
serve()
""",
}
HTTP = HttpNeed(name="web", port=8000, deadline=6)
LOGS = LogsNeed(name="web")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def untouched(engine: Any) -> Iterator[None]:
    """The engine has the same things at the end as at the beginning."""
    before = things(engine)
    yield
    assert things(engine) == before


def things(engine: Any) -> set[str]:
    return {
        *(container["Id"] for container in engine.containers(all=True)),
        *(image["Id"] for image in engine.images(all=True)),
        *(str(image["RepoDigests"]) for image in engine.images()),
        *(network["Id"] for network in engine.networks()),
        *(volume["Name"] for volume in engine.volumes()["Volumes"] or []),
    }


def rubric(folder: Path, extra: str = "", sandbox: str = "{}") -> Rubric:
    path = folder.parent / f"{uuid4().hex}.yaml"
    path.write_text(
        f"""
schema: grade-lab/rubric/1
id: web
title: Web
sandbox: {sandbox}
objectives:
  - id: run
    title: It runs
    points: 10
    checks:
      - {{type: http, name: web, port: 8000, contains: it works, deadline: 6}}
      - {{type: logs, name: web, contains: ready}}
{extra}""",
        encoding="utf-8",
    )
    return load(path)


def submission(folder: Path, app: str, lines: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(SERVER + APPS.get(app, app), encoding="utf-8")
    base = os.environ["GRADE_LAB_BASE_IMAGE"]
    text = (
        f'FROM {base}\nRUN true\nCOPY app.py /\n{lines}\nEXPOSE 8000\nCMD ["python3", "/app.py"]\n'
    )
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    (folder / "lab.yaml").write_text("learner: {id: s-1}\n", encoding="utf-8")
    return folder


def answer(observations: list[Observation], need: Any) -> Any:
    """The fact that was found, or the reason why none was."""
    [one] = [o for o in observations if o.need == need]
    assert one.source in {"reproduction", "registry"}
    return need.answer.model_validate(one.data) if one.outcome == "found" else one.reason


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


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path, engine: Any) -> None:
    before = things(engine)
    folder = submission(tmp_path / "s", "silent")
    path = tmp_path / "web.yaml"
    path.write_text(
        "schema: grade-lab/rubric/1\nid: web\ntitle: Web\nobjectives:\n"
        "  - {id: run, title: R, points: 1, checks: "
        "[{type: http, name: web, port: 8000, deadline: 60}]}\n",
        encoding="utf-8",
    )
    command = [GRADE_LAB, "grade", folder, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert things(engine) != before
    other = submission(tmp_path / "other", "good")
    assert answer(list(verify(rubric(other), other)), HTTP).status == 200
    assert things(engine) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, engine: Any, number: int) -> None:
    before = things(engine)
    folder = submission(tmp_path / "s", "silent")
    given = rubric(folder)
    path = next(folder.parent.glob("*.yaml"))
    assert given.id == "web"
    command = [GRADE_LAB, "grade", folder, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    run.send_signal(number)
    _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"Traceback" not in told
    assert things(engine) == before


def test_a_live_run_s_things_are_not_taken_by_another(tmp_path: Path, engine: Any) -> None:
    slow, quick = submission(tmp_path / "slow", "silent"), submission(tmp_path / "quick", "good")
    rubric(slow)
    path = next(slow.parent.glob("*.yaml"))
    command = [GRADE_LAB, "grade", slow, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    [running] = [c["Id"] for c in engine.containers() if "grade-lab.run" in c["Labels"]]
    verifying = verify(rubric(quick), quick)
    assert next(verifying)
    assert running in {c["Id"] for c in engine.containers()}
    list(verifying)
    run.wait(timeout=60)
    told = (slow / ".grade-lab" / "report" / "result.json").read_text(encoding="utf-8")
    [objective] = json.loads(told)["objectives"]
    assert [check["status"] for check in objective["checks"]] == ["fail", "pass"]
    strengths = {e["strength"] for check in objective["checks"] for e in check["evidence"]}
    assert strengths == {"reproduced"}


def test_an_engine_that_is_away_makes_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    folder = submission(tmp_path / "s", "good")
    assert answer(list(verify(rubric(folder), folder)), HTTP) is Reason.ENGINE_UNREACHABLE


def wait_until(holds: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
