"""What the engine says of a registry is understood, though much of it is told by words only."""

from __future__ import annotations

import pytest

from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.registry import trouble_of
from grader.facts import Reason

REFUSED = 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
NO_HOST = 'Get "https://x.invalid/v2/": dial tcp: lookup x.invalid on 10.0.0.2:53: no such host'
UPPER_CASE = "invalid reference format: repository name must be lowercase"
PULL_DENIED = "errors:\ndenied: requested access to the resource is denied"
LIMIT = "toomanyrequests: You have reached your pull rate limit."


@pytest.mark.parametrize(
    ("status", "words", "reason"),
    [
        (404, "manifest unknown: manifest unknown", Reason.NOT_THERE),
        (404, "name unknown: repository name not known to registry", Reason.NOT_THERE),
        (500, "manifest unknown", Reason.NOT_THERE),
        (400, UPPER_CASE, Reason.NOT_THERE),
        (500, UPPER_CASE, Reason.NOT_THERE),
        (500, "no basic auth credentials", Reason.DENIED),
        (401, "unauthorized: authentication required", Reason.DENIED),
        (403, PULL_DENIED, Reason.DENIED),
        (500, PULL_DENIED, Reason.DENIED),
        (500, LIMIT, Reason.RATE_LIMITED),
        (429, LIMIT, Reason.RATE_LIMITED),
        (500, REFUSED, Reason.REGISTRY_UNREACHABLE),
        (500, NO_HOST, Reason.REGISTRY_UNREACHABLE),
        (500, "x509: certificate signed by unknown authority", Reason.REGISTRY_UNREACHABLE),
        (400, "what?", Reason.ENGINE_ERROR),
    ],
)
def test_the_engines_words_about_a_registry(status: int, words: str, reason: Reason) -> None:
    trouble = trouble_of(UnavailableError(Reason.ENGINE_ERROR, words, status), podman=False)
    assert trouble.reason is reason
    assert isinstance(trouble, AbsentError) is (reason is Reason.NOT_THERE)


def test_podmans_not_found_says_nothing_of_the_image() -> None:
    trouble = trouble_of(AbsentError(Reason.NOT_THERE, "Not Found", 404), podman=True)
    assert isinstance(trouble, UnavailableError)
    assert trouble.reason is Reason.UNSUPPORTED


def test_an_answer_that_does_not_come_is_the_registrys_silence() -> None:
    trouble = trouble_of(UnavailableError(Reason.TIMEOUT, "read timed out"), podman=False)
    assert trouble.reason is Reason.REGISTRY_UNREACHABLE


def test_a_store_of_credentials_that_fails_is_a_matter_of_the_login() -> None:
    words = "Credentials store docker-credential-desktop not initialized"
    assert trouble_of(UnavailableError(Reason.ENGINE_ERROR, words), podman=False).reason is (
        Reason.CREDENTIALS
    )


def test_an_engine_that_is_gone_stays_so() -> None:
    error = UnavailableError(Reason.ENGINE_UNREACHABLE, "No such file or directory")
    assert trouble_of(error, podman=False).reason is Reason.ENGINE_UNREACHABLE
