"""The reader's language, where no option names it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from grader.messages import LANGUAGES, Message, Translator


def preferred(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """The language of the environment (LC_ALL, LC_MESSAGES, LANG; Windows' own setting).

    English where it names one that has no catalogue, or none.
    """
    names = [env.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if platform == "win32":
        import locale

        names.append(locale.getlocale()[0] or "")
    chosen = next((name for name in names if name), "")
    return next((lang for lang in LANGUAGES if chosen.lower().startswith(lang)), "en")


LANG = preferred()


def described(text: Message) -> str:
    """A help text in the reader's language."""
    return Translator(LANG).text(text)
