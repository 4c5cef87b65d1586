"""A rubric from a Dockerfile: what the file keeps already, and a container that runs from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.drafting.dockerfile import from_dockerfile
from grader.errors import GradeLabError
from tests.drafting.drafts import data_of, read_again

GOOD = """\
FROM python:3.12-slim
WORKDIR /app
COPY app.py .
EXPOSE 8000/tcp 9000/udp
HEALTHCHECK CMD ["python", "-c", "pass"]
USER 1000
CMD ["python", "app.py"]
"""
IMAGE = "{hub_id}/app:{tag}"


def drafted(folder: Path, text: str, ignore: str | None = None) -> dict[str, Any]:
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    if ignore is not None:
        (folder / ".dockerignore").write_text(ignore, encoding="utf-8")
    draft = from_dockerfile(folder / "Dockerfile", "app", "App", IMAGE)
    read_again(draft)
    checks = [check for o in data_of(draft)["objectives"] for check in o["checks"]]
    return {check["type"]: check for check in checks}


def test_each_instruction_becomes_what_can_be_asked(tmp_path: Path) -> None:
    checks = drafted(tmp_path, GOOD, ".env\n.git\n*.log\n")
    assert {"FROM", "HEALTHCHECK", "USER", "CMD"} <= {*checks["dockerfile"]["instructions"]}
    assert {"no-latest-base", "non-root", "exec-form"} <= {*checks["dockerfile"]["rules"]}
    image = {
        name: checks["image"][name] for name in ("image", "exposes", "non_root", "healthcheck")
    }
    assert image == {"image": IMAGE, "exposes": [8000], "non_root": True, "healthcheck": True}
    assert checks["container"]["ports"] == ["8000:8000"]
    assert checks["http"]["port"] == 8000
    assert checks["dockerignore"]["excludes"] == [".env", ".git/"]
    assert checks["dockerignore"]["keeps"] == ["app.py"]


def test_rules_that_it_breaks_are_not_asked(tmp_path: Path) -> None:
    checks = drafted(tmp_path, "FROM python\nADD app.py /app/\nCMD python app.py\n")
    rules = {*checks["dockerfile"]["rules"]}
    assert not rules & {"no-latest-base", "non-root", "exec-form", "copy-not-add"}
    assert "non_root" not in checks["image"]
    assert not {"http", "dockerignore"} & checks.keys()


def test_a_database_is_not_asked_for_a_page(tmp_path: Path) -> None:
    checks = drafted(tmp_path, "FROM postgres:17\nEXPOSE 5432\n")
    assert checks["container"]["ports"] == ["5432:5432"]
    assert "http" not in checks


@pytest.mark.parametrize("text", ["", "RUN x\n", "FROM a b c\n", "\x00\x01", "EXPOSE 80\n"])
def test_what_is_no_dockerfile_is_told_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(GradeLabError) as error:
        drafted(tmp_path, text)
    assert str(tmp_path) in str(error.value.where)


@pytest.mark.parametrize(
    "line",
    [
        'LABEL a="{hub_id}" b=\'"\' c=": # -"',
        "COPY ['{hub_id} x.py', '/{tag}/']",
        'COPY "a b{x}.py" /srv/',
        "EXPOSE $PORT 70000 0 80-90 ٣٤",
        "USER {hub_id}",
        "# yaml: [\x1b[31m]\u2028",
        "ENV PASSWORD=hunter22",
    ],
)
def test_any_line_of_it_makes_a_correct_file(tmp_path: Path, line: str) -> None:
    checks = drafted(tmp_path, f"FROM x:1\n{line}\nCMD ['x']\n", "a{hub_id}\n.env\n")
    assert "hunter22" not in str(checks)
