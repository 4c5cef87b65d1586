"""A journal in a git repository: merged, not fought over; and noticed where git leaves it out."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from grader.errors import OutputError
from grader.whole import whole

SECONDS = 5.0

_FILES = {
    ".gitattributes": "# The records of several computers are kept, one below the other.\n"
    "journal.jsonl merge=union\n",
    ".gitignore": "# Only the journal is handed in; the rest can be made again.\n"
    "*.lock\nwatch.*\nreport/\n!journal.jsonl\n",
}


def prepare(folder: Path) -> None:
    """Tell git what to do with the folder that a journal is in. What is there already stays."""
    for name, text in _FILES.items():
        path = folder / name
        if not path.exists():
            with suppress(OutputError), whole(path) as draft:
                draft.write_text(text, encoding="utf-8", newline="\n")


def leaves_out(journal: Path) -> bool:
    """Whether the journal is in a repository's folder, and neither tracked nor to be added."""
    folder = journal.parent.resolve()
    if not any((above / ".git").exists() for above in folder.parents):
        return False
    program = shutil.which("git") or ""
    if not Path(program).is_absolute():  # Windows finds one in the submission, too
        return False
    import subprocess

    command = [program, "-c", "core.fsmonitor=false", "check-ignore", "-q", "--", journal.name]
    try:
        done = subprocess.run(  # noqa: S603 # asks only, and runs nothing of the repository's
            command, cwd=folder, capture_output=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
