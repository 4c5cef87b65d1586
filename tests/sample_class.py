"""A class made up from a seed, for tests and for looking at."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from grader.batch.class_report import About
from grader.batch.model import Flag, ObjectiveRow, Row
from grader.check import Status
from grader.report.class_view import Moved
from grader.result import Learner

TITLES = {
    "en": [
        "Docker works", "A Dockerfile is written", "What is left out of the build",
        "An image is built", "The image bears its labels", "The image does not run as root",
        "The image is tagged for Docker Hub", "Logged in to Docker Hub", "The image is pushed",
        "The image is pulled again", "A container ran in the background", "Its port is published",
        "Its settings come from a file", "The app answers", "The log shows the greeting",
        "A command ran inside", "The container is stopped", "The container is removed",
        "The image is removed", "All of it in the right order",
        "Containers and virtual machines", "What an image layer is",
    ],
    "ko": [
        "Docker가 동작한다", "Dockerfile을 썼다", "빌드에서 뺄 것을 정했다", "이미지를 만들었다",
        "이미지에 레이블이 있다", "root로 실행되지 않는다", "Docker Hub용 태그를 붙였다",
        "Docker Hub에 로그인했다", "이미지를 올렸다", "이미지를 다시 받았다",
        "컨테이너를 백그라운드로 실행했다", "포트를 열었다", "설정을 파일에서 읽는다",
        "앱이 응답한다", "로그에 인사말이 있다", "컨테이너 안에서 명령을 실행했다",
        "컨테이너를 멈췄다", "컨테이너를 지웠다", "이미지를 지웠다", "모든 것을 순서대로 했다",
        "컨테이너와 가상 머신의 차이", "이미지 레이어란 무엇인가",
    ],
}  # fmt: skip
SAID = {
    "en": [
        "nothing was seen of image docker.io/{hub}/wisheasy:1.0",
        "port {port} of the container is not published",
        "`wisheasy` was started without `-d`",
        "the answer to vm-or-container is very short",
    ],
    "ko": [
        "이미지 docker.io/{hub}/wisheasy:1.0 을 본 기록이 없습니다",
        "컨테이너의 {port} 포트가 열려 있지 않습니다",
        "`wisheasy`를 `-d` 없이 실행했습니다",
        "vm-or-container에 대한 답이 아주 짧습니다",
    ],
}
FIRST = ["Min-jun", "Seo-yeon", "Do-yun", "Ji-woo", "Ha-eun", "Anna", "Luis", "Noor", "Kofi"]
LAST = ["Kim", "Lee", "Park", "Choi", "Jung", "García Márquez", "Okafor", "Schmidt", "Nguyen"]
GIVEN = ["민준", "서연", "도윤", "지우", "하은", "예준", "수아", "시우", "은서"]
FAMILY = ["김", "이", "박", "최", "정", "강", "조", "윤", "남궁"]
ERRORS = {
    "en": [
        "it could not be unpacked: `../../etc/passwd` leads out of it",
        "it took too long to judge, and was given up",
        "lab.yaml: line 3: it is not YAML",
    ],
    "ko": [
        "압축을 풀 수 없습니다. `../../etc/passwd`는 밖을 가리킵니다",
        "채점이 너무 오래 걸려 그만두었습니다",
        "lab.yaml 3번째 줄이 YAML이 아닙니다",
    ],
}
STATUSES = [Status.FAIL, Status.PARTIAL, Status.UNPROVEN, Status.REVIEW, Status.SKIP, Status.ERROR]
WEIGHTS = [30, 18, 30, 2, 19, 1]
DEADLINE = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)


def about(lang: str = "en") -> About:
    """By what the class was judged."""
    return About(
        title="컨테이너와 도커" if lang == "ko" else "Containers and Docker",
        rubric="container-and-docker",
        sha256="3f786850e387550fdab836ed7e6dc881de23001b",
        pass_mark=Decimal("0.7"),
        objectives={f"objective-{i}": title for i, title in enumerate(TITLES[lang], 1)},
        lang=lang,
        deadline=DEADLINE,
    )


def rows(count: int, lang: str = "en", seed: int = 1) -> Iterator[Row]:
    """The class's rows, by label."""
    dice = random.Random(seed)
    for number in range(1, count + 1):
        yield _row(dice, number, lang)


def _row(dice: random.Random, number: int, lang: str) -> Row:
    label = f"s-{number:05}"
    name = (
        f"{dice.choice(FAMILY)}{dice.choice(GIVEN)}"
        if lang == "ko"
        else f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    )
    who = Learner(id=f"2026{number:05}", name=name)
    if dice.random() < 0.03:
        return Row(label=label, key="", learner=who, error=dice.choice(ERRORS[lang]))
    skill = dice.betavariate(4, 1.2)
    objectives = tuple(_objective(dice, i, skill, label, lang) for i in range(1, 23))
    score = sum((one.score for one in objectives), Decimal(0))
    late = dice.random() < 0.1
    penalty = min(score, Decimal(dice.choice([5, 10, 15]))) if late else Decimal(0)
    after = timedelta(minutes=dice.randrange(1, 4000) * (1 if late else -1))
    return Row(
        label=label,
        key="k",
        learner=who,
        notices=("lab.yaml says s-00001, the roster says otherwise",) * (number % 97 == 0),
        score=score,
        max_score=Decimal(110),
        penalty=penalty,
        final=score - penalty,
        passed=score - penalty >= 77,
        complete=all(one.status is not Status.ERROR for one in objectives),
        submitted_at=DEADLINE + after,
        objectives=objectives,
        report=f"learners/{label}",
    )


def _objective(
    dice: random.Random, number: int, skill: float, label: str, lang: str
) -> ObjectiveRow:
    status = (
        Status.PASS
        if dice.random() < skill ** (0.4 + number % 7 / 5)
        else dice.choices(STATUSES, WEIGHTS)[0]
    )
    share = {Status.PASS: 5, Status.PARTIAL: dice.choice([1, 2, 3])}.get(status, 0)
    message = dice.choice(SAID[lang]).format(hub=f"hub{label}", port=8000)
    return ObjectiveRow(
        id=f"objective-{number}",
        status=status,
        score=Decimal(share),
        max_score=Decimal(5),
        message="" if status in {Status.PASS, Status.SKIP} else message,
    )


def flags(count: int) -> Iterator[Flag]:
    """Some flags about a class of ``count``."""
    dice = random.Random(2)

    def some(number: int) -> tuple[str, ...]:
        return tuple(
            f"s-{n:05}" for n in sorted(dice.sample(range(1, count + 1), min(number, count)))
        )

    for _ in range(3):
        yield Flag(kind="same-container", labels=some(2), evidence="the same container: 3f2a9c01")
    yield Flag(kind="same-source", labels=some(7), evidence="the same files, byte for byte")
    for percent in range(81, 93):
        told = f"the answers to vm-or-container are alike to {percent} %"
        yield Flag(kind="alike-answers", labels=some(2), evidence=told)
    yield Flag(kind="of-a-plugin", labels=some(1), evidence="said `docker cp` a lot")


def moved() -> Iterator[Moved]:
    """Some who moved."""
    yield Moved("s-00002", "Anna Kim", Decimal(60), Decimal("82.5"), "passed: The app answers")
    yield Moved("s-00003", "Luis Park", Decimal(90), Decimal(75), "late: −15")
    yield Moved("s-00004", "Noor Lee", None, Decimal(100), "handed in for the first time")
