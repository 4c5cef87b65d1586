"""Files of the submission as checks read them: the file as it is now, or the verdict why not."""

from __future__ import annotations

from grader import git_lfs
from grader.check import Errored, Failed, Location, Verdict, nothing_seen, unavailable
from grader.evidence import Evidence
from grader.facts import Reason
from grader.file_facts import File
from grader.messages import Message, msg
from grader.misnamed import is_misnamed
from grader.needs import FileNeed
from grader.series import Seen, Series
from grader.verdict import Unreadable


def file_of(evidence: Evidence, path: str, missing: Message) -> Seen[File] | Verdict:
    """The file at ``path``, as the last look found it; ``missing`` is the hint without one."""
    series = evidence.of(FileNeed(path=path))
    if series.now:
        return series.now[0]
    if leaves(series):
        return Unreadable(
            message=msg("{path} leads out of the submission", path=path),
            places=(Location(path),),
            hint=msg("put a file of its own there instead of a link"),
        )
    if series.absent and is_misnamed(series.detail, path):
        return Unreadable(
            message=msg(
                "the lab asks for {path}, and here is {other}", path=path, other=series.detail
            ),
            expected=path,
            actual=series.detail,
            hint=msg("rename it: `mv {other} {path}`", path=path, other=series.detail),
            places=(Location(path),),
        )
    if series.absent:
        return Failed(
            message=msg("{path} is missing", path=path),
            expected=path,
            hint=missing,
            places=(Location(path),),
        )
    return not_looked_at(series, path)


def text_of(
    evidence: Evidence, path: str, missing: Message, *, for_docker: bool = False
) -> tuple[str, Seen[File]] | Verdict:
    """The text of the file at ``path``, lines ended by a newline alone; else as `file_of`.

    ``for_docker``: what Docker cannot read, which is UTF-16, is no text.
    """
    seen = file_of(evidence, path, missing)
    if isinstance(seen, Verdict):
        return seen
    if seen.fact.text is None or (for_docker and seen.fact.encoding == "utf-16"):
        return Unreadable(
            message=msg("{path} cannot be read as text", path=path),
            places=(Location(path),),
            expected=msg("text that an editor saved with the encoding UTF-8"),
            actual=msg("{size} bytes in another encoding, or too long", size=seen.fact.size),
            hint=msg(
                "open {path} in an editor, and save it again as UTF-8 "
                "(in Notepad: File → Save as → Encoding); then run `grade-lab` again",
                path=path,
            ),
        )
    text = seen.fact.text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith(git_lfs.POINTER):
        return Errored(
            message=msg("the text of {path} is not here: Git LFS has not fetched it", path=path),
            hint=git_lfs.FETCH,
        )
    return text, seen


def leaves(series: Series[File]) -> bool:
    """Whether the path led out of the submission's folder at the last look."""
    return Reason.OUTSIDE in {series.absent, series.unavailable}


def not_looked_at(series: Series[File], path: str) -> Verdict:
    """The verdict when nobody could look, or nobody has looked yet."""
    if series.unavailable:
        return unavailable(series)
    return nothing_seen(
        series,
        msg("{path} has not been looked at", path=path),
        msg("run `grade-lab` in the folder of your project"),
    )


def shorten(text: str, limit: int = 80) -> str:
    """``text`` on one line, cut after ``limit`` characters."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
