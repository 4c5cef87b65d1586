"""The kinds of submissions in a made-up class, how frequent they are, and what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import class_edits as edits
from class_recording import Submission

Lost = Mapping[str, str | float]
"""What is not passed: an objective's status, with no points; or the points of one that is partial."""

NO_ANSWERS = {
    "vm-vs-container": "fail",
    "dockerfile-contents": "fail",
    "find-error": "fail",
    "see-logs": "fail",
    "see-containers": "fail",
    "see-images": "fail",
}


@dataclass(frozen=True)
class Kind:
    """``weight``: how frequent it is. ``lost`` is None where what is earned is not known.

    ``edit`` makes it of a submission with all points; ``copy`` of such a one and another's.
    ``flags`` are those it raises, ``error`` the beginning of why it cannot be judged.
    """

    group: Literal["good", "partial", "broken", "hostile"]
    weight: float
    edit: edits.Edit = edits.as_it_was
    lost: Lost | None = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    error: str = ""
    copy: Callable[[Submission, Submission], None] | None = None


BROKEN = ("broken-journal",)

KINDS = {
    "complete": Kind("good", 52),
    "late": Kind("good", 3, flags=("late-journal",)),
    "stopped-early": Kind("partial", 6, edits.stopped_early, None),
    "wrong-port": Kind("partial", 4, edits.wrong_port, None),
    "no-env-file": Kind("partial", 2, edits.no_env_file, None),
    "foreground": Kind("partial", 1, edits.foreground, None),
    "no-push": Kind("partial", 3, edits.no_push, None),
    "no-tag": Kind("partial", 2, edits.no_tag, None),
    "no-answers": Kind("partial", 2, edits.no_answers, NO_ANSWERS),
    "misconception": Kind("partial", 2, edits.misconception, None),
    "secret-in-image": Kind("partial", 1, edits.secret_in_image, None),
    "other-source": Kind("partial", 2, edits.other_source, None),
    "crashed": Kind("partial", 1, edits.crashed, None),
    "engine-out-of-reach": Kind("partial", 1, edits.engine_out_of_reach, None),
    "cut-short": Kind("broken", 1, edits.cut_short, flags=BROKEN),
    "altered": Kind("broken", 1, edits.altered, None, BROKEN),
    "without-a-line": Kind("broken", 1, edits.without_a_line, None, BROKEN),
    "no-journal": Kind("broken", 1, edits.no_journal, None),
    "binary-journal": Kind("broken", 0.5, edits.binary_journal, None, BROKEN),
    "no-lab-file": Kind("broken", 1, edits.no_lab_file),
    "broken-yaml": Kind("broken", 1, edits.broken_yaml, None, error="lab.yaml"),
    "unknown-variable": Kind("broken", 0.5, edits.unknown_variable, None, error="the rubric"),
    "no-dockerfile": Kind("broken", 1, edits.no_dockerfile, None),
    "empty-folder": Kind("broken", 0.5, edits.empty_folder, None),
    "formula-name": Kind("hostile", 0.5, edits.formula_name),
    "script": Kind("hostile", 0.5, edits.script),
    "terminal-escapes": Kind("hostile", 0.5, edits.terminal_escapes),
    "long-line": Kind("hostile", 0.1, edits.long_line, flags=BROKEN),
    "long-answer": Kind("hostile", 0.1, edits.long_answer, None),
    "deep-yaml": Kind("hostile", 0.3, edits.deep_yaml, None, error="lab.yaml"),
    "yaml-bomb": Kind("hostile", 0.3, edits.yaml_bomb, None, error="lab.yaml"),
    "wrong-types": Kind("hostile", 0.5, edits.wrong_types, None),
    "wrong-entries": Kind("hostile", 0.5, edits.wrong_entries, flags=BROKEN),
    "newer-version": Kind("hostile", 0.3, edits.newer_version, None, error="a newer grade-lab"),
    "backwards-clock": Kind(
        "hostile", 0.5, edits.clock_runs_backwards, None, ("backwards-clock",)
    ),
    "link-out": Kind("hostile", 0.3, edits.leads_out, None, error="lab.yaml"),
    "copied-journal": Kind(
        "hostile",
        0.7,
        flags=("same-journal", "same-container", "same-image", "same-source"),
        copy=edits.copied_journal,
    ),
    "copied-answers": Kind("hostile", 0.7, flags=("alike-answers",), copy=edits.copied_answers),
    "other-name": Kind("hostile", 0.2, flags=("same-learner",), copy=edits.other_name),
}
