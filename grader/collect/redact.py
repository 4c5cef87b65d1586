"""Secrets taken out of texts before they are kept: a name stays, its value becomes ``***``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

MASK = "***"
MAX_COMMAND = 300
MIN_SECRET = 6
"""Shorter values are too likely to stand in a text by chance."""

_WORD = r"(?:pass(?:wd|word|phrase)?|pwd|secrets?|token|key|apikey|auth|credentials?)"
_SECRET_NAME = re.compile(
    rf"(?:^|[_.-]){_WORD}(?:$|[_.-])|passw|secret|token|apikey", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)([^@\s/]+)(?=@)")
_IN_COMMANDS = (
    re.compile(rf"(--?(?:[\w]+-)*(?:\w*passw\w*|{_WORD})(?:-\w+)*(?:=|\s+))\S+", re.IGNORECASE),
    re.compile(r"(authorization:\s*(?:(?:bearer|basic|token)\s+)?)\S+", re.IGNORECASE),
    re.compile(r"(\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass)\b.*?\s-p\s?)\S+"),
    re.compile(r"(\bcurl\b.*?\s(?:-u|--user)[\s=]\S*?:)\S+"),
)
_ASSIGNMENT = re.compile(r"\b([A-Za-z_][\w.-]{0,100})=(\S+)")

_BUILT = re.compile(r"(?P<head>(?:.{0,80}?#\(nop\)\s+)?(?:ENV|ARG)\s+)(?P<rest>.*)", re.DOTALL)
_BUILD_ARGS = re.compile(r"(?P<head>(?:RUN )?\|\d+ )(?P<rest>.*)", re.DOTALL)
_SHELL = re.compile(r"(?:^|\s)((?:/\S*/)?(?:ba|da|a|z)?sh\s+-.*|(?:cmd|powershell|pwsh).*)", re.S)
_NAME = re.compile(r"(?:^|\s)([A-Za-z_]\w*)=")


def looks_secret(name: str) -> bool:
    """Whether a variable of this name is likely to hold a secret."""
    return _SECRET_NAME.search(name) is not None


def is_env_file(name: str) -> bool:
    """Whether a file of this name is likely to hold secrets: ``.env``, but not an example of it."""
    example = name.endswith((".example", ".sample", ".template", ".dist"))
    return name == ".env" or (name.startswith(".env.") and not example)


def secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values that are likely to be secrets, longest first; also passwords within URLs."""
    found = {value for name, value in environment.items() if looks_secret(name)}
    found |= {m[2] for value in environment.values() for m in _URL_PASSWORD.finditer(value)}
    return tuple(sorted((v for v in found if len(v) >= MIN_SECRET), key=lambda v: (-len(v), v)))


def beginning(data: bytes, limit: int, values: Sequence[str], *, cut: bool = False) -> str:
    """At most the first ``limit`` bytes as text, with each of these values masked.

    ``cut`` is whether the data stop in the middle: then part of a value may stand at their end.
    """
    margin = _longest(values) if cut or len(data) > limit else 0
    masked = _masked(data[: limit + margin], values)
    return masked[: max(0, len(masked) - margin)].decode("utf-8", "replace")


def end(data: bytes, limit: int, values: Sequence[str]) -> str:
    """At most the last ``limit`` bytes as text, with each of these values masked."""
    margin = _longest(values)
    return _masked(data[-limit - margin :], values)[margin:].decode("utf-8", "replace")


def command(line: str) -> str:
    """A command line without what is likely to be a secret, of at most 300 characters."""
    text = line[: 3 * MAX_COMMAND]  # what a pattern has to go through stays short
    for pattern in _IN_COMMANDS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    text = _ASSIGNMENT.sub(lambda m: f"{m[1]}={MASK}" if looks_secret(m[1]) else m[0], text)
    text = _URL_PASSWORD.sub(rf"\g<1>{MASK}", text)
    return text if len(text) <= MAX_COMMAND else text[: MAX_COMMAND - 1] + "…"


def arguments(words: Sequence[str]) -> list[str]:
    """The words of a command line without what is likely to be a secret."""
    between = "\x1f"  # white space to the patterns, and in no command
    return command(between.join(words)).split(between) if words else []


def build_step(created_by: str) -> str:
    """A step of an image's history without the values of ``ENV``, ``ARG`` and build arguments."""
    if match := _BUILT.match(created_by):
        return match["head"] + (_names(match["rest"]) or match["rest"])
    if match := _BUILD_ARGS.match(created_by):
        shell = _SHELL.search(match["rest"])
        arguments = match["rest"][: shell.start()] if shell else match["rest"]
        return " ".join(filter(None, [match["head"] + _names(arguments), shell and shell[1]]))
    return created_by


def _names(assignments: str) -> str:
    return " ".join(f"{name}={MASK}" for name in _NAME.findall(assignments))


def _masked(data: bytes, values: Iterable[str]) -> bytes:
    for value in values:
        data = data.replace(value.encode("utf-8", "replace"), MASK.encode())
    return data


def _longest(values: Iterable[str]) -> int:
    return max((len(value.encode("utf-8", "replace")) for value in values), default=0)
