"""Judging: rubric and evidence in, result out. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from graphlib import TopologicalSorter

from grader.check import Check, Errored, Location, Passed, Proof, Status, Unproven, Verdict, asked
from grader.checking.clocks import by_the_engine
from grader.conclude import failed_look
from grader.errors import RAISED_BY_OTHERS, raised
from grader.evidence import Evidence
from grader.journal import MAX_DEFECTS, Journal
from grader.messages import Message, Translator, msg
from grader.needs import EngineNeed
from grader.result import (
    CheckResult,
    EvidenceItem,
    JournalDefect,
    JournalInfo,
    Learner,
    ObjectiveResult,
    Override,
    Place,
    Result,
    RubricInfo,
)
from grader.rubric.model import Objective, Rubric
from grader.shares import CENT, part, shares
from grader.timeline.story import timeline
from grader.verdict import Unreadable

COUNTS_AS_DONE = {Status.PASS, Status.PARTIAL, Status.REVIEW}
MAY_BE_DONE = {Status.UNPROVEN, Status.ERROR}
"""Of what is required, nobody saw whether it was done: what builds on it may yet prove itself."""


def judge(
    rubric: Rubric,
    journal: Journal,
    learner: Learner,
    overrides: Mapping[str, Override] | None = None,
    lang: str = "en",
) -> Result:
    """The result of ``rubric`` on what ``journal`` holds.

    ``overrides`` are the instructor's points by objective id, for this learner.
    """
    translator = Translator(lang)
    evidence = Evidence(by_the_engine(journal))
    done: dict[str, ObjectiveResult] = {}
    by_id = {objective.id: objective for objective in rubric.objectives}
    for name in _in_order(tuple((o.id, o.requires) for o in rubric.objectives)):
        objective = by_id[name]
        judged = _objective(objective, evidence, translator)
        missing = tuple([n for n in objective.requires if done[n].status not in COUNTS_AS_DONE])
        if missing:
            perhaps_done = all(done[n].status in MAY_BE_DONE for n in missing)
            earned = judged.score or judged.status in COUNTS_AS_DONE
            if not (perhaps_done and earned):
                judged = _skip(objective, missing, by_id, translator)
        done[name] = _override(judged, (overrides or {}).get(name))
    objectives = tuple(done[objective.id] for objective in rubric.objectives)
    score = sum((o.score for o in objectives), Decimal(0))
    max_score = sum((o.max_score for o in objectives), Decimal(0))
    engine = evidence.of(EngineNeed()).found
    steps, gaps = timeline(evidence)
    return Result(
        lang=lang,
        rubric=RubricInfo(id=rubric.id, title=translator.text(rubric.title), sha256=rubric.sha256),
        learner=learner,
        graded_at=journal.entries[-1].at if journal.entries else None,
        score=score,
        max_score=max_score,
        pass_mark=rubric.pass_mark,
        passed=score >= rubric.pass_mark * max_score,
        complete=all(o.status is not Status.ERROR for o in objectives),
        engine=engine[0].fact if engine else None,
        journal=_journal(journal, evidence, translator),
        objectives=objectives,
        timeline=steps,
        gaps=gaps,
    )


@lru_cache(maxsize=16)
def _in_order(requirements: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """The objectives' ids, each after those that it requires."""
    return tuple(TopologicalSorter(dict(requirements)).static_order())


def _objective(objective: Objective, evidence: Evidence, translator: Translator) -> ObjectiveResult:
    each = _shares(objective)
    checks = tuple(
        _judged(f"{objective.id}.{i}", check, points, evidence, translator)
        for i, (check, points) in enumerate(zip(objective.checks, each, strict=True), 1)
    )
    return ObjectiveResult(
        id=objective.id,
        title=translator.text(objective.title),
        status=combine([check.status for check in checks]),
        score=sum((check.score for check in checks), Decimal(0)),
        max_score=objective.points,
        requires=objective.requires,
        checks=checks,
    )


def _judged(
    name: str, check: Check, points: Decimal, evidence: Evidence, translator: Translator
) -> CheckResult:
    try:
        return _check(name, check, points, _verdict(check, evidence), translator)
    except RAISED_BY_OTHERS as error:  # a broken check must not take the others' points
        broken = Errored(
            message=msg(
                "the check '{type}' is broken: {error}",
                type=check.type,
                error=raised(error, type(check).__module__),
            ),
            hint=msg("tell your instructor; this is not your fault"),
        )
        return _check(name, check, points, broken, translator)


def _verdict(check: Check, evidence: Evidence) -> Verdict:
    judged = check.judge(evidence)
    if not isinstance(judged, Verdict):
        raise TypeError(f"judge() returned {judged!r}")
    verdict = _undisturbed(check, judged, evidence)
    if not isinstance(verdict, Passed):  # what was not seen may not have been looked at
        needs = asked(check)
        if isinstance(verdict, Unproven):
            verdict = failed_look(needs, evidence) or verdict
    if check.accept and verdict.ratio and not _accepted(check, verdict.proofs):
        if isinstance(verdict, Errored):
            return replace(verdict, share=Fraction(0))
        return Unproven(
            message=msg("it was seen, but only on evidence that does not count here"),
            proofs=verdict.proofs,
            expected=msg("evidence: {kinds}", kinds=list(check.accept)),
            actual=msg("evidence: {kinds}", kinds=sorted({p.strength for p in verdict.proofs})),
        )
    return verdict


def _undisturbed(check: Check, verdict: Verdict, evidence: Evidence) -> Verdict:
    """The verdict, with the points that looks which failed would take away."""
    if evidence.undisturbed is evidence or verdict.ratio == 1:
        return verdict
    earned = check.judge(evidence.undisturbed)
    if earned.ratio <= verdict.ratio:
        return verdict
    if isinstance(verdict, Errored):
        return replace(verdict, share=earned.ratio, proofs=earned.proofs)
    return earned


def _accepted(check: Check, proofs: Sequence[Proof]) -> bool:
    return any(proof.strength in check.accept for proof in proofs)


def _check(
    name: str, check: Check, points: Decimal, verdict: Verdict, translator: Translator
) -> CheckResult:
    hint: Message | str | Mapping[str, str] = check.hint or verdict.hint or ""
    if isinstance(verdict, Passed):
        hint = ""
    elif isinstance(verdict, Errored | Unreadable):
        hint = verdict.hint or ""  # the rubric's advice is on the lab, not on the trouble
    return CheckResult(
        id=name,
        type=check.type,
        status=verdict.status,
        score=points if verdict.status is Status.PASS else part(points, verdict.ratio),
        max_score=points,
        message=translator.text(verdict.message),
        hint=translator.text(hint),
        pending=verdict.pending,
        expected=_text(verdict.expected, translator),
        actual=_text(verdict.actual, translator),
        evidence=tuple([_item(proof, translator) for proof in verdict.proofs]),
        places=tuple([_place(place, verdict, translator) for place in verdict.places]),
    )


def _item(proof: Proof, translator: Translator) -> EvidenceItem:
    return EvidenceItem(
        strength=proof.strength,
        source=proof.source,
        at=proof.at,
        detail=translator.text(proof.detail),
    )


def _place(place: Location, verdict: Verdict, translator: Translator) -> Place:
    return Place(
        path=place.path,
        line=place.line,
        message=translator.text(place.message or verdict.message),
    )


def _skip(
    objective: Objective,
    missing: tuple[str, ...],
    by_id: Mapping[str, Objective],
    translator: Translator,
) -> ObjectiveResult:
    titles = [translator.text(by_id[name].title) for name in missing]
    message = translator.text(msg("waits for: {objectives}", objectives=titles))
    hint = translator.text(msg("first do: {objectives}", objectives=titles))
    each = _shares(objective)
    return ObjectiveResult(
        id=objective.id,
        title=translator.text(objective.title),
        status=Status.SKIP,
        score=Decimal(0),
        max_score=objective.points,
        requires=objective.requires,
        skipped_for=missing,
        checks=tuple(
            CheckResult(
                id=f"{objective.id}.{i}",
                type=check.type,
                status=Status.SKIP,
                score=Decimal(0),
                max_score=points,
                message=message,
                hint=hint,
            )
            for i, (check, points) in enumerate(zip(objective.checks, each, strict=True), 1)
        ),
    )


def _override(judged: ObjectiveResult, override: Override | None) -> ObjectiveResult:
    if override is None:
        return judged
    points = min(max(override.points, Decimal(0)), judged.max_score)
    status = Status.FAIL
    if points:
        status = Status.PASS if points == judged.max_score else Status.PARTIAL
    return replace(judged, score=points, status=status, override=override)


def combine(statuses: Sequence[Status]) -> Status:
    """An objective's status from its checks': trouble first, then what was earned."""
    if len(statuses) == 1:
        return statuses[0]
    found = set(statuses)
    for decisive in (Status.ERROR, Status.REVIEW):
        if decisive in found:
            return decisive
    if len(found) == 1:
        return found.pop()
    if found & {Status.PASS, Status.PARTIAL}:
        return Status.PARTIAL
    return Status.FAIL


def _shares(objective: Objective) -> tuple[Decimal, ...]:
    if len(objective.checks) == 1:
        return (objective.points.quantize(CENT),)
    return shares(objective.points, tuple(check.weight for check in objective.checks))


def _text(text: Message | str | None, translator: Translator) -> str:
    return "" if text is None else translator.text(text)


def _journal(journal: Journal, evidence: Evidence, translator: Translator) -> JournalInfo:
    defects = [*journal.defects, *evidence.defects][:MAX_DEFECTS]
    return JournalInfo(
        entries=len(journal.entries),
        head=journal.head,
        intact=not defects,
        first_at=journal.entries[0].at if journal.entries else None,
        last_at=journal.entries[-1].at if journal.entries else None,
        defects=tuple(
            JournalDefect(line=d.line, message=translator.text(d.message)) for d in defects
        ),
    )
