"""What is ready to copy: the action runs as on a runner, the rest is what its reader expects."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.ci.runner import Job, commands
from tests.ci.submissions import NO_ENGINE, RUBRIC, submission
from tests.places import ROOT

ACTION = ROOT / "action.yml"


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables by which pip needs no network: what is installed here is there already."""
    here = tmp_path_factory.mktemp("dependencies")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "grade_lab" not in path.name and path.name not in {"pip", "__pycache__"}:
            (here / path.name).symlink_to(path)
    return {
        **NO_ENGINE,
        "PYTHONPATH": str(here),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "false",  # means: no isolation
    }


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, offline: Mapping[str, str]) -> Job:
    """A job on whose runner the action was run on a submission with mistakes."""
    made = new_job(tmp_path_factory.mktemp("job"), offline)
    code = made.run(ACTION, {"rubric": "exam.yaml", "set": "who=kim\n\nunused=a b $(touch hacked)"})
    assert code == 1, made.log.decode()
    return made


def new_job(folder: Path, env: Mapping[str, str]) -> Job:
    made = Job(folder, env, {"python": {"python-path": sys.executable}})
    submission(made.workspace, "FROM python\nCMD python app.py\n")
    exam = RUBRIC.replace("by kim", '"by {who}"').replace(
        "objectives:",
        "variables: {who: {required: true}, unused: {default: x, pattern: '.+'}}\nobjectives:",
    )
    (made.workspace / "exam.yaml").write_text(exam, encoding="utf-8")
    (made.workspace / "pip.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    (made.workspace / "venv.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    return made


def test_the_action_annotates(job: Job) -> None:
    told = [command for command in commands(job.log) if command.name == "error"]
    places = {(one.properties["file"], one.properties.get("line")) for one in told}
    assert places == {("Dockerfile", None), ("Dockerfile", "1"), ("Dockerfile", "2")}
    assert all(one.properties["title"].startswith("The Dockerfile is sound, 100%:") for one in told)


def test_the_action_writes_a_summary(job: Job) -> None:
    assert job.summary.startswith("#")
    assert "A web app" in job.summary


def test_the_action_has_the_outputs_that_it_declares(job: Job) -> None:
    told = YAML(typ="safe").load(ACTION)
    values = {name: job._value(output["value"], {}) for name, output in told["outputs"].items()}
    report = Path(values.pop("report"))
    classroom = json.loads(base64.b64decode(values.pop("result")))
    assert values == {"score": "4", "max-score": "10", "passed": "false", "complete": "true"}
    assert classroom["max_score"] == 10
    assert {path.name for path in report.iterdir()} == {
        "report.html",
        "result.json",
        "report.xml",
        "report.md",
    }
    assert not report.is_relative_to(job.workspace)


def test_the_action_runs_nothing_of_an_input_or_of_the_workspace(job: Job) -> None:
    assert not (job.workspace / "hacked").exists()
    assert b"imported" not in job.log


def test_the_action_hands_its_inputs_on(job: Job) -> None:
    """With the grade-lab that the first job installed."""
    inputs = {"rubric": "exam.yaml", "set": "who=kim", "fail-under": "40%", "lang": "ko"}
    inputs |= {"format": "json", "out": "here", "verify": "false", "submission": "."}
    again = Job(job.folder / "again", job.env, {"install": job.told["install"]})
    submission(again.workspace, "FROM python\n")
    (again.workspace / "exam.yaml").write_bytes((job.workspace / "exam.yaml").read_bytes())
    grade = next(s for s in YAML(typ="safe").load(ACTION)["runs"]["steps"] if s["name"] == "Grade")
    given = dict.fromkeys(YAML(typ="safe").load(ACTION)["inputs"], "") | inputs
    assert again._step(grade, ROOT, given) == 0, again.log.decode()
    assert [path.name for path in (again.workspace / "here").iterdir()] == ["result.json"]
    assert json.loads((again.workspace / "here" / "result.json").read_bytes())["lang"] == "ko"
    assert b"Docker Engine" not in again.log


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("action.yml", ["vendor.github-actions"]),
        ("docs/ci/grade.yml", ["vendor.github-workflows"]),
        ("docs/ci/gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_what_is_ready_to_copy_fits_its_schema(path: str, schema: list[str]) -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    command = [program, "--builtin-schema", *schema, ROOT / path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_workflow_may_read_and_no_more() -> None:
    told = YAML(typ="safe").load(ROOT / "docs" / "ci" / "grade.yml")
    assert told["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in told["on"]


def test_every_action_is_of_a_pinned_version() -> None:
    workflow = YAML(typ="safe").load(ROOT / "docs" / "ci" / "grade.yml")
    steps = [*YAML(typ="safe").load(ACTION)["runs"]["steps"], *workflow["jobs"]["grade"]["steps"]]
    used = [step["uses"].partition("@") for step in steps if "uses" in step]
    assert used
    assert all(version.startswith("v") and version[1].isdigit() for _, _, version in used)


def test_gitlab_finds_the_reports_where_they_are_written(tmp_path: Path) -> None:
    told = YAML(typ="safe").load(ROOT / "docs" / "ci" / "gitlab-ci.yml")
    folder = submission(tmp_path / "project", "FROM python\n")
    script = str(told["grade"]["script"][0]).replace(
        "$CI_PROJECT_DIR.grade-lab/bin/", f"{Path(sys.executable).parent}/"
    )
    exam = tmp_path / "exam.yaml"
    exam.write_text(RUBRIC, encoding="utf-8")
    env = {**NO_ENGINE, "GITLAB_CI": "true", "CI_PROJECT_DIR": str(folder), "RUBRIC": str(exam)}
    done = subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr
    for report in told["grade"]["artifacts"]["reports"].values():
        assert (folder / report).is_file()


def test_the_pre_commit_hook_is_one() -> None:
    program = Path(sys.executable).with_name("pre-commit")
    command = [program, "validate-manifest", ROOT / ".pre-commit-hooks.yaml"]
    assert subprocess.run(command).returncode == 0


def test_the_pre_commit_hook_names_the_files_with_mistakes(tmp_path: Path) -> None:
    [hook] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    program, *arguments = hook["entry"].split()
    good, bad = tmp_path / "good.rubric.yaml", tmp_path / "bad.rubric.yaml"
    good.write_text(RUBRIC, encoding="utf-8")
    bad.write_text(RUBRIC.replace("points: 6", "pionts: 6"), encoding="utf-8")
    command = [Path(sys.executable).with_name(program), *arguments]
    done = subprocess.run([*command, good, bad], capture_output=True, text=True, env=NO_ENGINE)
    assert done.returncode != 0
    assert "bad.rubric.yaml" in done.stdout + done.stderr
    assert subprocess.run([*command, good], capture_output=True).returncode == 0
