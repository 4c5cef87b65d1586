"""`built_from`: the image's history, its files, and what must not be in it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import Reason
from grader.file_facts import Tree
from grader.journal import Entry
from grader.needs import ContentNeed, FileNeed, ImageNeed, TreeNeed
from grader.series import Strength
from tests.factories import an_image, event, judged, saw, submitted

REF = "wisheasy:1.0"
DOCKERFILE = 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n'
HISTORY = (
    "/bin/sh -c #(nop) ADD file:2d8f in / ",
    "WORKDIR /app",
    "COPY . . # buildkit",
    'CMD ["python" "app.py"]',
)
IMAGE = an_image(REF, history=HISTORY)
BUILT = saw(ImageNeed(image=REF), IMAGE)
FILE = submitted("Dockerfile", DOCKERFILE)
MINE = {"app.py": "a", "lib/wishes.py": "b", "README.md": "c", ".env": "s"}
COPIED = {"app.py": "a", "lib/wishes.py": "b", "__pycache__/app.pyc": "x"}
FULL = {"image": REF, "source": {"/app": "."}, "without": ["/app/.env", ".git"]}


def tree(files: dict[str, str], run: str = "run-1", path: str = ".") -> Entry:
    return saw(TreeNeed(path=path), Tree(files=files, origin="submission"), run=run)


def content(files: dict[str, str], path: str = "/app", **fields: Any) -> Entry:
    default = {"origin": IMAGE.id, "image_id": IMAGE.id, **fields}
    return saw(ContentNeed(image=REF, path=path), Tree(files=files, **default))


def judge(*entries: Entry, **fields: Any) -> Verdict:
    return judged("built_from", {**FULL, **fields}, *entries)


def test_history_files_and_what_is_kept_out_pass_live_and_recorded() -> None:
    entries = [BUILT, FILE, tree(MINE), content(COPIED)]
    assert judge(*entries).proofs[0].strength is Strength.LIVE
    gone = [
        saw(ImageNeed(image=REF), Reason.NOT_THERE, run="z"),
        saw(ContentNeed(image=REF, path="/app"), Reason.NOT_THERE, run="z"),
    ]
    verdict = judge(*entries, *gone)
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.RECORDED


def test_another_dockerfile_is_told_with_its_line() -> None:
    other = submitted("Dockerfile", DOCKERFILE.replace("app.py", "main.py"))
    verdict = judge(BUILT, other, tree(MINE), content(COPIED))
    assert verdict.status is Status.PARTIAL
    assert "Dockerfile:4" in str(verdict.message)
    assert str(verdict.expected) == 'Dockerfile:4: CMD ["python", "main.py"]'
    assert str(verdict.actual) == 'CMD ["python" "app.py"]'
    assert "`docker build -t wisheasy:1.0 .`" in str(verdict.hint)


def test_a_dockerfile_that_was_changed_after_the_build_had_been_recorded_still_counts() -> None:
    edited = submitted("Dockerfile", DOCKERFILE + "USER 1000\n", run="b")
    for later in (edited, saw(FileNeed(path="Dockerfile"), Reason.NOT_THERE, run="b")):
        assert judge(BUILT, FILE, tree(MINE), content(COPIED), later).status is Status.PASS


def test_what_grade_lab_itself_saw_of_the_image_counts() -> None:
    entries = [
        seen.model_copy(update={"source": "reproduction"}) for seen in (BUILT, content(COPIED))
    ]
    verdict = judge(FILE, tree(MINE), *entries)
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.REPRODUCED


def test_a_dockerfile_that_docker_cannot_read_is_told() -> None:
    verdict = judge(BUILT, submitted("Dockerfile", "FRM x\n"), tree(MINE), content(COPIED))
    assert "`docker build` cannot read Dockerfile" in str(verdict.message)
    assert "Dockerfile:1" in str(verdict.actual)
    assert [(place.path, place.line) for place in verdict.places] == [("Dockerfile", 1)]
    empty = judge(BUILT, submitted("Dockerfile", "# FROM x\n"), tree(MINE), content(COPIED))
    assert str(empty.actual).startswith("Dockerfile: ")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Reason.NOT_THERE, Status.PARTIAL),
        (Reason.UNREADABLE, Status.ERROR),
        (None, Status.UNPROVEN),
    ],
)
@pytest.mark.parametrize("need", [FileNeed(path="Dockerfile"), TreeNeed(path=".")])
def test_a_submission_that_lacks_something(
    need: Any, answer: Reason | None, status: Status
) -> None:
    entries = [e for e in [BUILT, FILE, tree(MINE), content(COPIED)] if e.need != need]
    looked = [saw(need, answer)] if answer else []
    assert judge(*entries, *looked).status is status


def test_a_changed_source_file_is_named() -> None:
    verdict = judge(BUILT, FILE, tree({**MINE, "app.py": "new"}), content(COPIED))
    assert verdict.status is Status.PARTIAL
    assert "app.py" in str(verdict.actual)


def test_an_image_without_any_of_the_files_does_not_pass_for_want_of_a_difference() -> None:
    verdict = judge(BUILT, FILE, tree(MINE), content({"other.py": "a"}))
    assert verdict.status is Status.PARTIAL
    assert "none of your files" in str(verdict.message)


def test_one_file_is_compared_whatever_its_name() -> None:
    fields: dict[str, Any] = {"source": {"/app/app.py": "main.py"}, "without": []}
    entries = [BUILT, FILE, tree({"main.py": "a"}, path="main.py")]
    same, other = (content({"app.py": digest}, "/app/app.py") for digest in "ab")
    assert judge(*entries, same, **fields).status is Status.PASS
    assert judge(*entries, other, **fields).status is Status.PARTIAL
    fields["source"] = {"/app": ".", **fields["source"]}
    assert judge(*entries, tree(MINE), content(COPIED), **fields).status is Status.PASS


def test_a_program_named_like_its_folder_is_compared_too() -> None:
    entries = [BUILT, FILE, tree({"app": "a", "go.mod": "b"}), content({"app": "a"})]
    assert judge(*entries, without=[]).status is Status.PASS


def test_of_several_versions_one_that_agrees_is_enough() -> None:
    later = tree({**MINE, "app.py": "edited"}, run="b")
    assert judge(BUILT, FILE, tree(MINE), content(COPIED), later).status is Status.PASS


@pytest.mark.parametrize("leak", [".env", ".git/config"])
def test_what_was_copied_but_must_not_be_is_named_with_the_remedy(leak: str) -> None:
    name = leak.partition("/")[0]
    verdict = judge(BUILT, FILE, tree(MINE), content({**COPIED, leak: "s"}))
    assert verdict.status is Status.PARTIAL
    assert f"/app/{name} was copied into the image" in str(verdict.message)
    assert f"write `{name}` into .dockerignore, and build again" in str(verdict.hint)
    assert [place.path for place in verdict.places] == [".dockerignore"]


def test_a_path_outside_the_sources_is_looked_at_by_itself() -> None:
    fields = {"without": ["/root/.netrc"]}
    entries = [BUILT, FILE, tree(MINE), content(COPIED)]
    clean = saw(ContentNeed(image=REF, path="/root/.netrc"), Reason.NOT_THERE)
    assert judge(*entries, clean, **fields).status is Status.PASS
    leak = content({".netrc": "s"}, "/root/.netrc")
    assert judge(*entries, leak, **fields).status is Status.PARTIAL


def test_files_of_another_image_prove_nothing() -> None:
    other = content(COPIED, image_id="sha256:other")
    assert judge(BUILT, FILE, tree(MINE), other).status is Status.UNPROVEN


def test_files_that_could_not_be_looked_at_are_an_error_unless_something_else_is_wrong() -> None:
    failed = saw(ContentNeed(image=REF, path="/app"), Reason.TOO_LARGE)
    assert judge(BUILT, FILE, tree(MINE), failed).status is Status.ERROR
    wrong = submitted("Dockerfile", "FROM a\nUSER 1\n")
    assert judge(BUILT, wrong, tree(MINE), failed).status is Status.FAIL


def test_a_path_absent_from_an_image_that_was_replaced_tells_nothing_of_the_earlier_one() -> None:
    absent = saw(ContentNeed(image=REF, path="/app"), Reason.NOT_THERE)
    assert "none of your files" in str(judge(BUILT, FILE, tree(MINE), absent).message)
    other = saw(ImageNeed(image=REF), an_image(REF, id="sha256:second", history=()), run="b")
    verdict = judge(BUILT, FILE, tree(MINE), other, absent)
    assert verdict.status is Status.FAIL


def test_more_files_than_were_read_leave_it_unproven() -> None:
    cut = content({}, complete=False)
    assert judge(BUILT, FILE, tree(MINE), cut).status is Status.UNPROVEN
    without_env = content(COPIED, complete=False)
    assert judge(BUILT, FILE, tree(MINE), without_env).status is Status.UNPROVEN


def test_a_rebuild_after_a_mistake_passes() -> None:
    wrong = saw(ImageNeed(image=REF), an_image(REF, id="sha256:first", history=()), run="a")
    entries = [FILE, tree(MINE), content(COPIED)]
    assert judge(wrong, BUILT, *entries).status is Status.PASS


def test_an_image_that_nobody_saw_is_unproven_and_a_failed_look_an_error() -> None:
    assert judge(FILE).status is Status.UNPROVEN
    gone = judge(FILE, event("image tag", id=IMAGE.id, name=REF))
    assert gone.status is Status.UNPROVEN
    assert "`grade-lab watch`" in str(gone.message)
    down = saw(ImageNeed(image=REF), Reason.ENGINE_UNREACHABLE)
    assert judge(FILE, down).status is Status.ERROR


@pytest.mark.parametrize(
    "fields",
    [
        {"source": {"app": "."}},
        {"source": {}, "without": ["/a", ".env"]},
        {"dockerfile": ""},
    ],
)
def test_a_check_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judge(**fields)


def test_a_dockerfile_that_is_not_handed_in_is_told_as_such() -> None:
    missing = saw(FileNeed(path="Dockerfile"), Reason.NOT_THERE)
    verdict = judge(BUILT, missing, tree(MINE), content(COPIED))
    assert (str(verdict.message), verdict.actual) == ("Dockerfile is missing", None)
    assert [place.path for place in verdict.places] == ["Dockerfile"]
    strange = judge(BUILT, submitted("Dockerfile", None), tree(MINE), content(COPIED))
    assert str(strange.message) == "Dockerfile cannot be read as text"
    assert "in another encoding" in str(strange.actual)


def test_a_source_that_is_missing_is_asked_for_by_its_path() -> None:
    entries = [BUILT, FILE, content(COPIED), saw(TreeNeed(path="."), Reason.NOT_THERE)]
    verdict = judge(*entries)
    assert str(verdict.message) == "there is no . in the submission"
    assert str(verdict.expected) == "/app in the image is . of the submission"
    assert str(verdict.actual) == "nothing"
    assert [place.path for place in verdict.places] == ["."]


def test_of_many_changed_files_some_are_named() -> None:
    mine = {f"{letter}.py": "new" for letter in "gfedcba"}
    verdict = judge(BUILT, FILE, tree(mine), content(dict.fromkeys(mine, "old")), without=[])
    assert str(verdict.actual) == "different: a.py, b.py, c.py, d.py, e.py"
    assert "your files have changed since image wisheasy:1.0 was built" in str(verdict.message)
    assert [place.path for place in verdict.places] == ["."]


def test_another_dockerfile_is_built_with_its_name() -> None:
    hint = str(judge(FILE, dockerfile="docker/web").hint)
    assert "`docker build -f docker/web -t wisheasy:1.0 .`" in hint


def test_a_leak_is_told_also_where_another_path_could_not_be_looked_at() -> None:
    fields = {"without": ["/root/.netrc", "/app/.env"]}
    entries = [BUILT, FILE, tree(MINE), content({**COPIED, ".env": "s"})]
    verdict = judge(*entries, **fields)
    assert "/app/.env was copied into the image" in str(verdict.message)
    assert (str(verdict.expected), str(verdict.actual)) == (
        "not in the image: /root/.netrc, /app/.env",
        "in the image: /app/.env",
    )
    clean = [BUILT, FILE, tree(MINE), content(COPIED)]
    assert judge(*clean, **fields).status is Status.UNPROVEN
    failed = saw(ContentNeed(image=REF, path="/root/.netrc"), Reason.TOO_LARGE)
    assert judge(*clean, failed, **fields).status is Status.ERROR


def test_a_leak_is_named_as_the_build_context_has_it() -> None:
    fields: dict[str, Any] = {"source": {"/app": "web"}, "without": ["conf/key.pem"]}
    there = {"conf/key.pem": "s", "app.py": "a"}
    entries = [BUILT, FILE, tree({"app.py": "a"}, path="web"), content(there)]
    assert "write `web/conf/key.pem` into .dockerignore" in str(judge(*entries, **fields).hint)


def test_the_dockerfile_weighs_as_much_as_all_the_rest() -> None:
    other = submitted("Dockerfile", DOCKERFILE.replace("app.py", "main.py"))
    own = {"without": [".git"]}
    assert judge(BUILT, other, tree(MINE), content(COPIED), **own).ratio * 2 == 1


def test_what_is_not_in_an_image_of_somebody_else_earns_nothing() -> None:
    other = submitted("Dockerfile", DOCKERFILE.replace("app.py", "main.py"))
    foreign = content({"lib/python.py": "p"})
    assert judge(BUILT, other, tree(MINE), foreign).status is Status.FAIL
