"""A Python that was built without what needs a library, as pyenv builds it where one is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import SAMPLE

WITHOUT = """
import sys
sys.modules.update(dict.fromkeys({missing!r}))
sys.argv = ["grade-lab", *{arguments!r}]
from grader.__main__ import main
main()
"""


def _run(arguments: list[str], *missing: str) -> subprocess.CompletedProcess[str]:
    program = WITHOUT.format(missing=missing, arguments=arguments)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_a_learner_needs_none_of_it(tmp_path: Path) -> None:
    judged = _run(["judge", str(SAMPLE), "--out", str(tmp_path)], "_lzma", "_bz2", "_sqlite3")
    assert judged.returncode == 0, judged.stderr
    program = "import sys; sys.modules['_lzma'] = None; import grader.collect.collect"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("missing", ["_lzma", "_bz2", "_sqlite3"])
def test_a_class_needs_it_and_that_is_told(tmp_path: Path, missing: str) -> None:
    batch = ["batch", str(SAMPLE.parent), "--rubric", "container-and-docker"]
    told = _run([*batch, "--out", str(tmp_path / "out"), "--lang", "ko"], missing)
    assert told.returncode == 2
    assert missing.removeprefix("_") in told.stderr
    assert "Traceback" not in told.stderr
    assert "Python을 다시 설치" in told.stderr
