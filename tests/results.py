"""Results and checklists to be shown: of a lab that is half done, and of whatever a test wants."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from grader.check import Status
from grader.facts import Engine
from grader.judge import combine
from grader.report.checklist import Alert, Checklist, Row, Step
from grader.result import (
    CheckResult,
    EvidenceItem,
    JournalInfo,
    Lane,
    Learner,
    ObjectiveResult,
    Override,
    Result,
    RubricInfo,
    TimelineStep,
)
from grader.series import Strength
from tests.factories import hex_id, minutes


def a_check(status: str, message: str = "", **fields: Any) -> CheckResult:
    """A verdict on one check, worth 5 points."""
    earned = {"pass": "5", "partial": "2.5"}.get(status, "0")
    default = {"id": "a.1", "type": "image", "score": Decimal(earned), "max_score": Decimal(5)}
    return CheckResult(status=Status(status), message=message, **{**default, **fields})


def an_objective(title: str, *checks: CheckResult, **fields: Any) -> ObjectiveResult:
    """An objective with the status that its checks add up to, unless given."""
    default = {
        "id": hex_id(title)[:8],
        "status": combine([check.status for check in checks]),
        "score": sum((check.score for check in checks), Decimal(0)),
        "max_score": sum((check.max_score for check in checks), Decimal(0)),
    }
    return ObjectiveResult(title=title, checks=checks, **{**default, **fields})


def a_proof(strength: str, source: str, detail: str, at: float = 0) -> EvidenceItem:
    """A piece of evidence, ``at`` minutes in."""
    return EvidenceItem(strength=Strength(strength), source=source, at=minutes(at), detail=detail)


def a_result(lang: str = "en", **fields: Any) -> Result:
    """A realistic result: an objective of every status, an override, a timeline with a failure."""

    def say(korean: str, english: str) -> str:
        return korean if lang == "ko" else english

    image, pushed = "wisheasy:1.0", "jimin/wisheasy:1.0"
    run = f"docker run -d --name wisheasy -p 8080:8000 --env-file .env {pushed}"
    ran = say("컨테이너를 실행했다", "A container ran with name, port and env file")
    objectives = (
        an_objective(
            say("Docker를 설치하고 버전을 확인했다", "Docker is installed and answers"),
            a_check(
                "pass",
                say("Docker 29.0.1이 응답합니다", "Docker 29.0.1 answers"),
                expected="≥ 20.10",
                evidence=(a_proof("live", "engine", "API 1.52, linux/amd64", 41),),
            ),
        ),
        an_objective(
            say("내 Dockerfile로 빌드했다", "An image was built from your Dockerfile"),
            a_check(
                "pass",
                say(f"이미지 {image}: 요구한 대로입니다", f"image {image}: as expected"),
                evidence=(a_proof("recorded", "engine", f"{image} = 3f2a9c1b7d21", 6),),
            ),
            a_check(
                "fail",
                say(
                    "파일이 소스와 다릅니다",
                    "a file in the image differs from the submitted source",
                ),
                expected="/app/app.py = sha256:9b1e0d2f",
                actual="/app/app.py = sha256:51c07aa4",
                hint=say(
                    "소스를 고친 뒤에는 `docker build -t wisheasy:1.0 .`로 다시 빌드하세요.",
                    "After a change to the source, build again: `docker build -t wisheasy:1.0 .`",
                ),
                evidence=(a_proof("live", "engine", "/app/app.py", 41),),
            ),
        ),
        an_objective(
            say("이미지를 레지스트리에 push했다", "The image was pushed to the registry"),
            a_check(
                "pass",
                say(f"{pushed}: 레지스트리에 있습니다", f"{pushed} is in the registry"),
                evidence=(
                    a_proof("registry", "registry", f"sha256:{hex_id(pushed)}", 41),
                    a_proof("recorded", "events", f"push {pushed}", 9),
                ),
            ),
        ),
        an_objective(
            ran,
            a_check(
                "fail",
                say("컨테이너가 요구와 다릅니다", "container wisheasy: not as expected"),
                expected="-p 8080:8000",
                actual="-p 8080:8080",
                hint=say(f"`{run}`를 실행하세요.", f"Run `{run}`."),
                evidence=(a_proof("live", "engine", "b7c1d9e2a034, 0.0.0.0:8080", 41),),
            ),
        ),
        an_objective(
            say("앱이 HTTP로 응답한다", "The app answers over HTTP on the mapped port"),
            a_check("skip"),
            a_check("skip"),
            skipped_for=(hex_id(ran)[:8],),
        ),
        an_objective(
            say("레지스트리에서 이미지를 pull했다", "The image was pulled from the registry"),
            a_check(
                "unproven",
                say("pull을 본 기록이 없습니다", "no pull was seen"),
                hint=say(
                    f"`docker image rm {pushed}` 다음에 `docker pull {pushed}`를 실행하세요.",
                    f"Run `docker image rm {pushed}`, then `docker pull {pushed}`.",
                ),
            ),
        ),
        an_objective(
            say("VM과 컨테이너를 비교해 설명했다", "Explained a VM against a container"),
            a_check(
                "review",
                say("강사가 답을 읽어야 합니다", "a person has to read the answer"),
                actual=say("커널을 함께 쓴다.", "A container shares the kernel of its host."),
                evidence=(a_proof("submitted", "submission", "answers.md", 41),),
            ),
        ),
        an_objective(
            say("레지스트리에 로그인했다", "Logged in to the registry"),
            a_check(
                "error",
                say("레지스트리에 연결할 수 없습니다", "the registry could not be reached"),
                actual="dial tcp: lookup registry-1.docker.io: i/o timeout",
                hint=say("네트워크를 확인하세요", "check the network, then run grade-lab again"),
            ),
        ),
        an_objective(
            say("컨테이너를 삭제했다", "The container was removed"),
            a_check("unproven", say("본 기록이 없습니다", "it was not seen")),
            status=Status.PARTIAL,
            score=Decimal(4),
            override=Override(
                points=Decimal(4),
                reason=say("수업 시간에 화면으로 확인함", "Seen on the screen in class"),
            ),
        ),
    )
    default = {
        "lang": lang,
        "rubric": RubricInfo(
            id="container-and-docker",
            title=say("Container와 Docker", "Containers and Docker"),
            sha256=hex_id("rubric"),
        ),
        "learner": Learner(id="s-001", name=say("김지민", "Jimin Kim")),
        "graded_at": minutes(41),
        "score": sum((objective.score for objective in objectives), Decimal(0)),
        "max_score": sum((objective.max_score for objective in objectives), Decimal(0)),
        "pass_mark": Decimal("0.7"),
        "passed": False,
        "complete": False,
        "engine": Engine(
            product="Docker Engine", version="29.0.1", api_version="1.52", os="linux", arch="amd64"
        ),
        "journal": JournalInfo(
            entries=148, head=hex_id("head"), intact=True, first_at=minutes(5), last_at=minutes(41)
        ),
        "objectives": objectives,
        "timeline": a_timeline(image, pushed),
    }
    return Result(**{**default, **fields})


def a_timeline(image: str, pushed: str) -> tuple[TimelineStep, ...]:
    """The steps of a lab, with a container that failed at first."""

    def step(at: float, lane: Lane, label: str, detail: str = "", **more: Any) -> TimelineStep:
        return TimelineStep(at=minutes(at), lane=lane, label=label, detail=detail, **more)

    return (
        step(3.2, "image", f"docker build -t {image} ."),
        step(4.1, "image", f"docker tag {image} {pushed}"),
        step(5, "registry", "docker login", exact=False),
        step(9, "registry", f"docker push {pushed}"),
        step(12.5, "container", f"docker run {pushed}", "wisheasy"),
        step(12.6, "container", "Exited (1)", "wisheasy", failed=True, exit_code=1),
        step(14, "container", "docker rm wisheasy"),
        step(15.25, "container", f"docker run {pushed}", "wisheasy"),
        step(18, "container", "docker exec wisheasy python -V", count=3),
        step(24, "container", "docker stop wisheasy"),
        step(25.5, "container", "docker rm wisheasy"),
        step(31, "image", f"docker image rm {pushed}", exact=False),
    )


def a_checklist(lang: str = "en", **fields: Any) -> Checklist:
    """A live checklist: a row of every status, a next step with two commands, and an alert."""

    def say(korean: str, english: str) -> str:
        return korean if lang == "ko" else english

    run = "docker run -d --name wisheasy -p 8080:8000 --env-file .env jimin/wisheasy:1.0"
    rows = (
        ("build", say("이미지를 빌드했다", "An image was built"), "pass", say("통과", "Passed")),
        ("push", say("이미지를 push했다", "It was pushed"), "partial", say("일부", "Partly done")),
        ("run", say("컨테이너를 실행했다", "A container ran"), "fail", say("아직 아님", "Not yet")),
        ("http", say("앱이 응답한다", "The app answers"), "skip", say("대기", "Waiting")),
        ("logs", say("로그를 확인했다", "The log was read"), "unproven", say("못 봄", "Not seen")),
        ("vm", say("VM을 설명했다", "Explained a VM"), "review", say("검토 중", "Under review")),
        ("login", say("로그인했다", "Logged in"), "error", say("판정 못 함", "Not judged")),
    )
    default: dict[str, Any] = {
        "title": say("Container와 Docker", "Containers and Docker"),
        "score": "10",
        "max_score": "40",
        "rows": tuple(
            Row(id=id_, title=title, status=status, word=word, score="0", max_score="5")
            for id_, title, status, word in rows
        ),
        "next": Step(
            title=say("컨테이너를 실행했다", "A container ran"),
            message=say("포트가 거꾸로 연결되었습니다", "port 8000 is mapped the wrong way round"),
            hint=say(
                f"`docker rm -f wisheasy`로 지운 뒤 `{run}`를 실행하세요.",
                f"Remove it with `docker rm -f wisheasy`, then run `{run}`.",
            ),
            commands=("docker rm -f wisheasy", run),
        ),
        "alerts": (
            Alert(
                title=say("컨테이너가 종료되었습니다", "Container wisheasy has exited"),
                message=say("종료 코드는 1입니다", "Its exit code is 1"),
                actual="Traceback (most recent call last):\nKeyError: 'PORT'",
                hint=say("`--env-file .env`를 확인하세요.", "Check `--env-file .env`."),
            ),
        ),
        "notice": say("기록 중입니다", "recording; keep this running while you work"),
    }
    return Checklist(lang=lang, **{**default, **fields})
