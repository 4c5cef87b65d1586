"""Practices about the stages of a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.checking.dockerfile import Dockerfile, Instruction, Stage
from grader.checking.practices.contract import Finding, unquoted
from grader.messages import msg

_FROM = re.compile(r"^--from=(.+)$|^--mount=(?:.*,)?from=([^,]+)", re.DOTALL)


def multi_stage(dockerfile: Dockerfile) -> Iterator[Finding]:
    """The final image takes something from a stage that it does not hold as a whole."""
    last = dockerfile.stages[-1]
    if len(dockerfile.stages) == 1:
        yield Finding(
            last.line,
            msg("there is only one stage, so all that the build needs stays in the image"),
            msg(
                "name this stage with `FROM … AS build`, begin a second one with `FROM`, and "
                "take what was made with `COPY --from=build`"
            ),
        )
        return
    kept = dockerfile.final_stages
    earlier = [stage for stage in dockerfile.stages if stage not in kept]
    sources = [source for instruction in dockerfile.final for source in _sources(instruction)]
    if not any("$" in source or _is_one(source, earlier, dockerfile) for source in sources):
        yield Finding(
            last.line,
            msg("the last stage takes nothing from an earlier stage"),
            msg("write `COPY --from=NAME`, with the name after `AS` of the stage that made it"),
        )


def _sources(instruction: Instruction) -> Iterator[str]:
    if instruction.name in {"COPY", "RUN"}:
        for found in filter(None, map(_FROM.match, instruction.flags)):
            yield unquoted(found[1] or found[2])


def _is_one(source: str, earlier: list[Stage], dockerfile: Dockerfile) -> bool:
    """Whether a stage is meant, by its name or by its number, and not an image."""
    if source.isdecimal():
        return int(source) in [dockerfile.stages.index(stage) for stage in earlier]
    return source.lower() in [stage.name.lower() for stage in earlier if stage.name]
