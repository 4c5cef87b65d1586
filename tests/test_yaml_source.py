"""YAML that nobody types by accident: it is refused with its place, or taken as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.submission import load
from grader.yaml_source import InvalidYamlError, Source


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
