"""The learners of a made-up class: who they are, and answers that no two of them share."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from random import Random

FAMILY = "김이박최정강조윤장임한오서신권황안송"
GIVEN = "하늘 민준 서연 도윤 지우 서준 하은 예준 수아 시우 지민 유진 현우 은서 태양 보람 한별"
ENGLISH = "Ada Grace Linus Radia Ken Barbara Alan Frances Edsger Margaret Tim Hedy"

Pool = dict[str, tuple[tuple[str, ...], ...]]
"""By question: what an answer says, each in several ways."""

KOREAN: Pool = {
    "vm-vs-container": (
        ("컨테이너는 호스트의 커널을 함께 쓴다.", "컨테이너는 OS 수준의 가상화이다."),
        ("VM은 저마다 게스트 OS를 가진다.", "VM은 하이퍼바이저 위에서 돈다."),
        ("컨테이너는 가볍고 금방 뜬다.", "VM은 켜지기까지 느리다.", "컨테이너는 몇 초면 뜬다."),
        ("VM의 격리가 더 강하다.", "컨테이너는 프로세스 단위로 나눈다."),
    ),
    "dockerfile": (
        ("FROM으로 시작한다.", "맨 위는 베이스 이미지이다."),
        ("COPY로 소스를 넣는다.", "내 코드를 이미지로 복사한다."),
        ("EXPOSE는 8000이다.", "포트는 8000번이다."),
        ("CMD로 앱을 켠다.", "끝에 시작 명령이 있다."),
    ),
    "find-error": (
        ("`docker ps -a`로 찾는다.", "`docker container ls -a`로 죽은 것도 본다."),
        ("`docker logs`를 읽는다.", "`docker container logs`를 본다."),
    ),
}
FOREIGN: Pool = {
    "vm-vs-container": (
        ("A container shares the kernel of its host.", "Containers use the host kernel."),
        ("Each VM boots a guest OS.", "Under a VM there is a hypervisor."),
        ("Containers start in seconds.", "A container is lightweight.", "VMs boot slowly."),
        ("The isolation of a VM is stronger.", "A VM is isolated better."),
    ),
    "dockerfile": (
        ("FROM names the base image.", "It begins with a base image."),
        ("COPY puts my code in.", "Then it copies the source."),
        ("EXPOSE tells the port.", "The port is 8000."),
        ("CMD runs at the end.", "Its last line starts the app."),
    ),
    "find-error": (
        ("`docker ps -a` shows it.", "I look for it with `docker container ls -a`."),
        ("`docker logs` tells why.", "I read it with `docker container logs`."),
    ),
}
KOREAN_WORDS = (
    "어제 오늘 새벽 저녁 도서관 기숙사 노트북 친구 조교 수업 강의 교재 화면 터미널 명령 글자 주소 "
    "브라우저 새로고침 설정 파일 폴더 이름 번호 순서 시간 전원 배터리 연습 기록 그림 설명 질문 "
    "천천히 다시 차근차근 이어서 처음 다음 함께 혼자 여러번 조금 훨씬 정말 드디어 우선 나중 "
    "적었다 보았다 눌렀다 읽었다 바꾸었다 지켜보았다 떠올렸다 물었다 배웠다 정리했다 살폈다"
)
FOREIGN_WORDS = (
    "yesterday today evening library laptop friend tutor course book screen terminal line letter "
    "address browser setting file folder name number order time power battery practice record "
    "picture note question slowly again calmly later first next alone often rather really finally "
    "wrote looked pressed read changed watched recalled asked learned sorted checked opened typed"
)
PERSONAL_WORDS = 28


@dataclass(frozen=True)
class Person:
    """A learner."""

    id: str
    name: str
    hub_id: str
    korean: bool

    @classmethod
    def of(cls, number: int, random: Random) -> Person:
        """The learner of this number, the same for the same random numbers."""
        korean = random.random() < 0.7
        given, family = random.choice(GIVEN.split()), random.choice(FAMILY)
        name = family + given if korean else f"{random.choice(ENGLISH.split())} {given}"
        return cls(f"s-{number:05}", name, f"learner{number:05}", korean)

    @property
    def email(self) -> str:
        return f"{self.hub_id}@university.example"

    def made(self, what: str) -> str:
        """An id of 64 digits that nobody else has."""
        return sha256(f"{self.id} {self.hub_id} {what}".encode()).hexdigest()


def answers(person: Person, random: Random) -> dict[str, str]:
    """Right answers to the questions, by question, in a learner's own words."""
    pool, words = (KOREAN, KOREAN_WORDS) if person.korean else (FOREIGN, FOREIGN_WORDS)
    return {
        question: " ".join([*map(random.choice, says), _personal(words.split(), random)])
        for question, says in pool.items()
    }


def _personal(words: list[str], random: Random) -> str:
    own = [f"{random.choice(words)}{random.choice(('', '', f' {random.randrange(1000)}'))}"]
    own += [random.choice(words) for _ in range(PERSONAL_WORDS)]
    return " ".join(own) + "."


def answers_file(texts: dict[str, str]) -> str:
    """``answers.md`` with a heading for each question."""
    return "# answers\n\n" + "".join(f"## {name}\n\n{text}\n\n" for name, text in texts.items())
