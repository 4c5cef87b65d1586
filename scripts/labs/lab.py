"""What a lab is: its rubric, where a student begins, and the stories of students who did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from lab.docker import DockerError

from .student import Student, begin

ROOT = Path(__file__).parents[2]

Story = Callable[[Student], None]
"""What one student does, from the starter on; it grades as often as that student would."""


@dataclass(frozen=True)
class Lab:
    """A lab of a shipped rubric.

    ``stories`` are the rubric's test cases, by name. ``starter`` is the folder that students get.
    ``prepare`` makes what a registry would give everybody, such as base images. ``leftovers`` are
    the arguments of docker commands that remove whatever a story may leave behind.
    """

    rubric: str
    stories: Mapping[str, Story]
    starter: Path
    leftovers: Callable[[Student], Sequence[Sequence[str]]]
    prepare: Story = lambda _: None

    @property
    def cases(self) -> Path:
        """Where the recorded stories are."""
        return ROOT / "rubrics" / f"{self.rubric}.tests"

    def tell(self, story: str, folder: Path, *, tag: str = "1.0", port: int = 8080) -> Student:
        """Do the lab in a new ``folder`` as the story has it, and remove what it leaves.

        Another ``port`` is taken where that one is not free; 0 stands for any.
        """
        student = begin(self.starter, folder, self.rubric, tag=tag, port=port)
        try:
            self.prepare(student)
            self.stories[story](student)
        finally:
            for arguments in self.leftovers(student):
                with suppress(DockerError):
                    student.docker(*arguments)
        return student


def labs() -> dict[str, Lab]:
    """All of them, by the rubric's name."""
    folder = str(Path(__file__).parent)
    modules = (import_module(f"labs.{module.name}") for module in iter_modules([folder]))
    found = [module.LAB for module in modules if hasattr(module, "LAB")]
    return {lab.rubric: lab for lab in found}
