"""Files of a submission, whose author may be hostile."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from pathlib import Path

import pytest

from grader.collect import submission
from grader.collect.answer import AbsentError, UnavailableError
from grader.facts import Reason
from grader.invisible import visible

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("outside", encoding="utf-8")
    made = tmp_path / "wisheasy"
    made.mkdir()
    return made


def test_a_text_is_kept_with_its_hash(folder: Path) -> None:
    (folder / "Dockerfile").write_bytes("FROM python\n# 한글\n".encode())
    found = submission.file(folder, "Dockerfile")
    assert found.text == "FROM python\n# 한글\n"
    assert found.sha256 == hashlib.sha256((folder / "Dockerfile").read_bytes()).hexdigest()
    assert found.size == (folder / "Dockerfile").stat().st_size


def test_a_byte_order_mark_is_no_part_of_the_text(folder: Path) -> None:
    (folder / "Dockerfile").write_bytes(b"\xef\xbb\xbfFROM python")
    assert submission.file(folder, "Dockerfile").text == "FROM python"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_text_is_read_in_whatever_windows_saved_it(folder: Path, encoding: str) -> None:
    text = "## log-line\r\n컨테이너의 로그\r\n"
    (folder / "answers.md").write_bytes(text.encode(encoding))
    found = submission.file(folder, "answers.md")
    assert (found.text, found.encoding) == (text, encoding.removesuffix("-sig"))


def test_what_powershell_puts_behind_a_text_takes_nothing_from_it(folder: Path) -> None:
    answers = "## vm-vs-container\n\n컨테이너는 호스트의 커널을 함께 씁니다.\n\n## log-line\n\n"
    line = "ready for 김하늘\r\n".encode("utf-16-le")
    (folder / "answers.md").write_bytes(answers.encode() + line)
    found = submission.file(folder, "answers.md")
    assert found.encoding == "mixed"
    assert found.text is not None
    assert found.text.startswith(answers)
    assert "ready for" in visible(found.text)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfeF\0R\0x",
        b"x" * (submission.TEXT_BYTES + 1),
        b"\x89PNG\r\n\xff\xff",
        "## 로그\n".encode() + "로그\n".encode("utf-16-le"),  # what `>>` of PowerShell 5 makes
    ],
)
def test_what_is_no_text_or_too_long_is_kept_by_hash_only(folder: Path, data: bytes) -> None:
    (folder / "answers.md").write_bytes(data)
    found = submission.file(folder, "answers.md")
    assert found.text is None
    assert found.size == len(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("path", ["nosuch", "Dockerfile/x", "", ".", "a\0b", "x" * 5000])
def test_what_is_no_file_is_absent(folder: Path, path: str) -> None:
    (folder / "Dockerfile").touch()
    with pytest.raises((AbsentError, UnavailableError)) as caught:
        submission.file(folder, path)
    assert caught.value.reason in {Reason.NOT_THERE, Reason.UNREADABLE}


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("answers.md", "answers.md.txt"),
        ("answers.md", "Answers.txt"),
        (".dockerignore", "dockerignore"),
        ("Dockerfile", "dockerfile.txt"),
        ("web/Dockerfile", "web/Dockerfile.txt"),
    ],
)
def test_a_file_by_another_name_is_not_there_and_its_name_is_told(
    folder: Path, path: str, other: str
) -> None:
    (folder / "web").mkdir()
    (folder / other).touch()
    (folder / "answer.md").touch()
    with pytest.raises(AbsentError) as caught:
        submission.file(folder, path)
    assert (caught.value.reason, caught.value.detail) == (Reason.NOT_THERE, other)


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/hostname", "sub/../../secret.txt"])
def test_a_path_that_leads_outside_is_not_followed(folder: Path, path: str) -> None:
    for look in (submission.file, submission.env_names, submission.tree):
        with pytest.raises(AbsentError) as caught:
            look(folder, path)
        assert caught.value.reason is Reason.OUTSIDE


@posix
@pytest.mark.parametrize("target", ["../secret.txt", "/etc/hostname", ".."])
def test_a_link_that_leads_outside_is_not_followed(folder: Path, target: str) -> None:
    (folder / "answers.md").symlink_to(target)
    with pytest.raises(AbsentError) as caught:
        submission.file(folder, "answers.md")
    assert caught.value.reason is Reason.OUTSIDE
    assert submission.tree(folder, ".").files == {}


@posix
def test_a_link_within_the_submission_is_followed(folder: Path) -> None:
    (folder / "real.md").write_text("hello", encoding="utf-8")
    (folder / "answers.md").symlink_to("real.md")
    assert submission.file(folder, "answers.md").text == "hello"


@posix
def test_nothing_waits_for_a_pipe_a_device_or_a_loop_of_links(folder: Path) -> None:
    os.mkfifo(folder / "answers.md")
    (folder / "loop").symlink_to("loop")
    for path in ("answers.md", "loop"):
        with pytest.raises(AbsentError):
            submission.file(folder, path)
    assert submission.tree(folder, ".").files == {}


@posix
@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unavailable(folder: Path) -> None:
    (folder / "answers.md").touch(mode=0)
    with pytest.raises(UnavailableError) as caught:
        submission.file(folder, "answers.md")
    assert caught.value.reason is Reason.UNREADABLE
    assert not submission.tree(folder, ".").complete


def test_an_env_file_is_read_as_docker_run_reads_it(folder: Path) -> None:
    (folder / ".env").write_bytes(
        b'\xef\xbb\xbfFIRST=1\r\n# NO=comment\n\n  INDENTED=x\nQUOTED="a b"\nEMPTY=\n'
        b"FROM_SHELL\nexport BAD=1\n=nameless\nFIRST=2\nEQUALS=a=b\n"
    )
    names = submission.env_names(folder, ".env").names
    assert names == ("FIRST", "INDENTED", "QUOTED", "EMPTY", "EQUALS")


def test_a_name_that_differs_by_case_or_by_how_a_mac_writes_hangul_is_the_same(
    folder: Path,
) -> None:
    (folder / "web").mkdir()
    (folder / "web" / "Answers.MD").write_text("hello", encoding="utf-8")
    assert submission.file(folder, "web/answers.md").text == "hello"
    (folder / unicodedata.normalize("NFD", "답안.md")).write_text("안녕", encoding="utf-8")
    assert submission.file(folder, "답안.md").text == "안녕"
    (folder / "답안.md").write_text("both", encoding="utf-8")
    assert submission.file(folder, "답안.md").text == "both"
    (folder / ".ENV").write_text("A=1", encoding="utf-8")
    assert submission.env_names(folder, ".env").names == ("A",)


@posix
def test_a_name_that_differs_by_case_leads_nowhere_else_either(folder: Path) -> None:
    (folder / "Answers.md").symlink_to("../secret.txt")
    with pytest.raises(AbsentError) as caught:
        submission.file(folder, "answers.md")
    assert caught.value.reason is Reason.OUTSIDE


@pytest.mark.parametrize(
    "data", [b"NAME=\x00\xff\xff", "A=1\n".encode("utf-16"), "A=가".encode("cp949")]
)
def test_an_env_file_that_docker_refuses_cannot_be_read(folder: Path, data: bytes) -> None:
    (folder / ".env").write_bytes(data)
    with pytest.raises(UnavailableError):
        submission.env_names(folder, ".env")


def test_a_tree_leaves_out_what_is_no_work_of_the_learner(folder: Path) -> None:
    for path in (
        *("app.py", "src/app.py", ".env.example", ".env", ".git/config"),
        *(".grade-lab/journal.jsonl", ".venv/x.py", "my env/pyvenv.cfg", "my env/lib/y.py"),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path, encoding="utf-8")
    whole = submission.tree(folder, ".")
    assert list(whole.files) == [".env.example", "app.py", "src/app.py"]
    assert whole.complete
    below = submission.tree(folder, "src")
    assert below.files == {"app.py": hashlib.sha256(b"src/app.py").hexdigest()}
    assert list(submission.tree(folder, "src/app.py").files) == ["app.py"]


def test_a_tree_of_nothing_is_absent(folder: Path) -> None:
    with pytest.raises(AbsentError):
        submission.tree(folder, "nosuch")


def test_a_tree_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "TREE_FILES", 3)
    for number in range(5):
        (folder / f"{number}.txt").touch()
    tree = submission.tree(folder, ".")
    assert len(tree.files) == 3
    assert not tree.complete


@posix
def test_a_name_that_is_no_utf8_is_told_all_the_same(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).touch()
    assert list(submission.tree(folder, ".").files) == ["caf\ufffd.txt"]
