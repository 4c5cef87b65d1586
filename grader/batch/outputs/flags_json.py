"""``flags.json``: what a person should look at, for programs."""

from __future__ import annotations

import json
from pathlib import Path

from grader.batch.outputs.contract import ClassOutput, Graded
from grader.messages import Message
from grader.whole import whole


def write(graded: Graded, path: Path) -> tuple[Message, ...]:
    """Write it; see `ClassOutput`."""
    found = [flag.model_dump(mode="json") for flag in graded.flags()]
    with whole(path) as draft:
        text = json.dumps({"schema": "grade-lab/flags/1", "flags": found}, ensure_ascii=False)
        draft.write_text(text + "\n", encoding="utf-8", newline="\n")
    return ()


OUTPUT = ClassOutput("flags.json", write)
