"""The server of the live page, when it ends and when it errs."""

from __future__ import annotations

import socket
from http.client import RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from grader.report import live_page
from grader.watch.web import WebView
from tests.watch.web_visitor import PATIENCE, ask, everything


def test_who_has_not_asked_yet_is_let_go_at_the_end() -> None:
    with WebView() as view:
        port = urlsplit(view.url).port or 0
        raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
        raw.sendall(b"GET / HTTP/1.1\r\n")
        assert ask(view).status == 200  # connections are taken in their order
    with raw:
        assert everything(raw) == b""


def test_a_mistake_of_ours_is_shown_and_costs_one_answer_only(
    view: WebView, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def mistaken(_: str) -> None:
        raise ValueError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(live_page, "page", mistaken)
        with pytest.raises(RemoteDisconnected):
            ask(view)
    assert ask(view).status == 200
    assert "a mistake of ours" in capfd.readouterr().err
