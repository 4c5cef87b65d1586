"""The snippets of docs/formats.md, run as the platforms would run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from grader.plugins import report_format, report_formats
from tests.packages import install
from tests.pages import code, page
from tests.places import SAMPLE
from tests.report.consumers import classroom, gradescope, prairielearn

GUIDE = "formats.md"
BIN = Path(sys.executable).parent


def run(script: str, cwd: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script, in which absolute paths were replaced, with the commands of this Python."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", *options, "-c", script],
        cwd=cwd,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
    )


def on_gradescope(folder: Path) -> tuple[gradescope.Results, str]:
    (folder / "results").mkdir()
    script = code(GUIDE, "bash")[0].replace("/opt/grade-lab/bin/", "")
    done = run(script.replace("/autograder", str(folder)), folder)
    assert done.returncode == 0
    text = (folder / "results" / "results.json").read_text(encoding="utf-8")
    return gradescope.Results.model_validate_json(text), done.stdout


def on_prairielearn(folder: Path) -> prairielearn.Results:
    script = code(GUIDE, "bash")[1].replace("/tmp/lab", f"{folder}/lab")
    done = run(script.replace("/grade/", f"{folder}/"), folder)
    assert done.returncode == 0
    text = (folder / "results" / "results.json").read_text(encoding="utf-8")
    return prairielearn.Results.model_validate_json(text)


def test_gradescopes_script_grades_what_was_handed_in(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "submission" / "my lab")
    assert on_gradescope(tmp_path)[0].score == 100


def test_what_was_written_since_the_last_look_counts(tmp_path: Path) -> None:
    lab = tmp_path / "submission" / "my lab"
    shutil.copytree(SAMPLE, lab)
    (lab / "answers.md").write_text("## vm-vs-container\nNo idea.\n", encoding="utf-8")
    assert on_gradescope(tmp_path)[0].score not in {None, 100}


def test_gradescopes_script_tells_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "lab.yaml").write_text("learner: [")
    results, printed = on_gradescope(tmp_path)
    assert (results.score, results.stdout_visibility) == (0, "visible")
    assert "lab.yaml:1:" in printed


def test_prairielearns_script_grades_what_was_handed_in(tmp_path: Path) -> None:
    (tmp_path / "student").mkdir()
    with zipfile.ZipFile(tmp_path / "student" / "lab.zip", "w") as file:
        for path in SAMPLE.rglob("*"):
            file.write(path, Path("my lab") / path.relative_to(SAMPLE))
    assert on_prairielearn(tmp_path).score == 1


@pytest.mark.parametrize("content", [b"", b"PK no zip"])
def test_prairielearns_script_always_leaves_a_valid_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "lab.zip").write_bytes(content)
    assert not on_prairielearn(tmp_path).gradable


def test_classrooms_step_hands_over_the_result(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(SAMPLE, folder)
    [grade, report] = YAML(typ="safe").load(code(GUIDE, "yaml")[0])
    output = tmp_path / "output"
    done = run(grade["run"], folder, "-e", GITHUB_OUTPUT=str(output))
    assert done.returncode == 0, done.stderr
    name, _, value = output.read_text().strip().partition("=")
    assert classroom.from_step(value).total == 100
    assert report["with"]["runners"] == grade["id"]
    [(variable, given)] = report["env"].items()
    assert variable == f"{grade['id'].upper()}_RESULTS"
    assert given == f"${{{{ steps.{grade['id']}.outputs.{name} }}}}"


def test_classrooms_step_fails_when_there_is_nothing_to_grade(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text("learner: [")
    grade = YAML(typ="safe").load(code(GUIDE, "yaml")[0])[0]
    assert run(grade["run"], tmp_path, "-e", GITHUB_OUTPUT=str(tmp_path / "output")).returncode != 0


def test_the_summary_of_a_step_is_the_report(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    done = run(code(GUIDE, "sh")[1], SAMPLE, "-e", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 0, done.stderr
    assert "100/100" in summary.read_text(encoding="utf-8").splitlines()[0]


def test_the_guide_names_each_format_and_its_file() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+\.\w+)` \|", page(GUIDE), re.MULTILINE))
    assert rows == {name: report_format(name).filename for name in report_formats()}


def test_a_format_of_ones_own_is_found(tmp_path: Path) -> None:
    [module], [points, *_] = code(GUIDE, "python"), code(GUIDE, "toml")
    install(tmp_path, "my-format", {"my_format.py": module}, points)
    script = f"grade-lab judge {SAMPLE} --format line --out -"
    done = run(script, tmp_path, PYTHONPATH=str(tmp_path), PYTHONDONTWRITEBYTECODE="1")
    assert done.stdout == "김하늘: 100 of 100\n", done.stderr
