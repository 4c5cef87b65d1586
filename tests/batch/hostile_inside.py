"""Submissions whose archive is sound, but whose files attack whoever reads them."""

from __future__ import annotations

from tests.batch.archive_makers import LAB

_BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (c, c, *[c - 1] * 8) for c in range(98, 107)
)

INSIDE: dict[str, tuple[dict[str, bytes], str]] = {
    "lab.yaml that grows": ({"lab.yaml": _BOMB}, "values"),
    "lab.yaml without an end": ({"lab.yaml": b"[" * 7_000}, "nested more than"),
    "lab.yaml that makes objects": (
        {"lab.yaml": b"learner: {id: !!python/object/apply:os.getcwd []}\n"},
        "lab.yaml",
    ),
    "lab.yaml with a merge of itself": ({"lab.yaml": b"a: &a {<<: *a}\n"}, "not valid YAML"),
    "huge lab.yaml": ({"lab.yaml": b"#" * 2_000_000}, "larger than"),
    "lab.yaml in no encoding": ({"lab.yaml": b"\xff\xfe\x00\x01"}, "not UTF-8"),
    "NUL in lab.yaml": ({"lab.yaml": b"learner: {id: 'a\0b'}\n"}, "not valid YAML"),
    "id without end": ({"lab.yaml": b"learner: {id: " + b"9" * 999 + b"}\n"}, "lab.yaml"),
    "unknown fields": ({"lab.yaml": b"score: 100\n"}, "lab.yaml:1:1"),
    "terminal escape in id": ({"lab.yaml": b'learner: {id: "\\e[2Jx"}\n'}, ""),
    "markup as name": ({"lab.yaml": b'learner: {id: a, name: "<script>x</script>"}\n'}, ""),
    "formula as id": ({"lab.yaml": b"learner: {id: '=1+1', name: '@x'}\n"}, ""),
    "path as id": ({"lab.yaml": b"learner: {id: ../../victim}\n"}, ""),
    "journal of junk": ({"lab.yaml": LAB, ".grade-lab/journal.jsonl": b"\0" * 9_999}, ""),
    "journal of one line": ({"lab.yaml": LAB, ".grade-lab/journal.jsonl": b"{" * 999_999}, ""),
    "own grader": ({"lab.yaml": LAB, "grader/__init__.py": b"raise SystemExit(7)"}, ""),
    "own sitecustomize": ({"lab.yaml": LAB, "sitecustomize.py": b"raise SystemExit(7)"}, ""),
    "own conftest": ({"lab.yaml": LAB, "conftest.py": b"raise SystemExit(7)"}, ""),
}
"""Files of submissions that attack whoever reads them, and what is told of their lab.yaml."""
