"""Practices about how the app runs: as which user, by which command, and how its health shows."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checking.dockerfile import Dockerfile
from grader.checking.practices.contract import Finding, unquoted
from grader.messages import msg

STARTING = ("ENTRYPOINT", "CMD")


def non_root(dockerfile: Dockerfile) -> Iterator[Finding]:
    """The final image has a USER other than root; a base tagged ``nonroot`` brings its own."""
    user = dockerfile.effective("USER")
    base = dockerfile.final_stages[0].base
    if user is None:
        if base is not None and "nonroot" not in base:
            command = "adduser -D app" if "alpine" in base else "useradd app"
            yield Finding(
                dockerfile.stages[-1].line,
                msg("no USER is set, so the app runs as root"),
                msg("add the lines `RUN {command}` and `USER app` before CMD", command=command),
            )
        return
    name = unquoted("".join(user.args)).split(":")[0]
    if name == "root" or (name and not name.strip("0")):
        yield Finding(
            user.line,
            msg("the app runs as root"),
            msg("name another user in the last `USER` instruction"),
        )


def exec_form(dockerfile: Dockerfile) -> Iterator[Finding]:
    """CMD and ENTRYPOINT are JSON lists, so that the app itself gets the signal to stop."""
    for name in STARTING:
        instruction = dockerfile.effective(name)
        if instruction is None or instruction.exec_form:
            continue
        hint = msg('write it as a list: `{instruction} ["python", "app.py"]`', instruction=name)
        if "".join(instruction.args).startswith("["):
            hint = msg(
                'put double quotes around each word: `{instruction} ["python", "app.py"]`',
                instruction=name,
            )
        yield Finding(
            instruction.line, msg("{instruction} is not in the exec form", instruction=name), hint
        )


def one_cmd(dockerfile: Dockerfile) -> Iterator[Finding]:
    """No stage has more than one CMD or ENTRYPOINT: the last one replaces the others."""
    for stage in dockerfile.stages:
        for name in STARTING:
            for replaced in [i for i in stage.instructions if i.name == name][:-1]:
                yield Finding(
                    replaced.line,
                    msg("this {instruction} is replaced by a later one", instruction=name),
                    msg("keep only one `{instruction}`", instruction=name),
                )


def healthcheck(dockerfile: Dockerfile) -> Iterator[Finding]:
    """The final image has a HEALTHCHECK other than NONE."""
    check = dockerfile.effective("HEALTHCHECK")
    if check is None or [*map(str.upper, check.args)] == ["NONE"]:
        line = check.line if check else dockerfile.stages[-1].line
        yield Finding(
            line,
            msg("there is no HEALTHCHECK, so Docker cannot see whether the app works"),
            msg("add a line `HEALTHCHECK CMD …`, with a command that fails when the app does"),
        )
