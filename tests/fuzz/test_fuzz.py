"""Every reader of what others write keeps its promise: for its seeds, and for what is near them.

``make fuzz`` looks further, for as long as one likes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.contract import HERE, inputs, names, target

WORDS = [
    re.sub(rb"\\x(..)", lambda found: bytes.fromhex(found[1].decode()), word)
    for word in re.findall(rb'^"(.*)"$', (HERE / "words.dict").read_bytes(), re.MULTILINE)
]
EXAMPLES = 40

# A warning would be printed, with what an input holds; pytest undoes that these are ignored.
pytestmark = pytest.mark.filterwarnings(
    "error",
    "ignore::ruamel.yaml.error.YAMLWarning",
    # What other tests left open is closed whenever Python finds it: at times, during these.
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
)


@st.composite
def near(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed that somebody changed in a few places."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from((0, 0, 1, 8, 64))))
        other = draw(st.sampled_from(seeds))
        at = draw(st.integers(0, len(other)))
        new = draw(
            st.sampled_from(WORDS)
            | st.binary(max_size=4)
            | st.sampled_from((other[at : at + 40], data[start : start + 30] * 3))
        )
        data = data[:start] + new + data[end:]
    return data


@pytest.mark.parametrize("name", names())
def test_a_reader_keeps_its_promise(name: str, tmp_path: Path) -> None:
    seeds = list(inputs(name))
    for data in seeds:
        target(name).check(data, tmp_path)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(near(seeds))
    def holds(data: bytes) -> None:
        target(name).check(data, tmp_path)

    holds()


def test_each_target_says_what_it_promises() -> None:
    for name in names():
        assert target(name).__doc__.strip().count(".") >= 1
        assert target(name).SEEDS
