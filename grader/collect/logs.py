"""A container's log: its head and tail by stream, read through a bounded stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from grader import facts
from grader.collect import redact, shapes
from grader.collect.answer import NoAnswerError, UnavailableError
from grader.collect.client import Client
from grader.collect.engine_answer import Payload
from grader.facts import Reason

KEPT_BYTES = 32 * 1024
"""Of a longer stream as many bytes of the head and of the tail are kept."""
READ_BYTES = 2 * 1024 * 1024
TAIL_LINES = 200
SECONDS = 20.0
STREAMS = 3
"""The highest number of a stream: that of the engine's own words on why the log ends."""
HEADER = 8
"""Without a terminal a log comes in frames: stream, three zeros, the length in four bytes."""


@dataclass(slots=True)
class _Log:
    """What was read: the bytes of each stream, and whether that is all."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    complete: bool = True

    @property
    def size(self) -> int:
        return len(self.stdout) + len(self.stderr)


def read(client: Client, container: Payload) -> facts.Logs:
    """The log of an inspected container, without the secrets of its environment.

    ``size`` counts what was read, which of a log over 2 MiB is not all.
    """
    id_ = str(container.get("Id"))
    tty = bool(container.get("Config", {}).get("Tty"))
    head = _read(client, id_, tty)
    tail = _Log()
    if not head.complete:
        try:
            tail = _read(client, id_, tty, tail=TAIL_LINES)
        except NoAnswerError:  # an engine may take too long to find the end; the head will do
            tail = _Log()
    secrets = redact.secrets(shapes.environment(container))
    return facts.Logs(
        container_id=id_,
        stdout=told(bytes(head.stdout), None if head.complete else bytes(tail.stdout), secrets),
        stderr=told(bytes(head.stderr), None if head.complete else bytes(tail.stderr), secrets),
        size=head.size + tail.size,
        complete=head.complete and max(len(head.stdout), len(head.stderr)) <= 2 * KEPT_BYTES,
    )


def _read(client: Client, container: str, tty: bool, **parameters: int) -> _Log:
    log = _Log()
    path = ("containers", container, "logs")
    try:
        with client.stream(*path, seconds=SECONDS, stdout=1, stderr=1, **parameters) as pieces:
            parts = ((1, piece) for piece in pieces) if tty else frames(pieces)
            for stream, part in parts:
                (log.stderr if stream == 2 else log.stdout).extend(part)
                if log.size >= READ_BYTES:
                    log.complete = False
                    break
    except NoAnswerError as error:
        if error.reason is not Reason.TIMEOUT or not log.size:
            raise
        log.complete = False  # its beginning is there
    return log


def frames(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """The parts of a multiplexed log, each with the number of its stream.

    A frame of any length comes in the pieces in which it arrives.

    Raises:
        UnavailableError: it is no such log, or ends within a frame.
    """
    buffer = bytearray()
    stream = left = 0
    for piece in pieces:
        buffer += piece
        while buffer:
            if not left:
                if len(buffer) < HEADER:
                    break
                if buffer[0] > STREAMS or any(buffer[1:4]):
                    raise UnavailableError(Reason.ENGINE_ERROR, "a log of an unknown form")
                stream, left = buffer[0], int.from_bytes(buffer[4:HEADER], "big")
                del buffer[:HEADER]
            part = bytes(buffer[:left])
            del buffer[:left]
            left -= len(part)
            if part:
                yield stream, part
    if left or buffer:
        raise UnavailableError(Reason.ENGINE_ERROR, "the log was cut short")


def told(head: bytes, tail: bytes | None, secrets: tuple[str, ...]) -> str:
    """A stream as text; ``tail`` is what was read of its end, None when ``head`` is all."""
    if tail is None and len(head) <= 2 * KEPT_BYTES:
        return redact.beginning(head, 2 * KEPT_BYTES, secrets)
    if not head and not tail:
        return ""
    count = "" if tail is not None else f"{len(head) - 2 * KEPT_BYTES} "
    first = redact.beginning(head, KEPT_BYTES, secrets, cut=True)
    last = redact.end(head if tail is None else tail, KEPT_BYTES, secrets)
    return f"{first}\n… {count}bytes left out …\n{last}"
