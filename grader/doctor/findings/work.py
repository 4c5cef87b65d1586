"""The submission: ``lab.yaml``, the rubric, the journal, and a folder that can be written."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, ok, problem, warning
from grader.doctor.findings import room
from grader.doctor.machine import Machine, Work
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.submission import JOURNAL


def findings(machine: Machine) -> Iterator[Finding]:
    """What is wrong with the learner's folder."""
    work = machine.work
    if work.error is not None and not work.lab_file and not work.asked:
        yield warning(
            "submission-elsewhere",
            msg("this is not the folder of a lab: there is no lab.yaml"),
            msg("go to the folder of your project (`cd`), and run `grade-lab doctor` there"),
            detail=msg("so the lab's ports, images and registry were not looked at"),
        )
        return
    if work.error is not None:
        yield _without_values(work.error) or problem(
            "submission", work.error.message, *work.error.advice, detail=_problems(work.error)
        )
    elif not work.learner_named:
        yield warning(
            "learner-missing",
            msg("lab.yaml does not say who you are"),
            msg("write your id into lab.yaml, as in `{line}`", line='learner: {id: "s-001"}'),
        )
    elif work.rubric:
        yield ok(
            "submission", msg("lab.yaml and the rubric {rubric} can be used", rubric=work.rubric)
        )
    yield from _files(work)
    yield from _folder(machine, work)


def _files(work: Work) -> Iterator[Finding]:
    for path, other in work.misnamed:
        yield warning(
            "file-misnamed",
            msg("the lab asks for {path}, and here is {other}", path=path, other=other),
            msg("rename it: `mv {other} {path}`", path=path, other=other),
        )
    for path in work.not_utf8:
        yield warning(
            "file-encoding",
            msg("{path} is not saved as UTF-8; not everything can read it", path=path),
            msg(
                "open it in an editor, and save it again as UTF-8 "
                "(in Notepad: File → Save as → Encoding)"
            ),
        )


def _folder(machine: Machine, work: Work) -> Iterator[Finding]:
    told = any(one.role == "submission" and room.is_full(one) for one in machine.disks)
    if work.disk_full and not told:
        yield problem(
            "folder-full",
            msg("nothing can be written to your project's folder: the disk is full"),
            msg("empty the bin, and delete what you no longer need on this disk"),
            detail=msg("{path}", path=work.folder),
        )
    elif work.cannot_write and not work.disk_full:
        yield problem(
            "folder-unwritable",
            msg("your project's folder cannot be written: {reason}", reason=work.cannot_write),
            *_own(work, machine.surroundings.platform),
            detail=msg("{path}", path=work.folder),
        )
    if work.journal_error is not None:
        error = work.journal_error
        yield problem("journal-unreadable", error.message, *error.advice)
    elif work.journal_defects:
        yield warning(
            "journal-broken",
            msg(
                "the journal does not hold together at the lines {lines}",
                lines=work.journal_defects[:5],
            ),
            msg(
                "do not edit or delete {journal}: what else it holds still counts", journal=JOURNAL
            ),
            msg("run `grade-lab`: it goes on after the broken lines; tell your instructor"),
        )


def _own(work: Work, platform: str) -> Iterator[Message]:
    if platform == "win32":
        yield msg("move the folder to one of your own, such as Documents")
        return
    yield msg('make it yours: `sudo chown -R $USER "{folder}"`', folder=work.folder)
    yield msg(
        'or copy it into your home folder, and work there: `cp -r "{folder}" ~/`',
        folder=work.folder,
    )


def _without_values(error: GradeLabError) -> Finding | None:
    """Of a rubric that lacks nothing but a learner's values: what to write, and not the rubric."""
    problems = error.problems
    names = [str(one.message.values.get("name", "")) for one in problems]
    if not all(names) or {one.code for one in problems} != {"variable-without-value"}:
        return None
    line = ", ".join(f'{name}: "…"' for name in names)
    return problem(
        "submission",
        msg("lab.yaml lacks what the rubric needs to know of you: {names}", names=names),
        msg(
            "open lab.yaml in an editor, and write it there, with your own value in place of …: "
            "`{line}`",
            line=f"variables: {{{line}}}",
        ),
    )


def _problems(error: GradeLabError) -> Message | None:
    told = [
        msg("{where}: {message}", where=problem.where, message=problem.told)
        for problem in error.problems
    ]
    if told:
        return msg("{problems}", problems=told)
    return msg("{where}", where=error.where) if error.where else None
