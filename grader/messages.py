"""Texts for people: messages in code (gettext) and texts in rubrics (by language).

A message is built where its meaning is known and put into words where its reader is known, so
judging stays free of languages.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

# Not pathlib: with what it imports it takes longer than all else that `--help` needs of ours.
_LOCALE_DIR = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120
_DOMAIN = "grade_lab"


def languages(folder: str | os.PathLike[str] = _LOCALE_DIR) -> tuple[str, ...]:
    """English, the language of the message ids, and each that has a catalogue in ``folder``."""
    names = sorted(os.listdir(folder))  # noqa: PTH208
    return ("en", *(name for name in names if gettext.find(_DOMAIN, folder, [name])))


LANGUAGES = languages()


def lend() -> None:
    """Let libraries that ask gettext for their words, as click does, find them in our catalogues.

    gettext goes by the environment's language. What a catalogue lacks stays English.
    """
    gettext.bindtextdomain(_DOMAIN, _LOCALE_DIR)
    gettext.textdomain(_DOMAIN)


class Message(NamedTuple):
    """An English template with ``{named}`` fields, and the values that go into it.

    A value may be a message, a rubric's text, or a list of values.
    """

    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return Translator("en").text(self)


def msg(template: str, /, **values: object) -> Message:
    """Make a message; ``template`` is what the catalogues translate."""
    return Message(template, values)


@cache
def _catalogue(lang: str) -> Callable[[str], str]:
    """The translation of a template into this language."""
    if lang == "en":
        return str
    catalogue = gettext.translation(_DOMAIN, _LOCALE_DIR, [lang], fallback=True)
    return lru_cache(maxsize=4096)(catalogue.gettext)


class Translator:
    """Puts messages and rubric texts into one language.

    A text that lacks the language falls back to English, then to whatever it has.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._translated = _catalogue(lang)

    def text(self, text: Message | str | Mapping[str, str]) -> str:
        """The words of ``text`` in this language."""
        if isinstance(text, str):
            return text
        if isinstance(text, Message):
            template = self._translated(text.template)
            if not text.values:
                return template
            return template.format_map(
                {k: v if isinstance(v, str) else self._value(v) for k, v in text.values.items()}
            )
        return text.get(self.lang) or text.get("en") or next(iter(text.values()), "")

    def _value(self, value: object) -> str:
        # The most frequent kinds first; asking an abstract one takes longer than all else here.
        if isinstance(value, (str, Message, dict)):
            return self.text(value)
        if isinstance(value, (int, float)):
            return str(value)
        if isinstance(value, (list, tuple)):
            return ", ".join([self._value(item) for item in value])
        if isinstance(value, Mapping):
            return self.text(value)
        if isinstance(value, Iterable):
            return ", ".join([self._value(item) for item in value])
        return str(value)
