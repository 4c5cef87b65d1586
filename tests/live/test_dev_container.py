"""grade-lab in a container that has the socket of an engine outside, as a dev container has it."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.live.learners import Learner, settings, up_to_run
from tests.places import ROOT

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        sys.platform != "linux" or "GRADE_LAB_ENGINE_PID" not in os.environ,
        reason="the engine must see the files of this computer",
    ),
]


def test_the_app_is_asked_on_the_computer_around_the_container(learner: Learner) -> None:
    up_to_run(learner)
    socket = Path(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    programs = {Path("/usr"), Path(sys.base_prefix), Path(sys.prefix), ROOT}
    mounts = [
        *(f"-v={path}:{path}:ro" for path in programs),
        *(f"-v={path}:{path}" for path in (socket.parent, learner.folder)),
    ]
    image = os.environ["GRADE_LAB_BASE_IMAGE"]
    grading = [sys.executable, "-m", "grader", str(learner.folder), *settings(learner), "--lang=en"]
    whatever_the_result = ["sh", "-c", f"{shlex.join(grading)}; true"]
    told = learner.docker("run", "--rm", *mounts, "-e=DOCKER_HOST", image, *whatever_the_result)
    assert re.search(r"Passed +The app answers over HTTP", told), told
