"""Whoever recorded a lab has full marks by the rubric that is drafted from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.drafting.journal import from_journal
from grader.errors import GradeLabError
from grader.facts import HttpResponse, Logs, Mount, PortBinding, Reason
from grader.journal import EMPTY, Entry, Journal
from grader.journal_file import JournalFile
from grader.judge import judge
from grader.needs import ContainerNeed, HttpNeed, ImageNeed, LogsNeed
from tests.drafting.drafts import data_of, judged_by_own_draft, lacking, read_again
from tests.factories import a_container, an_image, event, hex_id, journal_of, saw, submitted
from tests.lab_actions import LEARNER, NEEDS, RIGHT, do, labs
from tests.lab_files import HUB
from tests.lab_stories import Lab
from tests.places import SAMPLE

SETTINGS = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
RECORDED = sorted(SAMPLE.parent.glob("rubrics/*.tests/full-marks"))
SAMPLE_JOURNAL = JournalFile(SAMPLE / ".grade-lab/journal.jsonl").read()
STEPS = (
    *("dockerfile", "dockerignore", "build", "tag", "push", "pull", "run", "answers", "logs"),
    *("exec", "stop", "remove", "remove-image", "order"),
)


def right_lab() -> Lab:
    lab = Lab(NEEDS, Random(1))
    do(lab, ("watch", True), *RIGHT)
    return lab


def test_the_recorded_sample_has_full_marks_by_its_own_rubric_which_asks_for_every_step() -> None:
    draft, result = judged_by_own_draft(SAMPLE_JOURNAL, SAMPLE)
    assert lacking(result) == {}
    assert (result.score, result.max_score, result.complete) == (100, 100, True)
    assert set(STEPS) <= {objective.id for objective in draft.objectives}


@pytest.mark.parametrize("folder", RECORDED, ids=lambda folder: folder.parent.stem)
def test_every_lab_that_was_recorded_has_full_marks_by_its_own_rubric(folder: Path) -> None:
    journal = JournalFile(folder / ".grade-lab/journal.jsonl").read()
    _, result = judged_by_own_draft(journal, folder)
    assert lacking(result) == {}
    assert len(result.objectives) >= 3


def test_a_lab_that_was_watched_becomes_its_steps_in_their_order() -> None:
    draft, result = judged_by_own_draft(right_lab().journal)
    assert lacking(result) == {}
    ids = [objective.id for objective in draft.objectives]
    assert set(STEPS) <= set(ids)
    in_order = ["build", "tag", "push", "pull", "run", "exec", "stop", "remove", "order"]
    assert [name for name in ids if name in in_order] == in_order


def test_the_order_is_that_of_the_container_that_ran_not_of_one_that_crashed_and_was_removed() -> (
    None
):
    def lived(name: str, at: float, *actions: str) -> list[Entry]:
        of_it = {"id": hex_id(name), "name": "web", "image": "app:1"}
        return [event(f"container {did}", at + i, **of_it) for i, did in enumerate(actions)]

    need = ContainerNeed(name="web", image="app:1")
    crashed = a_container(id=hex_id("a"), status="exited", exit_code=3)
    journal = journal_of(
        *lived("a", 1, "create", "start", "die"),
        saw(need, crashed, 3.5),
        *lived("a", 4, "destroy"),
        *lived("b", 5, "create", "start"),
        saw(need, a_container(id=hex_id("b")), 6.5),
        *lived("b", 7, "kill", "die", "stop", "destroy"),
        saw(need, Reason.NOT_THERE, 12),
    )
    checks = _checks(data_of(from_journal(journal, "x", "X")))
    assert [step["did"] for step in checks["sequence"]["steps"]] == [
        "started",
        "stopped",
        "removed",
    ]


def test_what_was_run_is_asked_for_in_every_detail() -> None:
    checks = _checks(data_of(from_journal(right_lab().journal, "x", "X")))
    assert checks["container"] == {
        "type": "container",
        "name": "wisheasy",
        "image": "docker.io/{hub_id}/wisheasy:{tag}",
        "ports": ["8080:8000"],
        "env_file": ".env.example",
        "detached": True,
        "hint": checks["container"]["hint"],
    }
    assert checks["http"]["contains"] == "wisheasy"
    assert checks["logs"]["contains"] == "wisheasy is listening on port 8000"
    assert checks["built_from"]["source"] == {"/app": "."} or "/app/app.py" in str(checks)


def test_another_learner_with_another_id_passes_and_one_with_another_port_does_not() -> None:
    rubric = from_journal(right_lab().journal, "x", "X")
    other = "docker.io/sunny/wisheasy:1.0"
    outcomes = {}
    for way in ("right", "port"):
        lab = Lab([*read_again(rubric, hub_id="sunny").needs()], Random(2))
        steps = [tuple(other if part == HUB else part for part in step) for step in RIGHT]
        steps = [(*step[:3], way) if step[0] == "run" else step for step in steps]
        do(lab, ("watch", True), *steps)
        outcomes[way] = judge(read_again(rubric, hub_id="sunny"), lab.journal, LEARNER)
    assert lacking(outcomes["right"]) == {}
    assert "run" in lacking(outcomes["port"])


@SETTINGS
@given(labs())
def test_whatever_was_recorded_the_rubric_is_sound_and_gives_its_author_full_marks(
    lab: Lab,
) -> None:
    try:
        draft, result = judged_by_own_draft(lab.journal)
    except GradeLabError:
        return  # nothing was done that could be graded
    assert lacking(result) == {}
    assert sum(objective.max_score for objective in result.objectives) == 100
    assert len(draft.objectives) == len({objective.id for objective in draft.objectives})


def test_a_journal_of_nothing_is_told_with_what_to_do() -> None:
    with pytest.raises(GradeLabError) as error:
        from_journal(EMPTY, "x", "X")
    assert "watch --everything" in str(error.value.advice[0])


any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
odd_text = st.one_of(
    any_text,
    st.sampled_from(
        (
            "{hub_id}",
            "{{tag}} and {x}",
            "'\"\n: - # &a *b !c",
            "no",
            "1.0",
            "\x00\x1b[31m\x85\u2028\ufeff",
            "- a\n# b",
            "</script>",
            "~",
        )
    ),
)


@SETTINGS
@given(
    name=st.one_of(odd_text, st.just("web")),
    names=st.lists(odd_text, min_size=6, max_size=6),
    body=odd_text,
    log=odd_text,
)
def test_names_and_texts_of_anybody_make_a_correct_file(
    name: str, names: list[str], body: str, log: str
) -> None:
    journal = _odd_journal(name, names, body, log)
    try:
        draft, result = judged_by_own_draft(journal)
    except GradeLabError:
        return
    assert lacking(result) == {}
    for lang in ("ko", "en"):
        assert read_again(draft, lang).id == "drafted"


@pytest.mark.parametrize(
    "text",
    [
        "say {hub_id} twice",
        "say {{hub_id}} and {tag} now",
        "wait for {a}, 'so' # &x: - and be done",
    ],
)
def test_what_looks_like_a_variable_in_a_log_is_looked_for_as_it_stands(text: str) -> None:
    draft, result = judged_by_own_draft(_odd_journal("web", ["A"] * 6, "", f"{text}\n"))
    assert lacking(result) == {}
    rubric = read_again(draft, hub_id="sunny")
    (logs,) = (o.checks[0] for o in rubric.objectives if o.id == "logs")
    assert logs.model_dump()["contains"] == text


def _odd_journal(name: str, names: list[str], body: str, log: str) -> Journal:
    image = "haneul/page:1.0"
    container = a_container(
        name,
        image,
        id=hex_id("c"),
        ports=(PortBinding(container="80/tcp", host="8080"), PortBinding(container=names[0])),
        env={names[1]: "run", "COLOR": "run"},
        detached=True,
        restart=names[2],
        mounts=(Mount(type="volume", source=names[3], target=names[4]),),
        networks=(names[5], "front"),
    )
    picked = {"name": name, "image": image}
    url = "http://127.0.0.1:8080/"
    of_it = {"id": hex_id("c"), "name": name, "image": image}
    return journal_of(
        submitted("Dockerfile", f"FROM x:1\n# {names[0]}\nLABEL a={names[1]!r}\nCMD ['x']\n"),
        submitted(".dockerignore", f".env\n{names[2]}\n"),
        event("image tag", 1, id=f"sha256:{hex_id(image)}", name=image),
        saw(ImageNeed(image=image), an_image(image, labels={names[0]: names[1]}), 1),
        event("container create", 2, **of_it),
        event("container start", 2, **of_it),
        saw(ContainerNeed(**picked), container, 2),
        saw(LogsNeed(**picked), Logs(container_id=hex_id("c"), stdout=log, size=len(log)), 3),
        saw(
            HttpNeed(**picked, port=80),
            HttpResponse(container_id=hex_id("c"), url=url, status=200, body=body),
            3,
        ),
        event("container exec_start", 4, **of_it, command=names[3]),
    )


def _checks(data: Mapping[str, Any]) -> dict[str, Any]:
    """The first check of each type."""
    checks = [check for objective in data["objectives"] for check in objective["checks"]]
    return {check["type"]: check for check in reversed(checks)}
