"""The kinds of submissions in a made-up class, how frequent they are, and what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import class_edits as edits
from class_recording import Submission

Lost = Mapping[str, str | float]
"""What does not pass: a status without points, or the points of an objective that is partial."""

NOT_STOPPED: Lost = {
    "stop": "fail",
    "remove-container": "fail",
    "remove-image": "fail",
    "order": "unproven",
}
NO_PUSH: Lost = {"push": "fail", "pull": "fail", "order": "unproven"}
OF_CONTAINER = ("answers-http", "logs", "exec", "stop", "remove-container")
NO_TAG: Lost = {
    "tag": "unproven",
    "push": "fail",
    "pull": "unproven",
    "run": "fail",
    **dict.fromkeys(OF_CONTAINER, "skip"),
    "remove-image": "unproven",
    "order": "unproven",
}
CRASHED: Lost = {
    "run": 8.0,
    "answers-http": "fail",
    "logs": "fail",
    "see-logs": "fail",
    "exec": "unproven",
    "stop": "fail",
    "order": "unproven",
}
OF_ENGINE = ("engine", "build", "tag", "push", "pull", "run", "see-containers", "see-images")
OUT_OF_REACH: Lost = {
    **dict.fromkeys((*OF_ENGINE, "see-logs", "remove-image", "order"), "error"),
    **dict.fromkeys(OF_CONTAINER, "skip"),
}
NOTHING_SEEN: Lost = {
    **dict.fromkeys(OUT_OF_REACH, "unproven"),
    "login": "unproven",
    **dict.fromkeys(OF_CONTAINER, "skip"),
}
NO_ANSWERS: Lost = {
    "vm-vs-container": "fail",
    "dockerfile-contents": "fail",
    "find-error": "fail",
    "see-logs": "fail",
    "see-containers": "fail",
    "see-images": "fail",
}
NOTHING: Lost = {**NOTHING_SEEN, **NO_ANSWERS, "dockerfile": "fail", "dockerignore": "fail"}
WRONG_TYPES: Lost = dict.fromkeys(("answers-http", "logs", "see-logs"), "unproven")


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
    "stopped-early": Kind("partial", 6, edits.stopped_early, NOT_STOPPED),
    "wrong-port": Kind("partial", 4, edits.wrong_port, {"run": 8.0}),
    "no-env-file": Kind("partial", 2, edits.no_env_file, {"run": 8.0}),
    "foreground": Kind("partial", 1, edits.foreground, {"run": 8.0}),
    "no-push": Kind("partial", 3, edits.no_push, NO_PUSH),
    "no-tag": Kind("partial", 2, edits.no_tag, NO_TAG),
    "no-answers": Kind("partial", 2, edits.no_answers, NO_ANSWERS),
    "misconception": Kind("partial", 2, edits.misconception, {"vm-vs-container": 2.5}),
    "secret-in-image": Kind(
        "partial", 1, edits.secret_in_image, {"dockerignore": 3.75, "build": 8.0}
    ),
    "other-source": Kind("partial", 2, edits.other_source, {"build": 8.0}),
    "crashed": Kind("partial", 1, edits.crashed, CRASHED),
    "engine-out-of-reach": Kind("partial", 1, edits.engine_out_of_reach, OUT_OF_REACH),
    "cut-short": Kind("broken", 1, edits.cut_short, flags=BROKEN),
    "altered": Kind("broken", 1, edits.altered, {"answers-http": "unproven"}, BROKEN),
    "without-a-line": Kind("broken", 1, edits.without_a_line, {"exec": "unproven"}, BROKEN),
    "no-journal": Kind("broken", 1, edits.no_journal, NOTHING_SEEN),
    "binary-journal": Kind("broken", 0.5, edits.binary_journal, NOTHING_SEEN, BROKEN),
    "no-lab-file": Kind("broken", 1, edits.no_lab_file),
    "broken-yaml": Kind("broken", 1, edits.broken_yaml, None, error="lab.yaml"),
    "unknown-variable": Kind("broken", 0.5, edits.unknown_variable),
    "no-dockerfile": Kind("broken", 1, edits.no_dockerfile, {"dockerfile": "fail"}),
    "empty-folder": Kind("broken", 0.5, edits.empty_folder, NOTHING),
    "formula-name": Kind("hostile", 0.5, edits.formula_name),
    "script": Kind("hostile", 0.5, edits.script),
    "terminal-escapes": Kind("hostile", 0.5, edits.terminal_escapes),
    "long-line": Kind("hostile", 0.1, edits.long_line, flags=BROKEN),
    "long-answer": Kind("hostile", 0.1, edits.long_answer, NO_ANSWERS),
    "deep-yaml": Kind("hostile", 0.3, edits.deep_yaml, None, error="lab.yaml"),
    "yaml-bomb": Kind("hostile", 0.3, edits.yaml_bomb, None, error="lab.yaml"),
    "wrong-types": Kind("hostile", 0.5, edits.wrong_types, WRONG_TYPES),
    "wrong-entries": Kind("hostile", 0.5, edits.wrong_entries, flags=BROKEN),
    "newer-version": Kind("hostile", 0.3, edits.newer_version, None, error="a newer grade-lab"),
    "backwards-clock": Kind("hostile", 0.5, edits.clock_runs_backwards, flags=("backwards-clock",)),
    "link-out": Kind("hostile", 0.3, edits.leads_out, None, error="lab.yaml"),
    "copied-journal": Kind(
        "hostile",
        0.7,
        flags=("same-journal", "same-container", "same-image", "same-source", "alike-answers"),
        copy=edits.copied_journal,
    ),
    "copied-answers": Kind("hostile", 0.7, flags=("alike-answers",), copy=edits.copied_answers),
    "other-name": Kind("hostile", 0.2, flags=("same-learner",), copy=edits.other_name),
}
