"""What an image check asserts of an image's size and health check."""

from __future__ import annotations

from grader.check import Part, Unproven, absence, then_grade
from grader.checking.subject import image_subject
from grader.facts import Image
from grader.messages import msg
from grader.series import Series


def healthcheck(name: str, image: Image) -> Part:
    """The image called ``name`` has a HEALTHCHECK, which HEALTHCHECK NONE is not."""
    not_recorded = Unproven(
        message=msg(
            "whether {subject} has a health check was not recorded", subject=image_subject(name)
        ),
        hint=then_grade(f"docker image inspect {name}"),
    )
    return Part(
        image.healthcheck is True,
        msg("a health check"),
        msg("no health check"),
        msg("add a `HEALTHCHECK` instruction to the Dockerfile and build again"),
        problem=msg("{subject} has no health check", subject=image_subject(name)),
        unknown=not_recorded if image.healthcheck is None else None,
    )


def max_size(name: str, image: Image, most: int) -> Part:
    """The image called ``name`` has at most this many bytes."""
    return Part(
        image.size <= most,
        msg("at most {size} MB", size=_megabytes(most)),
        msg("{size} MB", size=_megabytes(image.size)),
        msg("use a smaller base image, and keep with .dockerignore what is not needed out"),
        problem=msg("{subject} is too large", subject=image_subject(name)),
    )


def smaller_than(name: str, image: Image, other: str, others: Series[Image]) -> Part:
    """The image called ``name`` has fewer bytes than the one called ``other`` last had."""
    build = then_grade(f"docker build -t {other} .")
    if not others.found:
        expected = msg("smaller than {other}", other=other)
        unknown = absence(others, image_subject(other), build)
        return Part(False, expected, unknown=unknown)
    size = others.found[0].fact.size
    return Part(
        image.size < size,
        msg("smaller than {other} ({size} MB)", other=other, size=_megabytes(size)),
        msg("{size} MB", size=_megabytes(image.size)),
        msg(
            "copy only what the app needs into a last stage with a small base image: "
            "`COPY --from=…`; then build {name} again",
            name=name,
        ),
        problem=msg(
            "{subject} is not smaller than {other}", subject=image_subject(name), other=other
        ),
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
