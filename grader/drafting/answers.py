"""A rubric from what somebody says of a lab that is still to be done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.drafting.draft import Check, Draft, Ids, Objective, to_type
from grader.drafting.proving import written
from grader.drafting.variables import Variables, escaped
from grader.messages import msg
from grader.reference import familiar, is_reference

EXAMPLES = {"hub_id": "yourid", "registry": "docker.io", "tag": "1.0"}
"""Variables that an image reference may use, each with a value to try it with."""

NOT_HTTP = frozenset((21, 22, 25, 53, 1433, 3306, 5432, 5672, 6379, 9092, 27017))
"""Container ports on which something other than HTTP is usually spoken."""


@dataclass(frozen=True)
class Question:
    """A quiz question: the id of its heading in answers.md, and words that a right answer has."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """What is said of a lab. ``image`` is a reference, with variables.

    ``dockerfile`` is the file that the image is built from; None where it is ready-made. ``port``
    is as ``docker run -p`` takes it; ``path`` is what is to answer there, and ``shows`` a text in
    the answer. ``about_image`` holds further fields of the `image` check.
    """

    id: str
    title: str
    image: str
    dockerfile: str | None = "Dockerfile"
    port: str | None = None
    path: str | None = None
    shows: str = ""
    env_file: str | None = None
    push: bool = False
    clean_up: bool = True
    questions: tuple[Question, ...] = ()
    about_image: Check | None = None


def slug(text: str, fallback: str) -> str:
    """An id made of a text: lower-case letters, digits and ``-``."""
    found = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
    return found[:64].strip("-") or fallback


def example(image: str) -> str | None:
    """An image reference with examples for its variables; None where it is not well-formed."""
    reference = image
    for name, value in EXAMPLES.items():
        reference = reference.replace(f"{{{name}}}", value)
    return reference if is_reference(reference) else None


def from_answers(answers: Answers, about_files: Iterable[Objective] = ()) -> Draft:
    """The rubric of such a lab, that begins with these objectives."""
    image = example(answers.image) or answers.image
    used = {n: value if f"{{{n}}}" in answers.image else "" for n, value in EXAMPLES.items()}
    variables = Variables(
        used["hub_id"], used["tag"], used["registry"], own=frozenset({familiar(image)})
    )
    files = list(about_files)
    ids = Ids({objective.id for objective in files})
    objectives = [*files, *_objectives(answers, image, variables, ids)]
    note = msg("A first draft: adapt titles, hints and points, and add what you want to see.")
    return Draft(answers.id, answers.title, variables, objectives, (note,))


def _objectives(
    answers: Answers, image: str, variables: Variables, ids: Ids
) -> Iterator[Objective]:
    told = variables.reference(image)
    name = slug(familiar(image).rpartition("/")[2].partition(":")[0], "app")
    if answers.dockerfile:
        yield _built(answers, image, told, ids)
    if answers.push:
        checks: list[Check] = [
            {"type": "pushed", "image": image, "hint": to_type(f"docker push {told}")}
        ]
        title = msg("The image {image} was pushed to the registry", image=told)
        yield Objective(ids.new("push"), title, checks, 4)
    run = ids.new("run")
    yield _ran(answers, image, told, name, run)
    if answers.path and answers.port:
        port = int(answers.port.rpartition(":")[2].partition("/")[0])
        check: Check = {"type": "http", "name": name, "port": port, "path": answers.path}
        check |= {"status": 200, **({"contains": answers.shows} if answers.shows else {})}
        title = msg("{subject} answers on its port {port}", subject=name, port=port)
        yield Objective(ids.new("answers"), title, [check], 4, (run,))
    if answers.clean_up:
        stop: Check = {"type": "stopped", "name": name, "hint": to_type(f"docker stop {name}")}
        remove: Check = {"type": "removed", "container": name, "hint": to_type(f"docker rm {name}")}
        title = msg("A container was stopped: {subject}", subject=name)
        yield Objective(ids.new("stop"), title, [stop], 1, (run,))
        title = msg("A container was removed: {subject}", subject=name)
        yield Objective(ids.new("remove"), title, [remove], 1, (run,))
    yield from (_asked(question, ids) for question in answers.questions)


def _built(answers: Answers, image: str, told: str, ids: Ids) -> Objective:
    built: Check = {"type": "image", "image": image, **(answers.about_image or {})}
    other = answers.dockerfile != "Dockerfile"
    file = {"dockerfile": answers.dockerfile} if other else {}
    option = f"-f {escaped(str(answers.dockerfile))} " if other else ""
    return Objective(
        ids.new("build"),
        msg("The image {image} was built", image=told),
        [
            {**built, "hint": to_type(f"docker build {option}-t {told} .")},
            {"type": "built_from", "image": image, **file},
        ],
        5,
    )


def _ran(answers: Answers, image: str, told: str, name: str, run: str) -> Objective:
    check: Check = {"type": "container", "name": name, "image": image}
    check |= {"ports": [answers.port]} if answers.port else {}
    check |= {"detached": True} if answers.port else {}
    check |= {"env_file": answers.env_file} if answers.env_file else {}
    options = f"-p {answers.port} " if answers.port else ""
    options += f"--env-file {escaped(answers.env_file)} " if answers.env_file else ""
    command = f"docker run -d --name {name} {options}{told}"
    title = msg("A container ran: {subject}", subject=name)
    return Objective(run, title, [{**check, "hint": to_type(command)}], 5)


def _asked(question: Question, ids: Ids) -> Objective:
    concepts = [{"name": escaped(word), "any": [word]} for word in question.words]
    check: Check = {"type": "answer", "question": question.id, "min_chars": 20}
    check |= {"concepts": concepts}
    hint = msg("Write your answer under `## {question}` in answers.md.", question=question.id)
    note = msg(
        "Each concept counts when the answer holds one of the texts in `any`: add other "
        "words for the same, in each language."
    )
    return Objective(
        ids.new(f"answer-{question.id}"[:60]),
        msg("The question {question} was answered", question=question.id),
        [{**check, "hint": hint}],
        notes=(note,),
    )


def can_be_asked(question: Question) -> bool:
    """Whether its words are phrases that an answer can be searched for."""
    return written(_asked(question, Ids()).checks[0]) is not None
