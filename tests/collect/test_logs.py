"""A log is told by stream, bounded, and without secrets. Large ones: tests/live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from grader import facts
from grader.collect import logs
from grader.collect.answer import UnavailableError
from grader.collect.client import Client
from grader.collect.engine_answer import refusal
from grader.facts import Reason

PART = st.tuples(st.sampled_from([1, 2]), st.binary(min_size=1, max_size=20))


def framed(parts: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([s, 0, 0, 0]) + len(d).to_bytes(4, "big") + d for s, d in parts)


class Recorded:
    """A client that answers with a recorded log; in its tail it may fail."""

    def __init__(self, whole: bytes, tail: bytes | None = b"") -> None:
        self.whole = whole
        self.tail = tail

    @contextmanager
    def stream(self, *path: str, **parameters: int) -> Iterator[Iterator[bytes]]:
        data = self.tail if "tail" in parameters else self.whole
        if data is None:
            raise UnavailableError(Reason.TIMEOUT)
        yield (data[i : i + 1000] for i in range(0, len(data), 1000))


def read(recorded: Recorded, *env: str, tty: bool = False) -> facts.Logs:
    container: dict[str, Any] = {"Id": "c1", "Config": {"Tty": tty, "Env": list(env)}}
    return logs.read(cast("Client", recorded), container)


@given(parts=st.lists(PART, max_size=8), size=st.integers(1, 30))
def test_streams_are_told_apart_however_the_bytes_arrive(
    parts: list[tuple[int, bytes]], size: int
) -> None:
    data = framed(parts)
    pieces = iter([data[start : start + size] for start in range(0, len(data), size)])
    told = {1: b"", 2: b""}
    for stream, part in logs.frames(pieces):
        told[stream] += part
    for stream in (1, 2):
        assert told[stream] == b"".join(part for number, part in parts if number == stream)


def test_a_short_log_is_whole() -> None:
    found = read(Recorded(framed([(1, "시작\n".encode()), (2, b"warning\n"), (1, b"\xff\n")])))
    assert (found.stdout, found.stderr) == ("시작\n\ufffd\n", "warning\n")
    assert found.complete
    assert found.size == 17


def test_a_terminal_writes_to_one_stream() -> None:
    found = read(Recorded(b"hello\r\n\x01\x00\x00\x00\x00\x00\x00\x01x"), tty=True)
    assert found.stdout.startswith("hello\r\n")
    assert found.stderr == ""


def test_a_container_that_never_wrote() -> None:
    found = read(Recorded(b""))
    assert (found.stdout, found.size, found.complete) == ("", 0, True)


def test_a_long_log_keeps_its_head_and_tail() -> None:
    line = b"0123456789abcde\n"
    found = read(Recorded(framed([(1, b"first\n"), (1, line * 10_000), (1, b"last\n")])))
    assert found.stdout.startswith("first\n")
    assert found.stdout.endswith("last\n")
    assert f"{160_011 - 2 * logs.KEPT_BYTES} bytes left out" in found.stdout
    assert len(found.stdout) < 2 * logs.KEPT_BYTES + 100
    assert not found.complete
    assert found.size == 160_011


def test_of_an_endless_log_the_end_is_asked_for() -> None:
    whole = framed([(1, b"first\n"), (1, b"x" * (logs.READ_BYTES + 1))])
    found = read(Recorded(whole, tail=framed([(1, b"last\n")])))
    assert found.stdout.startswith("first\n")
    assert found.stdout.endswith("last\n")
    assert not found.complete
    without_tail = read(Recorded(whole, tail=None))
    assert without_tail.stdout.startswith("first\n")
    assert not without_tail.complete


def test_secrets_of_the_environment_are_masked() -> None:
    env = ("DB_PASSWORD=hunter22", "GREETING=good morning", "PATH=/bin")
    found = read(Recorded(framed([(1, b"connect hunter22\n"), (2, b"good morning\n")])), *env)
    assert found.stdout == "connect ***\n"
    assert found.stderr == "good morning\n"


def test_a_secret_at_the_cut_is_not_kept_in_part() -> None:
    secret = b"s3cret-value-that-is-long"
    for shift in range(len(secret) + 1):
        head = b"." * (logs.KEPT_BYTES - shift) + secret + b"." * 100_000 + secret
        text = read(Recorded(framed([(1, head)])), f"TOKEN={secret.decode()}").stdout
        assert not any(text.count(secret[i : i + 4].decode()) for i in range(len(secret) - 3))


def test_that_no_log_is_kept_is_no_error_of_the_engine() -> None:
    podman = (
        "failed to obtain logs for Container 'n': this container is using the 'none' log driver, "
        "cannot read logs: this container is not logging output"
    )
    assert refusal(500, podman).reason is Reason.UNSUPPORTED
    assert refusal(500, "the disk is full").reason is Reason.ENGINE_ERROR
