"""What learners may do in a lab, rightly and wrongly: labs in which they did it."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from grader.result import Learner
from grader.rubric.find import find
from grader.rubric.load import load
from tests.lab_files import FILES, HUB, LOCAL, NAME, REFERENCES
from tests.lab_stories import Lab
from tests.places import ROOT

SHIPPED = load(find("container-and-docker", ROOT), {"hub_id": "haneul"})
EVERY_CHECK = load(ROOT / "tests" / "every_check.yaml")
RUBRICS = (SHIPPED, EVERY_CHECK)
NEEDS = tuple(dict.fromkeys(need for rubric in RUBRICS for need in rubric.needs()))
LEARNER = Learner(id="s-001", name="")

Action = tuple[Any, ...]
"""A method of `Lab` or `Machine`, and its arguments."""

names = st.sampled_from((NAME, NAME, "other"))
references = st.sampled_from(REFERENCES)
ways = st.sampled_from(
    ("right", "right", "port", "no env", "crash", "foreground", "rm", "create"),
)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from([*FILES]), st.integers(0, 3)),
    st.tuples(st.just("build"), st.sampled_from((LOCAL, LOCAL, "wisheasy:latest"))),
    st.tuples(st.just("tag"), st.just(LOCAL), references),
    st.tuples(st.just("log_in"), st.booleans()),
    st.tuples(st.sampled_from(("push", "pull", "rmi")), references),
    st.tuples(st.just("run"), names, references, ways),
    st.tuples(st.sampled_from(("start", "end", "kill", "stop", "restart", "rm", "rm_f")), names),
    st.tuples(st.just("rename"), names, names),
    st.tuples(st.just("exec"), names, st.sampled_from(("sh", "python -V"))),
    st.tuples(st.just("resource"), st.sampled_from(("volume", "network")), st.just("data")),
    st.tuples(st.just("pass_time"), st.sampled_from((0.1, 3.0))),
    st.tuples(st.just("restart_engine")),
    st.tuples(st.sampled_from(("watch", "leave")), st.booleans()),
    st.tuples(st.just("grade")),
)
RIGHT: tuple[Action, ...] = (
    *(("edit", path, 0) for path in FILES),
    ("build", LOCAL),
    ("tag", LOCAL, HUB),
    ("log_in", True),
    ("push", HUB),
    ("rmi", HUB),
    ("pull", HUB),
    ("run", NAME, HUB, "right"),
    ("exec", NAME, "sh"),
    ("edit", "answers.md", 0),
    ("stop", NAME),
    ("rm", NAME),
    ("rmi", HUB),
)
CLEAN: tuple[Action, ...] = (
    ("leave", False),
    *(("rm_f", name) for name in (NAME, "other")),
    *(("rmi", reference) for reference in REFERENCES),
)
HARMLESS: st.SearchStrategy[Action] = st.sampled_from(
    (
        ("run", "other", LOCAL, "right"),
        ("restart", "other"),
        ("rm_f", "other"),
        ("exec", "other", "sh"),
        ("tag", LOCAL, "wisheasy:latest"),
        ("rmi", "wisheasy:latest"),
        ("resource", "network", "web"),
        ("pass_time", 3.0),
        ("grade",),
    )
)


@st.composite
def labs(draw: st.DrawFn) -> Lab:
    """Any lab: attempts, right and wrong, of which more or less was seen."""
    lab = a_lab(draw)
    actions: list[Action] = [("watch", True)] if draw(st.booleans()) else []
    for step in draw(st.sampled_from((RIGHT, RIGHT[4:9], ()))):
        actions += [*draw(st.lists(ACTIONS, max_size=3)), step]
    do(lab, *actions, *draw(st.lists(ACTIONS, max_size=8)))
    return lab


def a_lab(draw: st.DrawFn) -> Lab:
    random = draw(st.builds(Random, st.integers(0, 10**6)))
    lab = Lab(NEEDS, random, careful=draw(st.booleans()))
    lab.machine.containerd = draw(st.booleans())
    lab.machine.skew = draw(st.sampled_from((0.0, 0.1, -0.1)))
    return lab


def do(lab: Lab, *actions: Action) -> None:
    """Let a learner do these; the recorder sees files change."""
    for name, *arguments in actions:
        getattr(lab if hasattr(lab, name) else lab.machine, name)(*arguments)
        lab.notice()
