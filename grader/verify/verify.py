"""The entry points: a rubric and a submission in, observations out.

Their sources are ``registry`` and ``reproduction``. Whatever breaks is an *unavailable* answer; a
limit of ours is never held against a learner.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from grader.collect.endpoint import resolve
from grader.journal import Observation
from grader.rubric.model import Rubric
from grader.verify.ownership import state_folder
from grader.verify.verifier import Verifier

AHEAD = 2
"""Submissions that wait, opened or not, for each that is verified."""

Opened = AbstractContextManager[tuple[Rubric, Path]]
Item = tuple[str, Callable[[], Opened]]
"""A label, and what opens the submission: its rubric with its variables, and its folder."""


def verify(rubric: Rubric, folder: Path) -> Iterator[Observation]:
    """Ask the registries that the rubric names, and reproduce what the submission made.

    Nothing is left in the engine, however this ends; what a killed run left is removed first.

    Raises:
        GradeLabError: the docker configuration or the folder for state cannot be used.
    """
    with _verifier(1) as verifier:
        yield from verifier.verify(rubric, folder)


def verify_all(items: Iterable[Item], jobs: int) -> Iterator[tuple[str, list[Observation]]]:
    """The same for a class: labels with their observations, in the order in which they are done.

    ``jobs`` is how many run at a time; a few more are opened ahead. What cannot be opened has no
    observations. Items are taken as they are needed.

    Raises:
        GradeLabError: as `verify`.
    """
    with _verifier(jobs) as verifier:
        threads = ThreadPoolExecutor(jobs, thread_name_prefix="verify")
        try:
            yield from _in_threads(verifier, threads, items, jobs * AHEAD)
        finally:
            verifier.stop()
            threads.shutdown(cancel_futures=True)


def _in_threads(
    verifier: Verifier, threads: ThreadPoolExecutor, items: Iterable[Item], ahead: int
) -> Iterator[tuple[str, list[Observation]]]:
    waiting: deque[tuple[str, Future[list[Observation]]]] = deque()
    for label, opened in items:
        waiting.append((label, threads.submit(_one, verifier, opened)))
        while len(waiting) >= ahead or (waiting and waiting[0][1].done()):
            done, future = waiting.popleft()
            yield done, future.result()
    for label, future in waiting:
        yield label, future.result()


def _one(verifier: Verifier, opened: Callable[[], Opened]) -> list[Observation]:
    try:
        with opened() as (rubric, folder):
            return list(verifier.verify(rubric, folder))
    except Exception:  # whoever judges the submission meets it again, and tells it
        return []


@contextmanager
def _verifier(jobs: int) -> Iterator[Verifier]:
    verifier = Verifier(resolve(os.environ, sys.platform), os.environ, jobs, state_folder())
    try:
        yield verifier
    finally:
        verifier.close()
