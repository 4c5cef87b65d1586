"""The live checklist as a page: the page itself, and the state that it shows, as JSON.

The page is the same for every state. Its script puts texts into text nodes and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from grader import __version__
from grader.messages import LANGUAGES, Message, Translator, msg
from grader.report import reading, words
from grader.report.checklist import Alert, Checklist, Row, Step
from grader.report.page import TEMPLATES, allowed, own
from grader.report.page_words import PAGE
from grader.report.plain import one_line, plain, shorten

MAX_TITLE = 200
MAX_NUMBER = 12
MAX_TEXT = 1000
MAX_QUOTE = 4000
"""Characters of what an alert quotes, such as log lines; the last ones tell most."""
MAX_COMMANDS = 5
MAX_ALERTS = 5

LIVE: Mapping[str, Message] = {
    "connecting": msg("connecting to grade-lab"),
    "copied": msg("Copied"),
    "copy": msg("Copy"),
    "done-count": msg("{done} of {count} objectives are done"),
    "live-footer": msg(
        "This page updates by itself. Only this computer can open it. grade-lab {version}"
    ),
    "lost": msg(
        "The connection to grade-lab is lost. It comes back by itself; if it does not, start "
        "`grade-lab watch --web` again and open the new address."
    ),
    "needs-script": msg(
        "This page needs JavaScript. In a terminal, `grade-lab watch` shows the same."
    ),
    "wrong": msg("Something went wrong"),
}

TEXTS = {**words.TEXTS, **PAGE, **LIVE}

Pieces = list[tuple[bool, str]]
"""A text in parts: whether it is code, and its words."""


@dataclass(frozen=True, slots=True)
class Page:
    """HTML that needs nothing from elsewhere, and the policy under which it works."""

    html: bytes
    policy: str


def language(lang: str) -> str:
    """The language that the page is in, for readers of ``lang``."""
    return lang if lang in LANGUAGES else "en"


@cache
def page(lang: str) -> Page:
    """The page, without a state yet."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def word(key: str, **values: object) -> str:
        return _word(lang, key, **values)

    def marked(key: str) -> Markup:
        return Markup("").join(
            Markup("<code>{}</code>").format(text) if is_code else text
            for is_code, text in _pieces(word(key))
        )

    style, script = own("style", "live.css"), own("live.js")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("live.html.j2").render(
        lang=language(lang),
        style=Markup(style),  # noqa: S704 # our own file
        script=Markup(script),  # noqa: S704 # our own file
        version=__version__,
        marked=marked,
        _=word,
    )
    return Page(html.encode(), _policy(style, script))


def _policy(style: str, script: str) -> str:
    """Allows this style sheet, this script and its stream of states; and no text to be markup."""
    return (
        f"default-src 'none'; style-src {allowed(style)}; script-src {allowed(script)}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def state(checklist: Checklist) -> str:
    """What the page shows of ``checklist``: JSON in one line, with every text made harmless."""
    done = sum(row.status == "pass" for row in checklist.rows)
    title = shorten(one_line(checklist.title), MAX_TITLE)
    score, most = _number(checklist.score), _number(checklist.max_score)
    lang = checklist.lang
    told = {
        "lang": language(lang),
        "tab": f"{score}/{most} · {title}",
        "title": title,
        "score": score,
        "max_score": most,
        "share": _share(score, most),
        "passed": checklist.passed,
        "headline": _word(lang, "done-count", done=done, count=len(checklist.rows)),
        "rows": [_row(row) for row in checklist.rows],
        "next": _step(checklist.next, lang),
        "alerts": [_alert(alert) for alert in checklist.alerts[:MAX_ALERTS]],
        "notice": _pieces(shorten(plain(checklist.notice), MAX_TEXT)),
        "recording": checklist.recording,
    }
    return json.dumps(told, separators=(",", ":"))


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": shorten(one_line(row.title), MAX_TITLE),
        "status": row.status,
        "word": shorten(one_line(row.word), MAX_TITLE),
        "score": _number(row.score),
        "max_score": _number(row.max_score),
        "fresh": row.fresh,
    }


def _step(step: Step | None, lang: str) -> dict[str, Any] | None:
    if step is None:
        return None
    only_a_command = step.commands == (step.hint,)
    hint = _word(lang, "type-this") if only_a_command else step.hint
    return {
        "title": shorten(one_line(step.title), MAX_TITLE),
        "message": _pieces(shorten(plain(step.message), MAX_TEXT)),
        "hint": _pieces(shorten(plain(hint), MAX_TEXT)),
        "commands": list(_commands(step)),
    }


def _commands(step: Step) -> Iterator[str]:
    """Whole commands only: half of one is another command."""
    for command in step.commands[:MAX_COMMANDS]:
        typed = one_line(command)
        if len(typed) <= MAX_TEXT:
            yield typed


def _alert(alert: Alert) -> dict[str, Any]:
    quoted = plain(alert.actual).strip("\n")
    cut = len(quoted) > MAX_QUOTE
    return {
        "title": shorten(one_line(alert.title), MAX_TITLE),
        "message": _pieces(shorten(plain(alert.message), MAX_TEXT)),
        "actual": f"…{quoted[1 - MAX_QUOTE :]}" if cut else quoted,
        "hint": _pieces(shorten(plain(alert.hint), MAX_TEXT)),
    }


def _share(score: str, most: str) -> float:
    """Percent of the points."""
    try:
        return min(100.0, max(0.0, 100 * float(score) / float(most)))
    except (ValueError, ZeroDivisionError):
        return 0.0


def _number(text: str) -> str:
    return shorten(one_line(text), MAX_NUMBER)


def _pieces(text: str) -> Pieces:
    return list(reading.pieces(text))


def _word(lang: str, key: str, **values: object) -> str:
    return Translator(language(lang)).text(words.fill(TEXTS[key], **values))
