"""The workers of a Dask cluster, each task in a process of its own, as on one machine."""

from __future__ import annotations

import logging
import multiprocessing
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock, Timer
from typing import Any, TypeVar

from grader import __version__
from grader.batch.processes import Processes
from grader.errors import GradeLabError
from grader.messages import Message, msg

R = TypeVar("R")

CONNECT_SECONDS = 5
AHEAD = 1_000
"""Tasks that wait in the cluster, however many workers come and go."""
LOGGERS = ("asyncio", "distributed", "distributed.client", "tornado", "tornado.application")

_pools: dict[float, Processes] = {}
_using = Lock()


class Cluster(Executor):
    """The workers behind a client; each task may take ``seconds``."""

    def __init__(self, client: Any, address: str, seconds: float) -> None:
        self._client = client
        self._address = address
        self._workers: Executor = client.get_executor(pure=False)
        self._seconds = seconds

    @property
    def is_gone(self) -> bool:
        """Whether its scheduler went away for good. A result that was on its way never comes."""
        return bool(self._client.status == "closed")

    @property
    def hindrance(self) -> Message | None:
        """What is waited for, where nobody is there to work."""
        ask = self._client.scheduler.identity
        try:
            found = self._client.sync(ask, callback_timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError):
            return _not_answering(self._address)
        if found["workers"]:
            return None
        return msg(
            "the cluster has no workers any more; waiting until there are some: "
            "`dask worker {address}` starts one, Ctrl-C ends the waiting",
            address=self._address,
        )

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        return self._workers.submit(_apart, self._seconds, partial(fn, *args, **kwargs))


@contextmanager
def workers(
    address: str, seconds: float, shared: str, warn: Callable[[Message], None]
) -> Iterator[tuple[Cluster, int]]:
    """The cluster whose scheduler is at ``address``. Its workers have to see ``shared``, a folder.

    ``warn`` is told that it does not answer; it may still do.

    Raises:
        GradeLabError: it cannot be reached, has no workers, or they cannot be used.
    """
    distributed = _distributed()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other versions, which are checked here
        late = Timer(2 * CONNECT_SECONDS, warn, [_not_answering(address)])
        late.daemon = True
        late.start()
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            raise _unreachable(address, str(error) or address) from error
        finally:
            late.cancel()
        try:
            _check(client, address, shared)
            yield Cluster(client, address, seconds), AHEAD
        finally:
            with suppress(OSError, TimeoutError):
                client.close(timeout=CONNECT_SECONDS)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise GradeLabError(
            msg("--cluster needs Dask, which is not installed"),
            msg("install it: `pip install '.[cluster]'` in the folder of grade-lab"),
        ) from error
    for name in LOGGERS:  # what matters of it is told in words
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return distributed


def _check(client: Any, address: str, shared: str) -> None:
    """That there are workers, and each of them judges as this process would."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        told: Mapping[str, tuple[str, bool]] = client.run(_about, shared)
    except TimeoutError as error:
        raise GradeLabError(
            msg("the cluster has no workers"),
            msg("start some: `dask worker {address}`", address=address),
            where=address,
        ) from error
    except ImportError as error:
        raise GradeLabError(
            msg("the workers of the cluster do not have grade-lab {version}", version=__version__),
            msg("install it where they run: `pip install '.[cluster]'` in the folder of grade-lab"),
            where=address,
        ) from error
    except OSError as error:
        raise _unreachable(address, str(error)) from error
    for worker, (version, sees) in sorted(told.items()):
        if version != __version__:
            raise GradeLabError(
                msg(
                    "a worker of the cluster has grade-lab {theirs}, this is {own}",
                    theirs=version,
                    own=__version__,
                ),
                msg("install the same version on all of them"),
                where=worker,
            )
        if not sees:
            raise GradeLabError(
                msg("a worker of the cluster does not see the folder {folder}", folder=shared),
                msg("keep the class where all of them find it under the same path"),
                where=worker,
            )


def _not_answering(address: str) -> Message:
    return msg(
        "the cluster's scheduler does not answer; waiting until it does: see to {address}, "
        "Ctrl-C ends the waiting",
        address=address,
    )


def _unreachable(address: str, reason: str) -> GradeLabError:
    return GradeLabError(
        msg("the cluster cannot be reached: {reason}", reason=reason),
        msg("check the address, which looks like tcp://host:8786, and that its scheduler runs"),
        where=address,
    )


def _about(shared: str) -> tuple[str, bool]:
    """Of a worker: its version, and whether it sees a folder."""
    return __version__, Path(shared).is_dir()


def _apart(seconds: float, function: Callable[[], R]) -> R:
    """Run in a worker of the cluster: in a process of its own, within limits."""
    with _using:
        if seconds not in _pools:
            from distributed import get_worker

            # Dask's workers may have no processes of their own, lest they stay behind. Ours do not.
            multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined] # noqa: SLF001
            _pools[seconds] = Processes(get_worker().state.nthreads, seconds)
        future = _pools[seconds].submit(function)
    return future.result()
