"""Mistakes in a rubric are told with file, line, column and the nearest known name."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.find import find, shipped
from grader.rubric.load import load

GOOD = """\
schema: grade-lab/rubric/1
id: demo
title: {ko: "연습", en: Demo}
variables:
  hub_id: {required: true, pattern: "[a-z0-9]{4,30}"}
  tag: {default: "1.0"}
objectives:
  - id: build
    title: Build
    points: 10
    checks:
      - {type: image, image: "{hub_id}/app:{tag}"}
  - id: more
    title: More
    points: 5
    requires: [build]
    checks:
      - {type: file, path: notes.txt, matches: "by {hub_id}"}
"""
GIVEN = {"hub_id": "haneul"}


def load_text(tmp_path: Path, text: str, given: dict[str, str] | None = None) -> object:
    path = tmp_path / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, GIVEN if given is None else given)


def problems(tmp_path: Path, text: str, given: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(RubricError) as caught:
        load_text(tmp_path, text, given)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_variables_reach_every_string(tmp_path: Path) -> None:
    rubric = load_text(tmp_path, GOOD)
    assert rubric.objectives[0].checks[0].image == "haneul/app:1.0"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        (
            'image: "{hub_id}/app',
            'imgae: "{hub_id}/app',
            "12:23",
            "unknown field 'imgae'; did you mean 'image'?",
        ),
        (
            "type: image",
            "type: imaeg",
            "12:16",
            "unknown check type 'imaeg'; did you mean 'image'?",
        ),
        ("type: image, ", "", "12:9", "a check needs a `type`"),
        (
            "{hub_id}/app:{tag}",
            "{hub_id}/app:{tga}",
            "12:44",
            "the variable 'tga' is not declared; did you mean 'tag'?",
        ),
        (
            "id: more\n    title: More\n    points: 5\n    requires: [build]",
            "id: build\n    title: More\n    points: 5",
            "13:9",
            "the id 'build' stands twice",
        ),
        (
            "requires: [build]",
            "requires: [biuld]",
            "16:16",
            "there is no objective 'biuld'; did you mean 'build'?",
        ),
        ("points: 10", "points: 10\n    requires: [more]", "11:15", "in a circle"),
        ("points: 10", "points: ten", "10:13", "'points'"),
        ("points: 10", "pionts: 10", "10:5", "unknown field 'pionts'; did you mean 'points'?"),
        ("    title: Build\n", "", "8:5", "the field 'title' is missing"),
        ("id: demo", "id: demo\nid: again", "3:1", "the key 'id' stands twice"),
        ("id: demo", "id: [demo", "2:5", "not valid YAML"),
        ("grade-lab/rubric/1", "grade-lab/rubrik/1", "1:9", "'schema' cannot be"),
        ('matches: "by {hub_id}"', 'matches: "("', None, "not a valid regular expression"),
        ('matches: "by {hub_id}"', 'matches: ".*"', None, "would assert nothing"),
        ('matches: "by {hub_id}"', 'contains: ""', None, "would assert nothing"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, place: str | None, said: str
) -> None:
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert said in found[0]
    if place:
        assert found[0].startswith(f"demo.yaml:{place}:")


def test_a_file_beside_the_rubric_is_read(tmp_path: Path) -> None:
    (tmp_path / "lesson.md").write_text("# Lesson\n", encoding="utf-8")
    answer = "{type: answer, question: vm, min_chars: 1, source_text: lesson.md}"
    rubric = load_text(tmp_path, f"{GOOD}      - {answer}\n")
    assert rubric.objectives[1].checks[1].source_text == "# Lesson\n"  # type: ignore[attr-defined]
    (found,) = problems(tmp_path, f"{GOOD}      - {answer.replace('lesson', 'other')}\n")
    assert "other.md" in found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace('image: "', 'imgae: "').replace("path:", "pth:"))
    assert len([p for p in found if "did you mean" in p]) == 2


def test_a_required_variable_that_is_not_given(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, GOOD, {})
    assert found.startswith("demo.yaml:5:3: the variable 'hub_id' is required")
    assert "--set hub_id=VALUE" in found
    hinted = GOOD.replace("{required: true,", "{required: true, hint: Not your name.,")
    (found,) = problems(tmp_path, hinted, {})
    assert found.endswith("; Not your name.")


@pytest.mark.parametrize("value", ["A!", "a" * 31, "../x", "x\nyyyy", ""])
def test_a_value_that_does_not_match_its_pattern(tmp_path: Path, value: str) -> None:
    (found,) = problems(tmp_path, GOOD, {"hub_id": value})
    assert "does not match the pattern" in found


def test_a_setting_that_is_no_variable(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, GOOD, {**GIVEN, "hubid": "x"})
    assert "did you mean 'hub_id'?" in found


def test_a_learners_value_cannot_widen_a_pattern(tmp_path: Path) -> None:
    text = GOOD.replace(
        '{required: true, pattern: "[a-z0-9]{4,30}"}', "{required: true, pattern: .+}"
    )
    text = text.replace("{hub_id}/app", "app")
    rubric = load_text(tmp_path, text, {"hub_id": ".+"})
    pattern = rubric.objectives[1].checks[0].matches  # type: ignore[attr-defined]
    assert pattern.found_in("by .+")
    assert not pattern.found_in("by anyone")


def test_doubled_braces_stand_for_themselves(tmp_path: Path) -> None:
    rubric = load_text(tmp_path, GOOD.replace("notes.txt", '"{{tag}}.txt"'))
    assert rubric.objectives[1].checks[0].path == "{tag}.txt"  # type: ignore[attr-defined]


def test_a_file_full_of_aliases_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
    )
    assert "more than" in problems(tmp_path, bomb)[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "just words", "a: b", "objectives: 3", "\x00", "objectives: [1, [2]]"]
)
def test_something_else_than_a_rubric(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_an_unknown_rubric_says_where_to_look() -> None:
    with pytest.raises(RubricError) as caught:
        find("container-and-dokcer", Path("/nonexistent"))
    assert "did you mean 'container-and-docker'?" in str(caught.value)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_rubrics_have_no_mistakes_and_both_languages(name: str) -> None:
    rubric = load(shipped()[name], lenient=True)
    for objective in rubric.objectives:
        texts = [objective.title, *(c.hint for c in objective.checks if c.hint is not None)]
        assert all(isinstance(text, dict) and {"ko", "en"} <= text.keys() for text in texts)


def test_a_value_that_cannot_be_used_is_told_as_the_learners_and_not_as_the_rubrics() -> None:
    path = find("container-and-docker", Path())
    with pytest.raises(RubricError) as caught:
        load(path, {"hub_id": "haneul@example.com"})
    told = "\n".join(caught.value.lines(str))
    assert "cannot be used with these values" in told
    assert "hub_id: 'haneul@example.com' does not match" in told
    assert "lower-case letters and digits" in told
    assert "lab.yaml" in told
    assert str(path) not in told
