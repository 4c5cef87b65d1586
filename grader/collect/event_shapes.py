"""The engine's events made into facts, whatever the engine and its version. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from grader.collect import redact, shapes
from grader.facts import STOPPED_BY_SIGNAL, Event
from grader.reference import familiar, repository_of

if TYPE_CHECKING:
    from grader.collect.engine_answer import Payload

# What only a learner's steps (or a crash) cause. Not `save` and `archive-path`, which our own
# reading causes, and of an exec only its start and its end.
KEPT = {
    "container": frozenset(
        (
            *(
                "create",
                "attach",
                "start",
                "restart",
                "kill",
                "die",
                "oom",
                "stop",
                "pause",
                "unpause",
            ),
            *("rename", "destroy", "exec_start", "exec_die", "health_status"),
        )
    ),
    "image": frozenset(("tag", "untag", "push", "pull", "delete", "build", "import", "load")),
    "volume": frozenset(("create", "destroy")),
    "network": frozenset(("create", "destroy")),
}
_PODMAN = {
    "container": {
        "remove": "destroy",
        "died": "die",
        "exec": "exec_start",
        "exec_died": "exec_die",
    },
    "image": {"remove": "delete"},
    "volume": {"remove": "destroy"},
    "network": {"remove": "destroy"},
}
SANDBOX_LABEL = "grade-lab.run"
"""On containers that grade-lab runs itself: what happens to them is no step of the learner's."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 2**63 - 1
"""What the engine counts nanoseconds with."""


def event(payload: Payload, *, podman: bool = False) -> Event | None:
    """The fact in an event; None for one that tells of no step.

    Podman puts ``localhost/`` before the names of images that name no registry, and tells of the
    signal that ended a container by its exit code only. Of all engines' keys only ``Type``,
    ``Action`` and ``Actor`` are read: API 1.56 has no more.
    """
    kind = str(payload.get("Type") or "")
    action, _, command = str(payload.get("Action") or payload.get("status") or "").partition(":")
    action = _PODMAN.get(kind, {}).get(action, action)
    if action not in KEPT.get(kind, ()):
        return None
    actor = shapes.part(payload, "Actor")
    id_, attributes = str(actor.get("ID") or ""), shapes.part(actor, "Attributes")
    if SANDBOX_LABEL in attributes:
        return None
    # Podman's event of a network has an empty name beside it.
    name = str(attributes.get("name") or (kind == "network" and attributes.get("network")) or "")
    if kind == "image":
        told = _image_event(action, id_, _named(name, podman=podman))
        # Podman's pull of the latest may leave the tag out.
        return told and told.model_copy(update={"name": familiar(told.name)}) if podman else told
    is_health = action == "health_status"
    exit_code = _exit_code(attributes)
    by_signal = podman and action == "die" and exit_code in STOPPED_BY_SIGNAL
    return Event(
        type=kind,
        action=action,
        id=id_,
        name=name or (id_ if kind == "volume" else ""),
        image=_named(str(attributes.get("image") or ""), podman=podman),
        exit_code=exit_code,
        signal=str((exit_code or 0) - 128 if by_signal else attributes.get("signal") or ""),
        command="" if is_health else redact.command(command.strip()),
        exec_id=str(attributes.get("execID") or ""),
        service=shapes.label(attributes, shapes.COMPOSE_SERVICE),
        project=shapes.label(attributes, shapes.COMPOSE_PROJECT),
        # Podman tells it beside the action.
        health=(command.strip() or str(attributes.get("health_status") or "")) if is_health else "",
    )


def time_of(payload: Payload) -> datetime:
    """When it happened, by the engine's clock, to the millisecond."""
    nanoseconds = _whole(payload, "timeNano") or _whole(payload, "time") * 1_000_000_000
    return EPOCH + timedelta(milliseconds=min(nanoseconds, LATEST) // 1_000_000)


def just_after(payload: Payload) -> str:
    """The first instant after it, in seconds and their fraction; empty when it tells no time."""
    nanoseconds = _whole(payload, "timeNano")
    seconds, rest = divmod(nanoseconds + 1, 1_000_000_000)
    return f"{seconds}.{rest:09d}" if nanoseconds else ""


def execution(payload: Payload) -> tuple[str, str]:
    """The id of the exec that an event belongs to, and its command where the event has it."""
    attributes = shapes.part(shapes.part(payload, "Actor"), "Attributes")
    _, _, command = str(payload.get("Action") or "").partition(": ")
    return str(attributes.get("execID") or ""), command.strip()


def _whole(payload: Payload, key: str) -> int:
    """A number that is not negative; 0 for what is no number."""
    try:
        return min(max(int(payload.get(key) or 0), 0), LATEST)
    except (OverflowError, TypeError, ValueError):
        return 0


def _image_event(action: str, id_: str, name: str) -> Event | None:
    """A push and a pull carry the reference where others carry the id, and may cut the tag off.

    That of all tags names the repository alone.
    """
    if not _is_id(id_):
        reference = id_ or name
        if _is_id(reference):  # Podman's build tells an id only
            return None
        whole = action in {"push", "pull"} and repository_of(reference) == reference
        return Event(type="image", action=action, name=reference if whole else familiar(reference))
    reference = "" if _is_id(name) else familiar(name)
    full = id_ if id_.startswith("sha256:") else f"sha256:{id_}"
    return Event(type="image", action=action, id=full, name=reference)


def _named(reference: str, *, podman: bool) -> str:
    return reference.removeprefix("localhost/") if podman else reference


def _is_id(text: str) -> bool:
    digits = text.removeprefix("sha256:")
    return len(digits) == 64 and all(digit in "0123456789abcdef" for digit in digits)


def _exit_code(attributes: Payload) -> int | None:
    # Podman calls it containerExitCode.
    code = str(attributes.get("exitCode", attributes.get("containerExitCode", "")))
    return int(code) if code.removeprefix("-").isdecimal() else None
