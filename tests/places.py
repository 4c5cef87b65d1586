"""Where things are."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The repository."""
SAMPLE = ROOT / "sample_submission"
GRADE_LAB = Path(sys.executable).with_name("grade-lab")
"""The command, as people start it."""
