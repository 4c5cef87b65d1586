"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import OutputError
from grader.messages import msg


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The path of a draft, which takes the place of ``path`` if nothing is raised.

    Raises:
        OutputError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            msg("the file cannot be written: {reason}", reason=error.strerror or str(error)),
            msg("close it if it is open in a spreadsheet, or choose another folder with `--out`"),
            where=str(path),
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
