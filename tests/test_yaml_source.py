"""YAML that nobody types by accident: it is refused with its place, or taken as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.result import Learner
from grader.submission import load
from grader.yaml_source import InvalidYamlError, Source
from tests.places import ROOT


@pytest.mark.parametrize("value", ["!!int ''", "!!bool maybe", "!!float x", "2026-02-30", "0x_"])
def test_a_value_that_is_not_of_its_type_is_named(tmp_path: Path, value: str) -> None:
    (tmp_path / "lab.yaml").write_text(f"learner:\n  id: {value}\n", encoding="utf-8")
    with pytest.raises(SubmissionError) as caught:
        load(tmp_path)
    assert [problem.where for problem in caught.value.problems] == [f"{tmp_path}/lab.yaml:2:7"]


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("text", ['a: "\\ud800"', '"\\udfff": 1'])
def test_half_a_character_is_refused(text: str, pure: bool) -> None:
    with pytest.raises(InvalidYamlError, match="invalid Unicode character escape"):
        Source("x", text, pure=pure)


def test_a_number_that_is_too_long_to_be_one_is_a_text(tmp_path: Path) -> None:
    digits = "0x" + "f" * 5000
    lab = f"learner: {{id: 20231234567890123456789}}\nvariables: {{a: {digits}}}\n"
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    submission = load(tmp_path)
    assert submission.learner.id == "20231234567890123456789"
    assert submission.variables == {"a": digits}


LAB = 'rubric: container-and-docker\nlearner: {id: "s-001", name: "김하늘"}\n'


@pytest.mark.parametrize(
    ("right", "typed", "place", "told"),
    [
        ("rubric: ", "rubric：", "1:7", "`：` is another sign than `:`"),
        ('", ', '"，', "2:22", "`，` is another sign than `,`"),
        ("rubric: ", "rubric:", "1:7", "no space behind the `:`"),
        ("id: ", "id:", "2:13", "no space behind the `:`"),
        ("{id", "｛id", "2:10", "`｛` is another sign than `{`"),
        ('"김하늘"}', '"김하늘"｝', "2:35", "`｝` is another sign than `}`"),
        ("rubric: ", "rubric:\u00a0", "1:8", "a space of another kind"),
        ("learner: ", "learner:\u3000", "2:9", "a space of another kind"),
    ],
)
def test_a_sign_that_yaml_does_not_take_for_its_own_is_named(
    tmp_path: Path, right: str, typed: str, place: str, told: str
) -> None:
    (tmp_path / "lab.yaml").write_text(LAB.replace(right, typed, 1), encoding="utf-8")
    with pytest.raises(SubmissionError, match=told) as caught:
        load(tmp_path)
    assert [problem.where for problem in caught.value.problems] == [f"{tmp_path}/lab.yaml:{place}"]


def test_quotation_marks_of_a_word_processor_are_none_of_a_value(tmp_path: Path) -> None:
    lab = "learner: {id: “s-001”, name: 김 “하늘”}\nvariables: {tag: ‘1.0’, a: “, b: ''}\n"
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    submission = load(tmp_path)
    assert submission.learner == Learner(id="s-001", name="김 “하늘”")
    assert submission.variables == {"tag": "1.0", "a": "“", "b": ""}


def test_what_nobody_sees_is_no_part_of_a_lab_file(tmp_path: Path) -> None:
    lab = "\u200blearner: {id: s-001\u200b, name: 김\u00ad하늘}\n\ufeffvariables: {tag: a\u00a0}\n"
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    submission = load(tmp_path)
    assert submission.learner == Learner(id="s-001", name="김하늘")
    assert submission.variables == {"tag": "a"}


@pytest.mark.parametrize("id_", ["ｓ－００１", '"ｓ-００１"', "“s-001”"])
def test_an_id_is_the_same_in_full_width(tmp_path: Path, id_: str) -> None:
    (tmp_path / "lab.yaml").write_text(f"learner: {{id: {id_}}}\n", encoding="utf-8")
    assert load(tmp_path).learner.id == "s-001"


def test_a_map_without_spaces_behind_its_colons_is_told_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text("learner:\n  id:s-001\n", encoding="utf-8")
    with pytest.raises(SubmissionError, match="put a space behind each `:`"):
        load(tmp_path)


def test_of_a_lone_line_without_a_space_the_sign_is_named(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text("rubric:container-and-docker\n", encoding="utf-8")
    with pytest.raises(SubmissionError, match="no space behind the `:`"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("lab", "told"),
    [
        ("", "it is empty"),
        ("# later\n", "it is empty"),
        ("variables: {hub_id: }\n", "must be a text, and is empty; write it behind the `:`"),
        ("learner:\nrubric: a\n", "put two spaces before each line that belongs to it"),
    ],
)
def test_what_is_left_empty_is_called_that(tmp_path: Path, lab: str, told: str) -> None:
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    with pytest.raises(SubmissionError, match=told):
        load(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "cp949"])
def test_of_another_encoding_it_is_told_how_to_save_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "lab.yaml").write_text(LAB, encoding=encoding)
    with pytest.raises(SubmissionError, match="save it again as UTF-8"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["lab.yml", "lab.yaml.txt", "Lab.yaml"])
def test_a_lab_file_of_another_name_is_to_be_renamed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(LAB, encoding="utf-8")
    if (tmp_path / "lab.yaml").exists():
        pytest.skip("here names differ in more than their case")
    with pytest.raises(SubmissionError) as caught:
        load(tmp_path)
    assert f"`mv {name} lab.yaml`" in str(caught.value.advice[0])


def test_in_the_folder_above_the_project_is_named(tmp_path: Path) -> None:
    project = tmp_path / "내 프로젝트 #1"
    project.mkdir()
    (project / "lab.yaml").write_text(LAB, encoding="utf-8")
    with pytest.raises(SubmissionError) as caught:
        load(tmp_path)
    assert 'cd "내 프로젝트 #1"' in str(caught.value.advice[0])


def test_in_a_folder_of_the_project_the_way_up_is_told(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(LAB, encoding="utf-8")
    (tmp_path / "src").mkdir()
    with pytest.raises(SubmissionError) as caught:
        load(tmp_path / "src")
    assert "`cd ..`" in str(caught.value.advice[0])


def test_where_one_is_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SubmissionError, match=f"there is no lab.yaml in {tmp_path}"):
        load(Path())


def test_a_number_counts_as_it_is_written(tmp_path: Path) -> None:
    lab = "learner: {id: 0012345}\nvariables: {tag: 1.10, port: &a 8080, on: 1e3, to: *a}\n"
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    submission = load(tmp_path)
    assert submission.learner.id == "0012345"
    assert submission.variables == {"tag": "1.10", "port": "8080", "on": "1e3", "to": "8080"}


@pytest.mark.parametrize("opening", ["[", "- ", "? ", "{a: ", "\r\ufeff- - ", "--- - - "])
def test_what_is_nested_deeper_than_the_library_can_follow_is_refused(opening: str) -> None:
    """It would end the process."""
    with pytest.raises(InvalidYamlError):
        Source("deep.yaml", opening * 100_000)


def test_what_is_nested_as_deep_as_nobody_writes_is_told() -> None:
    with pytest.raises(InvalidYamlError, match=r"deep\.yaml:2:502: is nested more than 500 deep"):
        Source("deep.yaml", "a:\n  " + "[" * 600)
    assert Source("deep.yaml", "a: " + "[" * 300 + "]" * 300).data["a"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "rubrics").glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_rubric_reads_the_same_where_the_fast_parser_cannot_be_installed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert Source(path.name, text, pure=True).data == Source(path.name, text).data


@pytest.mark.parametrize(
    "text",
    [
        "rubric: [",
        "a: {b",
        "a: 'b\n",
        "[a, b}",
        "- [a\nb: c\n",
        "id: {tag}/x\n",
        "id: 'it's'\n",
        "a: b: c",
        "a: b\n  c: d\n",
        "a:\n  - b\n c: d\n",
        'a: "\\d"\n',
        "a: @x",
        "a: b\n*y\n",
        "---\na: b\n---\nc: d\n",
        "a:\n\tb: c\n",
    ],
)
def test_without_libyaml_a_mistake_is_told_in_the_same_words(text: str) -> None:
    pytest.importorskip("_ruamel_yaml")
    told = []
    for pure in (False, True):
        with pytest.raises(InvalidYamlError) as caught:
            Source("x", text, pure=pure)
        told.append(caught.value.problem)
    assert told[0] == told[1]
