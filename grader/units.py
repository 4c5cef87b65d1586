"""Units in rubrics."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def _bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]i?B|B)", value.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError("is not a size; write it like 200MB or 1.5GiB")
    return int(float(match[1]) * _UNITS[match[2].upper()])


Size = Annotated[int, BeforeValidator(_bytes)]
"""Bytes; in a rubric ``200MB`` (10^6) or ``200MiB`` (2^20)."""
