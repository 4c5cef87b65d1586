"""The server of the live page: who may see it, and that all who do see the same."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from socketserver import TCPServer
from urllib.parse import urlsplit

import pytest

from grader.errors import GradeLabError
from grader.report import live_page
from grader.watch import web
from grader.watch.web import WebView
from tests.results import a_checklist
from tests.watch.web_visitor import PATIENCE, ask, everything, stream


@pytest.fixture(scope="module")
def shared() -> Iterator[WebView]:
    """One for all tests of who is let in, which do not depend on what is shown."""
    with WebView() as view:
        yield view


def test_it_listens_on_one_address_only(shared: WebView) -> None:
    url = urlsplit(shared.url)
    assert url.hostname == "127.0.0.1"
    with pytest.raises((ConnectionError, TimeoutError)):
        socket.create_connection(("127.0.0.2", url.port), 2)


def test_each_run_has_an_address_of_its_own() -> None:
    with WebView() as one, WebView() as other:
        tokens = {urlsplit(view.url).path.strip("/") for view in (one, other)}
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 22  # 128 bits


@pytest.mark.parametrize("path", ["", "events"])
def test_the_token_opens_the_page(shared: WebView, path: str) -> None:
    assert ask(shared, path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/events",
        "/favicon.ico",
        "/x/",
        "/x/events",
        "//",
        "*",
        "/%2e%2e/",
        "/é/",
        "/../events",
    ],
)
def test_without_the_token_there_is_nothing(shared: WebView, path: str) -> None:
    path = path.encode().decode("latin-1")
    url = urlsplit(shared.url)
    with socket.create_connection(("127.0.0.1", url.port or 0), PATIENCE) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode("latin-1"))
        answer = everything(raw)
    assert answer.startswith(b"HTTP/1.0 404 ")
    assert url.path.strip("/").encode() not in answer


@pytest.mark.parametrize("path", ["other", "events/", "events?x", "?x", "../events"])
def test_the_token_opens_nothing_else(shared: WebView, path: str) -> None:
    assert ask(shared, path).status == 404


def test_a_token_cut_short_opens_nothing(shared: WebView) -> None:
    assert ask(shared, urlsplit(shared.url).path[:-2] + "/").status == 404


def test_a_foreign_name_that_leads_here_is_refused(shared: WebView) -> None:
    port = urlsplit(shared.url).port
    for host in [
        f"evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1.nip.io:{port}",
        "",
    ]:
        for path in ["", "events"]:
            assert ask(shared, path, host=host).status == 421
    assert ask(shared, host=f"LocalHost:{port}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "<b>"])
def test_it_can_only_be_read(shared: WebView, method: str) -> None:
    response = ask(shared, method=method)
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")
    assert b"<" not in response.read()


@pytest.mark.parametrize("path", ["", "events"])
def test_head_tells_of_it_without_a_body(shared: WebView, path: str) -> None:
    shared.update(a_checklist())
    response = ask(shared, path, "HEAD")
    assert response.status == 200
    assert response.read() == b""


@pytest.mark.parametrize(
    ("path", "method"), [("", "GET"), ("events", "GET"), ("x", "GET"), ("", "PUT")]
)
def test_every_answer_forbids_what_it_can(shared: WebView, path: str, method: str) -> None:
    headers = ask(shared, path, method).headers
    policy = headers["Content-Security-Policy"]
    for rule in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]:
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert [name for name in headers if name.lower().startswith("access-control")] == []
    assert headers["Server"] == "grade-lab"


def test_all_open_pages_get_every_new_state(view: WebView) -> None:
    with stream(view) as one, stream(view) as other:
        for score in (1, 2, 3):
            view.update(a_checklist(score=str(score)))
            assert [next(page)[1]["score"] for page in (one, other)] == [str(score)] * 2


def test_a_page_opened_late_gets_the_last_state_at_once(view: WebView) -> None:
    view.update(a_checklist(score="1"))
    view.update(a_checklist(score="2"))
    with stream(view) as page:
        assert next(page) == (2, json.loads(live_page.state(a_checklist(score="2"))))


def test_the_same_again_is_not_news(view: WebView) -> None:
    for checklist in (a_checklist(score="1"), a_checklist(score="1"), a_checklist(score="2")):
        view.update(checklist)
    with stream(view) as page:
        assert next(page)[0] == 2


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: " + b"x" * 70_000 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    ],
    ids=["line", "headers", "header", "words", "version", "tls"],
)
def test_what_is_too_large_or_no_request_is_refused_quietly(
    shared: WebView, request_: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    port = urlsplit(shared.url).port or 0
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
        raw.sendall(request_)
        raw.shutdown(socket.SHUT_WR)
        assert b" 200 " not in everything(raw)
    assert ask(shared).status == 200
    assert capfd.readouterr() == ("", "")


def test_pages_that_come_and_go_say_nothing_in_the_terminal(
    view: WebView, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "KEEP_ALIVE_SECONDS", 0.01)
    for _ in range(5):
        with stream(view) as page:
            view.update(a_checklist(score="1"))
            next(page)
    ask(view).read()
    assert capfd.readouterr() == ("", "")


def test_that_nothing_can_be_served_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_: object) -> None:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    monkeypatch.setattr(TCPServer, "server_bind", refused)
    with pytest.raises(GradeLabError, match=r"cannot be served: .*address") as raised:
        WebView()
    assert "leave out `--web`" in str(raised.value.advice[0])


def test_closing_ends_every_stream_and_frees_the_port() -> None:
    with WebView() as view, stream(view) as one, stream(view) as other:
        view.update(a_checklist(score="1"))
        assert [next(page)[0] for page in (one, other)] == [1, 1]
        view.__exit__(None, None, None)
        assert [list(page) for page in (one, other)] == [[], []]
        socket.create_server(("127.0.0.1", urlsplit(view.url).port)).close()
