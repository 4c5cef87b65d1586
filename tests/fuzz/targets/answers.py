"""Any text is an ``answers.md``: it has sections, and every check of answers judges it."""

from __future__ import annotations

from pathlib import Path

from grader.checking.answers import MAX_SECTION_CHARS, answer_to, line_of, sections
from grader.facts import Logs
from grader.needs import ContainerNeed, LogsNeed
from tests.factories import a_container, evidence_of, saw, submitted
from tests.fuzz.contract import files
from tests.fuzz.judging import judge_all

SEEDS = [
    *files("sample_submission/answers.md", "rubrics/*.tests/*/answers.md"),
    b"# find-error\n\n`docker logs` and docker ps\n\n1. find-error\n---\n"
    b"\n## log-line\n> listening\n",
    "##container-id\n<!-- x --> 가나다 <!--\n\n| a |\n|--|\n```\n# image-id\n".encode(),
]


def check(data: bytes, folder: Path) -> None:
    text = data.decode("utf-8", "replace")
    for underlined in (False, True):
        for section in sections(text, underlined=underlined):
            assert 1 <= section.level <= 6
            assert len(section.text) <= MAX_SECTION_CHARS
    line = line_of("find-error", text)
    assert line is None or 1 <= line <= text.count("\n") + 1
    answer_to("find-error", text)
    evidence = evidence_of(
        submitted("answers.md", text),
        saw(ContainerNeed(name="wisheasy"), a_container("wisheasy")),
        saw(LogsNeed(image="wisheasy:1.0"), Logs(container_id="1" * 64, stdout=text[:500])),
    )
    judge_all(evidence, "answer", "quoted")
