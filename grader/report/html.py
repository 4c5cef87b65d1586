"""``html``: one page for a person to read, without network or script, for screen and paper."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import __version__
from grader.messages import LANGUAGES, Translator
from grader.report import reading, words
from grader.report.contract import ReportFormat
from grader.report.drawing import draw
from grader.report.page_words import PAGE
from grader.report.plain import one_line, plain, shorten
from grader.result import Result

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
MAX_SHORT = 360
"""Characters of a text that are shown at once; the others are one click away."""

MAX_WHOLE = 20_000
"""Characters of a text that are in the page at all."""

TEXTS = {**words.TEXTS, **PAGE}


def render(result: Result) -> str:
    """The page, in the result's language."""
    translator = Translator(result.lang)
    style, policy = _style()
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            lang=result.lang if result.lang in LANGUAGES else "en",
            style=style,
            policy=policy,
            version=__version__,
            outcome=reading.outcome(result),
            meaning=reading.meaning(result),
            next=reading.next_objective(result),
            in_review=reading.in_review(result),
            titles={o.id: (i, o.title) for i, o in enumerate(result.objectives, 1)},
            rows=draw(result.timeline, result.gaps),
            _=_words(translator),
            t=translator.text,
        )
    )


def _words(translator: Translator) -> Callable[..., str]:
    def text(key: str, **values: object) -> str:
        return translator.text(words.fill(TEXTS[key], **values))

    return text


@cache
def _style() -> tuple[Markup, str]:
    """The style sheets in their order, and a policy that allows them and nothing else."""
    from markupsafe import Markup

    sheets = sorted((TEMPLATES / "style").glob("*.css"))
    css = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return Markup(css), policy  # noqa: S704 # our own file


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=_bytecode_cache(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
        auto_reload=False,
    )
    environment.filters.update(
        code=_code,
        one_line=one_line,
        plain=plain,
        points=reading.points,
        readable=_readable,
        shorten=shorten,
        utc=_utc,
    )
    environment.globals.update(
        MAX_SHORT=MAX_SHORT,
        MAX_WHOLE=MAX_WHOLE,
        commands=reading.commands,
        headline=words.headline,
        trouble=reading.trouble,
        SOURCE=words.SOURCE,
        LANE=words.LANE,
        STATUS=words.STATUS,
        STATUS_MEANING=words.STATUS_MEANING,
        STRENGTH=words.STRENGTH,
        STRENGTH_MEANING=words.STRENGTH_MEANING,
    )
    return environment


def _bytecode_cache() -> BytecodeCache | None:
    """Compiled templates, kept in a folder of the user's that nobody else can write to."""
    from jinja2 import FileSystemBytecodeCache
    from platformdirs import user_cache_path

    folder = user_cache_path("grade-lab") / f"templates-{__version__}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
        return None
    return FileSystemBytecodeCache(str(folder))


def _harmless(value: Any) -> Any:
    """Every value on its way into the page; escaping comes after it."""
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _code(text: str) -> Markup:
    """A text with its `code` marked up."""
    from markupsafe import Markup

    return Markup("").join(
        Markup("<code>{}</code>").format(part) if is_code else part
        for is_code, part in reading.pieces(plain(text))
    )


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _readable(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


REPORT = ReportFormat("report.html", render)
