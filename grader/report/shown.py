"""How values come into a page: made harmless, then escaped. What stands there often is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from jinja2.compiler import CodeGenerator
from markupsafe import Markup, escape

from grader.report.plain import plain
from grader.report.reading import pieces

MAX_SHORT = 360
"""Characters of a text that are shown at once; the others are one click away."""

once = lru_cache(maxsize=2048)
"""Keeps what was made for the pages to come, too: those of a class are much alike.

What is equal has to look alike: so it is given plain values, never what is markup already.
"""


def once_short(make: Callable[[str], Markup]) -> Callable[[str], Markup]:
    """`once`, of short texts only: memory stays small whatever others write."""
    kept = once(make)
    return lambda text: kept(text) if len(text) <= MAX_SHORT else make(text)


def shown(value: object) -> Markup:
    """A value as it stands in a page: harmless, and escaped."""
    if type(value) is Markup:
        return value
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return escape(value)
    return _escaped(value) if len(value) <= MAX_SHORT else escape(plain(value))


@once
def _escaped(text: str) -> Markup:
    return escape(plain(text))


def code(text: str) -> Markup:
    """A text with its `code` marked up."""
    safe = str(escape(plain(text)))  # which leaves backticks as they are
    if "`" not in safe:
        return Markup(safe)  # noqa: S704 # escaped
    marked = (f"<code>{part}</code>" if is_code else part for is_code, part in pieces(safe))
    return Markup("".join(marked))  # noqa: S704 # escaped piece by piece


class _Generator(CodeGenerator):
    """Writes ``shown(value)`` into compiled templates where Jinja has ``escape(shown(value))``.

    To escape what is escaped already does nothing, but took a third of a page's time. Should Jinja
    stop calling these two methods, pages stay the same.
    """

    def _output_child_pre(self, _node: Any, _frame: Any, finalize: Any) -> None:
        self.write(finalize.src)

    def _output_child_post(self, _node: Any, _frame: Any, _finalize: Any) -> None:
        self.write(")")


class PageEnvironment(Environment):
    """An environment whose ``finalize`` is `shown`."""

    code_generator_class = _Generator
