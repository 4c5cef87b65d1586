"""A container's log, followed while the container runs: of a short life, all that it wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from grader import facts
from grader.collect import redact, shapes
from grader.collect.answer import NoAnswerError
from grader.collect.client import Client
from grader.collect.engine_answer import Payload
from grader.collect.logs import KEPT_BYTES, frames, told

BOUND = 2 * KEPT_BYTES


@dataclass(slots=True)
class _Stream:
    """The beginning of what a stream wrote, its end where that is not all, and how much it was."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    size: int = 0

    def add(self, part: bytes) -> None:
        self.size += len(part)
        self.head += part[: max(BOUND - len(self.head), 0)]
        self.tail += part[-BOUND:]
        del self.tail[:-BOUND]

    def told(self, secrets: tuple[str, ...]) -> str:
        if self.size <= BOUND:
            return told(bytes(self.head), None, secrets)
        return told(bytes(self.head), bytes(self.tail), secrets)


class FollowedLog:
    """The log of an inspected container, read by a thread until the container ends.

    ``on_end`` is called by that thread. ``trouble`` is why it could not be read, if so.
    """

    def __init__(self, client: Client, container: Payload, on_end: Callable[[], None]) -> None:
        self.id = str(container.get("Id"))
        self.ended = False
        self.trouble: NoAnswerError | None = None
        self._tty = bool((container.get("Config") or {}).get("Tty"))
        self._secrets = redact.secrets(shapes.environment(container))
        self._client = client
        self._on_end = on_end
        self._streams = {1: _Stream(), 2: _Stream()}
        self._told = -1
        self._adding = Lock()
        Thread(target=self._follow, daemon=True, name=f"log of {self.id[:12]}").start()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return sum(stream.size for stream in self._streams.values())

    @property
    def has_news(self) -> bool:
        """Whether there is more than `fact` told last."""
        return self.size != self._told

    def fact(self) -> facts.Logs:
        """What was read so far."""
        with self._adding:
            self._told = self.size
            out, err = self._streams[1], self._streams[2]
            return facts.Logs(
                container_id=self.id,
                stdout=out.told(self._secrets),
                stderr=err.told(self._secrets),
                size=out.size + err.size,
                complete=max(out.size, err.size) <= BOUND,
            )

    def _follow(self) -> None:
        path = ("containers", self.id, "logs")
        try:
            with self._client.stream(*path, wait=None, stdout=1, stderr=1, follow=1) as pieces:
                parts = ((1, piece) for piece in pieces) if self._tty else frames(pieces)
                for number, part in parts:
                    with self._adding:
                        self._streams[2 if number == 2 else 1].add(part)
        except NoAnswerError as error:
            self.trouble = error
        finally:
            self.ended = True
            self._on_end()
