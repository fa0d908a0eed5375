"""What only questions are given: targets, curves, reports; all else is held as `stress.inputs.arguments` does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from stress.analysis.note_targets import Target
from stress.inputs.files.reported import Reported
from stress.inputs.kinds import Checks, number_of, say
from stress.inputs.numbers import is_list
from stress.results.sound import check_whole
from stress.tables.periods import Period


def _ends(name: str, value: Any) -> None:
    say(isinstance(value, (tuple, list)) and len(value) == 2, name, value, "a pair: where a search begins and ends")
    for end in value:
        if end is not None:
            number_of(name, end)


def _curve(name: str, value: Any) -> None:
    holds = (
        is_list(value) and len(value) > 0 and all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in value)
    )
    say(holds, name, value, "a list of pairs, years and a zero rate a year: [(1, 0.02), (5, 0.025)]")
    for number in (number for pair in value for number in pair):
        number_of(name, number)


def _speeds(name: str, value: Any) -> None:
    say(is_list(value), name, value, "a list of multiples of prepayment, or of curves: [0.5, 1, '10% CPR']")
    for speed in value:
        if not isinstance(speed, str):
            number_of(name, speed)


def _targets(name: str, value: Any) -> None:
    holds = isinstance(value, Mapping) and all(isinstance(target, Target) for target in value.values())
    say(holds, name, value, "a table of a Target by note: dict([stress.analysis.target_of(TEXT, BANDS)])")


CHECKS: Checks = {
    "xr.Dataset": lambda _, given: check_whole(given),
    "Period | str": lambda name, value: say(
        isinstance(value, (Period, str)), name, value, "a period such as 2025-01 or 2025 Q1"
    ),
    "Reported | str | os.PathLike[str]": lambda name, value: say(
        isinstance(value, (Reported, str, os.PathLike)), name, value, "a file of reports"
    ),
    "tuple[float | None, float | None]": _ends,
    "Curve": _curve,
    "Sequence[float | str]": _speeds,
    "Mapping[str | None, Target]": _targets,
}
"""By annotation."""
