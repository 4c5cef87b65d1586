"""What a rubric cannot use of lab.yaml is told with file, line and field of lab.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import GradeLabError, RubricError
from grader.handed_in import rubric_of
from grader.rubric.find import find
from grader.rubric.load import load
from grader.run import prepare
from grader.submission import load as load_submission

RUBRIC = """\
schema: grade-lab/rubric/1
id: demo
title: Demo
variables:
  hub_id: {required: true, pattern: "[a-z]+", hint: Not your name.}
  port: {type: integer, default: 8080}
  learner_id: {pattern: "s-[0-9]+"}
objectives:
  - id: run
    title: Run
    points: 1
    checks:
      - {type: container, image: "{hub_id}/app", ports: ["{port}:80"]}
"""
RIGHT = "rubric: demo.yaml\nlearner: {id: s-1}\nvariables:\n  hub_id: haneul\n"


def submission(folder: Path, lab: str, rubric: str = RUBRIC) -> Path:
    (folder / "demo.yaml").write_text(rubric, encoding="utf-8")
    (folder / "lab.yaml").write_text(lab, encoding="utf-8")
    return folder


def refused(folder: Path, **settings: str) -> list[str]:
    with pytest.raises(GradeLabError) as caught:
        prepare(folder, None, settings)
    return [line.replace(f"{folder}/", "") for line in caught.value.lines(str)]


@pytest.mark.parametrize(
    ("lab", "told"),
    [
        (RIGHT.replace("haneul", "Haneul"), "lab.yaml:4:3: 'hub_id': 'Haneul' does not match"),
        (RIGHT.replace("haneul", "Haneul"), "Not your name."),
        (RIGHT + "  hubid: x\n", "lab.yaml:5:3: 'hubid': is not a variable of this rubric"),
        (RIGHT + "  port: http\n", "lab.yaml:5:3: 'port': 'http' is not a whole number"),
        (RIGHT + "  port: 99999\n", "lab.yaml:5:3: 'port': 'ports' '99999:80' is not a port"),
        (RIGHT.replace("s-1", "Mina"), "lab.yaml:2:11: 'learner_id': 'Mina' does not match"),
        (RIGHT.replace("  hub_id: haneul", "  port: 80"), "lab.yaml: the variable 'hub_id' is"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, lab: str, told: str
) -> None:
    folder = submission(tmp_path, lab)
    first, *lines = refused(folder)
    assert first == "grade-lab: lab.yaml cannot be used"
    assert any(told in line for line in lines), lines
    handed_in = load_submission(folder)
    exam = folder / "demo.yaml"
    declared = load(exam, lenient=True).variables
    if "hubid" in lab:  # in a class, what the rubric does not know is only told
        assert rubric_of(handed_in, exam, declared, {}, {})[1]
        return
    with pytest.raises(GradeLabError) as caught:
        rubric_of(handed_in, exam, declared, {}, {"learner_id": handed_in.learner.id})
    assert any(told in str(problem) for problem in caught.value.problems)


def test_a_rubric_that_there_is_not_is_told_with_its_line(tmp_path: Path) -> None:
    told, *_ = refused(submission(tmp_path, RIGHT.replace("demo", "nosuch")))
    assert told == "grade-lab: lab.yaml:1:1: there is no rubric 'nosuch.yaml'"
    told, *_ = refused(submission(tmp_path, "learner: {id: s-1}\nrubric:\n"))
    assert told.startswith("grade-lab: lab.yaml:2:1: lab.yaml names no rubric")


def test_what_is_wrong_elsewhere_is_not_told_of_lab_yaml(tmp_path: Path) -> None:
    folder = submission(tmp_path, RIGHT)
    setting = "\n".join(refused(folder, hub_id="Haneul"))
    assert "hub_id: 'Haneul' does not match" in setting
    assert "lab.yaml:" not in setting
    submission(tmp_path, RIGHT, RUBRIC.replace("type: container", "type: contianer"))
    rubric = "\n".join(refused(folder))
    assert "demo.yaml:13:16: unknown check type 'contianer'" in rubric
    assert "lab.yaml:" not in rubric
    (tmp_path / "empty").mkdir()
    with pytest.raises(RubricError, match="is required"):  # there is no lab.yaml to put right
        prepare(tmp_path / "empty", str(find("container-and-docker", tmp_path)), {})
