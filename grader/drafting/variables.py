"""What differs between learners, and what takes its place in a drafted rubric."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.messages import Message, msg
from grader.reference import DOCKER_HUB, familiar, registry_of, repository_of

HUB_ID = "[a-z0-9]{4,30}"
NAMESPACE = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
REGISTRY = "[a-z0-9.-]+(:[0-9]{1,5})?"
TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}"

TITLES: Mapping[str, Message] = {
    "hub_id": msg("Docker Hub id, or name on the registry"),
    "registry": msg("Registry"),
    "tag": msg("Image tag"),
}
REFERENCES = ("image", "images", "same_as")
"""Fields of checks that hold image references."""

_LOOKS_LIKE_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def escaped(text: str) -> str:
    """``text`` as a rubric's string that stands for it: what looks like a variable is none."""
    return _LOOKS_LIKE_VARIABLE.sub(r"{{\1}}", text)


@dataclass(frozen=True, slots=True)
class Variables:
    """The values that become variables, empty where none does.

    ``own`` are the references, in their familiar form, that a learner gives to images: only in
    them a tag and a registry differ. ``others`` are further texts that differ between learners.
    """

    hub_id: str = ""
    tag: str = ""
    registry: str = ""
    own: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()

    @property
    def differing(self) -> tuple[str, ...]:
        """Texts that differ between learners."""
        return tuple(filter(None, (*self.others, self.hub_id, self.registry)))

    def declared(self) -> dict[str, dict[str, Any]]:
        """The variables as a rubric declares them, without their titles."""
        narrow = re.fullmatch(HUB_ID, self.hub_id) and not self.registry
        found: dict[str, dict[str, Any]] = {}
        if self.hub_id:
            pattern = HUB_ID if narrow else NAMESPACE
            found["hub_id"] = {"required": True, "pattern": pattern}
        if self.registry:
            found["registry"] = {"default": self.registry, "pattern": REGISTRY}
        if self.tag:
            found["tag"] = {"default": self.tag, "pattern": TAG}
        return found

    def reference(self, reference: str) -> str:
        """An image reference with variables in it."""
        if familiar(reference) not in self.own:
            return self._with_hub_id(reference)
        name, colon, tag = reference.rpartition(":")
        if not colon or "/" in tag:
            name, tag = reference, ""
        ending = "{tag}" if self.tag and tag == self.tag else tag
        return self._with_hub_id(name) + (f":{ending}" if ending else "")

    def put_into(self, value: Any, key: str = "") -> Any:
        """A check, or part of one, as it stands in a rubric."""
        if isinstance(value, dict):
            return {name: self.put_into(item, name) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.put_into(item, key) for item in value]
        if key == "registry" and value == self.registry:
            return "{registry}"
        if isinstance(value, str):
            return self.reference(value) if key in REFERENCES else escaped(value)
        return value

    def _with_hub_id(self, name: str) -> str:
        """The name, its registry and its first folder replaced where they are a learner's own."""
        first, slash, rest = name.partition("/")
        if self.registry and first == self.registry:
            return "{registry}" + slash + self._in_folder(rest)
        if first == DOCKER_HUB:
            return first + slash + self._in_folder(rest)
        return self._in_folder(name)

    def _in_folder(self, path: str) -> str:
        folder, slash, rest = path.partition("/")
        return f"{{hub_id}}/{rest}" if slash and folder == self.hub_id else path


def found_in(own: Iterable[str], pushed: Iterable[str], others: tuple[str, ...] = ()) -> Variables:
    """What differs, by the references that a learner gave to images, and those that were pushed."""
    mine = frozenset(map(familiar, own))
    most_telling = [name for name in map(familiar, pushed) if _folder(name)]
    most_telling = most_telling or [name for name in sorted(mine) if _folder(name)]
    if not most_telling:
        return Variables(tag=_tag_of(mine), own=mine, others=others)
    chief = Counter(most_telling).most_common(1)[0][0]
    registry = registry_of(chief)
    return Variables(
        hub_id=_folder(chief),
        tag=_tag_of(mine),
        registry="" if registry == DOCKER_HUB else registry,
        own=mine,
        others=others,
    )


def _tag_of(own: Iterable[str]) -> str:
    """The tag that most of them have; ``latest`` is what a command says that names none."""
    tags = Counter(tag for name in sorted(own) if "@" not in name and (tag := _tag(name)))
    common = tags.most_common(1)
    return common[0][0] if common and common[0][0] != "latest" else ""


def _tag(name: str) -> str:
    return name.removeprefix(repository_of(name)).removeprefix(":")


def _folder(name: str) -> str:
    """The first folder of the name in its registry: whose it is."""
    repository = repository_of(name)
    if registry_of(name) != DOCKER_HUB:
        repository = repository.partition("/")[2]
    return repository.partition("/")[0] if "/" in repository else ""
