"""Recorded answers of real engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
ENGINES = ["docker-20", "docker-26-containerd", "podman-5"]


def recorded(engine: str) -> dict[str, Any]:
    return dict(json.loads((RECORDED / f"{engine}.json").read_text(encoding="utf-8")))
