"""A recorder in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from grader.watch.session import Session
from grader.watch.status import State


def record(folder: Path, ready: Connection) -> None:
    """What another process does."""
    session = Session(folder)
    session.page = "http://127.0.0.1:1/x/"
    with session.recording() as ours:
        ready.send(ours)
        session.tell(State.RECORDING)
        ready.send("told")
        while not session.asked_to_stop:
            if ready.poll(0.02):
                break


@contextmanager
def another_process(folder: Path) -> Iterator[multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=record, args=(folder, there))
    process.start()
    try:
        assert here.recv() is True
        assert here.recv() == "told"
        yield process
    finally:
        if process.is_alive():
            here.send("end")
        process.join(60)
