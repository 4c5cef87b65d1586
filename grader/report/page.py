"""What all HTML pages share: templates, style sheets, and the policy that allows these only."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.messages import LANGUAGES, Message, Translator
from grader.report import reading, words
from grader.report.class_words import CLASS
from grader.report.clock import clock_of, iso
from grader.report.page_words import PAGE
from grader.report.plain import one_line, plain, shorten

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment

TEMPLATES = Path(__file__).with_name("templates")
MAX_WHOLE = 20_000
"""Characters of a text that are in the page at all."""

TEXTS: Mapping[str, Message] = {**words.TEXTS, **PAGE, **CLASS}

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


@cache
def environment(lang: str) -> Environment:
    """Jinja and the words of one language, which all templates use.

    Every value is made harmless on its way into a page, and then escaped.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from markupsafe import escape

    from grader.report.shown import MAX_SHORT, PageEnvironment, code, once, once_short, shown, time

    made = PageEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=_bytecode_cache(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
        auto_reload=False,
    )
    clock = clock_of(lang)
    made.filters.update(
        code=code,
        one_line=one_line,
        plain=plain,
        points=reading.points,
        readable=clock.told,
        shorten=shorten,
        utc=iso,
    )
    translator = Translator(lang)
    made.globals.update(
        MAX_SHORT=MAX_SHORT,
        MAX_WHOLE=MAX_WHOLE,
        commands=reading.commands,
        grades_again=reading.grades_again,
        headline=words.headline,
        lang=lang if lang in LANGUAGES else "en",
        once=once,
        once_short=once_short,
        trouble=reading.trouble,
        version=__version__,
        _=_told_by(translator),
        t=translator.text,
        time=time(clock),
        zone=clock,
        strengths=reading.strengths,
        **{
            name: {key: escape(translator.text(word)) for key, word in table.items()}
            for name, table in TABLES.items()
        },
    )
    return made


def _told_by(translator: Translator) -> Callable[..., str]:
    """``_`` of the templates: the words that belong to a key, filled with values."""
    from markupsafe import escape

    told = {key: escape(translator.text(text)) for key, text in TEXTS.items()}

    def text(key: str, **values: object) -> str:
        return translator.text(words.fill(TEXTS[key], **values)) if values else told[key]

    return text


def _bytecode_cache() -> BytecodeCache | None:
    """Compiled templates, kept in a folder of the user's that nobody else can write to."""
    from jinja2 import FileSystemBytecodeCache
    from platformdirs import user_cache_path

    folder = user_cache_path("grade-lab") / f"pages-{__version__}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
        return None
    return FileSystemBytecodeCache(str(folder))
