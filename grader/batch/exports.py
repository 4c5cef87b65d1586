"""What the names in an LMS's export tell: whose it is, and which attempt.

Canvas: ``kimminji_LATE_12345_67890_lab-1.zip`` (user, file). Moodle:
``Kim Minji_12345_assignsubmission_file_`` (a folder, or before the file's own name). Gradescope:
``submission_12345678``, and ``submission_metadata.yml``, which tells the submitters of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.batch.model import UNKNOWN, Named
from grader.batch.names import is_litter
from grader.yaml_source import InvalidYamlError, Source, as_mapping

METADATA = "submission_metadata.yml"
SUFFIXES = (
    *(".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".txz", ".tbz2", ".tbz"),
    *(".zip", ".tar", ".gz", ".xz", ".bz2", ".7z", ".rar"),
)
DOCUMENTS = (
    *(".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".hwpx"),
    *(".odt", ".ods", ".odp", ".epub", ".pages", ".numbers", ".key", ".jar"),
)
"""Suffixes of ZIP files that are none to people, such as a report that lies beside the lab."""

_MOODLE = re.compile(r"(?P<name>.+)_(?P<user>\d+)_assignsubmission_(?P<kind>[a-z]+)(_.*)?", re.S)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<attempt>\d+)_.+", re.S | re.I
)
_ENTRY = re.compile(r"(submission_\d+):")
_SUBMITTER = {"id": "sid", "name": "name", "email": "email"}
_OWN = {METADATA, "onlinetext.html", "comments.html"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name in an export tells. ``owner`` tells attempts of one learner from others'.

    ``attempt`` is higher for what was handed in later; ``late`` is how Canvas marks it.
    """

    owner: str = ""
    named: Named = UNKNOWN
    attempt: int = 0
    late: bool = False


def read(name: str) -> Entry:
    """What the name of a file or folder tells. Nothing, if it is not of an LMS."""
    if match := _MOODLE.fullmatch(name):
        named = Named(name=match["name"], user=match["user"])
        return Entry(f"moodle {match['user']} {match['name']}", named)
    if match := _CANVAS.fullmatch(name):
        named = Named(name=match["name"], user=match["user"])
        owner = f"canvas {match['user']} {match['name']}"
        return Entry(owner, named, int(match["attempt"]), late=bool(match["late"]))
    return Entry()


def is_left_out(name: str) -> bool:
    """Whether this is no submission: litter, hidden, or the LMS's own."""
    moodle = _MOODLE.fullmatch(name)
    is_own = name.casefold() in _OWN or (moodle is not None and moodle["kind"] != "file")
    return is_litter(name) or name.startswith(".") or is_own


def stem(name: str) -> str:
    """A name without the suffix of an archive."""
    suffix = next((s for s in SUFFIXES if name.casefold().endswith(s)), "")
    return name[: len(name) - len(suffix)] or name


def clone_users(folders: list[str]) -> dict[str, str]:
    """Of GitHub Classroom's clones, ``assignment-username``, the user names.

    The assignment is what all the names begin with; of a single one that cannot be told.
    """
    if len(folders) < 2:
        return {}
    first, last = min(folders), max(folders)
    common = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    length = first.rfind("-", 0, common) + 1
    return {name: name[length:] for name in folders} if length else {}


def submitters(folder: Path) -> dict[str, list[Named]]:
    """Who handed in each ``submission_…``, alone or as a group, by Gradescope's list."""
    try:
        with (folder / METADATA).open(encoding="utf-8", errors="replace") as file:
            return dict(_submitters(file))
    except OSError:
        return {}


def _submitters(lines: Iterable[str]) -> Iterator[tuple[str, list[Named]]]:
    """Only the head of each entry is parsed: below it stand all its results, which may be large.

    What learners wrote cannot look like a head: it is indented further.
    """
    submission = ""
    head: list[str] = []
    for line in lines:
        if match := _ENTRY.fullmatch(line.rstrip()):
            submission, head = match[1], []
        elif line.startswith("  :") and head:
            yield submission, _people("".join(head))
            submission, head = "", []
        elif submission and (head or line.rstrip() == "  :submitters:"):
            head.append(line)
    if head:
        yield submission, _people("".join(head))


def _people(head: str) -> list[Named]:
    try:
        people = as_mapping(Source(METADATA, head)).get(":submitters")
    except InvalidYamlError:
        return []
    listed = people if isinstance(people, list) else []
    return [
        Named(**{field: str(one.get(f":{key}") or "") for field, key in _SUBMITTER.items()})
        for one in listed
        if isinstance(one, dict)
    ]
