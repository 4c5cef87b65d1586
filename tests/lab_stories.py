"""Lab stories: a journal as the recorder and gradings write it while a learner works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from grader import facts, needs
from grader.facts import Fact, Reason
from grader.journal import EMPTY, Journal, Observation, Writer, parse, written
from grader.needs import Need
from tests.factories import SOURCES, hex_id, saw
from tests.lab_answers import ANSWERS, containers, kind
from tests.lab_machine import Machine

OF_ENGINE = {
    "engine",
    "image",
    "container",
    "logs",
    "http",
    "content",
    "manifest",
    "volume",
    "network",
}
TROUBLE = {"manifest": Reason.REGISTRY_UNREACHABLE, "file": Reason.UNREADABLE}


@dataclass
class Lab:
    """A machine, and all that is written down of it: ``lines``, and what they are as a journal.

    The recorder looks after every event at everything when it is ``careful``; else its looks come
    late or not at all, at some needs in any order, and some fail. So do those of gradings.
    """

    asked: Sequence[Need[Fact]]
    random: Random
    careful: bool = True
    machine: Machine = field(init=False)
    lines: list[bytes] = field(default_factory=list)
    journal: Journal = EMPTY
    watching: bool = False
    away: bool = False
    _looks: int = 0
    _last: dict[Need[Fact], list[object]] = field(default_factory=dict)
    _told: set[tuple[datetime, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.machine = Machine(self.random, self._hear)
        self.asked = [need for need in self.asked if kind(need) in ANSWERS]

    def watch(self, watching: bool = True) -> None:
        """Start or end a session of the recorder."""
        if watching and not self.watching and not self.away:
            self._last.clear()
            self._read_history("watch")
            self._look(self.asked)
        self.watching = watching

    def leave(self, away: bool = True) -> None:
        """The engine goes out of reach, or comes back; it is restarted or it is not."""
        if self.away and not away and self.watching:
            self.away, self.watching = False, False
            self.watch()
        self.away = away

    def grade(self) -> None:
        """``grade-lab``: everything is asked, and then the history."""
        run = hex_id(f"grade{len(self.lines)}")[:16]
        for need in self.asked:
            self._write(self._answers(need), run, "grade")
        self._read_history("grade", run)

    def notice(self) -> None:
        """The recorder sees what changed without an event, such as files."""
        if self.watching:
            self._look([n for n in self.asked if SOURCES.get(kind(n)) in {"submission", "config"}])

    # What the recorder does

    def _hear(self, at: datetime, event: facts.Event) -> None:
        if not self.watching or self.away:
            return
        if not self.careful and self.random.random() < 0.1:
            self.leave()
            return
        self._tell(at, event, self._run(), "watch")
        if event.type == "container" and (self.careful or self.random.random() < 0.5):
            self._inspect(event.id)
        if self.careful or self.random.random() < 0.6:
            asked = list(self.asked)
            if not self.careful:
                self.random.shuffle(asked)
                asked = asked[: self.random.randrange(1, len(asked))]
            self._look(asked)

    def _inspect(self, id_: str) -> None:
        """Ask for this container alone, at once."""
        run = self._run()
        for need in self.asked:
            if isinstance(need, needs.ContainerNeed):
                of_it = [c for c in containers(self.machine, need) if c.id == id_]
                self._note([self._saw(need, of_it[0])] if of_it else [], run)

    def _look(self, asked: Iterable[Need[Fact]]) -> None:
        run = self._run()
        for need in asked:
            if not (self.away and kind(need) in OF_ENGINE):
                self._note(self._answers(need), run)

    def _note(self, answers: list[Observation], run: str) -> None:
        if answers:
            told: list[object] = [(a.outcome, a.reason, a.data) for a in answers]
            if self._last.get(answers[0].need) != told:
                self._last[answers[0].need] = told
                self._write(answers, run, "watch")

    def _run(self) -> str:
        self._looks += 1
        return f"session.{self._looks}"

    # What is written

    def _read_history(self, by: Writer, run: str = "") -> None:
        run = run or self._run()
        if self.away:
            if by == "grade":
                unreachable = self._saw(needs.EventWindowNeed(), Reason.ENGINE_UNREACHABLE)
                self._write([unreachable], run, by)
            return
        known = self._told.copy()
        for at, event in self.machine.history:
            self._tell(at, event, run, by)
        window = facts.EventWindow(
            count=len(self.machine.history),
            until=self.machine.pass_time(0),
            continues=not known or any(_key(*told) in known for told in self.machine.history),
        )
        self._write([self._saw(needs.EventWindowNeed(), window)], run, by)

    def _tell(self, at: datetime, event: facts.Event, run: str, by: Writer) -> None:
        if _key(at, event) not in self._told:
            self._told.add(_key(at, event))
            told = self._saw(needs.EventsNeed(), event).model_copy(update={"at": at})
            self._write([told], run, by)

    def _write(self, answers: Iterable[Observation], run: str, by: Writer) -> None:
        for line in written(answers, self.journal, run, by):
            self.lines.append(line)
            self.journal = parse(line, onto=self.journal)

    # What is found

    def _saw(self, need: Need[Fact], answer: Fact | Reason) -> Observation:
        self.machine.pass_time(0.001)
        entry = saw(need, answer, self.machine.now)
        return Observation.model_validate(entry.model_dump(include=set(Observation.model_fields)))

    def _answers(self, need: Need[Fact]) -> list[Observation]:
        if self.away and kind(need) in OF_ENGINE:
            return [self._saw(need, Reason.ENGINE_UNREACHABLE)]
        if not self.careful and self.random.random() < 0.03:
            return [self._saw(need, TROUBLE.get(kind(need), Reason.TIMEOUT))]
        found = list(ANSWERS[kind(need)](self.machine, need))
        return [self._saw(need, answer) for answer in found or [Reason.NOT_THERE]]


def _key(at: datetime, event: facts.Event) -> tuple[datetime, str]:
    return at, event.model_dump_json()
