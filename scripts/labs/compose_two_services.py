"""The lab "Compose with two services": web shows what store keeps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lab import compose
from lab.docker import DockerError, docker

from .lab import ROOT, Lab
from .student import Student

FULL = """\
name: guestbook

services:
  web:
    build: ./web
    ports: ["{port}:8000"]
    env_file: .env
    networks: [inside]
    depends_on:
      store:
        condition: service_healthy
  store:
    build: ./store
    env_file: .env
    networks: [inside]
    volumes: ["visits:/data"]
    healthcheck:
      test: ["CMD", "python", "health.py"]
      interval: 1s
      timeout: 3s
      retries: 10

volumes:
  visits:

networks:
  inside:
"""
HALF = """\
services:
  web:
    build: ./web
    ports: ["{port}:8000"]
    environment:
      STORE: store:9000
      STORE_TOKEN: swordfish
    depends_on: [store]
  store:
    build: ./store
    ports: ["9000"]
    environment: [STORE_TOKEN=swordfish]
"""


def full_marks(student: Student) -> None:
    """Does what the lab asks for, and cleans up."""
    student.write(".env", (student.folder / ".env.example").read_text(encoding="utf-8"))
    student.write("compose.yaml", FULL.replace("{port}", str(student.port)))
    student.docker("compose", "up", "--detach")
    student.until("the page shows a visit", lambda: "kept by store" in student.opens())
    student.answer(
        log_line=student.docker("compose", "logs", "web").splitlines()[0],
        healthy="A container that has started is not yet ready: the program in it may need some "
        "seconds, and until then a request to it fails. The health check tells when it is ready; "
        "with service_healthy Compose starts web only then.",
    )
    student.grade()
    student.docker("compose", "down", "--volumes")
    student.grade()


def half_way(student: Student) -> None:
    """It works, but with the token in the file, nothing kept, and all of it left running."""
    student.write("compose.yaml", HALF.replace("{port}", str(student.port)))
    student.docker("compose", "--project-name", "guestbook", "up", "--detach")
    student.until("the page shows a visit", lambda: "kept by store" in student.opens())
    student.grade()
    student.docker("compose", "--project-name", "guestbook", "stop")
    student.grade()


def no_token(student: Student) -> None:
    """Forgets the env file of store: web runs, and store turns it away."""
    student.write(".env", (student.folder / ".env.example").read_text(encoding="utf-8"))
    text = FULL.replace("{port}", str(student.port))
    student.write("compose.yaml", text.replace("./store\n    env_file: .env\n", "./store\n"))
    student.docker("compose", "up", "--detach")
    student.until("web runs", lambda: "listening" in student.docker("compose", "logs", "web"))
    student.grade()
    student.docker("compose", "down")
    student.grade()


def typing_error(student: Student) -> None:
    """A tab in the file: Compose does not read it, and nothing ever runs."""
    student.write(
        "compose.yaml", "services:\n  web:\n\tbuild: ./web\n  store:\n    build: ./store\n"
    )
    student.tries("compose", "up", "--detach")
    student.grade()


def _prepare(student: Student) -> None:
    """Get Compose where the docker command lacks it; nothing here depends on a tag."""
    try:
        docker(["compose", "version"], {})
    except DockerError:
        compose.enable(Path(os.environ["DOCKER_CONFIG"]))
    student.write_lab(f"port: {student.port}")


def _leftovers(_student: Student) -> Sequence[Sequence[str]]:
    return [
        ("compose", "--project-name", "guestbook", "down", "--volumes", "--rmi", "all"),
        ("image", "rm", "guestbook-web", "guestbook-store"),
    ]


LAB = Lab(
    rubric="compose-two-services",
    stories={
        "full-marks": full_marks,
        "half-way": half_way,
        "no-token": no_token,
        "typing-error": typing_error,
        "nothing-yet": Student.grade,
    },
    starter=ROOT / "docs/labs/compose-two-services/starter",
    leftovers=_leftovers,
    prepare=_prepare,
)
