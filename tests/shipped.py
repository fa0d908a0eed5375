"""Where the shipped files stand: one spelling of their paths for all tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
JOBS = SCENARIOS / "jobs"
JOB = JOBS / "baitiao-24m.toml"
"""The worked case."""
