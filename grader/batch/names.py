"""Names that others chose: of files in archives, and of what stands for a learner's folder.

Everything here gives the same answer on every system, so a class is judged the same on all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from zlib import crc32

from grader.messages import Message, msg

MAX_PATH_BYTES = 1_000
MAX_NAME_BYTES = 255
MAX_DEPTH = 32
MAX_LABEL_BYTES = 120

LITTER = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".trashes", ".fseventsd"})
"""What systems leave behind in folders, in lower case; and every name that begins with ``._``."""

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and marks that turn the direction of text: a name would read as another."""
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]|[. ]$')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\..*)?", re.IGNORECASE
)
_DRIVE = re.compile(r"[A-Za-z]:")
_UNICODE_PATH = 0x7075
_KOREAN = re.compile(r"[\u3131-\u318e\uac00-\ud7a3]")


class RefusedNameError(Exception):
    """A name that only an attack, or a broken tool, makes. ``message`` says what is wrong."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class UnusableNameError(RefusedNameError):
    """An honest name that some systems cannot have; its file can be left out."""


def shown(name: str) -> str:
    """A name as it can be printed: what is invisible or broken is written as an escape."""
    text = name if len(name) <= 100 else f"{name[:60]}…{name[-30:]}"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def parts_of(name: str) -> tuple[str, ...]:
    """A member's name as the names of folders and file, safe on every system.

    Raises:
        RefusedNameError: it leads out of the folder, or hides what it is.
        UnusableNameError: it is longer or deeper than systems allow, or reserved on Windows.
    """
    if _INVISIBLE.search(name):
        raise RefusedNameError(
            msg("the name {name} has characters that cannot be seen", name=shown(name))
        )
    if not name.isascii() and any("\ud800" <= c <= "\udfff" for c in name):
        raise RefusedNameError(msg("the name {name} is not valid text", name=shown(name)))
    if name.startswith("/") or "\\" in name or _DRIVE.match(name):
        raise RefusedNameError(
            msg("the name {name} is not a path inside the archive", name=shown(name))
        )
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    if ".." in parts:
        raise RefusedNameError(msg("the name {name} leads out of the archive", name=shown(name)))
    _check_usable(name, parts)
    return parts


def _check_usable(name: str, parts: tuple[str, ...]) -> None:
    if len(parts) > MAX_DEPTH or len(name.encode()) > MAX_PATH_BYTES:
        raise UnusableNameError(msg("{name}: the path is too long", name=shown(name)))
    for part in parts:
        if len(part.encode()) > MAX_NAME_BYTES:
            raise UnusableNameError(msg("{name}: the path is too long", name=shown(name)))
        if _NOT_ON_WINDOWS.search(part) or _RESERVED.fullmatch(part):
            raise UnusableNameError(
                msg("{name}: not every computer can have a file of that name", name=shown(name))
            )


def is_litter(name: str) -> bool:
    """Whether a system left a file or folder of this name behind."""
    return name.casefold() in LITTER or name.startswith("._")


def decoded(raw: bytes, extra: bytes = b"") -> str:
    """The text of a member's name whose encoding the archive does not tell, composed (NFC).

    Info-ZIP's extra field says it, if it is of this very name. If not, UTF-8 is what macOS and
    Linux write, CP949 what Windows writes in Korea, CP437 what the zip format says.
    """
    name = _unicode_path(raw, extra)
    if name is None:
        name = _as(raw, "utf-8")
    if name is None:
        korean = _as(raw, "cp949")
        name = korean if korean and _is_plausible(korean) else raw.decode("cp437")
    return unicodedata.normalize("NFC", name)


def _unicode_path(raw: bytes, extra: bytes) -> str | None:
    """Info-ZIP's Unicode Path (APPNOTE 4.6.9): version 1, the CRC of ``raw``, UTF-8."""
    for kind, data in _fields(extra):
        head = b"\x01" + crc32(raw).to_bytes(4, "little")
        if kind == _UNICODE_PATH and data.startswith(head):
            return _as(data[5:], "utf-8")
    return None


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        size = int.from_bytes(extra[2:4], "little")
        yield int.from_bytes(extra[:2], "little"), extra[4 : 4 + size]
        extra = extra[4 + size :]


def _as(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_plausible(text: str) -> bool:
    """Whether what is not ASCII is mostly Korean as it is written.

    Other bytes decode as CP949, too, but mostly to syllables that no word has: those that its
    predecessor EUC-KR lacks.
    """
    foreign = [c for c in text if not c.isascii()]
    usual = [c for c in foreign if _KOREAN.match(c) and _is_euc_kr(c)]
    return 2 * len(usual) > len(foreign)


def _is_euc_kr(character: str) -> bool:
    try:
        return len(character.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def safe_label(name: str) -> str:
    """``name`` as the name of a folder that every system can have, and a browser's link, too."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", name))
    text = "".join(c if c.isprintable() else "_" for c in text)
    text = re.sub(r'[<>:"|?*/\\%#]', "_", text)
    text = text.encode()[:MAX_LABEL_BYTES].decode(errors="ignore").strip(". ")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return text or "submission"


def unique(labels: Iterable[str]) -> Iterator[str]:
    """The labels in their order; one that came before, be it in other case, gets a number."""
    taken: set[str] = set()
    for label in labels:
        own, number = label, 1
        while own.casefold() in taken:
            number += 1
            own = f"{label}-{number}"
        taken.add(own.casefold())
        yield own
