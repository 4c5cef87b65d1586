"""Where a rubric is: those that come with grade-lab, by name, and everybody's own, by path."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from grader.check import Text
from grader.errors import RubricError
from grader.messages import msg
from grader.problems import nearest
from grader.yaml_source import Source, as_mapping


def shipped() -> dict[str, Path]:
    """The rubrics that come with the package, by name."""
    folder = Path(str(files("rubrics")))
    return {path.name.removesuffix(".yaml"): path for path in sorted(folder.glob("*.yaml"))}


def find(name: str, base: Path) -> Path:
    """The file of a shipped rubric's name, or of a path relative to ``base``.

    Raises:
        RubricError: there is neither.
    """
    known = shipped()
    if name in known:
        return known[name]
    path = base / name
    if path.is_file():
        return path
    raise RubricError(
        msg("there is no rubric '{name}'{nearest}", name=name, nearest=nearest(name, list(known))),
        msg("`grade-lab rubric list` shows the rubrics that come with grade-lab"),
    )


def title_of(path: Path) -> Text:
    """A rubric's title, without checking the rest of it."""
    title: Text = as_mapping(Source.read(path)).get("title", "")
    return title
