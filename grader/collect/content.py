"""The files below a path of an image, by hash: from a container of it, or from its export."""

from __future__ import annotations

import posixpath

from grader.collect import layers, shapes
from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.bounded import BoundedReader, Hashes, lies_in, open_tar, relative
from grader.collect.engine_answer import Payload
from grader.collect.view import EngineView
from grader.facts import Reason
from grader.file_facts import Tree
from grader.needs import ContainerNeed, ContentNeed

ARCHIVE_BYTES = 256 * 1024 * 1024
EXPORT_BYTES = 2 * 1024 * 1024 * 1024
ARCHIVE_SECONDS, EXPORT_SECONDS = 60.0, 180.0

_ADDED, _DELETED = 1, 2
"""Kinds of change in a container's file system; 0 is a change of what is there."""


def read(view: EngineView, need: ContentNeed) -> Tree:
    """The files below ``need.path`` in the image that is under ``need.image`` now.

    What an earlier run read of the same image is not read again: an image's id stands for its
    content, and each reading leaves an event in the engine, which keeps few.

    Raises:
        AbsentError: there is no such image. One without such a path holds no files below it.
        UnavailableError: it could not be read.
    """
    id_ = shapes.image_id(view.image(need.image))
    for seen in view.evidence.of(need).found:
        if seen.fact.image_id == id_ and seen.fact.complete:
            return seen.fact
    path = posixpath.normpath("/" + need.path.lstrip("/"))
    container = _untouched(view, need.image, id_, path)
    if container is not None:
        try:
            tree = _from_container(view, container, path, id_)
        except AbsentError:  # the container may be gone since; the image has the last word
            tree = None
        if tree is not None:
            return tree
    return _from_export(view, id_, path)


def _untouched(view: EngineView, reference: str, id_: str, path: str) -> Payload | None:
    """The newest container of exactly this image with nothing mounted at the path."""
    try:
        containers = view.containers(ContainerNeed(image=reference))
    except AbsentError:
        return None
    for container in reversed(containers):
        if shapes.image_id(container, "Image") == id_ and not any(
            lies_in(mount, path) or lies_in(path, mount) for mount in shapes.mount_points(container)
        ):
            return container
    return None


def _from_container(view: EngineView, container: Payload, path: str, id_: str) -> Tree | None:
    """The image's files; None when the container changed what is there."""
    name = str(container.get("Id"))
    changes = {str(c.get("Path")): c.get("Kind") for c in view.client.changes(name)}
    added = {place for place, kind in changes.items() if kind == _ADDED}
    changed = changes.keys() - added
    if any(changes[p] == _DELETED and (lies_in(p, path) or lies_in(path, p)) for p in changed):
        return None
    if any(lies_in(path, place) for place in added):
        return None
    hashes = Hashes(ARCHIVE_BYTES)
    with (
        view.client.stream(
            "containers", name, "archive", seconds=ARCHIVE_SECONDS, path=path
        ) as pieces,
        open_tar(BoundedReader(pieces, 2 * ARCHIVE_BYTES)) as tar,
    ):
        empty = True
        for member in tar:
            empty = False
            # The archive's names begin with the last one of the path.
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.name))
            if place in changed and not member.isdir():
                return None
            if place not in added and not hashes.add(relative(place, path), tar, member):
                break
    if empty:  # of a path that is there, it holds the path at least
        raise UnavailableError(Reason.ENGINE_ERROR, "an archive of nothing")
    files = dict(sorted(hashes.files.items()))
    return Tree(files=files, origin=name, image_id=id_, complete=hashes.complete)


def _from_export(view: EngineView, id_: str, path: str) -> Tree:
    with (
        view.client.stream("images", id_, "get", seconds=EXPORT_SECONDS) as pieces,
        open_tar(BoundedReader(pieces, EXPORT_BYTES)) as export,
    ):
        files = layers.files(export, path)
    return Tree(files=files or {}, origin=id_, image_id=id_)
