"""What all HTML pages share: templates, style sheets, and the policy that allows these only."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import __version__
from grader.messages import Message, Translator
from grader.report import reading, words
from grader.report.plain import one_line, plain, shorten

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
MAX_SHORT = 360
"""Characters of a text that are shown at once; the others are one click away."""

MAX_WHOLE = 20_000
"""Characters of a text that are in the page at all."""

TABLES: Mapping[str, Mapping[str, Message]] = {
    "LANE": words.LANE,
    "SOURCE": words.SOURCE,
    "STATUS": words.STATUS,
    "STATUS_MEANING": words.STATUS_MEANING,
    "STRENGTH": words.STRENGTH,
    "STRENGTH_MEANING": words.STRENGTH_MEANING,
}


def own(*names: str) -> str:
    """The text of our own files; ``style`` stands for the sheets of all pages, in their order."""
    paths = (
        path
        for name in names
        for path in (
            sorted((TEMPLATES / name).glob("*.css")) if name == "style" else [TEMPLATES / name]
        )
    )
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def allowed(text: str) -> str:
    """The source expression of a policy that allows this very text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def told_by(translator: Translator, texts: Mapping[str, Message]) -> Callable[..., str]:
    """``_`` of the templates: the words that belong to a key, filled with values."""

    def text(key: str, **values: object) -> str:
        return translator.text(words.fill(texts[key], **values) if values else texts[key])

    return text


@cache
def words_in(lang: str) -> dict[str, dict[str, str]]:
    """The tables of words that templates use, by their names, in one language."""
    text = Translator(lang).text
    return {
        name: {key: text(word) for key, word in table.items()} for name, table in TABLES.items()
    }


@cache
def environment() -> Environment:
    """Jinja, with every value made harmless on its way into a page, and then escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=_bytecode_cache(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
        auto_reload=False,
    )
    made.filters.update(
        code=_code,
        one_line=one_line,
        plain=plain,
        points=reading.points,
        readable=reading.moment,
        shorten=shorten,
        utc=reading.iso,
    )
    made.globals.update(
        MAX_SHORT=MAX_SHORT,
        MAX_WHOLE=MAX_WHOLE,
        commands=reading.commands,
        headline=words.headline,
        once=cache,
        trouble=reading.trouble,
    )
    return made


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
    if not isinstance(value, str) or value.isprintable() or hasattr(value, "__html__"):
        return value
    return plain(value)


def _code(text: str) -> Markup:
    """A text with its `code` marked up."""
    from markupsafe import Markup, escape

    return Markup("").join(
        Markup("<code>{}</code>").format(part) if is_code else escape(part)
        for is_code, part in reading.pieces(plain(text))
    )
