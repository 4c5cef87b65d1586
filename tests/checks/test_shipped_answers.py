"""The answers that the shipped lab takes: right ones however they are said, and what is none."""

from __future__ import annotations

import unicodedata

import pytest

from checks.answer import Answer
from grader.check import Status
from tests.factories import evidence_of, submitted
from tests.lab_actions import SHIPPED
from tests.places import ROOT

ANSWERS = {
    check.question: check
    for objective in SHIPPED.objectives
    for check in objective.checks
    if isinstance(check, Answer)
}
VM, DOCKERFILE, ERROR = "vm-vs-container", "dockerfile", "find-error"
RIGHT = {
    VM: """
가상머신은 컴퓨터 한 대를 통째로 흉내 내서 그 안에 운영체제를 또 깐다. 컨테이너는 원래 있던
운영체제를 나누어 쓰면서 앱만 따로 담는다. 그래서 컨테이너는 금방 켜지고 용량도 작다.

VM은 OS까지 새로 부팅해야 해서 시간이 오래 걸려요. 컨테이너는 호스트 운영체제 위에서 그냥
프로세스로 돌아가서 바로 시작돼요. VM은 완전히 분리돼 있어요.

| 구분 | VM | 컨테이너 |
|---|---|---|
| 가상화 | 하드웨어 수준 | OS 수준 |
| OS | 게스트 OS 필요 | 호스트 OS 공유 |
| 속도 | 느림 | 빠름 |
| 격리 | 강함 | 중간 |

컨테이너는 하드웨어 수준이 아니라 OS 수준의 가상화다. VM은 호스트 커널을 공유하지 않고 게스트
OS를 띄운다. 컨테이너는 게스트 OS 대신 호스트 OS의 커널을 써서 VM보다 가볍다.

A VM runs a full guest operating system on virtualized hardware, so it boots slowly. A container
shares the host's kernel. It is not the same as a VM.

Containers are sharing the kernel of the host. VMs each have a separate OS. So VMs take longer to
boot, and containers are smaller.
""",
    DOCKERFILE: """
바탕이 되는 이미지, 코드를 옮겨 담는 부분, 컨테이너가 켜질 때 실행되는 명령이 있었습니다.
""",
    ERROR: """
docker logs 이름 -f 로 로그를 계속 본다.

Docker Desktop에서 컨테이너를 눌러 Logs 탭을 보고, Exec 탭에서 안을 살펴본다.

먼저 컨테이너 목록에서 상태를 확인하고, 로그를 출력해서 에러 메시지를 찾는다.

I would list all containers, the stopped ones too, and look at the logs of it.
""",
}
FOR_EACH_OTHER = """
VM은 호스트 커널을 공유하는 OS 수준의 가상화이고 가볍다. 컨테이너는 하이퍼바이저 위에서 게스트 OS를
통째로 올리는 하드웨어 가상화라서 느리다.

컨테이너는 VM과 같다. 호스트 커널, 게스트 OS, 하이퍼바이저를 쓰고 격리가 되며 가볍고 빠르다.

컨테이너는 호스트 커널을 공유하지 않는다. 하이퍼바이저 위에서 가볍게 격리되어 실행된다.

A container does not share the kernel: a container has its own guest OS and a hypervisor. They are
slow and not isolated.
"""


def beginners(name: str) -> list[tuple[str, str]]:
    """Answers from the file of this name, each with its question."""
    text = (ROOT / "tests" / "checks" / name).read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split("\n## ")[1:])
    return [(question, one) for question, _, answers in parts for one in paragraphs(answers)]


def paragraphs(text: str) -> list[str]:
    return text.strip().split("\n\n")


def status(question: str, text: str) -> Status:
    sheet = submitted("answers.md", f"# 답안\n\n## {question}\n\n{text}\n")
    return ANSWERS[question].judge(evidence_of(sheet)).status


@pytest.mark.parametrize(
    ("question", "text"), [(id_, text) for id_ in RIGHT for text in paragraphs(RIGHT[id_])]
)
def test_a_right_answer_passes_however_it_is_said(question: str, text: str) -> None:
    assert status(question, text) is Status.PASS
    assert status(question, unicodedata.normalize("NFD", text)) is Status.PASS


@pytest.mark.parametrize(("question", "text"), beginners("beginners_right.md"))
def test_a_beginner_who_has_understood_passes(question: str, text: str) -> None:
    assert status(question, text) is Status.PASS


@pytest.mark.parametrize(("question", "text"), beginners("beginners_wrong.md"))
def test_a_beginner_who_has_not_understood_does_not(question: str, text: str) -> None:
    assert status(question, text) in {Status.FAIL, Status.PARTIAL}


@pytest.mark.parametrize("text", paragraphs(FOR_EACH_OTHER))
def test_who_takes_a_container_for_a_vm_goes_to_review(text: str) -> None:
    assert status(VM, text) is Status.REVIEW


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("question", ANSWERS)
def test_the_hint_copied_back_is_no_answer(question: str, language: str) -> None:
    hint = ANSWERS[question].hint
    assert isinstance(hint, dict)
    assert status(question, hint[language]) is Status.FAIL


def test_the_question_copied_back_is_no_answer() -> None:
    text = "컨테이너 안에서 실행된 서버에 오류가 생겼을 때 어떻게 로그를 확인할 수 있을까요?"
    assert status(ERROR, text) is Status.FAIL
    assert status(ERROR, f"{text} docker ps -a를 보고 docker logs를 친다.") is Status.PASS
