"""A rubric as people read it: in a terminal, or as Markdown for a syllabus."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.authoring.in_words import asserted, field_in_words
from grader.messages import Translator, msg
from grader.report.plain import plain
from grader.report.terminal_text import TerminalText
from grader.rubric.model import Rubric
from grader.rubric.variables import expand
from grader.shares import split
from grader.yaml_source import Source

if TYPE_CHECKING:
    from rich.padding import Padding


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: a heading (``level`` 1 to 3), a check, or a line below one of these."""

    kind: Literal["heading", "check", "line"]
    text: str
    level: int = 0


def page(rubric: Rubric, path: Path, given: Mapping[str, str], lang: str) -> list[Block]:
    """The whole rubric. A variable without a value stands as ``{name}``."""
    values = {name: f"{{{name}}}" for name in rubric.variables}
    values |= {n: str(v.default) for n, v in rubric.variables.items() if v.default is not None}
    data = dict(Source.read(path).data)
    objectives = expand(data["objectives"], {**values, **given})
    translator = Translator(lang)
    blocks = list(_beginning(rubric, data, translator))
    for index, raw in enumerate(objectives):
        blocks += _objective(rubric, index, raw, translator)
    total = msg("Total: {points} points", points=rubric.points)
    return [*blocks, Block("heading", translator.text(total), 3)]


def _beginning(rubric: Rubric, data: Mapping[str, Any], translator: Translator) -> Iterator[Block]:
    text = translator.text
    yield Block("heading", text(rubric.title), 1)
    mark = (rubric.points * rubric.pass_mark).normalize()
    needed = msg(
        "{points} points; {mark} are needed to pass", points=rubric.points, mark=f"{mark:f}"
    )
    yield Block("line", text(needed))
    yield Block(
        "line", text(msg("Rubric `{id}`, version {sha}", id=rubric.id, sha=rubric.sha256[:12]))
    )
    if rubric.late is not None:
        yield Block("heading", text(msg("Handed in late")), 2)
        yield from (_field(name, value, translator) for name, value in data["late"].items())
    if rubric.variables:
        yield Block("heading", text(msg("Variables")), 2)
        for name, variable in rubric.variables.items():
            facts = [text(variable.title)] if variable.title else []
            facts += [text(msg("required"))] if variable.required else []
            if variable.default is not None:
                facts.append(text(msg("`{value}` unless given", value=variable.default)))
            if variable.pattern is not None:
                facts.append(text(msg("must match `{pattern}`", pattern=variable.pattern)))
            yield Block("line", f"`{name}`: {'; '.join(facts)}")
    if data.get("sandbox"):
        yield Block("heading", text(msg("When grade-lab runs the image itself")), 2)
        yield from (_field(name, value, translator) for name, value in data["sandbox"].items())
    yield Block("heading", text(msg("Objectives")), 2)


def _objective(rubric: Rubric, index: int, raw: Any, translator: Translator) -> Iterator[Block]:
    text = translator.text
    objective = rubric.objectives[index]
    titles = {one.id: text(one.title) for one in rubric.objectives}
    heading = msg(
        "{number}. {title} ({points} points)",
        number=index + 1,
        title=text(raw["title"]),
        points=objective.points,
    )
    yield Block("heading", text(heading), 3)
    if objective.requires:
        first = msg("Only after: {objectives}", objectives=[titles[o] for o in objective.requires])
        yield Block("line", text(first))
    shares = split(objective.points, [check.weight for check in objective.checks])
    for check, fields, share in zip(objective.checks, raw["checks"], shares, strict=True):
        line = f"`{check.type}`: {text(asserted(type(check)))}"
        if len(shares) > 1:
            points = f"{share.normalize():f}"
            line = text(msg("{check} ({points} points)", check=line, points=points))
        yield Block("check", line)
        for name, value in fields.items():
            if name not in {"type", "weight", "hint", "accept"}:
                yield _field(name, value, translator)
        if check.accept:
            yield Block(
                "line", text(msg("Counts only if it is: {kinds}", kinds=list(check.accept)))
            )
        if "hint" in fields:
            yield Block("line", text(msg("Hint: {hint}", hint=text(fields["hint"]))))


def _field(name: str, value: Any, translator: Translator) -> Block:
    return Block("line", f"{name}: {field_in_words(value, translator)}")


def markdown(blocks: Sequence[Block]) -> str:
    """The page as Markdown."""
    lines: list[str] = []
    indent = ""
    for block in blocks:
        safe = _without_html(" ".join(plain(block.text).split()))
        if block.kind == "heading":
            apart = [""] if lines and lines[-1] else []
            lines += [*apart, f"{'#' * block.level} {safe}", ""]
            indent = ""
        elif block.kind == "check":
            lines.append(f"- {safe}")
            indent = "  "
        else:
            lines.append(f"{indent}- {safe}")
    return "\n".join(lines).strip() + "\n"


def _without_html(text: str) -> str:
    """Text in which only what stands in backticks may look like a tag."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else p.replace("<", "&lt;") for p in parts)


def terminal(blocks: Sequence[Block], encoding: str) -> Iterator[Padding]:
    """The page for a terminal: wrapped, indented, in colours."""
    from rich.padding import Padding
    from rich.text import Text

    shows = TerminalText(encoding)
    styles = {1: "bold underline", 2: "bold cyan", 3: "bold"}
    indent = 0
    for block in blocks:
        shown = shows.safe(block.text)
        if block.kind == "heading":
            indent = 3 if block.level == 3 else 0
            yield Padding(Text(shown, styles[block.level]), (0 if block.level == 1 else 1, 0, 0, 0))
        elif block.kind == "check":
            indent = 5
            yield Padding(Text(f"{shows.signs['to-do']} {shown}"), (0, 0, 0, 3))
        else:
            yield Padding(
                Text(shown, "default" if indent < 5 else "bright_black"), (0, 0, 0, indent)
            )
