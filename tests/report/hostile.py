"""The one corpus of hostile texts, and results and labs in which they stand everywhere.

A script in them sets ``window.pwned``; an address in them is one of e.example.
"""

from __future__ import annotations

from typing import Any

from grader.result import JournalDefect, JournalInfo, Place, Result
from tests.results import a_check, a_result, an_objective

INTRUDER = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
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
    "x\n::error file=a::injected\r##[error]injected",
    "| a | b |\n|---|---|\n| [x](http://e.example) |",
    "![i](http://e.example/i.png) <http://e.example> www.e.example mail@e.example",
    "@octocat #123 GH-123 a/b#1 :smile: $x^2$ deadbeef",
    "1. one\n# head\n> quote\n- [ ] box\n~~~\nfence",
    INTRUDER,
    f"</script></style>{INTRUDER}",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe><object data=x>",
    '<a href="javascript:window.pwned=1" onfocus=window.pwned=2 autofocus>x</a>',
    "[x](javascript:window.pwned=1) <javascript:window.pwned=1>",
    "<style>*{background:url(http://e.example/a)}</style>",
    "x;background:url(http://e.example/b)}@import 'http://e.example/c.css';",
    "<meta http-equiv=refresh content='0;url=http://e.example/'><base href=http://e.example/>",
    "<form action=http://e.example/><button autofocus>x</button><math><mi xlink:href=x>",
    "&#60;script&#62;window.pwned=1&#60;/script&#62; \\u003cscript\\u003e &amp;lt;b&amp;gt;",
    "--!><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "<?xml version='1.0'?><?php x ?><![CDATA[ x ]]>",
    "\ufeff\u200b\u2060\u00ad\u061c\u180e zero width \U000e0041",
    "\u202dright\u2067left\u2069\u202c",
    "\x1b]52;c;cHduZWQ=\x07\x1b]0;title\x1b\\\x9d8;;http://e.example\x9c seen",
    "\x1b[2J\x1b[1;1H\x9b31m\x90q\x9c\x1bc\x0e\x05",
    "a\rb\x08\x08c\x0bd\x0ce\x1c\x1d\x1e\x85f\u2028g\u2029h",
    "\n\ndata: {}\n\nid: 9\r\rretry: 1",
    "section_start:1560896352:x\r\x1b[0Kpwned",
    "::group::x\n::stop-commands::y\n\x0c::warning::z\u2028::error::x",
    "\r\n=1+1\r\n",
    "\uff1d1+1",
    "\uff0b1 \uff0d1",
    "\ufe63SUM(1)",
    "\u200b@SUM(1)",
    '"=1+1","=2"',
    "-2+3+cmd|' /C calc'!A0",
    "%0A=1+1%0d|calc|A1;=3",
    "\u1112\u1161\u11ab\u1100\u1173\u11af \u1100\u1161\u11a8",  # Korean in NFD
    "a\u0301\u0327\u0489\u0301\u20dd z\u0335",
    "../../../etc/passwd C:\\Windows\\x .\\con",
]
COMMANDS = (
    "::error::pwned",
    "\n::set-output name=passed::true",
    "\r::add-mask::e",
    "%0A::error::pwned",
    "##[error]pwned",
    "x ##[add-mask]a",
    "###[error]pwned",
    "#\u200b#[error]pwned",
    "\u200b::\u200berror::pwned",
    "\ufeff::warning::pwned",
    "\u200d::error::pwned",
    "\x1b[31m::error::pwned",
    "</summary></details><script>alert(1)</script>",
    "\nEOF\n",
    "\u2028::error::pwned",
    "::stop-commands::x",
    "  ::notice file=a::pwned",
    "\x0b::error::pwned",
    "\x85::error::pwned",
)
"""What would be obeyed somewhere if it were taken for more than words."""
CODE_OR_LONG = [
    "\\ \\\\ \\n \\x1b \\\" \\' $(id) `id` ${HOME} %PATH%",
    "1. one\n```\nfence",
    "` `",
    "`a``b` `` ` ``` [^1] ~~x~~ **b** _i_ \\` \\| \\",
    "`<b onclick=alert(1)>` ${alert(1)}",
    "`code`<b>`$HOME`@octocat`|`",
    "x" * 30_000,
    "`" * 5_000,
]
CORPUS = [*HOSTILE, *COMMANDS, *CODE_OR_LONG]
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
