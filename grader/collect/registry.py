"""What registries hold under a reference; the engine asks them with the user's login."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from grader import facts
from grader.collect import shapes
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.client import Client
from grader.facts import Reason
from grader.reference import familiar, is_reference, registry_of

F = TypeVar("F", bound=facts.Fact)

_DENIED = ("no basic auth credentials", "unauthorized", "denied", "authentication required")
_RATE_LIMITED = ("toomanyrequests", "too many requests", "rate limit")
_ABSENT = ("manifest unknown", "name unknown", "invalid reference", "must be lowercase")


class Registries(Generic[F]):
    """The registries, as one run sees them: each reference is asked for once.

    ``ask`` finds out what a registry holds under a reference. A registry that cannot be reached, or
    that wants no more requests, is not asked again.
    """

    def __init__(self, ask: Callable[[str], F]) -> None:
        self._ask = ask
        self._answers: dict[str, F | NoAnswerError] = {}
        self._closed: dict[str, NoAnswerError] = {}

    def look(self, reference: str) -> F:
        """What is under a reference.

        Raises:
            AbsentError: the registry has nothing there.
            UnavailableError: it could not be asked.
        """
        if not is_reference(reference):
            raise AbsentError(Reason.NOT_THERE, "not a well-formed reference")
        name, registry = familiar(reference), registry_of(reference)
        answer = self._answers.get(name) or self._closed.get(registry) or self._asked(name)
        self._answers[name] = answer
        if not isinstance(answer, NoAnswerError):
            return answer
        if answer.reason in {Reason.REGISTRY_UNREACHABLE, Reason.RATE_LIMITED}:
            self._closed[registry] = answer
        raise answer

    def _asked(self, name: str) -> F | NoAnswerError:
        try:
            return self._ask(name)
        except NoAnswerError as error:
            return error


def manifest(client: Client, reference: str) -> facts.Manifest:
    """The manifest under a reference, by the engine. Raises as `Registries.look`."""
    try:
        found = shapes.manifest(client.manifest(reference))
    except NoAnswerError as error:
        raise trouble_of(error, podman=shapes.is_podman(client.version())) from error
    if not found.digest:
        raise UnavailableError(Reason.ENGINE_ERROR, "a manifest without a digest")
    return found


def trouble_of(error: NoAnswerError, *, podman: bool) -> NoAnswerError:
    """What the engine's answer about a registry means; much of it is told by its words only."""
    status, words = error.status, error.detail.lower()
    rules = [
        (error.reason is Reason.TIMEOUT, Reason.REGISTRY_UNREACHABLE),
        # Without a status the SDK failed before it asked: at the store of the credentials.
        (error.reason is Reason.ENGINE_ERROR and not status, Reason.CREDENTIALS),
        (not status, error.reason),
        (podman and status == 404, Reason.UNSUPPORTED),  # it says so of every image
        (_any(_RATE_LIMITED, words), Reason.RATE_LIMITED),
        (status in {401, 403} or _any(_DENIED, words), Reason.DENIED),
        (status == 404 or _any(_ABSENT, words), Reason.NOT_THERE),
        (status >= 500, Reason.REGISTRY_UNREACHABLE),
    ]
    reason = next((reason for holds, reason in rules if holds), Reason.ENGINE_ERROR)
    kind = AbsentError if reason is Reason.NOT_THERE else UnavailableError
    return kind(reason, error.detail, status)


def _any(signs: Iterable[str], words: str) -> bool:
    return any(sign in words for sign in signs)
