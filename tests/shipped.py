"""Where the shipped files stand: one spelling of their paths for all tests."""

from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
JOBS = SCENARIOS / "jobs"
JOB = JOBS / "baitiao-24m.toml"
"""The worked case."""


@cache
def loaded(path: Path) -> Any:
    """What a shipped file holds, read once by each process of the tests; models are frozen."""
    import stress

    return stress.load(path)
