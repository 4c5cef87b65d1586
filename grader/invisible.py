"""Characters that nobody sees, and that come along with what is pasted or piped into a file.

Web pages and word processors leave spaces without width and marks of byte order in a text, and
`>>` of Windows PowerShell puts UTF-16, with a NUL in each letter, behind the UTF-8 of a file.
"""

from __future__ import annotations

import re

_INVISIBLE = re.compile("[\0\u00ad\u200b\u2060\ufeff]")


def visible(text: str) -> str:
    """The text without them."""
    return _INVISIBLE.sub("", text)
