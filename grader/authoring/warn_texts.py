"""Warnings about a rubric's texts."""

from __future__ import annotations

from collections.abc import Iterator

from grader.check import Text
from grader.errors import Problem
from grader.messages import LANGUAGES, msg
from grader.rubric.model import Rubric
from grader.yaml_source import Place, Source


def missing_language(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A text that lacks a language which others have."""
    texts = list(_texts(rubric))
    languages = {lang for _, text in texts if isinstance(text, dict) for lang in text}
    languages &= set(LANGUAGES)
    for place, text in texts:
        if isinstance(text, dict):
            missing = sorted(lang for lang in languages if not text.get(lang, "").strip())
            if missing:
                message = msg(
                    "this text lacks a language that others have: {languages}", languages=missing
                )
                aid = msg("write `{language}: …` beside the others", language=missing[0])
                yield source.problem(place, message, "missing-language", aid)


def unknown_language(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A text in a language that grade-lab has not, beside one that it has: nobody is shown it."""
    for place, text in _texts(rubric):
        others = text.keys() - set(LANGUAGES) if isinstance(text, dict) else set()
        if others and len(others) < len(text):
            message = msg("nobody is shown this text in: {languages}", languages=sorted(others))
            aid = msg(
                "grade-lab has {known}; for another language write the text alone, without a map",
                known=LANGUAGES,
            )
            yield source.problem(place, message, "unknown-language", aid)


def hint_is_title(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A hint that says no more than the title."""
    for i, objective in enumerate(rubric.objectives):
        titles = _words(objective.title)
        for j, check in enumerate(objective.checks):
            if check.hint is not None and titles & _words(check.hint):
                message = msg("this hint says the same as the title")
                aid = msg("say what to type next, as in `docker build -t app:1.0 .`")
                place = ("objectives", i, "checks", j, "hint")
                yield source.problem(place, message, "hint-is-title", aid)


def _texts(rubric: Rubric) -> Iterator[tuple[Place, Text]]:
    yield ("title",), rubric.title
    for name, variable in rubric.variables.items():
        if variable.title is not None:
            yield ("variables", name, "title"), variable.title
    for i, objective in enumerate(rubric.objectives):
        yield ("objectives", i, "title"), objective.title
        for j, check in enumerate(objective.checks):
            if check.hint is not None:
                yield ("objectives", i, "checks", j, "hint"), check.hint


def _words(text: Text) -> set[str]:
    texts = text.values() if isinstance(text, dict) else [text]
    return {" ".join(one.casefold().split()).rstrip(".") for one in texts if one.strip()}
