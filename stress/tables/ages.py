"""Labels that are ages: months, quarters or years since a cohort was originated."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AGE = re.compile(
    r"^(?:m|q|y|t|mob|month|quarter|year|age|第)?[ _.+-]?(\d{1,3})\s?"
    r"(?:m|mob|mo|mths?|months?|q|quarters?|y|years?|期|个月)?$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"^(?:mob[ _]?)?\d{1,3}$", re.IGNORECASE)
"""Nothing but an age: M1 may be money, 10y a yield."""


def age_of(label: str) -> int | None:
    """12, M12, MOB 12, 12 months, 第12期 as an age; None for anything else, a year of four digits among it."""
    match = _AGE.match(label.strip())
    return int(match[1]) if match else None


def are_ages(labels: Sequence[str]) -> bool:
    """Whether several labels are ages and can be nothing else."""
    return len(labels) > 1 and all(_PLAIN.match(label) for label in labels)
