"""What hatchling runs before it builds: the catalogues of messages are compiled into the wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

import messages  # it is beside this file, in the source distribution too


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles every ``.po``; git and the source distribution hold no ``.mo``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        messages.compile_all()
        build_data["artifacts"].append(f"grader/locale/*/LC_MESSAGES/{messages.DOMAIN}.mo")
