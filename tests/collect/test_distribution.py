"""A registry asked directly: tokens, odd answers, and one that does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest

from grader.collect import registry_config
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.endpoint import is_loopback
from grader.collect.registry import Registries
from grader.collect.registry_config import image_of
from grader.facts import Reason, RegistryImage
from tests.collect.a_registry import (
    Reply,
    absent,
    always,
    an_image,
    no_engine,
    of,
    serving,
)


def test_a_token_is_fetched_where_the_registry_says_and_sent_to_it_alone() -> None:
    content = an_image()
    serve = of(content, content.manifest())
    with serving(serve) as store:

        def guarded(path: str, headers: Mapping[str, str]) -> Reply:
            if path.startswith("/token?"):
                return 200, {}, b'{"token": "abc"}'
            if headers.get("Authorization") != "Bearer abc":
                challenge = f'Bearer realm="http://{headers["Host"]}/token",service="reg",scope="x"'
                return 401, {"WWW-Authenticate": challenge}, b"{}"
            if "/blobs/" in path:
                return 307, {"Location": f"http://{store.address}{path}"}, b""
            return serve(path, headers)

        with serving(guarded) as registry:
            assert registry.look().labels["grade-lab.challenge"] == "mine"
            paths = [path for path, _ in registry.asked]
            assert paths[1] == "/token?scope=repository%3Ame%2Fapp%3Apull&service=reg"
            assert len(paths) == 4  # the token serves for what follows
            assert [h.get("Authorization") for _, h in store.asked] == [None]


def test_no_login_is_read_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    basic = always(401, {"WWW-Authenticate": 'Basic realm="lab"'}, b"{}")
    with serving(basic) as registry:
        assert registry.trouble().reason is Reason.DENIED
        assert not any("Authorization" in headers for _, headers in registry.asked)


@pytest.mark.parametrize(
    ("challenge", "token"),
    [
        ('Bearer realm="http://example.com/token"', b"{}"),
        ('Bearer realm="file:///etc/passwd"', b"{}"),
        ('Bearer realm="http://[::1"', b"{}"),
        ("Bearer", b"{}"),
        ("Bearer realm", b"{}"),
        ("", b"{}"),
        ('Bearer realm="http://{host}/token"', b"{}"),
        ('Bearer realm="http://{host}/token"', b'{"token": "a\\r\\nX: y"}'),
        ('Bearer realm="http://{host}/token"', b'{"token": 5'),
        ('Bearer realm="http://{host}/token"', b'{"token": "%s"}' % (b"x" * 70_000)),
    ],
)
def test_a_registry_that_gives_no_usable_token_is_unavailable(challenge: str, token: bytes) -> None:
    def answer(path: str, headers: Mapping[str, str]) -> Reply:
        if path.startswith("/token"):
            return 200, {}, token
        said = challenge.replace("{host}", headers["Host"])
        return 401, {"WWW-Authenticate": said}, b""

    with serving(answer) as registry:
        assert isinstance(registry.trouble(), UnavailableError)
        assert len(registry.asked) <= 2


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (absent(), AbsentError, Reason.NOT_THERE),
        (
            (404, {"Docker-Distribution-Api-Version": "registry/2.0"}, b""),
            AbsentError,
            Reason.NOT_THERE,
        ),
        ((404, {}, b"<h1>Not found</h1>"), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((403, {}, b"{}"), UnavailableError, Reason.DENIED),
        ((500, {}, b"x" * 100_000), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((302, {"Location": "/again"}, b""), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((302, {"Location": "ftp://x/"}, b""), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((302, {"Location": "http://[::1"}, b""), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((302, {"Location": "http://example.com/"}, b""), UnavailableError, None),
        ((200, {}, b""), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((200, {}, b"[" * 100_000), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((200, {}, b"[]"), UnavailableError, Reason.REGISTRY_UNREACHABLE),
        ((200, {}, b'{"config": {"digest": "../../x"}}'), UnavailableError, None),
        ((200, {}, b'{"manifests": [5, {"platform": 1}]}'), UnavailableError, None),
        ((200, {}, b'{"manifests": []}'), UnavailableError, None),
        ((200, {}, b" " * (4 * 1024 * 1024 + 1)), UnavailableError, Reason.TOO_LARGE),
    ],
)
def test_an_odd_answer_is_absent_only_if_a_registry_says_so(
    reply: Reply, kind: type[NoAnswerError], reason: Reason | None
) -> None:
    with serving(always(*reply)) as registry:
        trouble = registry.trouble()
        assert isinstance(trouble, kind)
        assert reason in {None, trouble.reason}
        assert len(registry.asked) <= 4


def test_a_wait_that_the_registry_asks_for_is_told() -> None:
    with serving(always(429, {"Retry-After": "120"}, b"{}")) as registry:
        trouble = registry.trouble()
        assert trouble.reason is Reason.RATE_LIMITED
        assert "120" in trouble.detail


def test_a_registry_that_keeps_us_waiting_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_config, "LOOK_SECONDS", 0.2)
    over = Event()

    def answer(*_: object) -> Reply:
        over.wait(20)
        return absent()

    with serving(answer) as registry:
        assert registry.trouble().detail == "the registry takes too long to answer"
        over.set()


def test_the_proxy_of_the_environment_is_used_but_for_this_computer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = an_image()
    with serving(always(403, {}, b"")) as proxy:
        for name in ("https_proxy", "http_proxy"):
            monkeypatch.setenv(name, f"http://me:secret@{proxy.address}")
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(UnavailableError) as caught:
            image_of(no_engine(), "registry.example/me/app:1")
        assert caught.value.reason is Reason.REGISTRY_UNREACHABLE
        assert caught.value.detail.startswith("the proxy cannot be used: Tunnel connection failed")
        assert "secret" not in caught.value.detail
        assert [path for path, _ in proxy.asked] == ["registry.example:443"]
        with serving(of(content, content.manifest())) as registry:
            assert registry.look().labels["grade-lab.challenge"] == "mine"
        assert len(proxy.asked) == 1


def test_a_registry_that_is_not_there_is_asked_once() -> None:
    tried: list[str] = []

    def ask(name: str) -> RegistryImage:
        tried.append(name)
        return image_of(no_engine(), name)

    registries = Registries(ask)
    for tag in ("1", "2"):
        with pytest.raises(UnavailableError):
            registries.look(f"127.0.0.1:1/me/app:{tag}")
    assert tried == ["127.0.0.1:1/me/app:1"]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost:5000", True),
        ("127.0.0.1", True),
        ("127.1.2.3:80", True),
        ("[::1]:5000", True),
        ("docker.io", False),
        ("10.0.0.1:5000", False),
        ("127.0.0.1.example.com", False),
        ("[::1", False),
    ],
)
def test_http_is_for_this_computer_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
