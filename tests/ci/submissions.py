"""A submission that was pushed, and one whose every word means harm."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from grader.facts import Engine, Logs
from grader.journal import EMPTY, Entry, Observation, written
from grader.needs import ContainerNeed, EngineNeed, LogsNeed
from tests.ci.runner import environment
from tests.factories import a_container, event, saw
from tests.places import GRADE_LAB

NO_ENGINE = {
    **dict(environment()),
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    "LANG": "C.UTF-8",
}
RUBRIC = """\
schema: grade-lab/rubric/1
id: web
title: A web app
pass_mark: 0.5
objectives:
  - id: dockerfile
    title: "The Dockerfile is sound, 100%: well done"
    points: 6
    checks:
      - {type: dockerfile, rules: [no-latest-base, exec-form], instructions: [HEALTHCHECK]}
  - id: notes
    title: Notes were taken
    points: 4
    checks: [{type: file, path: notes.txt, contains: by kim}]
"""
HOSTILE = """\
schema: grade-lab/rubric/1
id: hostile
title: A hostile lab
pass_mark: 1
variables: {who: {default: x, pattern: "(?s).+"}}
objectives:
  - {id: engine, title: "{who}", points: 1, checks: [{type: engine, min_version: "99"}]}
  - {id: dockerfile, title: D, points: 1, checks: [{type: dockerfile, rules: [no-latest-base]}]}
  - {id: file, title: F, points: 1, checks: [{type: file, path: "{who}"}]}
  - {id: notes, title: N, points: 1, checks: [{type: file, path: notes.txt, contains: "{who}"}]}
  - {id: quote, title: Q, points: 1, checks: [{type: quoted, question: q, of: log_line, name: web}]}
  - {id: run, title: R, points: 1, checks: [{type: container, name: web, image: app}]}
  - {id: exec, title: E, points: 1, checks: [{type: executed, name: web, command: {contains: no}}]}
"""


def submission(folder: Path, dockerfile: str = "FROM python:3.12\n", notes: str = "by kim") -> Path:
    """A repository as it was pushed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab.yaml").write_text("learner: {id: s-1, name: Kim}\n", encoding="utf-8")
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    (folder / "notes.txt").write_text(notes, encoding="utf-8")
    return folder


def rubric(folder: Path, text: str = RUBRIC) -> Path:
    """The grader's own exam, outside of the submission."""
    path = folder / "exam.rubric.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ci(*args: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a repository."""
    done = subprocess.run(
        [GRADE_LAB, "ci", "--lang", "en", *args],
        cwd=cwd,
        env={**NO_ENGINE, **env},
        capture_output=True,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr
    return done


def recorded(folder: Path, *entries: Entry) -> Path:
    """Put a journal into a submission."""
    journal = folder / ".grade-lab" / "journal.jsonl"
    journal.parent.mkdir(exist_ok=True)
    fields = Observation.model_fields
    seen = (Observation(**{name: getattr(entry, name) for name in fields}) for entry in entries)
    journal.write_bytes(b"".join(written(seen, EMPTY, "theirs", "grade")))
    return journal


def hostile(folder: Path, words: str) -> Path:
    """A submission that says ``words`` wherever a learner can say anything."""
    submission(folder, dockerfile=f"FROM {words}:latest\n{words}\n", notes=words)
    who = json.dumps(words)
    lab = f"learner: {{id: {who}, name: {who}}}\nvariables: {{who: {who}}}\n"
    (folder / "lab.yaml").write_text(lab, encoding="utf-8")
    (folder / "answers.md").write_text(f"# q\n\n{words}\n", encoding="utf-8")
    engine = Engine(product=words, version=words, api_version="1.1", os=words, arch=words)
    recorded(
        folder,
        saw(EngineNeed(), engine),
        saw(ContainerNeed(name="web"), a_container("web", words, command=(words,))),
        saw(ContainerNeed(name="web", image="app"), a_container("web", words)),
        saw(LogsNeed(name="web"), Logs(container_id="1" * 64, stdout=f"hello, world\n{words}\n")),
        event("container exec_start", name="web", image="app", command=words, exit_code=1),
    )
    return folder
