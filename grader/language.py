"""The reader's language: that of ``--lang``, or of the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from grader.messages import LANGUAGES, Message, Translator


def preferred() -> str:
    """The language of the environment (LC_ALL, LC_MESSAGES, LANG; Windows' own setting).

    English where it names one that has no catalogue, or none.
    """
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if sys.platform == "win32":
        import locale

        names.append(locale.getlocale()[0] or "")
    chosen = next((name for name in names if name), "")
    known = (lang for lang in LANGUAGES if chosen.lower().startswith(lang.lower()))
    return max(known, key=len, default="en")  # pt_BR before pt


def named(args: Sequence[str]) -> str | None:
    """The value of ``--lang`` before options are parsed, so that help and errors speak it, too."""
    for option, value in zip(args, [*args, ""][1:], strict=True):
        name, _, inline = option.partition("=")
        if name == "--lang" and (inline or value) in LANGUAGES:
            return inline or value
    return None


LANG = named(sys.argv[1:]) or preferred()


def described(text: Message) -> str:
    """A help text in the reader's language."""
    return Translator(LANG).text(text)
