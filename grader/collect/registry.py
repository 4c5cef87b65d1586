"""What the registry holds under a reference, asked through the engine with the user's login."""

from __future__ import annotations

from collections.abc import Iterable

from grader import facts
from grader.collect import shapes
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.client import Client
from grader.facts import Reason
from grader.reference import familiar, is_reference, registry_of

_DENIED = ("no basic auth credentials", "unauthorized", "denied", "authentication required")
_RATE_LIMITED = ("toomanyrequests", "too many requests", "rate limit")
_ABSENT = ("manifest unknown", "name unknown", "invalid reference", "must be lowercase")


class Registries:
    """The registries, as one run sees them: each reference is asked for once.

    A registry that cannot be reached, or that wants no more requests, is not asked again.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers: dict[str, facts.Manifest | NoAnswerError] = {}
        self._closed: dict[str, NoAnswerError] = {}

    def manifest(self, reference: str) -> facts.Manifest:
        """The manifest under a reference.

        Raises:
            AbsentError: the registry has none.
            UnavailableError: it could not be asked.
        """
        if not is_reference(reference):
            raise AbsentError(Reason.NOT_THERE, "not a well-formed reference")
        name, registry = familiar(reference), registry_of(reference)
        answer = self._answers.get(name) or self._closed.get(registry) or self._ask(name)
        self._answers[name] = answer
        if isinstance(answer, facts.Manifest):
            return answer
        if answer.reason in {Reason.REGISTRY_UNREACHABLE, Reason.RATE_LIMITED}:
            self._closed[registry] = answer
        raise answer

    def _ask(self, name: str) -> facts.Manifest | NoAnswerError:
        try:
            return shapes.manifest(self._client.manifest(name))
        except NoAnswerError as error:
            return trouble_of(error, podman=shapes.is_podman(self._client.version()))


def trouble_of(error: NoAnswerError, *, podman: bool) -> NoAnswerError:
    """What the engine's answer about a registry means; much of it is told by its words only."""
    status, words = error.status, error.detail.lower()
    rules = [
        (error.reason is Reason.TIMEOUT, Reason.REGISTRY_UNREACHABLE),
        # Without a status the SDK failed before it asked: at the store of the credentials.
        (error.reason is Reason.ENGINE_ERROR and not status, Reason.DENIED),
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
