"""Every finding has its place in docs/doctor.md, and the page knows no other."""

from __future__ import annotations

import re

from tests.places import ROOT

MADE = re.compile(r'\b(?:ok|warning|problem|make)\(\s*"([a-z-]+)"|return "([a-z]+-[a-z-]+)"')


def test_the_page_lists_every_code_and_no_other() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    sources = (ROOT / "grader" / "doctor" / "findings").glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    made = {code for match in MADE.findall(text) for code in match if code}
    made |= {"credential-helper-missing", "credential-helper-hangs", "credential-helper-fails"}
    made |= {"docker-host-dead", "context-wrong"}
    assert sorted(listed) == sorted(made)
