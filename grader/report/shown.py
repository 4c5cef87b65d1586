"""How values come into a page: made harmless, then escaped. What stands there often is kept."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from jinja2.compiler import CodeGenerator
from markupsafe import Markup, escape

from grader.report.clock import Clock, iso
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


def shown(value: object) -> str:
    """A value as it stands in a page: harmless, and escaped."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return _escaped(value) if len(value) <= MAX_SHORT else escape(plain(value))
    return str(value) if type(value) is int else escape(value)


@once
def _escaped(text: str) -> Markup:
    return escape(plain(text))


def code(text: str) -> Markup:
    """A text with its `code` marked up."""
    safe = escape(plain(text))  # which leaves backticks as they are
    if "`" not in safe:
        return safe
    marked = (f"<code>{part}</code>" if is_code else part for is_code, part in pieces(str(safe)))
    return Markup("".join(marked))  # noqa: S704 # escaped piece by piece


def time(clock: Clock) -> Callable[[datetime], Markup]:
    """What shows a time, for programs and for people."""

    @once
    def marked(at: datetime) -> Markup:
        return Markup(  # noqa: S704 # digits
            f'<time datetime="{iso(at)}">{clock.told(at)}</time>'
        )

    return marked


class _Generator(CodeGenerator):
    """Writes templates as Python that asks nothing of which the answer is known.

    Attributes, items and calls are Python's own: Jinja asks an item of what lacks an attribute,
    and whether a function wants the context, which took a quarter of a page's time. What is markup
    already is not made harmless and escaped once more. Should Jinja stop calling these methods,
    pages stay the same.
    """

    def _output_child_pre(self, _node: Any, _frame: Any, _finalize: Any) -> None:
        self.write("(v if type(v := ")

    def _output_child_post(self, _node: Any, _frame: Any, finalize: Any) -> None:
        self.write(f") is Markup else {finalize.src}v))")

    def visit_Getattr(self, node: Any, frame: Any) -> None:  # noqa: N802 # Jinja's name
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Getitem(self, node: Any, frame: Any) -> None:  # noqa: N802 # Jinja's name
        self.visit(node.node, frame)
        self.write("[")
        self.visit(node.arg, frame)
        self.write("]")

    def visit_Call(self, node: Any, frame: Any, forward_caller: bool = False) -> None:  # noqa: N802
        if forward_caller or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for one in (*node.args, *node.kwargs):
            self.visit(one, frame)
            self.write(", ")
        self.write(")")


class PageEnvironment(Environment):
    """An environment whose ``finalize`` is `shown`."""

    code_generator_class = _Generator

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What all templates know, as one mapping: every page, and each import, reads it whole."""
        return {**self.globals, **(d or {})}
