"""A rubric's checks as tests: names, outcomes, reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.facts import Image
from grader.needs import ImageNeed
from tests.pytest_plugin.course import RUBRIC, outcomes, run, suite, write_journal

EVERY = {"passed": 1, "failed": 3, "skipped": 2, "error": 1}
NAMES = [
    "build::1-image",
    "build::2-image",
    "notes::1-file",
    "after-notes::1-file",
    "run::1-container",
    "docker::1-engine",
    "explain::1-answer",
]


@pytest.mark.parametrize(
    "named", [["my.rubric.yaml"], ["--rubric", "my.rubric.yaml"], ["."]], ids=" ".join
)
def test_each_check_is_a_test_named_by_its_objective(course: Path, named: list[str]) -> None:
    done = run(course, *named, "--collect-only", "-q")
    assert done.stdout.splitlines()[: len(NAMES)] == [f"my.rubric.yaml::{name}" for name in NAMES]


def test_verdicts_are_outcomes(course: Path, submission: Path) -> None:
    done = run(course, "my.rubric.yaml", f"--submission={submission}", "-rA")
    assert outcomes(done) == EVERY, done.stdout
    assert "PASSED my.rubric.yaml::build::1-image" in done.stdout
    for name in ("build::2-image", "notes::1-file", "run::1-container"):
        assert f"FAILED my.rubric.yaml::{name}" in done.stdout
    assert "ERROR my.rubric.yaml::docker::1-engine" in done.stdout
    assert "my.rubric.yaml: waits for: Notes were written" in done.stdout
    assert "my.rubric.yaml: a person has to look: " in done.stdout
    assert done.returncode == 1


def test_a_failure_tells_what_to_do_without_a_traceback(course: Path, submission: Path) -> None:
    done = run(course, "my.rubric.yaml", f"--submission={submission}", "-k", "2-image")
    assert "Partly done: An image was built\n" in done.stdout
    assert "Points: 2.5/5\n" in done.stdout
    assert "Expected: EXPOSE 80/tcp\n" in done.stdout
    assert "What to do: add `EXPOSE 80/tcp` to the Dockerfile and build again\n" in done.stdout
    assert (
        "Evidence: live; Docker Engine, 2026-01-02 03:00:00 UTC: image app:1.0 has" in done.stdout
    )
    assert ".py:" not in done.stdout


def test_what_was_not_looked_at_is_an_error_and_not_a_failure(
    course: Path, submission: Path, tmp_path: Path
) -> None:
    xml = tmp_path / "junit.xml"
    run(course, "my.rubric.yaml", f"--submission={submission}", "--junitxml", xml)
    found = suite(xml)
    assert {name: found.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7",
        "failures": "3",
        "errors": "1",
        "skipped": "2",
    }
    (docker,) = found.findall("testcase[@name='1-engine']")
    (error,) = docker.findall("error")
    assert "the Docker Engine could not be reached" in (error.text or "")
    assert not docker.findall("failure")


def test_points_are_in_the_junit_report(course: Path, submission: Path, tmp_path: Path) -> None:
    xml = tmp_path / "junit.xml"
    run(course, "my.rubric.yaml", f"--submission={submission}", "--junitxml", xml)
    (case,) = suite(xml).findall("testcase[@name='2-image']")
    assert case.get("classname") == "my.rubric.yaml.build"
    given = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert given == {
        "objective": "An image was built",
        "status": "partial",
        "points": "2.50",
        "max_points": "5.00",
    }


@pytest.mark.parametrize(
    ("options", "env"), [(["--grade-lab-lang", "ko"], {}), ([], {"LC_ALL": "ko_KR.UTF-8"})]
)
def test_texts_are_in_the_chosen_language(
    course: Path, submission: Path, options: list[str], env: dict[str, str]
) -> None:
    done = run(course, "my.rubric.yaml", f"--submission={submission}", *options, **env)
    assert "이미지를 빌드했다" in done.stdout


def test_checks_are_chosen_as_tests_are(course: Path, submission: Path) -> None:
    by_id = run(course, "my.rubric.yaml::build::1-image", f"--submission={submission}")
    assert outcomes(by_id) == {"passed": 1}
    by_word = run(course, "--rubric", "my.rubric.yaml", f"--submission={submission}", "-k", "build")
    assert outcomes(by_word) == {"passed": 1, "failed": 1, "deselected": 5}


def test_workers_of_xdist_say_the_same(course: Path, submission: Path, tmp_path: Path) -> None:
    xml = tmp_path / "junit.xml"
    options = ["--rubric", "my.rubric.yaml", "--submission=../submission", "--junitxml", xml]
    done = run(course, "-n", "2", *options)
    assert outcomes(done) == EVERY, done.stdout
    assert len(suite(xml).findall("testcase[@name='2-image']/properties/property")) == 4


def test_a_rubric_that_comes_with_grade_lab_is_known_by_name(course: Path) -> None:
    done = run(course, "--rubric", "container-and-docker", "--collect-only", "-q")
    assert done.stdout.startswith("container-and-docker::engine::1-engine\n")


def test_variables_are_set(course: Path, submission: Path) -> None:
    write_journal(submission, [(ImageNeed(image="other:1.0"), Image(id="sha256:" + "b" * 64))])
    options = [f"--submission={submission}", "--set", "app=other"]
    done = run(course, "my.rubric.yaml::build::1-image", *options)
    assert outcomes(done) == {"passed": 1}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--submission=nowhere"], "there is no folder "),
        (["--submission=."], "nothing is recorded yet in "),
        (["--set", "nosuch=1"], "is not a variable of this rubric"),
        (["--set", "x"], "--set x: write it as NAME=VALUE"),
    ],
    ids=" ".join,
)
def test_what_a_person_can_put_right_is_told_once_without_a_traceback(
    course: Path, submission: Path, options: list[str], told: str
) -> None:
    done = run(course, "my.rubric.yaml", f"--submission={submission}", *options)
    assert done.stdout.count(told) == 1, done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert ".py:" not in done.stdout
    assert outcomes(done) == {"error": 1}


def test_the_advised_command_is_one_that_a_shell_takes(course: Path, submission: Path) -> None:
    folder = submission.rename(course / "my lab")
    (folder / ".grade-lab" / "journal.jsonl").unlink()
    done = run(course, "my.rubric.yaml", f"--submission={folder}")
    assert f"run `grade-lab '{folder}'` first" in done.stdout


def test_a_mistake_in_a_rubric_is_told_with_its_place(course: Path, submission: Path) -> None:
    (course / "my.rubric.yaml").write_text(RUBRIC.replace("exposes", "exposse"))
    done = run(course, "my.rubric.yaml", f"--submission={submission}")
    assert "my.rubric.yaml:11:43: unknown field 'exposse'; did you mean 'exposes'?" in done.stdout


def test_an_unknown_rubric_is_wrong_usage(course: Path) -> None:
    done = run(course, "--rubric", "container-and-doker")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "there is no rubric 'container-and-doker'; did you mean" in done.stderr


def test_a_learners_text_does_nothing_to_the_terminal(course: Path, submission: Path) -> None:
    hostile = Image(id="sha256:" + "c" * 64, user="\x1b[2J\n::error::owned")
    write_journal(submission, [(ImageNeed(image="app:1.0"), hostile)])
    rule = RUBRIC.replace("exposes: [80]", "user: me")
    (course / "my.rubric.yaml").write_text(rule)
    done = run(course, "my.rubric.yaml", f"--submission={submission}", "-k", "2-image")
    assert "owned" in done.stdout
    assert "\x1b" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())
