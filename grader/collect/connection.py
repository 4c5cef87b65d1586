"""A connection to the engine through the Docker SDK: the only module that uses it to ask.

Whatever goes wrong comes out as an `AbsentError` or an `UnavailableError`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, RLock
from typing import Any, TypeVar
from urllib.parse import quote

from grader.collect.answer import NoAnswerError, UnavailableError
from grader.collect.credential_helper import end_helpers
from grader.collect.endpoint import Endpoint, is_local, tried, unusable_host
from grader.collect.engine_answer import (
    Payload,
    causes_of,
    json_in,
    list_of_objects,
    message_of,
    object_with,
    pieces_of,
    read_whole,
    reason_of,
    refusal,
    shut,
)
from grader.collect.waiting import cut_after, within
from grader.facts import Reason

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
"""For an answer as a whole, and for each piece of a stream."""
MOST_UNANSWERED = 3
"""After so many questions in a row without an answer, the engine counts as not answering."""
OF_REGISTRIES = "inspect_distribution"
"""Here the engine itself waits for somebody else."""
OLDEST_API = "1.24"

T = TypeVar("T")


class Connection:
    """A connection to an engine, made at the first question.

    Once the engine is found not to answer, every further question fails at once.

    Raises:
        GradeLabError: the address or its certificates cannot be used.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._api: Any = None
        self._failure: UnavailableError | None = None
        self._unanswered = 0
        self._version: Payload = {}
        self._connecting = RLock()  # it is asked from several threads
        self.host = ""
        """The address that answered."""
        self._open(endpoint.hosts[0])  # a wrong address is told before anything is collected

    @property
    def failure(self) -> UnavailableError | None:
        """Why every further question fails, once it does."""
        return self._failure

    def version(self) -> Payload:
        """The version, as it was answered when the connection was made."""
        self._connected()
        return self._version

    @contextmanager
    def stream(
        self,
        *path: str,
        wait: float | None = READ_SECONDS,
        seconds: float | None = None,
        **parameters: str | int,
    ) -> Iterator[Iterator[bytes]]:
        """The body of a GET in pieces. What was not read when the block is left is let go.

        The next piece may take ``wait`` seconds, and all of them ``seconds``; for ever, where it is
        None. The SDK's own streaming methods know no such limits.
        """
        api = self._connected()
        url = "/".join(
            [api.base_url, f"v{api.api_version}", *(quote(part, safe=":") for part in path)]
        )

        def get() -> Any:
            return api.get(url, params=parameters, stream=True, timeout=(CONNECT_SECONDS, wait))

        with self._translated():
            response = get() if wait is None else self._answered(wait, get)
        try:
            if response.status_code != 200:
                raise refusal(response.status_code, self._words(response))
            with cut_after(seconds, lambda: shut(response)) as over:
                yield self._pieces(response, over)
        finally:
            response.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._api is not None:
            self._api.close()

    def _json(self, *path: str, **parameters: int) -> object:
        """The answer to a GET for which the SDK has no method, or none with these parameters."""
        with self.stream(*path, seconds=READ_SECONDS, **parameters) as pieces:
            return json_in(pieces)

    def _object(self, method: str, *arguments: str, has: str = "") -> Payload:
        return object_with(has, self._ask(method, *arguments))

    def _list(self, method: str, *arguments: str, **options: bool) -> list[Payload]:
        return list_of_objects(self._ask(method, *arguments, **options))

    def _ask(self, method: str, *arguments: str, **options: bool) -> object:
        api = self._connected()

        def ask() -> object:
            return getattr(api, method)(*arguments, **options)

        with self._translated():
            if method != OF_REGISTRIES:
                return self._answered(READ_SECONDS, ask)
            try:
                return within(READ_SECONDS, ask)
            except TimeoutError:
                end_helpers()  # the SDK asks one for the login first
                raise

    def _answered(self, seconds: float, ask: Callable[[], T]) -> T:
        """What the engine answers in time; of how often it did not in a row, count is kept."""
        try:
            answer = within(seconds, ask)
        except Exception as error:
            late = _trouble(error).reason is Reason.TIMEOUT
            self._unanswered = self._unanswered + 1 if late else 0
            raise
        self._unanswered = 0
        return answer

    def _pieces(self, response: Any, over: Event) -> Iterator[bytes]:
        with self._translated():
            yield from pieces_of(response, over)

    def _words(self, response: Any) -> str:
        """Why the engine refuses, as far as it tells."""
        with self._translated(), cut_after(READ_SECONDS, lambda: shut(response)) as over:
            return message_of(next(self._pieces(response, over), b""))

    def _connected(self) -> Any:
        with self._connecting:
            if self._failure is not None:
                raise self._failure
            if self._api is None:
                self._connect()
            return self._api

    def _connect(self) -> None:
        failures: dict[str, UnavailableError] = {}
        for host in self._endpoint.hosts:
            try:
                self._negotiate(host)
                return
            except NoAnswerError as error:
                failures[host] = UnavailableError(error.reason, error.detail, error.status)
        denied = [e for e in failures.values() if e.reason is Reason.PERMISSION]
        reason = denied[0].reason if denied else Reason.ENGINE_UNREACHABLE
        words = tried({host: error.detail for host, error in failures.items()})
        self._failure = UnavailableError(reason, words)
        raise self._failure

    def _negotiate(self, host: str) -> None:
        api = self._open(host)
        try:
            version = within(READ_SECONDS, lambda: api.version(api_version=False))
            # The SDK negotiates in its constructor only, and would ask for the version twice.
            api._version = str(version["ApiVersion"])  # noqa: SLF001
        except Exception as error:
            api.close()
            raise _trouble(error) from error
        self._api, self._version, self.host = api, version, host

    def _open(self, host: str) -> Any:
        """A client of the SDK; it reads the docker configuration, but does not connect yet."""
        import docker

        # That a credential helper is missing is told where it is asked for.
        warnings.filterwarnings("ignore", module=r"docker\.")
        try:
            api = docker.APIClient(
                host, OLDEST_API, READ_SECONDS, self._tls(host) or False, use_ssh_client=True
            )
        except Exception as error:
            raise unusable_host(host, str(error)) from error
        api.timeout = (CONNECT_SECONDS, READ_SECONDS)
        api.max_redirects = 0  # an engine sends nobody elsewhere
        api.trust_env = not is_local(host)  # docker asks no proxy for this computer
        api.hooks["response"].append(read_whole)
        return api

    def _tls(self, host: str) -> Any:
        folder = self._endpoint.certificates
        if folder is None or not host.startswith(("tcp:", "http")):
            return None
        from docker.tls import TLSConfig

        authority = folder / "ca.pem"
        return TLSConfig(
            client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")),
            ca_cert=str(authority) if authority.exists() else None,
            verify=self._endpoint.verify,
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except NoAnswerError:
            raise
        except Exception as error:
            trouble = _trouble(error)
            if trouble.reason in {Reason.ENGINE_UNREACHABLE, Reason.TIMEOUT}:
                self._still_there(trouble)
            raise trouble from error

    def _still_there(self, trouble: NoAnswerError) -> None:
        """Find out whether the engine is gone or only this answer did not come."""
        if self._unanswered >= MOST_UNANSWERED:
            words = f"{self._unanswered} questions in a row were not answered in time"
            self._failure = UnavailableError(Reason.ENGINE_UNREACHABLE, words)
            raise self._failure
        try:
            ping = f"{self._api.base_url}/_ping"
            within(CONNECT_SECONDS, lambda: self._api.get(ping, timeout=CONNECT_SECONDS))
        except Exception as error:
            self._failure = UnavailableError(Reason.ENGINE_UNREACHABLE, trouble.detail)
            raise self._failure from error


def _trouble(error: Exception) -> NoAnswerError:
    """What an exception of the SDK, or of the libraries below it, means."""
    from docker.errors import APIError, InvalidVersion

    if isinstance(error, NoAnswerError):
        return error
    if isinstance(error, APIError):
        return refusal(error.status_code or 0, str(error.explanation or error))
    causes = list(causes_of(error))
    last = causes[-1]
    words = getattr(last, "strerror", None) or str(last) or type(last).__name__
    old = isinstance(last, InvalidVersion)
    return UnavailableError(Reason.UNSUPPORTED if old else reason_of(causes), str(words))
