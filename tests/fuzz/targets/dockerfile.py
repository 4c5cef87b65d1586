"""Any text is a Dockerfile with a final stage, or one that Docker refuses, with the line.

All rules of good practice speak of lines that it has.
"""

from __future__ import annotations

from pathlib import Path

from grader.checking.copied import copied
from grader.checking.dockerfile import DockerfileError, parse
from grader.checking.practices.known import PRACTICES
from tests.factories import evidence_of, submitted
from tests.fuzz.contract import files
from tests.fuzz.judging import judge_all

SEEDS = [
    *files(
        "sample_submission/Dockerfile", "rubrics/*.tests/*/Dockerfile", "docs/labs/*/Dockerfile"
    ),
    b"# syntax=a\n# escape=`\nARG B=${X:-a}\nFROM --platform=$P $B AS c\nRUN <<E cat\nx\nE\n"
    b'ONBUILD CMD ["a"]\nSHELL ["sh", "-c"]\nENV a b\nENV a="b c" d=e\\\n f=g\nFROM c\n'
    b'COPY --from=c --chown=1:1 ["a b", "c"]\nHEALTHCHECK --interval=5s CMD a\nVOLUME ["/a"]\n'
    b"RUN apt-get update && sudo apt-get install -y x; rm -rf /var/lib/apt/lists/*\n"
    b"MAINTAINER me\nADD https://a/b.tar /\nUSER 0:0\nEXPOSE 80 90/udp\nSTOPSIGNAL 9\n",
    b'FROM ${A#*/}:${A%%:*} \nARG A=${A/b/c}\nLABEL a="\\"" \'b\'=c\n',
]


def check(data: bytes, folder: Path) -> None:
    text = data.decode("utf-8", "replace")
    lines = text.count("\n") + 1
    evidence = evidence_of(submitted("Dockerfile", text))
    judge_all(evidence, "dockerfile", "built_from")
    try:
        parsed = parse(text)
    except DockerfileError as error:
        assert error.reason
        assert error.line is None or 1 <= error.line <= lines
        return
    assert parsed.final
    assert all(1 <= one.line <= lines for one in parsed.instructions)
    for practice in PRACTICES.values():
        assert all(1 <= finding.line <= lines for finding in practice.broken_by(parsed))
    copied(parsed)
