"""The lab "debugging a container": one that does not work, for four reasons, one behind another."""

from __future__ import annotations

from collections.abc import Sequence

from lab.ports import free_port

from .lab import ROOT, Lab
from .student import EVERYWHERE, Student

BROKEN = "wisheasy:broken"
ASK_INSIDE = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000').read())"


def full_marks(student: Student) -> None:
    """Looks after each failure, and puts one thing right at a time."""
    container_id = see_wrong_command(student)
    repair_command(student)
    log_line = see_missing_variable(student)
    run_as_left(student, "-e", "WISHEASY_OWNER=haneul")
    student.until("it listens", lambda: "listening" in student.docker("logs", "broken"))
    student.docker("exec", "broken", "python", "-c", ASK_INSIDE)
    student.grade()
    student.docker("rm", "--force", "broken")
    student.edit("app.py", 'HOST, PORT = "127.0.0.1"', 'HOST, PORT = "0.0.0.0"')
    student.docker("build", "-t", fixed(student), ".")
    student.write(".env", "WISHEASY_OWNER=haneul\n")
    run_fixed(student, "-p", f"{student.port}:8000", "--env-file", ".env")
    student.until("the app answers", student.opens)
    student.answer(
        log_line=log_line,
        container_id=container_id,
        cause="docker ps -a showed Exited (1), and docker logs broken said that the environment "
        "variable WISHEASY_OWNER is not set. Before that the command in CMD named server.py, a "
        "file that is not there. I gave the variable with --env-file .env.",
        localhost="The app listened on 127.0.0.1, which inside a container is the container "
        "itself: nobody outside can reach it. It has to listen on 0.0.0.0. And -p takes the "
        "port of my computer first, then the container's port: 8080:8000, not the other way.",
    )
    student.grade()
    student.docker("rm", "--force", "wisheasy")
    student.grade()


def half_way(student: Student) -> None:
    """Finds the variable, and never why nobody can reach the app."""
    see_wrong_command(student)
    repair_command(student)
    log_line = see_missing_variable(student)
    student.docker("tag", BROKEN, fixed(student))
    run_fixed(student, "-p", wrong_way(student), "-e", "WISHEASY_OWNER=haneul")
    student.answer(
        log_line=log_line,
        cause="docker logs broken said WISHEASY_OWNER is not set; I gave the variable with -e.",
    )
    student.grade()


def papered_over(student: Student) -> None:
    """Never reads the log: lets Docker start what crashes, over and over."""
    student.docker("build", "-t", BROKEN, ".")
    student.docker("tag", BROKEN, fixed(student))
    run_fixed(student, "-p", f"{student.port}:8000", "--restart", "always")
    student.until("it crashed", lambda: restarts(student) > 0)
    student.answer(cause="It did not start, so I told Docker to restart it until it does.")
    student.grade()


def see_wrong_command(student: Student) -> str:
    """The first failure; returns the id that `docker ps -a` shows."""
    student.docker("build", "-t", BROKEN, ".")
    run_as_left(student)
    student.ended("broken")
    student.grade()
    container_id = student.docker("ps", "-a", "--filter", "name=^broken$", "--format", "{{.ID}}")
    student.docker("rm", "broken")
    return container_id


def repair_command(student: Student) -> None:
    """What `docker logs` said of it: there is no server.py."""
    student.edit("Dockerfile", "server.py", "app.py")
    student.docker("build", "-t", BROKEN, ".")


def see_missing_variable(student: Student) -> str:
    """The second failure; returns what `docker logs` shows."""
    run_as_left(student)
    student.ended("broken")
    log_line = student.docker("logs", "broken")
    student.grade()
    student.docker("rm", "broken")
    return log_line


def run_as_left(student: Student, *options: str) -> None:
    """The colleague's command, with the ports the wrong way round."""
    student.docker("run", "-d", "--name", "broken", "-p", wrong_way(student), *options, BROKEN)


def wrong_way(student: Student) -> str:
    """Ports the wrong way round: 8000:8080, unless somebody else uses 8000 here."""
    return f"{free_port(8000, EVERYWHERE)}:{student.port}"


def run_fixed(student: Student, *options: str) -> None:
    """What is to work in the end."""
    student.docker("run", "-d", "--name", "wisheasy", *options, fixed(student))


def fixed(student: Student) -> str:
    """The image that is to work."""
    return f"wisheasy:{student.tag}"


def restarts(student: Student) -> int:
    """How often Docker has started the container again."""
    return int(student.docker("inspect", "--format", "{{.RestartCount}}", "wisheasy"))


def _leftovers(student: Student) -> Sequence[Sequence[str]]:
    containers = [("rm", "--force", name) for name in ("broken", "wisheasy")]
    return [*containers, ("image", "rm", "--force", BROKEN, fixed(student))]


LAB = Lab(
    rubric="debugging-a-container",
    stories={
        "full-marks": full_marks,
        "half-way": half_way,
        "papered-over": papered_over,
        "nothing-yet": Student.grade,
    },
    starter=ROOT / "docs/labs/debugging-a-container/starter",
    leftovers=_leftovers,
)
