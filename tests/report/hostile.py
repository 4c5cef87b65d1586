"""Results in which every text that somebody else may have written is up to no good."""

from __future__ import annotations

from typing import Any

from grader.result import JournalDefect, JournalInfo, Place, Result
from tests.factories import a_check, a_result, an_objective

HOSTILE = [
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'icons.svg' %}{# x #}",
    "</title></textarea></details><!--",
    "javascript:alert(1)",
    "docker run <b onclick=alert(1)>",
    "\x1b]8;;http://x\x07\x1b[31mred\x1b[0m\x00\x08",
    "\u202egnp.exe\u2066\u200f",
    "&lt;script&gt; &#x202e;",
    "{score} {0.__class__} %s",
    "]]></failure><!--",
    "\ufffe\uffff\x0b\x7f\x85\u2028\u2029 end",
    "=cmd|'/C calc'!A0",
    "\t=1+1",
    "\uff1d1+1",
    "::error::injected",
    "x\n::error file=a::injected\r##[error]injected",
    "before ##[add-mask]e after",
    "| a | b |\n|---|---|\n| [x](http://e.example) |",
    "![i](http://e.example/i.png) <http://e.example> www.e.example mail@e.example",
    "@octocat #123 GH-123 a/b#1 :smile: $x^2$ deadbeef",
    "1. one\n# head\n> quote\n- [ ] box\n~~~\nfence",
]
CODE_OR_LONG = [
    "1. one\n```\nfence",
    "` `",
    "`a``b` `` ` ``` [^1] ~~x~~ **b** _i_ \\` \\| \\",
    "`code`<b>`$HOME`@octocat`|`",
    "x" * 30_000,
    "`" * 5_000,
]
KEPT = {"schema", "lang", "status", "strength", "lane"}


def with_text(value: Any, text: str) -> Any:
    """``value`` with ``text`` in place of every text in it that is not one of a few known words."""
    if isinstance(value, dict):
        return {k: v if k in KEPT else with_text(v, text) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [with_text(item, text) for item in value]
    return text if type(value) is str else value


def hostile(text: str, lang: str = "en") -> Result:
    """A result of every status, made of this text."""
    broken = JournalInfo(
        entries=1, head="0", intact=False, defects=(JournalDefect(line=2, message="altered"),)
    )
    place = Place(path="Dockerfile", line=3, message="latest")
    full = a_check("fail", "m", hint="h", expected="e", actual="a", places=(place,))
    objectives = (*a_result().objectives, an_objective("Full", full))
    made = a_result(lang, journal=broken, objectives=objectives)
    return Result.model_validate(with_text(made.model_dump(), text))
