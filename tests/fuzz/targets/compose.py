"""Any text is a Compose file, or tells why not; no value of its environment is in what is kept."""

from __future__ import annotations

from pathlib import Path

from grader.collect.compose import MAX_ITEMS, parse
from grader.compose_facts import ComposeFile
from grader.needs import ComposeNeed
from tests.factories import evidence_of, saw
from tests.fuzz.contract import files
from tests.fuzz.judging import judge_all

SEEDS = [
    *files("rubrics/*.tests/*/compose.y*ml", "docs/labs/*/compose.y*ml"),
    b"x: &x {ports: ['80:80'], environment: [A_TOKEN=hunter22]}\nservices:\n  web:\n    <<: *x\n"
    b"    build: {context: .}\n    ports: [8080:80, '127.0.0.1::9/udp', {target: 1}]\n"
    b"    volumes: ['./a:/b:ro', {type: volume, source: d, target: /d}, '${X:-y}:/z']\n"
    b"    env_file: [{path: .env}, a/../b]\n    depends_on: {db: {condition: service_healthy}}\n"
    b'    healthcheck: {test: [CMD, true]}\n  db: {image: "${I}", networks: {n: }}\n'
    b"volumes: {d: }\nnetworks: [n]\n",
    b"%YAML 1.1\n---\nx: &x 1e3\ny: &x 0o7\nservices: {web: {image: *x, ports: [22:22]}}\n",
    b'services: {"\\ud800": {image: "\\udfff", ports: ["\\ud800:80"]}}\n',
]
SECRET = "hunter22"


def check(data: bytes, folder: Path) -> None:
    text = data.decode("utf-8", "replace")
    read = parse(text)
    assert len(read.services) <= MAX_ITEMS
    assert bool(read.problem) != bool(read.services)
    kept = read.model_dump_json(exclude_defaults=True)
    assert ComposeFile.model_validate_json(kept) == read
    judge_all(evidence_of(saw(ComposeNeed(path="compose.yaml"), read)), "compose")
