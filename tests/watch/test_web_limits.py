"""The server of the live page: nobody who is slow, or one too many, holds up the recording."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from http.client import BadStatusLine
from typing import Any
from urllib.parse import urlsplit

import pytest

from grader.watch import web
from grader.watch.web import MAX_CONNECTIONS, MAX_PAGES, WebView
from tests.results import a_checklist
from tests.watch.web_visitor import PATIENCE, ask, everything, stream


def test_a_page_that_does_not_read_delays_nobody_and_misses_what_is_old(
    view: WebView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web._Handler, "timeout", 1000)
    large = a_checklist()
    large = replace(large, rows=tuple(replace(large.rows[0], id=str(i)) for i in range(2000)))
    with stream(view) as slow, stream(view) as quick:
        for score in range(1, 101):
            view.update(replace(large, score=str(score)))
        seen = [int(state["score"]) for _, state in until(quick, "100")]
        late = [int(state["score"]) for _, state in until(slow, "100")]
    assert seen == sorted(seen)
    assert late == sorted(late)
    assert len(late) < 100


def until(page: Iterator[tuple[int, Any]], score: str) -> Iterator[tuple[int, Any]]:
    for number, state in page:
        yield number, state
        if state["score"] == score:
            return


def test_a_page_too_many_is_refused_until_another_closes(
    view: WebView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "KEEP_ALIVE_SECONDS", 0.05)
    pages = [ask(view, "events") for _ in range(MAX_PAGES)]
    assert {page.status for page in pages} == {200}
    assert ask(view, "events").status == 503
    pages.pop().close()
    # That it is gone shows when something is sent to it.
    while (answer := ask(view, "events")).status == 503:
        pass
    assert answer.status == 200
    for page in pages:
        page.close()


def test_a_quiet_page_is_kept_alive(view: WebView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "KEEP_ALIVE_SECONDS", 0.05)
    with closing(ask(view, "events")) as response:
        lines = [response.readline() for _ in range(6)]
    assert lines[0].startswith(b"retry: ")
    assert lines[2:] == [b":\n", b"\n"] * 2


def test_a_page_may_stay_open_longer_than_a_request_may_take(
    view: WebView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "REQUEST_SECONDS", 1.0)
    monkeypatch.setattr(web, "KEEP_ALIVE_SECONDS", 0.05)
    with closing(ask(view, "events")) as response:
        comments = [response.readline() for _ in range(2 * 40)]
    assert b"" not in comments


def test_a_request_that_takes_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "REQUEST_SECONDS", 0.05)
    with WebView() as view:
        port = urlsplit(view.url).port or 0
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            assert everything(raw) == b""


def test_those_who_only_hold_the_line_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "REQUEST_SECONDS", 1000)
    monkeypatch.setattr(web._Handler, "timeout", 1000)
    with WebView() as view:
        address = ("127.0.0.1", urlsplit(view.url).port or 0)
        with ExitStack() as stack:
            for _ in range(MAX_CONNECTIONS):
                stack.enter_context(socket.create_connection(address, PATIENCE))
            one_more = stack.enter_context(socket.create_connection(address, PATIENCE))
            assert everything(one_more) == b""
        # As soon as one lets go, there is room again.
        while True:
            with suppress(ConnectionError, BadStatusLine):
                assert ask(view).status == 200
                break


def test_closing_leaves_no_thread_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "KEEP_ALIVE_SECONDS", 1000)
    before = set(threading.enumerate())
    with WebView() as view:
        pages = [ask(view, "events") for _ in range(3)]
        started = set(threading.enumerate()) - before
    for thread in started:
        thread.join(PATIENCE)
    for page in pages:
        page.close()
    assert len(started) == 4
    assert not any(thread.is_alive() for thread in started)
