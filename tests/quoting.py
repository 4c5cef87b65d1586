"""What was recorded of a container and an image, and the verdict on an answer that quotes it."""

from __future__ import annotations

from grader.check import Verdict
from grader.facts import Logs
from grader.journal import Entry
from grader.needs import ContainerNeed, ImageNeed, LogsNeed
from tests.factories import a_container, an_image, hex_id, judged, saw, submitted

WEB = hex_id("web")
APP = hex_id("app:1")
OUTPUT = (
    "\x1b[32mINFO\x1b[0m:  wisheasy is listening on port 8000\r\n{}\n127.0.0.1 GET / 200 in 3 ms\n"
)
RECORDED = {
    "log_line": [
        saw(ContainerNeed(name="web"), a_container()),
        saw(LogsNeed(name="web"), Logs(container_id=WEB, stdout=OUTPUT)),
    ],
    "container_id": [saw(ContainerNeed(name="web"), a_container())],
    "image_id": [saw(ImageNeed(image="app:1"), an_image())],
}
SUBJECT = {
    "log_line": {"name": "web"},
    "container_id": {"name": "web"},
    "image_id": {"image": "app:1"},
}


def quoted(of: str, answer: str, *more: Entry, recorded: list[Entry] | None = None) -> Verdict:
    sheet = submitted("answers.md", f"# Answers\n\n## seen\n\n{answer}\n\n## next\n\nx\n")
    entries = RECORDED[of] if recorded is None else recorded
    fields = {"question": "seen", "of": of, **SUBJECT[of]}
    return judged("quoted", fields, sheet, *entries, *more)
