"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import OutputError
from grader.messages import msg
from grader.system_error import reason_of, to_write_again

PRIVATE = 0o600
"""The mode of a file that only its owner may read."""


@contextmanager
def whole(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """The path of a draft, which takes the place of ``path`` if nothing is raised.

    Folders that are missing are made. ``mode`` is the file's, less the umask, from the first byte.

    Raises:
        OutputError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)  # of a process that was killed
        draft.touch(mode, exist_ok=False)
        yield draft
        draft.replace(path)
    except OSError as error:
        advice = [msg("close it if another program has it open, or write to another folder")]
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            advice = [to_write_again(error, path)]
        elif error.errno == errno.EACCES and sys.platform != "win32":
            advice.append(to_write_again(error, path))
        raise OutputError(
            msg("the file cannot be written: {reason}", reason=reason_of(error)),
            *advice,
            where=str(path),
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
