"""Submissions to be verified in a real sandbox, and a rubric about them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from grader.journal import Observation
from grader.needs import HttpNeed, LogsNeed
from grader.rubric.load import load
from grader.rubric.model import Rubric

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


HTTP = HttpNeed(name="web", port=8000, deadline=12)


LOGS = LogsNeed(name="web")


def things(engine: Any) -> set[str]:
    return {
        *(container["Id"] for container in engine.containers(all=True)),
        *(image["Id"] for image in engine.images(all=True)),
        *(str(image["RepoDigests"]) for image in engine.images()),
        *(network["Id"] for network in engine.networks()),
        *(volume["Name"] for volume in engine.volumes()["Volumes"] or []),
    }


def is_limited(engine: Any) -> bool:
    """Whether it can limit what it runs; without that nothing is run."""
    told = engine.info()
    return bool(told["MemoryLimit"] and told["PidsLimit"])


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
      - {{type: http, name: web, port: 8000, contains: it works, deadline: 12}}
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


def wait_until(holds: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
