"""Dataclasses of which judging makes many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """A dataclass with its fields by name, which the type checker holds to be frozen.

    One that is frozen while it runs takes several times as long to make.
    """
    return dataclass(kw_only=True, unsafe_hash=True)(cls)
