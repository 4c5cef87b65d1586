"""What the columns of rosters are called, and what stands in them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

FIELDS: dict[str, tuple[str, ...]] = {
    "id": (
        "sisuserid",
        "sid",
        "학번",
        "studentid",
        "studentnumber",
        "learnerid",
        "학생번호",
        "수강생번호",
        "아이디",
        "idnumber",
        "rosteridentifier",
        "id",
        "identifier",
    ),
    "name": ("name", "fullname", "이름", "성명", "student", "studentname", "learner", "학생이름"),
    "first": ("firstname", "givenname"),
    "last": ("lastname", "surname", "familyname"),
    "email": ("email", "emailaddress", "이메일", "이메일주소", "mail", "메일", "전자우편"),
    "hub_id": (
        "hubid",
        "dockerhub",
        "dockerhubid",
        "dockerid",
        "dockerhubusername",
        "도커허브",
        "도커허브id",
        "도커허브아이디",
    ),
    "source": (
        "path",
        "url",
        "repo",
        "repository",
        "giturl",
        "studentrepositoryurl",
        "source",
        "submission",
        "경로",
        "파일",
        "저장소",
    ),
    "submitted_at": (
        "submittedat",
        "submissiontime",
        "submissiontimestamp",
        "제출시각",
        "제출시간",
        "제출일시",
    ),
    "user": (
        "githubusername",
        "github",
        "깃허브",
        "username",
        "login",
        "sisloginid",
        "id",
        "identifier",
    ),
}
"""For each field the names of its column, as `plain` has them, the surest first."""

_SEPARATE = re.compile(r"[\W_]+")
_ZONES = {"utc": "+00:00", "gmt": "+00:00", "z": "+00:00", "kst": "+09:00"}
_TIME = re.compile(
    r"(?P<year>\d{4})\s*[-/.년]\s*(?P<month>\d{1,2})\s*[-/.월]\s*(?P<day>\d{1,2})\s*[.일]?"
    r"[\sT]*(?P<half>오전|오후|AM|PM)?\s*"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<late_half>AM|PM)?\s*(?P<zone>Z|UTC|GMT|KST|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def plain(header: str) -> str:
    """A column's name without case, spaces and signs."""
    return _SEPARATE.sub("", unicodedata.normalize("NFKC", header)).casefold()


def full_name(first: str, last: str) -> str:
    """One name of two, in the order that its script has."""
    is_korean = any("가" <= c <= "힣" for c in last)
    return f"{last}{first}" if is_korean else f"{first} {last}".strip()


def called(name: str) -> str:
    """``Kim, Minji`` as ``Minji Kim``: in a list of names a comma parts them."""
    last, _, first = name.partition(",")
    return full_name(first.strip(), last.strip()) if first.strip() else name


def name_keys(name: str) -> list[str]:
    """How a name may be written elsewhere: `Kim, Minji`, `Minji Kim` and `kimminji` are one."""
    words = _SEPARATE.sub(" ", unicodedata.normalize("NFC", name)).casefold().split()
    if not words:
        return []
    orders = (words, [*words[-1:], *words[:-1]], [*words[1:], *words[:1]])
    return list(dict.fromkeys("".join(order) for order in orders))


def when(text: str) -> datetime:
    """A date and time as tables have it; one without a zone is meant in this machine's.

    Raises:
        ValueError: it is none, or not clearly one.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    number = {k: int(match[k] or 0) for k in ("year", "month", "day", "hour", "minute", "second")}
    half = (match["half"] or match["late_half"] or "").upper()
    if half:
        if not 1 <= number["hour"] <= 12:
            raise ValueError(text)
        number["hour"] = number["hour"] % 12 + 12 * (half in {"오후", "PM"})
    zone = (match["zone"] or "").lower()
    if not zone:
        return datetime(**number).astimezone()  # type: ignore[arg-type]
    moment = datetime(**number).isoformat()  # type: ignore[arg-type]
    return datetime.fromisoformat(moment + _ZONES.get(zone, zone))
