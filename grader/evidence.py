"""Evidence: the fold of a journal, immutable. Checks query it by need, typed by its answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import TypeVar

from pydantic import ValidationError

from grader.facts import Event, EventWindow, Fact, Image, Reason
from grader.ids import Ids
from grader.journal import Defect, Entry, Journal, Source
from grader.messages import msg
from grader.needs import (
    ContainerNeed,
    EngineNeed,
    EventsNeed,
    EventWindowNeed,
    ImageNeed,
    Need,
    OfContainers,
)
from grader.reference import familiar, means, moves
from grader.series import Departure, Seen, Series, Strength, differ

F_co = TypeVar("F_co", bound=Fact, covariant=True)
N = TypeVar("N", bound=Need[Fact])
T = TypeVar("T")


_BY_SOURCE: dict[Source, Strength] = {
    "submission": Strength.SUBMITTED,
    "registry": Strength.REGISTRY,
    "reproduction": Strength.REPRODUCED,
    "events": Strength.RECORDED,
    "relay": Strength.RECORDED,
}


_NEVER_LOOKED: Series[Fact] = Series()

_ANSWERS = {Reason.UNSUPPORTED, Reason.OUTSIDE}
"""What an engine cannot tell, or what leads astray, is an answer: nobody failed to look."""


class Evidence:
    """What a journal's sound entries say, by need."""

    def __init__(self, journal: Journal, *, with_failed_looks: bool = True) -> None:
        self._journal = journal
        self._by_need: dict[Need[Fact], list[Entry]] = {}
        self._engines: dict[str, str] = {}
        self._last_grading = ""
        self._in_batch = self._was_reproduced = self._is_disturbed = False
        self._series: dict[tuple[Need[Fact], bool], Series[Fact]] = {}
        self._derived: dict[Hashable, object] = {}
        self._defects: dict[int, Defect] = {}
        run = engine = ""
        forks = set(journal.forks)
        for entry in journal.entries:
            if entry.run != run:
                run = entry.run
                if entry.seq in forks:  # another computer's record begins
                    engine = ""
                # A look of `watch` asks only for what may have changed.
                self._engines.setdefault(run, engine)
            if type(entry.need) is EngineNeed and entry.data:
                engine = self._engines[run] = str(entry.data.get("id") or "")
            if entry.by == "grade":
                self._last_grading = entry.run
            elif entry.by == "batch":
                self._in_batch = True
            if entry.source == "reproduction":
                self._was_reproduced = True
            if entry.outcome == "unavailable" and entry.reason not in _ANSWERS:
                self._is_disturbed = True
                if not with_failed_looks:
                    continue
            self._by_need.setdefault(entry.need, []).append(entry)

    @property
    def undisturbed(self) -> Evidence:
        """The same without the looks that failed; itself where none did."""
        return self._without_failed_looks if self._is_disturbed else self

    @cached_property
    def _without_failed_looks(self) -> Evidence:
        return Evidence(self._journal, with_failed_looks=False)

    @property
    def defects(self) -> tuple[Defect, ...]:
        """Entries whose content does not fit their need, found so far; they are left out."""
        return tuple(self._defects[line] for line in sorted(self._defects))

    def of(self, need: Need[F_co], *, reproduced: bool = False) -> Series[F_co]:
        """All answers to ``need`` by looks at the learner's own things.

        With ``reproduced`` also those by grade-lab's own run of the image: how an image works, and
        what is in it, is the same wherever it runs. They are never among what is there ``now``.
        """
        key = need, reproduced and self._was_reproduced
        series = self._series.get(key)
        if series is None:
            entries = self._by_need.get(need, [])
            if self._was_reproduced and not reproduced:
                entries = [entry for entry in entries if entry.source != "reproduction"]
            series = self._series[key] = self._fold(entries)
        return series  # type: ignore[return-value] # keyed by the need whose answer is F_co

    def once(self, key: Hashable, derive: Callable[[], T]) -> T:
        """What follows from this evidence and ``key`` alone: derived once, for all checks."""
        derived = self._derived.get(key)
        if derived is None:
            derived = self._derived[key] = derive()
        return derived  # type: ignore[return-value] # one key, one way to derive

    def needs(self, kind: type[N]) -> tuple[N, ...]:
        """The needs of this kind that the journal answers, in the order of first mention."""
        return tuple(need for need in self._by_need if type(need) is kind)

    def image_ids(self, reference: str) -> frozenset[str]:
        """Every image id that was ever seen under this reference."""

        def ids() -> frozenset[str]:
            looked = {seen.fact.id for seen in self.of(ImageNeed(image=reference)).found}
            return self.told_image_ids(reference) | looked

        return self.once(("image ids", reference), ids)

    def told_image_ids(self, reference: str) -> frozenset[str]:
        """Those of them that events tell of. Some engines tell both an image's id and its name."""
        name, telling = familiar(reference), {"tag", "push", "untag"}
        events = (e.fact for e in self._of_kind.get("image", ()) if e.fact.name == name)
        return frozenset(e.id for e in events if e.id and e.action in telling)

    def container_ids(self, need: OfContainers[Fact]) -> frozenset[str]:
        """Every id of a container that was ever seen and that this need asks about."""
        ids = {seen.fact.id for seen in self.of(ContainerNeed(**need.picked)).found}
        return frozenset(ids | {e.fact.id for e in self.events(**need.picked)})

    def events(
        self,
        *actions: str,
        name: str | None = None,
        image: str | None = None,
        service: str | None = None,
        project: str | None = None,
        kind: str = "container",
    ) -> tuple[Seen[Event], ...]:
        """Events of containers that fit all that is given, oldest first.

        Another ``kind`` is ``volume`` or ``network``, by name.
        """

        def about() -> tuple[Seen[Event], ...]:
            ids = Ids(self.told_image_ids(image) if image else ())
            whole = "sha256:" if name else ""  # without a name, it may be a step of a build
            return tuple(
                seen
                for seen in self._of_kind.get(kind, ())
                if (name is None or seen.fact.name == name)
                and (service is None or seen.fact.service == service)
                and (project is None or seen.fact.project == project)
                and (
                    image is None
                    or means(seen.fact.image, image)
                    or ids.begun_by(seen.fact.image.removeprefix(whole))
                )
            )

        return that_tell(actions, self.once((kind, name, service, project, image), about))

    def image_events(self, *actions: str, image: str) -> tuple[Seen[Event], ...]:
        """Image events (tag, load, push, pull, untag, delete) about this reference, oldest first.

        One of all tags of its repository, or by a digest, is one where the reference is older. A
        ``load`` tells an image's id only.
        """

        def about() -> tuple[Seen[Event], ...]:
            wanted, ids = familiar(image), self.image_ids(image)
            images = self._of_kind.get("image", ())
            named = min((s.at for s in images if familiar(s.fact.name) == wanted), default=None)

            def is_about(seen: Seen[Event]) -> bool:
                name, action = seen.fact.name, seen.fact.action
                if action in {"push", "pull"} and named and seen.at >= named:
                    return moves(name, image)
                by_id = action in {"load", "untag", "delete"} and seen.fact.id in ids
                return by_id or familiar(name) == wanted

            return tuple(filter(is_about, images))

        return that_tell(actions, self.once(("image", image), about))

    def only_pulled(self, image: Image) -> bool:
        """Whether nothing says that this image was built, tagged or loaded here."""
        return image.only_pulled and not self.loaded(image)

    def loaded(self, image: Image) -> bool:
        """Whether ``docker load``, or a builder of its own, brought this image to the engine.

        Such a one has no time of a tag, so that after a push it looks as if it had been pulled.
        """
        return image.id in self._loaded

    @cached_property
    def _loaded(self) -> frozenset[str]:
        return frozenset(event.fact.id for event in self.events("load", kind="image"))

    @cached_property
    def event_window(self) -> Series[EventWindow]:
        """How far back the engine's history reached, at each look."""
        return self.of(EventWindowNeed())

    @cached_property
    def _of_kind(self) -> dict[str, list[Seen[Event]]]:
        """All events by what they are of, oldest first; of one moment as they were recorded."""
        by_kind: dict[str, list[Seen[Event]]] = {}
        for seen in sorted(self.of(EventsNeed()).found, key=lambda seen: (seen.at, seen.seq)):
            by_kind.setdefault(seen.fact.type, []).append(seen)
        return by_kind

    def _fold(self, entries: Sequence[Entry]) -> Series[Fact]:
        found: list[Seen[Fact]] = []
        now: list[Seen[Fact]] = []
        departures: list[Departure[Fact]] = []
        last: Entry | None = None
        there: Seen[Fact] | None = None
        for entry in entries:
            if last is None or entry.run != last.run:
                now = []
            last = entry
            own = entry.source != "reproduction"
            if entry.outcome != "found":
                now = []
                here = self._engines[entry.run]
                if entry.outcome == "absent" and own and there and not differ(there.engine, here):
                    departures.append(Departure(there, entry.at))
                    there = None
                continue
            try:
                fact = entry.need.answer.model_validate(entry.data)
            except ValidationError:
                misfit = Defect(entry.seq, msg("its content does not fit its kind"))
                self._defects.setdefault(entry.seq, misfit)
                continue
            strength, engine = self._strength(entry), self._engines[entry.run]
            seen = Seen(fact, entry.at, entry.source, strength, entry.seq, engine)
            found.append(seen)
            if own:
                now.append(seen)
                there = seen
        if last is None:
            return _NEVER_LOOKED
        return Series(
            found=tuple(reversed(found)),
            now=tuple(reversed(now)),
            absent=(last.reason or Reason.NOT_THERE) if last.outcome == "absent" else None,
            unavailable=(last.reason or Reason.ENGINE_ERROR)
            if last.outcome == "unavailable"
            else None,
            detail=last.detail,
            looked_at=last.at,
            strength=self._strength(last),
            seq=last.seq,
            departures=tuple(departures),
            engine=self._engines[last.run],
        )

    def _strength(self, entry: Entry) -> Strength:
        of_last = entry.run == self._last_grading
        if entry.source == "reproduction":
            ours = entry.by == "batch" if self._in_batch else of_last
            if not ours:
                return Strength.RECORDED  # a journal says so; it may be anybody's
        return _BY_SOURCE.get(entry.source) or (Strength.LIVE if of_last else Strength.RECORDED)


def that_tell(actions: tuple[str, ...], events: tuple[Seen[Event], ...]) -> tuple[Seen[Event], ...]:
    """The events of these actions; all, when none is named."""
    return tuple([e for e in events if e.fact.action in actions]) if actions else events
