"""Whatever a learner writes, wherever: it is shown, and does nothing, in every output there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.hostile import CORPUS
from tests.report.outputs import OUTPUTS

MARK = "kilroy-was-here"


@pytest.mark.parametrize("text", CORPUS)  # the outer one, so that each is judged once
def test_no_text_does_anything(text: str, tmp_path: Path) -> None:
    wrong = {}
    for name, output in OUTPUTS.items():
        try:
            for shown in output.show(text, tmp_path):
                output.harmless(shown)
        except Exception as error:
            wrong[name] = repr(error)[:300]
    assert wrong == {}


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_output_does_show_what_a_learner_wrote(name: str, tmp_path: Path) -> None:
    assert any(MARK in shown for shown in OUTPUTS[name].show(MARK, tmp_path))
