"""Questions, asked in a terminal, whose answers make a rubric."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import click
from pydantic import TypeAdapter, ValidationError

from grader.checking.ports import Published
from grader.drafting.answers import EXAMPLES, Answers, Question, can_be_asked, example, slug
from grader.messages import Message, Translator, msg
from grader.rubric.model import Identifier

NONE = "-"
"""What is typed for nothing."""

YES, NO = frozenset(("y", "yes", "예", "네")), frozenset(("n", "no", "아니요", "아니오"))

Wrong = Callable[[str], Message | None]
"""What is wrong with an answer; None when nothing is."""

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


class Asking:
    """Asks in one language, again where an answer cannot be used."""

    def __init__(self, lang: str) -> None:
        self._told = Translator(lang).text

    def answers(self, title: str, id_: str) -> Answers:
        """All answers; ``title`` and ``id_`` are proposed, where they are known.

        Raises:
            click.Abort: Ctrl-C, or the end of the input.
        """
        title = self._text(msg("Title of the lab"), title or id_ or "My lab")
        id_ = self._text(msg("Its id"), id_ or slug(title, "my-lab"), _wrong_id)
        built = self._yes(msg("Do learners build the image, with a Dockerfile?"))
        self._say(
            msg(
                "A learner's own name and the version are variables: {names}",
                names=[f"{{{name}}}" for name in EXAMPLES],
            )
        )
        image = self._text(msg("The image"), f"{{hub_id}}/{slug(id_, 'app')}:{{tag}}", _wrong_image)
        port = self._text(
            msg("Its port, as for `docker run -p` (- for none)"), "8080:80", _wrong_port
        )
        path = shows = NONE
        if port != NONE:
            path = self._text(msg("The path that is to answer (- for none)"), "/", _wrong_path)
        if path != NONE:
            shows = self._text(msg("A text that the answer must hold (- for any)"), NONE)
        env_file = self._text(
            msg("An env file of the project, for `--env-file` (- for none)"), NONE
        )
        return Answers(
            id=id_,
            title=title,
            image=image,
            dockerfile="Dockerfile" if built else None,
            port=_given(port),
            path=_given(path),
            shows=_given(shows) or "",
            env_file=_given(env_file),
            push=self._yes(msg("Do they push it to a registry?"), default=False),
            clean_up=self._yes(msg("Do they stop and remove the container at the end?")),
            questions=tuple(self._quiz()),
        )

    def _quiz(self) -> Iterator[Question]:
        used: set[str] = set()
        while True:
            asked = self._text(msg("A quiz question for answers.md (- for no more)"), NONE)
            if asked == NONE:
                return
            id_ = slug(asked, f"question-{len(used) + 1}")
            used.add(id_)
            self._say(msg("Learners answer it under the heading `## {id}`.", id=id_))
            wrong = lambda words, id_=id_: _wrong_words(id_, words)  # noqa: E731
            words = self._text(
                msg("Words that a right answer holds, with commas between"), "", wrong
            )
            yield Question(id_, _words(words))

    def _text(self, question: Message, proposed: str, wrong: Wrong = lambda _: None) -> str:
        while True:
            answer = click.prompt(
                self._told(question), default=proposed, show_default=bool(proposed)
            )
            problem = wrong(str(answer).strip())
            if problem is None:
                return str(answer).strip()
            self._say(problem)

    def _yes(self, question: Message, *, default: bool = True) -> bool:
        answer = self._text(question, "y" if default else "n", _wrong_yes)
        return answer.lower() in YES

    def _say(self, text: Message) -> None:
        click.echo(self._told(text))


def _given(answer: str) -> str | None:
    return None if answer in {NONE, ""} else answer


def _words(answer: str) -> tuple[str, ...]:
    return tuple(word for part in answer.split(",") if (word := part.strip()))


def _wrong_yes(answer: str) -> Message | None:
    return None if answer.lower() in YES | NO else msg("answer with y (yes) or n (no)")


def _wrong_id(answer: str) -> Message | None:
    try:
        _IDENTIFIER.validate_python(answer)
    except ValidationError:
        return msg("an id is of lower-case letters, digits, - and _")
    return None


def _wrong_image(answer: str) -> Message | None:
    if example(answer) is None:
        return msg("write an image such as {example}, in lower case", example="{hub_id}/page:{tag}")
    return None


def _wrong_port(answer: str) -> Message | None:
    try:
        wrong = answer != NONE and not Published.parse(answer).host
    except ValueError:
        wrong = True
    return (
        msg("write your computer's port, a colon, and the container's: 8080:80") if wrong else None
    )


def _wrong_path(answer: str) -> Message | None:
    fits = answer == NONE or re.fullmatch(r"/[!-~]*", answer)
    return None if fits else msg("a path begins with / and holds no spaces")


def _wrong_words(id_: str, answer: str) -> Message | None:
    words = _words(answer)
    if words and can_be_asked(Question(id_, words)):
        return None
    return msg("write at least one word, of letters or digits")
