"""Practices about base images."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checking.dockerfile import Dockerfile
from grader.checking.practices.contract import Finding
from grader.messages import msg
from grader.reference import familiar


def no_latest_base(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Every base image has a tag other than ``latest``, or a digest."""
    for line, image in _images(dockerfile):
        if familiar(image).endswith(":latest"):
            yield Finding(
                line,
                msg("the base image {image} has no fixed version", image=image),
                msg("name a version after the colon, as in `FROM python:3.12-slim`"),
            )


def pinned_base(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Every base image has a digest, which always stands for the same image."""
    for line, image in _images(dockerfile):
        if "@" not in image:
            yield Finding(
                line,
                msg("the base image {image} is not pinned to a digest", image=image),
                msg(
                    "run `docker buildx imagetools inspect {image}` and write its digest: "
                    "`FROM {image}@sha256:…`",
                    image=image,
                ),
            )


def _images(dockerfile: Dockerfile) -> Iterator[tuple[int, str]]:
    for stage in dockerfile.external:
        if stage.base and stage.base != "scratch":
            yield stage.line, stage.base
