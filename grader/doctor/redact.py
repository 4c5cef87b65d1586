"""Names of people and places taken out of texts that are sent to others for support."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_USERINFO = re.compile(r"(?<=://)[^/@\s\"']+@")


def without_credentials(text: str) -> str:
    """A text with what stands before the ``@`` of its URLs masked."""
    return _USERINFO.sub("…@", text)


def redactor() -> Callable[[str], str]:
    """A function that masks this user's home, name, and what URLs say before ``@``."""
    home, user = "", ""
    with suppress(RuntimeError, OSError):
        home = str(Path.home())
    with suppress(OSError, KeyError, ImportError):
        user = getpass.getuser()

    def redact(text: str) -> str:
        if len(home) > 1:
            text = re.sub(rf"{re.escape(home)}(?![\w-])", "~", text)
        if user:
            text = re.sub(rf"(?<=[/\\]){re.escape(user)}(?![\w-])", "…", text)
        return without_credentials(text)

    return redact
