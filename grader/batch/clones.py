"""Submissions in git repositories, fetched so that nothing in them is run.

A bare clone writes no file of the learner's; what is in it then comes out as a tar file, through
the same door as an archive: the same bounds, no links, and dated by its commit.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from grader.batch.archives import cleared, root_of, summary
from grader.batch.members import tar_members
from grader.batch.names import shown
from grader.batch.writing import MB, Bounds, LeftOut, write
from grader.errors import GradeLabError
from grader.messages import Message, msg

SCHEMES = ("https", "ssh", "file")
REPOSITORY = Bounds(seconds=25)
"""The seconds are those of fetching, and again those of writing."""
POLL_SECONDS = 0.1

_SCP = re.compile(r"[\w.-]+@[\w.-]+:[^:\\]+")
"""``git@host:path``, which git takes for ssh."""
_ATTRIBUTES = "* -filter -text -eol -ident -working-tree-encoding -export-ignore -export-subst\n"
"""In the clone's own `info/attributes` it wins over those of the instructor's configuration."""
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "submodule.recurse": "false",
    "transfer.fsckObjects": "true",
    "http.followRedirects": "initial",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "",
}
_OF_ANOTHER_REPOSITORY = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
}
"""Set where this is called by a hook of git; they would make it work on that repository."""
_LOCKED = ("could not read Username", "Authentication failed", "Permission denied", "Host key")
"""What git and ssh say of a repository that one must log in for."""


def is_git_url(text: str) -> bool:
    """Whether this is meant as a git URL, be it one that is refused, and not as a path."""
    return "://" in text or "::" in text or bool(_SCP.fullmatch(text))


def clone(
    url: str,
    folder: Path,
    tell: Callable[[Message], None] = lambda _: None,
    bounds: Bounds = REPOSITORY,
) -> Path:
    """The newest commit of a repository, in ``folder``, which is made; the submission's root in it.

    The instructor's own credentials are used where git has them, and nobody is asked for any.
    ``tell`` is told what was left out, such as links.

    Raises:
        GradeLabError: it cannot be fetched, or is refused; nothing of it is left.
    """
    _check(url)
    with (
        cleared(folder, _shown(url)),
        tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as place,
    ):
        bare = Path(place) / "clone.git"
        _fetch(url, bare, bounds)
        (bare / "info").mkdir(exist_ok=True)
        (bare / "info" / "attributes").write_text(_ATTRIBUTES, encoding="utf-8")
        left_out = _check_out(url, bare, folder, bounds)
        root = root_of(folder)
    for message in summary(left_out):
        tell(message)
    return root


def _check(url: str) -> None:
    scheme, separator, rest = url.partition("://")
    is_known = bool(separator) and scheme.lower() in SCHEMES and not rest.startswith("-")
    if not url.isprintable() or not (is_known or _SCP.fullmatch(url)) or url.startswith("-"):
        raise _failure(url, msg("only https, ssh and file URLs are fetched"))


def _fetch(url: str, bare: Path, bounds: Bounds) -> None:
    """Clone without a work tree, and end git when it takes too long or too much."""
    options = ["--bare", "--quiet", "--depth=1", "--single-branch", "--no-tags", "--template="]
    errors = bare.parent / "errors"
    end = time.monotonic() + bounds.seconds
    with errors.open("wb") as file, _git(["clone", *options, "--", url, str(bare)], file) as git:
        while True:
            try:
                code = git.wait(POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    raise _failure(url, msg("it takes too long")) from None
                _check_size(url, bare.parent, bounds)
    if code:
        raise _failure(url, _told(errors))


def _check_size(url: str, folder: Path, bounds: Bounds) -> None:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # git renames what it has received
                size += os.lstat(Path(parent, name)).st_size
    if size > bounds.total:
        raise _failure(url, msg("more than {size} MB come out of it", size=bounds.total // MB))


def _told(errors: Path) -> Message:
    with errors.open("rb") as file:
        file.seek(max(0, errors.stat().st_size - 4_000))
        lines = file.read().decode("utf-8", "replace").splitlines()
    if any(sign in line for line in lines for sign in _LOCKED):
        return msg("git may not read it: log in first, for instance with `gh auth setup-git`")
    fatal = [line for line in lines if line.startswith("fatal: ")] or [*lines, "?"]
    return msg("git says: {text}", text=_shown(fatal[0].removeprefix("fatal: ")))


def _check_out(url: str, bare: Path, folder: Path, bounds: Bounds) -> list[LeftOut]:
    """Write the files of HEAD. Attributes in its tree are not asked: git would expand it whole."""
    head = [f"--git-dir={bare}", "rev-parse", "--quiet", "--verify", "HEAD^{commit}"]
    with _git(head, subprocess.DEVNULL) as git:
        if git.wait(bounds.seconds):
            raise _failure(url, msg("there is no commit in it yet"))
    command = [f"--git-dir={bare}", "archive", "--format=tar", "--worktree-attributes", "HEAD"]
    with _git(command, subprocess.DEVNULL, subprocess.PIPE) as git:
        stream = git.stdout or io.BytesIO()
        return write(tar_members(stream, bounds.total + 2048 * bounds.members), folder, bounds)


@contextmanager
def _git(
    arguments: Sequence[str], errors: IO[bytes] | int, output: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """git at work, with its helpers in a group that ends with this."""
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    try:
        process = subprocess.Popen(  # noqa: S603 # the URL follows `--`, and is checked
            ["git", *settings, *arguments],  # noqa: S607 # the instructor's git
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env={**kept, **_ENVIRONMENT},
            start_new_session=True,
        )
    except FileNotFoundError:
        raise GradeLabError(
            msg("git is not installed"), msg("install git, then run `grade-lab batch` again")
        ) from None
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _failure(url: str, reason: Message) -> GradeLabError:
    return GradeLabError(
        msg("{url} cannot be fetched: {reason}", url=_shown(url), reason=reason),
        msg("check the address in the roster, and that `git clone` can fetch it"),
    )


def _shown(text: str) -> str:
    """Text with no password or token that a URL in it holds."""
    return shown(re.sub(r"//[^/@\s]*@", "//", text))
