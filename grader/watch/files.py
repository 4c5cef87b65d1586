"""Files whose change no event tells: those of the submission, and those that hold logins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.collect.login import login_files
from grader.facts import Fact
from grader.needs import ComposeNeed, EnvFileNeed, FileNeed, LoginNeed, Need

Signature = tuple[int, int, int] | None


class ChangedFiles:
    """The files that needs ask for, looked at by their size and times alone."""

    def __init__(
        self, needs: Iterable[Need[Fact]], submission: Path, env: Mapping[str, str]
    ) -> None:
        self._paths: dict[Need[Fact], tuple[Path, ...]] = {}
        for need in needs:
            if isinstance(need, FileNeed | EnvFileNeed | ComposeNeed):
                self._paths[need] = (submission / need.path,)
            elif isinstance(need, LoginNeed):
                self._paths[need] = login_files(env)
        self._known = self._signatures()

    def changed(self) -> set[Need[Fact]]:
        """The needs whose file changed since this was asked last."""
        found = self._signatures()
        changed = {need for need, signatures in found.items() if signatures != self._known[need]}
        self._known = found
        return changed

    def _signatures(self) -> dict[Need[Fact], tuple[Signature, ...]]:
        return {need: tuple(map(_signature, paths)) for need, paths in self._paths.items()}


def _signature(path: Path) -> Signature:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
