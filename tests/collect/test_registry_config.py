"""A registry's copy of an image, asked of servers on this computer that answer as none should."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from grader.collect import registry_config
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.client import Client
from grader.collect.distribution import digest_of, is_loopback
from grader.collect.endpoint import resolve
from grader.collect.registry import Registries
from grader.collect.registry_config import image_of
from grader.facts import Reason, RegistryImage

INDEX = "application/vnd.oci.image.index.v1+json"
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Content:
    """An image's content in a registry: configuration and manifest, perhaps under an index."""

    config: dict[str, Any]
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)

    def manifest(self, **change: Any) -> str:
        config = self._keep(self.blobs, self.config)
        return self._keep(self.manifests, {"config": {"digest": config}, **change})

    def index(self, *entries: dict[str, Any]) -> str:
        return self._keep(self.manifests, {"mediaType": INDEX, "manifests": list(entries)})

    def _keep(self, where: dict[str, bytes], value: object) -> str:
        data = json.dumps(value).encode()
        where[digest_of(data)] = data
        return digest_of(data)


@dataclass
class Registry:
    """A server; ``answer`` takes the path, the query and the headers."""

    address: str
    asked: list[tuple[str, Mapping[str, str]]]

    @property
    def image(self) -> str:
        return f"{self.address}/me/app:1"

    def look(self) -> RegistryImage:
        return image_of(no_engine(), self.image)

    def trouble(self) -> NoAnswerError:
        with pytest.raises(NoAnswerError) as caught:
            self.look()
        return caught.value


@contextmanager
def serving(answer: Callable[[str, Mapping[str, str]], Reply]) -> Iterator[Registry]:
    asked: list[tuple[str, Mapping[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            status, headers, body = answer(self.path, self.headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_CONNECT = do_GET  # noqa: N815 # what a proxy is asked for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield Registry(f"127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    server.server_close()


def no_engine() -> Client:
    return Client(resolve({"DOCKER_HOST": "unix:///nowhere/docker.sock"}, "linux"))


def of(content: Content, tagged: str) -> Callable[[str, Mapping[str, str]], Reply]:
    def answer(path: str, _: Mapping[str, str]) -> Reply:
        kind, _, name = path.removeprefix("/v2/me/app/").partition("/")
        known = content.manifests if kind == "manifests" else content.blobs
        body = known.get(tagged if name == "1" else name)
        return (200, {}, body) if body is not None else absent()

    return answer


def absent() -> Reply:
    return 404, {}, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'


def always(*reply: Any) -> Callable[[str, Mapping[str, str]], Reply]:
    return lambda *_: reply  # type: ignore[return-value]


def an_image(arch: str = "amd64", label: str = "mine") -> Content:
    labels = {"grade-lab.challenge": label, "number": 5}
    return Content(
        {"os": "linux", "architecture": arch, "created": "x", "config": {"Labels": labels}}
    )


def test_labels_come_by_manifest_and_configuration() -> None:
    content = an_image()
    tagged = content.manifest()
    with serving(of(content, tagged)) as registry:
        found = registry.look()
        assert found == RegistryImage(
            digest=tagged,
            labels={"grade-lab.challenge": "mine", "number": "5"},
            created="x",
            platform="linux/amd64",
        )
        assert len(registry.asked) == 2
        assert not any("Authorization" in headers for _, headers in registry.asked)


@pytest.mark.parametrize("labels", [None, [], "x", 5])
def test_an_image_without_labels_has_none(labels: object) -> None:
    content = Content({"config": {"Labels": labels}})
    with serving(of(content, content.manifest())) as registry:
        assert registry.look().labels == {}


def test_of_an_index_an_image_is_taken_and_no_attestation() -> None:
    content = an_image("arm64")
    real, note = content.manifest(), content.manifest(config={})
    tagged = content.index(
        {"digest": note, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": real, "platform": {"os": "linux", "architecture": "arm64"}},
    )
    with serving(of(content, tagged)) as registry:
        found = registry.look()
        assert (found.digest, found.platform) == (tagged, "linux/arm64")


def test_of_an_index_the_engines_platform_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    other, mine = an_image("arm64", "other"), an_image("amd64", "mine")
    entries = [
        {"digest": c.manifest(), "platform": {"os": "linux", "architecture": arch, "variant": "v1"}}
        for c, arch in ((other, "arm64"), (mine, "amd64"))
    ]
    tagged = other.index(*entries)
    content = Content({}, {**other.blobs, **mine.blobs}, {**other.manifests, **mine.manifests})
    client = no_engine()
    monkeypatch.setattr(client, "version", lambda: {"Os": "linux", "Arch": "amd64"})
    with serving(of(content, tagged)) as registry:
        assert image_of(client, registry.image).labels["grade-lab.challenge"] == "mine"
        assert registry.look().labels["grade-lab.challenge"] == "other"


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


@pytest.mark.parametrize("part", ["manifests", "blobs"])
def test_what_is_not_what_its_digest_says_is_refused(part: str) -> None:
    content = an_image()
    platform = {"os": "linux", "architecture": "amd64"}
    tagged = content.index({"digest": content.manifest(), "platform": platform})
    kept: dict[str, bytes] = getattr(content, part)
    first = next(iter(kept))
    kept[first] += b" "
    with serving(of(content, tagged)) as registry:
        assert "digest" in registry.trouble().detail


def test_a_reference_by_digest_is_held_against_it() -> None:
    content = an_image()
    tagged = content.manifest()
    with serving(of(content, tagged)) as registry:
        image = f"{registry.address}/me/app@{tagged}"
        assert image_of(no_engine(), image).digest == tagged
        content.manifests[tagged] += b" "
        with pytest.raises(UnavailableError, match="digest"):
            image_of(no_engine(), image)


def test_a_blob_that_is_missing_does_not_make_the_image_absent() -> None:
    content = an_image()
    tagged = content.manifest()
    content.blobs.clear()
    with serving(of(content, tagged)) as registry:
        assert isinstance(registry.trouble(), UnavailableError)


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
