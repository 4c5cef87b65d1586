"""docker's own settings: ``config.json``, contexts, and the programs that keep logins."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, problem, warning
from grader.doctor.machine import Config, Helper, Machine
from grader.messages import Message, msg


def findings(machine: Machine) -> Iterator[Finding]:
    """What is wrong with the settings; nothing when nothing is."""
    config, error = machine.config, machine.settings_error
    if config.error:
        yield _broken(config, machine.surroundings.platform)
    elif error is not None:
        yield problem("context-unusable", error.message, *error.advice, *_instead(machine))
    for helper in config.helpers:
        if helper.state != "works":
            yield _helper(helper, config, certain=machine.engine is not None)


def _instead(machine: Machine) -> Iterator[Message]:
    there = machine.working
    if there is None:
        return
    name = there.context or "default"
    if there.context or there.host == machine.usual_host:
        yield msg(
            "{product} answers as the context {name}: `docker context use {name}`",
            product=there.product,
            name=name,
        )


def _broken(config: Config, platform: str) -> Finding:
    where = msg("line {line}: {reason}", line=config.line, reason=config.error)
    away = (
        msg('or put it out of the way: `Rename-Item "{path}" config.json.old`', path=config.path)
        if platform == "win32"
        else msg('or put it out of the way: `mv "{path}" "{path}.old"`', path=config.path)
    )
    return problem(
        "config-broken",
        msg("docker's settings file {path} cannot be read", path=config.path),
        msg("open it in an editor, and put right the line that is named"),
        away,
        msg("then log in again: `docker login`"),
        detail=where if config.line else msg("{reason}", reason=config.error),
    )


_HELPERS: dict[str, Message] = {
    "missing": msg("the program that should keep docker's logins is not there: {program}"),
    "hangs": msg("the program that keeps docker's logins does not answer: {program}"),
    "fails": msg("the program that keeps docker's logins does not work: {program}"),
}


def _helper(helper: Helper, config: Config, *, certain: bool) -> Finding:
    title = Message(
        _HELPERS[helper.state].template, {"program": f"docker-credential-{helper.name}"}
    )
    steps = [
        msg("open {path} in an editor", path=config.path),
        msg(
            'delete the line with `"credsStore"`, or the one below `"credHelpers"`, that names '
            "`{name}`; the line before it must not end with a comma if it is now the last",
            name=helper.name,
        ),
        msg("log in again: `docker login`"),
    ]
    detail = msg("it says: {words}", words=helper.words) if helper.words else None
    # Some helpers answer only while Docker Desktop runs.
    make = (
        problem if helper.state == "missing" or (certain and helper.state == "fails") else warning
    )
    return make(f"credential-helper-{helper.state}", title, *steps, detail=detail)
