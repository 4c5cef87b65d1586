"""Another container than the one that was asked for: what is wrong with it, and what mends that."""

from __future__ import annotations

from grader.check import Failed, Proof, Verdict, then_grade
from grader.facts import Container
from grader.messages import Message, msg
from grader.reference import repository_of
from grader.series import Seen


def other_image(seen: Seen[Container], subject: Message, image: str, run: str) -> Verdict:
    """It was made from another image than ``image``; ``run`` makes the right container."""
    return Failed(
        message=msg("{subject}: made from another image", subject=subject),
        proofs=(_made_from(seen),),
        expected=image,
        actual=seen.fact.image,
        hint=then_grade(f"docker rm -f {seen.fact.name}", run),
    )


def unnamed_image(seen: Seen[Container], subject: Message, image: str, run: str) -> Verdict:
    """Its image may be the right one; no image was ever called ``image``.

    Once its image is given that name, the container counts.
    """
    own = seen.fact.image
    own_name, name = (repository_of(each).rpartition("/")[2] for each in (own, image))
    other_app = [f"docker rm -f {seen.fact.name}", run]
    mends = [f"docker tag {own} {image}"] if name == own_name else other_app
    return Failed(
        message=msg(
            "{subject}: made from {own}; nothing is called {image} yet",
            subject=subject,
            own=own,
            image=image,
        ),
        proofs=(_made_from(seen),),
        expected=image,
        actual=own,
        hint=then_grade(*mends),
    )


def other_name(seen: Seen[Container], image: str, name: str) -> Verdict:
    """It was made from ``image``, but is not called ``name``."""
    return Failed(
        message=msg("a container of image {image} was there, but with another name", image=image),
        proofs=(_made_from(seen),),
        expected=name,
        actual=seen.fact.name,
        hint=then_grade(f"docker rename {seen.fact.name} {name}"),
    )


def _made_from(seen: Seen[Container]) -> Proof:
    told = msg("container {name} was made from {image}", name=seen.fact.name, image=seen.fact.image)
    return Proof.of(seen, told)
