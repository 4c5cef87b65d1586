"""What all tests have: a browser, and how many examples the property tests try, and how long."""

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper

from hypothesis import settings

from tests.browser import browser

__all__ = ["browser"]

# A machine that others use, too, is slow at times: no example is timed.
settings.register_profile("default", deadline=None)
# Where all tests run once for each of thousands of mutants: the same few examples every time.
settings.register_profile("few", deadline=None, derandomize=True, database=None, max_examples=10)


def pytest_sessionstart() -> None:
    """Forget what was worked out before: mutants are tested in copies of one process."""
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper):
            each.cache_clear()
