"""What is wrong with a text that is not YAML, in words for people who do not know its grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

from grader.messages import Message, msg


@dataclass(frozen=True, slots=True)
class YamlMistake:
    """A mistake of grammar; line and column count from 0, as the parser's do."""

    code: str
    line: int
    column: int
    message: Message
    help: Message | None = None
    length: int = 1


def explained(error: MarkedYAMLError, lines: Sequence[str]) -> YamlMistake:
    """The mistake that the parser stumbled over, where a person would look for it."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if (line + 1, column) >= (len(lines), len("".join(lines[-1:]))):
        # At the end of the file: what is missing is missing behind the text.
        line = max((i for i, text in enumerate(lines) if text.strip()), default=0)
        column = max(0, len("".join(lines[line : line + 1]).rstrip()) - 1)
    text = lines[line] if line < len(lines) else ""
    before, rest = text[:column], text[column:]
    if rest.startswith("\t") or (not before.strip() and "\t" in before):
        tab = msg("not valid YAML: {reason}", reason=msg("there is a tab"))
        return YamlMistake(
            "yaml-tab", line, text.index("\t"), tab, msg("indent with spaces instead")
        )
    said = _said(error)
    above = next((i for i in range(line - 1, -1, -1) if lines[i].strip()), line)
    is_of_key = "mapping values are not allowed" in said or "expected ':'" in said
    nearby = (above, line) if is_of_key else (line,)
    if amiss := sign_amiss(lines, nearby):
        return amiss
    opened = error.context_mark
    in_one_line = opened is None or opened.line == line or "flow" not in str(error.context)
    found = _cut_short(line, before, rest, said) if in_one_line else None
    found = found or _never_closed(error, said, lines)
    if found is not None:
        return found
    if "cannot start any token" in said or "undefined alias" in said:
        reason = msg("a text cannot begin with `{sign}`", sign=rest[:1])
        return _syntax(line, column, reason, msg("put the whole text in quotes"))
    if "unknown escape character" in said:  # where it is escaped, or the sign that does it
        column = max(text.rfind("\\", 0, column + 1), 0)
    for part, reason, aid in _BY_WORDS:
        if part in said:
            return _syntax(line, column, reason, aid)
    return _syntax(line, column, msg("{reason}", reason=said), None)


def _said(error: MarkedYAMLError) -> str:
    """The mistake in libyaml's words. Where that is missing the parser is ruamel.yaml's own."""
    said = str(error.problem or error.context)
    expected = "'-' indicator" if "collection" in str(error.context) else "key"
    said = said.replace("expected <block end>", f"did not find expected {expected}")
    return said.replace("expected the node content", "did not find expected node content")


def _never_closed(error: MarkedYAMLError, said: str, lines: Sequence[str]) -> YamlMistake | None:
    opened = error.context_mark
    if opened is None or opened.line >= len(lines):
        return None
    sign = lines[opened.line][opened.column : opened.column + 1]
    closing = {"[": "]", "{": "}"}.get(sign, sign)
    if ("end of stream" in said and sign in {'"', "'"}) or f"',' or '{closing}'" in said:
        reason = msg("this `{sign}` is never closed", sign=sign)
        aid = msg("add a `{sign}` where it ends", sign=closing)
        return _syntax(opened.line, opened.column, reason, aid)
    return None


def _cut_short(line: int, before: str, rest: str, said: str) -> YamlMistake | None:
    """A text that ends for YAML before it does for people: ``{id}/app``, ``'it's'``, ``b: c``."""
    column, sign = len(before), before[-1:]
    if "did not find expected" in said and sign in _OPENING and rest[:1].strip():
        reason = msg("there is something behind the closing `{sign}`", sign=sign)
        begun = max(before.rfind(_OPENING[sign], 0, column - 1), 0)
        return _syntax(line, begun, reason, _QUOTE_IT if sign in "]}" else _DOUBLE_IT)
    if rest.startswith(":") and ("did not find expected" in said or "unexpected ':'" in said):
        return _syntax(line, column, msg("a second `:` in one value"), _QUOTE_PORTS)
    if "mapping values are not allowed" in said and ": " in before:
        return _syntax(line, column, msg("a second `: ` in one line"), _QUOTE_IT_TOO)
    return None


def sign_amiss(lines: Sequence[str], nearby: Iterable[int]) -> YamlMistake | None:
    """A sign in these lines that people take for YAML's, and YAML for a part of a text."""
    for line in nearby:
        for pattern, reason, aid in _AMISS:
            if found := pattern.search(lines[line]):
                return _syntax(line, found.start("sign"), reason, aid)
    return None


def control_character(text: str) -> YamlMistake:
    """The first control character of a text that the parser refuses to read."""
    at = next((i for i, char in enumerate(text) if char < " " and char not in "\t\n\r"), 0)
    before = text[:at].split("\n")
    reason = msg("there is a control character, which cannot be seen")
    aid = msg("take it away, or write it as an escape in double quotes")
    return _syntax(len(before) - 1, len(before[-1]), reason, aid)


def _syntax(line: int, column: int, reason: Message, aid: Message | None) -> YamlMistake:
    told = msg("not valid YAML: {reason}", reason=reason)
    return YamlMistake("yaml-syntax", line, column, told, aid)


_OPENING = {"}": "{", "]": "[", '"': '"', "'": "'"}
_QUOTE_IT = msg("put quotes around the whole text, as in {example}", example='`"{hub_id}/app"`')
_QUOTE_PORTS = msg("put quotes around the whole text, as in {example}", example='`"8080:80"`')
_DOUBLE_IT = msg("a quote within the text is written twice: `'it''s'`")
_QUOTE_IT_TOO = msg(
    "put the whole text in quotes, or check that the line before is indented as it should be"
)
_KEY = r"(?:^\s*(?:- )?|[{,]\s*)[A-Za-z_][\w-]*"
_AMISS: Sequence[tuple[re.Pattern[str], Message, Message]] = (
    (
        re.compile(rf"{_KEY}(?P<sign>：)"),
        msg("`{sign}` is another sign than `{wanted}`", sign="：", wanted=":"),
        msg("type `{wanted}` with the keyboard set to English", wanted=": "),
    ),
    *(
        (
            re.compile(pattern),
            msg("`{sign}` is another sign than `{wanted}`", sign=sign, wanted=wanted.strip()),
            msg("type `{wanted}` with the keyboard set to English", wanted=wanted),
        )
        for sign, wanted, pattern in (
            ("｛", "{", r":\s*(?P<sign>｛)"),
            ("［", "[", r":\s*(?P<sign>［)"),
            ("｝", "}", r"(?P<sign>｝)\s*$"),
            ("］", "]", r"(?P<sign>］)\s*$"),
            ("，", ", ", r"(?P<sign>，)\s*[A-Za-z_][\w-]*:"),
            ("、", ", ", r"(?P<sign>、)\s*[A-Za-z_][\w-]*:"),
            ("“", '"', r"[:,\[]\s*(?P<sign>“)"),
            ("‘", "'", r"[:,\[]\s*(?P<sign>‘)"),
        )
    ),
    (
        re.compile(rf"(?:^ *(?:- *)*|{_KEY}:)(?P<sign>[\u00a0\u2002-\u200b\u3000])"),
        msg("there is a space of another kind, as web pages and documents have"),
        msg("delete it, and type a space"),
    ),
    (
        re.compile(r"(?:^\s*|[{,]\s*)[A-Za-z_][\w-]*(?P<sign>:)[^\s:/,}]"),
        msg("there is no space behind the `:`"),
        msg("write `name: value`"),
    ),
)
_ALIGN = msg("make it begin in the same column as the lines that it belongs with")
_BY_WORDS: Sequence[tuple[str, Message, Message | None]] = (
    ("mapping values are not allowed", msg("this line is indented too far"), _ALIGN),
    ("could not find expected ':'", msg("a `:` is missing before this"), None),
    ("did not find expected '-'", msg("this line is not indented as the list before it"), _ALIGN),
    ("did not find expected key", msg("this line is not indented as those before it"), _ALIGN),
    ("expected node content", msg("a bracket is never closed, or a value is missing"), None),
    (
        "unknown escape character",
        msg("an unknown `\\` in double quotes"),
        msg("use single quotes, where `\\` stands for itself"),
    ),
    ("another document", msg("`---` begins a second document"), msg("take that line away")),
)
