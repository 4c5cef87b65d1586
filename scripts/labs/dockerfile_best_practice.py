"""The lab "a good Dockerfile": a wasteful one is made small, safe and watched over."""

from __future__ import annotations

from collections.abc import Sequence

from .lab import ROOT, Lab
from .student import Student, registry

BEFORE = "wisheasy:before"
SLIM, WHOLE = "python:3.11-slim", "python:3.11"

APT_GET = """#!/bin/sh
# A small apt-get: it leaves what the real one leaves, and says so.
set -eu
mkdir -p /var/lib/apt/lists
case $1 in
    update) head -c 1000000 /dev/urandom > /var/lib/apt/lists/packages ;;
    install) head -c 500000 /dev/urandom > /usr/share/installed ;;
esac
echo "apt-get $*: done by a stand-in"
"""
STAND_IN = f"""FROM {SLIM}
COPY apt-get /usr/bin/apt-get
RUN chmod +x /usr/bin/apt-get && head -c 6000000 /dev/urandom > /usr/share/compilers
"""

ALL_STAGES = """FROM {whole} AS build
WORKDIR /src
RUN apt-get update \\
    && apt-get install -y --no-install-recommends make \\
    && rm -rf /var/lib/apt/lists/*
COPY wisheasy/ wisheasy/
RUN python -m zipapp wisheasy -o wisheasy.pyz

FROM {slim}
WORKDIR /app
RUN useradd --create-home --uid 1000 wisheasy
COPY --from=build /src/wisheasy.pyz .
USER wisheasy
EXPOSE 8000
HEALTHCHECK --interval=1s --timeout=3s CMD ["python", "-c", "{probe}"]
CMD ["python", "wisheasy.pyz"]
"""
ONE_STAGE = f"""FROM {WHOLE}
WORKDIR /app
COPY . .
RUN apt-get update && apt-get install -y make
RUN python -m zipapp wisheasy -o wisheasy.pyz
RUN useradd --create-home --uid 1000 wisheasy
USER wisheasy
EXPOSE 8000
CMD ["python", "wisheasy.pyz"]
"""
PROBE = "import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/health')"


def full_marks(student: Student) -> None:
    """Two stages, both pinned to digests, and every other good practice."""
    build_before(student)
    bases = {"whole": pinned(student, WHOLE), "slim": pinned(student, SLIM)}
    student.write("Dockerfile", ALL_STAGES.format(**bases, probe=PROBE.format(port=8000)))
    student.write(".dockerignore", ".git/\n.venv/\n.env\n**/__pycache__/\nanswers.md\n")
    build_and_run(student)
    student.until("it is healthy", lambda: health(student) == "healthy")
    student.answer(
        why_multi_stage="The tools of the first stage (make, the package lists, the sources) are "
        "needed to build and not to run. Only the artefact is copied with COPY --from=build, so "
        "the final image is smaller and has less that can be attacked.",
    )
    student.grade()
    student.docker("rm", "--force", "wisheasy")
    student.docker("image", "rm", "--force", image(student), BEFORE)
    student.grade()


def one_stage(student: Student) -> None:
    """A user, a fixed version and the exec form, but still one stage, and nobody looks after it."""
    build_before(student)
    student.write("Dockerfile", ONE_STAGE)
    build_and_run(student)
    student.grade()


def never_healthy(student: Student) -> None:
    """Two stages that share nothing, run as root; the health check asks a port of nobody's."""
    build_before(student)
    text = ALL_STAGES.format(whole=WHOLE, slim=WHOLE, probe=PROBE.format(port=8080))
    text = text.replace("--interval=1s", "--interval=1s --retries=1")
    text = text.replace("COPY --from=build /src/wisheasy.pyz .", "COPY . .")
    text = text.replace("USER wisheasy\n", "").replace('"wisheasy.pyz"]', '"wisheasy"]')
    student.write("Dockerfile", text)
    build_and_run(student)
    student.until("it is unhealthy", lambda: health(student) == "unhealthy")
    student.answer(why_multi_stage="It is what everybody does.")
    student.grade()


def build_before(student: Student) -> None:
    """What the starter's Dockerfile makes."""
    student.docker("build", "-t", BEFORE, ".")
    student.grade()


def build_and_run(student: Student) -> None:
    """Build what is to be graded, run it, and open the page."""
    student.docker("build", "-t", image(student), ".")
    ports = f"{student.port}:8000"
    student.docker("run", "-d", "--name", "wisheasy", "-p", ports, image(student))
    student.until("the app answers", student.opens)


def image(student: Student) -> str:
    """The image that is graded."""
    return f"wisheasy:{student.tag}"


def health(student: Student) -> str:
    """What `docker ps` shows in brackets."""
    return student.docker("inspect", "--format", "{{.State.Health.Status}}", "wisheasy")


def pinned(student: Student, name: str) -> str:
    """A base image by its digest, which only a registry gives it."""
    reference = f"{registry()}/library/{name}"
    student.docker("tag", name, reference)
    student.docker("push", reference)
    digests = student.docker(
        "image", "inspect", "--format", '{{join .RepoDigests "\\n"}}', reference
    )
    return next(d for d in digests.split() if d.startswith(reference.rpartition(":")[0]))


def prepare(student: Student) -> None:
    """The whole Python image, of which only the slim one is there: with tools to build."""
    folder = student.folder.parent / "stand-in"
    folder.mkdir()
    (folder / "apt-get").write_text(APT_GET, encoding="utf-8")
    (folder / "Dockerfile").write_text(STAND_IN, encoding="utf-8")
    student.docker("build", "-t", WHOLE, "-t", "python:latest", str(folder))


def _leftovers(student: Student) -> Sequence[Sequence[str]]:
    images = (BEFORE, image(student), WHOLE, "python:latest")
    return [("rm", "--force", "wisheasy"), *(("image", "rm", "--force", i) for i in images)]


LAB = Lab(
    rubric="dockerfile-best-practice",
    stories={
        "full-marks": full_marks,
        "one-stage": one_stage,
        "never-healthy": never_healthy,
        "nothing-yet": Student.grade,
    },
    starter=ROOT / "docs/labs/dockerfile-best-practice/starter",
    leftovers=_leftovers,
    prepare=prepare,
)
