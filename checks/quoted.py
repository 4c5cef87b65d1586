"""``quoted``: the learner looked: the answer quotes what only the command line could show.

Or the relay of ``grade-lab shell`` saw the command that shows it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal, Self

from pydantic import model_validator

from grader.check import (
    Check,
    Failed,
    Location,
    NonBlank,
    Passed,
    Proof,
    Unproven,
    Verdict,
    absence,
    quote,
    then_grade,
    unavailable,
)
from grader.checking import looked
from grader.checking.answers import MAX_SECTION_CHARS, answer_to, beside, line_of
from grader.checking.digests import digests_of
from grader.checking.subject import ContainerSubject
from grader.checking.submitted import shorten, text_of
from grader.evidence import Evidence
from grader.facts import Call, Fact, Logs
from grader.file_facts import File
from grader.ids import Ids
from grader.invisible import visible
from grader.messages import Message, msg
from grader.needs import CallsNeed, EventsNeed, FileNeed, ImageNeed, Need
from grader.series import Seen, Series

MIN_LINE = 8
MIN_PART = 16
MAX_PARTS = 50
_ID = re.compile(r"(?<![0-9a-z])[0-9a-f]{12,64}(?![0-9a-z])", re.IGNORECASE)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_MARKUP = " \t`>*|-•"
_AROUND = f"{_MARKUP}\"'()"
_ASCII = re.compile(rf"[ -~]{{{MIN_PART},}}")


class Quoted(ContainerSubject, Check):
    """The answer to ``question``, in the file at ``path``, quotes something that was recorded.

    ``of`` is what: ``log_line``, a line of the container's log (at least 8 characters; 16 are
    enough of a longer line); ``container_id`` or ``image_id``, the 12 digits that the docker
    command shows, or more. A container is picked by ``name``, ``image`` or both, an image by
    ``image``. Spacing, colours and the marks of Markdown around a quote do not count. Without an
    answer to ``question``, a true quote counts wherever it stands in the file.

    No quote is needed where ``grade-lab shell`` recorded a command that showed the same:
    ``docker logs`` of the container; ``docker ps`` while the container existed;
    ``docker image ls`` while the image existed, or an inspection of the image.
    """

    type: Literal["quoted"]
    question: NonBlank
    path: NonBlank = "answers.md"
    of: Literal["log_line", "container_id", "image_id"]

    @model_validator(mode="after")
    def _image_by_image(self) -> Self:
        if self.of == "image_id" and (self.name or not self.image):
            raise ValueError(msg("an image_id is of an image: give image, and no name"))
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        yield FileNeed(path=self.path)
        if self.of == "image_id":
            yield from (ImageNeed(image=self.image or ""), EventsNeed(image=self.image))
        else:
            yield from self.subject_needs()
        if self.of == "log_line":
            yield self.logs_need
        yield from self._showing

    def judge(self, evidence: Evidence) -> Verdict:
        quote = self._judge_quote(evidence)
        call = self._call(evidence)
        if call is None:
            return quote
        told = msg("the engine was asked for {path}", path=shorten(call.fact.path))
        return Passed(
            message=msg("`{command}` was used", command=self._command),
            proofs=(Proof.of(call, told), *(quote.proofs if isinstance(quote, Passed) else ())),
        )

    def _call(self, evidence: Evidence) -> Seen[Call] | None:
        """The call that showed what is to be quoted."""
        if not any(evidence.of(need).found for need in self._showing):
            return None
        if self.of == "image_id":
            image = self.image or ""
            images = evidence.of(ImageNeed(image=image)).found
            return looked.listed_image(evidence, image, images)
        containers, events = self.containers(evidence).found, self.events(evidence)
        if self.of == "container_id":
            return looked.listed_container(evidence, containers, events)
        names = {c.fact.name for c in containers} | {e.fact.name for e in events}
        ids = {c.fact.id for c in containers} | {e.fact.id for e in events}
        if self.name and not self.image:
            names.add(self.name)
        return looked.read_log(evidence, names, ids)

    def _judge_quote(self, evidence: Evidence) -> Verdict:
        read = text_of(evidence, self.path, self._how)
        if isinstance(read, Verdict):
            return read
        text, seen = read
        verdict = self._judge_text(text, seen, evidence)
        if not isinstance(verdict, Failed):
            return verdict
        return replace(verdict, places=(Location(self.path, line_of(self.question, text)),))

    def _judge_text(self, text: str, seen: Seen[File], evidence: Evidence) -> Verdict:
        submitted = Proof.of(seen, msg("the answer to {question}", question=self.question))
        answer = answer_to(self.question, text) or beside(self.question, text)
        if not answer:
            # What is true is so also where its heading is amiss, or in a comment.
            anywhere = self._judge_answer(text[:MAX_SECTION_CHARS], submitted, evidence)
            if isinstance(anywhere, Passed):
                return anywhere
            return Failed(
                message=msg("there is no answer to {question}", question=self.question),
                hint=self._how,
            )
        return self._judge_answer(answer, submitted, evidence)

    def _judge_answer(self, answer: str, submitted: Proof, evidence: Evidence) -> Verdict:
        if self.of == "log_line":
            return self._judge_line(answer, submitted, evidence)
        return self._judge_id(answer, submitted, evidence)

    def _judge_line(self, answer: str, submitted: Proof, evidence: Evidence) -> Verdict:
        series = evidence.of(self.logs_need)
        for seen in series.found:
            line = _quoted_line(answer, seen.fact)
            if line:
                proof = Proof.of(seen, msg("its log has the line: {line}", line=shorten(line)))
                return self._passed(submitted, proof)
        if series.unavailable:
            return unavailable(series)
        if not any(line for seen in series.found for line in _lines(seen.fact)):
            return self._nothing_recorded(evidence)
        if not all(seen.fact.complete for seen in series.found):
            return Unproven(
                message=msg("the log is longer than what was recorded of it"),
                actual=shorten(answer),
                hint=msg("quote one of the first or of the last lines instead"),
            )
        return self._failed(
            msg("no line of the log of {subject} is quoted", subject=self.subject),
            answer,
            submitted,
        )

    def _judge_id(self, answer: str, submitted: Proof, evidence: Evidence) -> Verdict:
        known = self._known_ids(evidence)
        quoted = [token.lower() for token in _ID.findall(_ESCAPES.sub("", answer))]
        ids = Ids(known)
        for token in quoted:
            whole = ids.beginning(token)
            if whole in known:
                proof = Proof.of(known[whole], msg("its id is {id}", id=whole[:12]))
                return self._passed(submitted, proof)
        series = self._series(evidence)
        if series.unavailable:
            return unavailable(series)
        if not known:
            return self._nothing_recorded(evidence)
        message = msg("the id that is quoted is not that of {subject}", subject=self._what)
        if not quoted:
            message = msg("no id is quoted; it has 12 digits from 0 to 9 and a to f")
        return self._failed(message, quote(quoted[:3]) or answer, submitted)

    def _series(self, evidence: Evidence) -> Series[Fact]:
        if self.of == "image_id":
            return evidence.of(ImageNeed(image=self.image or ""))
        return self.containers(evidence)

    def _known_ids(self, evidence: Evidence) -> dict[str, Seen[Fact]]:
        """Every id that was recorded, without ``sha256:``, with the best proof of it."""
        found: list[tuple[str, Seen[Fact]]] = []
        if self.of == "image_id":
            image = self.image or ""
            events = evidence.image_events("tag", "build", "pull", image=image)
            images = evidence.of(ImageNeed(image=image)).found
            found += [(id_, seen) for seen in images for id_ in digests_of(seen.fact)]
        else:
            events = self.events(evidence)
            found += [(seen.fact.id, seen) for seen in self.containers(evidence).found]
        found += [(seen.fact.id, seen) for seen in events]
        return {id_.removeprefix("sha256:"): seen for id_, seen in reversed(found) if id_}

    def _passed(self, *proofs: Proof) -> Verdict:
        return Passed(
            message=msg("the answer to {question} quotes it rightly", question=self.question),
            proofs=proofs,
        )

    def _failed(self, message: Message, answer: str, submitted: Proof) -> Verdict:
        if "![" in answer:
            message = msg("a picture is not read; paste the text itself")
        return Failed(message=message, proofs=(submitted,), actual=shorten(answer), hint=self._how)

    def _nothing_recorded(self, evidence: Evidence) -> Verdict:
        if self.of == "image_id":
            return absence(
                evidence.of(ImageNeed(image=self.image or "")),
                self._what,
                then_grade(f"docker build -t {self.image} ."),
            )
        if self.of == "log_line" and self.containers(evidence).found:
            return Unproven(
                message=msg("no line of the log of {subject} was recorded", subject=self.subject),
                hint=msg("run it again, and run `grade-lab` before you remove it"),
            )
        return self.missing(evidence)

    @property
    def _what(self) -> Message:
        return msg("image {image}", image=self.image) if self.of == "image_id" else self.subject

    @property
    def _showing(self) -> Sequence[CallsNeed]:
        """The calls that show it."""
        return {
            "log_line": [looked.LOGS],
            "container_id": [looked.CONTAINERS],
            "image_id": [looked.IMAGES, looked.IMAGE],
        }[self.of]

    @property
    def _command(self) -> str:
        return {
            "log_line": f"docker logs {self.typed}",
            "container_id": "docker ps -a",
            "image_id": "docker image ls",
        }[self.of]

    @cached_property
    def _how(self) -> Message:
        what = {
            "log_line": msg("one of its lines"),
            "container_id": msg("the CONTAINER ID"),
            "image_id": msg("the IMAGE ID"),
        }[self.of]
        return msg(
            "run `{command}` and paste {what} below `## {question}` in {path}; "
            "or run it inside `grade-lab shell`, which notes that you did",
            command=self._command,
            what=what,
            question=self.question,
            path=self.path,
        )


def _on_one_line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(visible(_ESCAPES.sub("", text)).split()))


def _lines(logs: Logs) -> Iterator[str]:
    for line in (*logs.stdout.split("\n"), *logs.stderr.split("\n")):
        told = _on_one_line(line)
        if len(told) >= MIN_LINE and sum(map(str.isalnum, told)) * 2 >= MIN_LINE:
            yield told


def _quoted_line(answer: str, logs: Logs) -> str | None:
    """The line of the log that the answer holds, or of which it holds a good part."""
    whole = _on_one_line(answer)
    lines = list(dict.fromkeys(_lines(logs)))
    found = next((line for line in lines if line in whole), None)
    if found:
        return found
    parts = [_on_one_line(own).strip(_MARKUP) for own in answer.split("\n")]
    # A sentence in Korean may stand around it, or behind it what a console made of Korean.
    runs = [run for part in parts for run in _ASCII.findall(part)]
    parts += [own.strip(_AROUND) for run in runs for own in (run, run.rpartition(" ")[0])]
    long_parts = [part for part in parts if len(part) >= MIN_PART][:MAX_PARTS]
    return next((part for part in long_parts if any(part in line for line in lines)), None)
