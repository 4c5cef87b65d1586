"""Facts of files: what a submission holds, and what is in an image."""

from __future__ import annotations

from typing import Literal

from grader.facts import Fact

Encoding = Literal["utf-8", "utf-16", "cp949", "mixed"]


class File(Fact):
    """A file. ``text`` is None when it is no text, or too long to keep.

    ``encoding`` is what it was saved in: ``mixed`` is UTF-8 for the most part.
    """

    sha256: str
    size: int
    text: str | None = None
    encoding: Encoding = "utf-8"


class EnvNames(Fact):
    """The names that an env file sets, as ``docker run --env-file`` reads it."""

    names: tuple[str, ...]


class Tree(Fact):
    """Files by path relative to the one asked for, each with the SHA-256 of its bytes.

    A path that is a file has one entry, its own name. ``origin`` is where they were read: the id of
    a container or an image, or ``submission``. An env file is not read: its hash is empty in an
    image, and the submission's are left out.
    """

    files: dict[str, str]
    origin: str
    image_id: str = ""
    complete: bool = True
