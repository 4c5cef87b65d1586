"""The prints of a submission: what it can be recognised by in another one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from grader.batch.model import Answer, Prints
from grader.batch.sketch import sketch, words_of
from grader.checking.answers import answer_to
from grader.collect import submission as files
from grader.collect.answer import NoAnswerError
from grader.evidence import Evidence
from grader.journal import Entry, Journal
from grader.needs import ContainerNeed, EventsNeed, FileNeed, ImageNeed, ManifestNeed
from grader.rubric.model import Rubric

SKEW = timedelta(minutes=2)
"""Clocks are corrected by as much without anybody's doing."""
CHALLENGE = "challenge"
"""Labels of images whose name holds this word hold a challenge."""
NOT_SOURCE = frozenset(("answers.md", "lab.yaml", "README.md"))


def prints_of(journal: Journal, rubric: Rubric, folder: Path) -> Prints:
    """The prints of a submission's journal, and of its files in ``folder``."""
    evidence = Evidence(journal)
    own = [entry for entry in journal.entries if entry.by != "batch"]
    return Prints(
        head=journal.head if own else "",
        intact=journal.intact,
        merged=bool(journal.forks),
        first_at=own[0].at if own else None,
        last_at=own[-1].at if own else None,
        backwards=_runs_backwards(own, set(journal.forks)),
        containers=tuple(sorted(_containers(evidence))),
        images=tuple(sorted(_images(evidence))),
        challenges=tuple(sorted(_challenges(evidence))),
        source=_source(folder),
        answers=tuple(_answers(rubric, evidence)),
        denied=tuple(sorted(_denied(journal))),
    )


def _runs_backwards(entries: Iterable[Entry], forks: set[int]) -> bool:
    """Whether a look was made before an earlier one of the same record. Events bear their own."""
    latest: datetime | None = None
    for entry in entries:
        if entry.seq in forks:
            latest = None
        if entry.source in {"events", "relay"}:
            continue
        if latest and entry.at < latest - SKEW:
            return True
        latest = entry.at
    return False


def _containers(evidence: Evidence) -> set[str]:
    ids = {
        seen.fact.id for need in evidence.needs(ContainerNeed) for seen in evidence.of(need).found
    }
    ids |= {e.fact.id for e in evidence.of(EventsNeed()).found if e.fact.type == "container"}
    return ids - {""}


def _images(evidence: Evidence) -> set[str]:
    """Images that were made here; one that was only pulled may be anybody's."""
    facts = [seen.fact for need in evidence.needs(ImageNeed) for seen in evidence.of(need).found]
    return {fact.id for fact in facts if not evidence.only_pulled(fact)} - {""}


def _challenges(evidence: Evidence) -> set[str]:
    facts = [seen.fact for need in evidence.needs(ImageNeed) for seen in evidence.of(need).found]
    labels = [item for fact in facts for item in fact.labels.items()]
    return {_hash(value) for name, value in labels if CHALLENGE in name.lower() and value}


def _source(folder: Path) -> str:
    try:
        tree = files.tree(folder, ".")
    except NoAnswerError:
        return ""
    source = {name: digest for name, digest in tree.files.items() if name not in NOT_SOURCE}
    return _hash(repr(sorted(source.items()))) if source else ""


def _answers(rubric: Rubric, evidence: Evidence) -> Iterator[Answer]:
    asked = {
        (getattr(check, "path", ""), getattr(check, "question", ""))
        for objective in rubric.objectives
        for check in objective.checks
    }
    for path, question in sorted(asked):
        found = evidence.of(FileNeed(path=path)).now if path and question else ()
        text = answer_to(question, found[0].fact.text or "") if found else None
        if text:
            yield Answer(question=question, words=words_of(text), sketch=sketch(text))


def _denied(journal: Journal) -> set[str]:
    """Images of which the journal says that a registry has them, and the registry did not."""
    claimed: set[str] = set()
    denied: set[str] = set()
    for entry in journal.entries:
        if isinstance(entry.need, ManifestNeed):
            if entry.by != "batch" and entry.outcome == "found":
                claimed.add(entry.need.image)
            elif entry.by == "batch" and entry.outcome == "absent":
                denied.add(entry.need.image)
    return claimed & denied


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
