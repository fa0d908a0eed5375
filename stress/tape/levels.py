"""Scores that are numbers -> levels: ranges between cut points, highest score first."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from stress.arrays import Array
from stress.errors import ConfigError

Cuts = tuple[float, ...]
"""Cut points of scores, rising. A score at a cut belongs to the level above it; without cuts levels are names."""


def parse_cuts(text: str) -> Cuts:
    """Cut points as they are asked for.

    >>> parse_cuts("600,660,720")
    (600.0, 660.0, 720.0)

    Raises ConfigError where they are no finite numbers that rise.
    """
    try:
        cuts = tuple(float(f"{float(cell):.12g}") for cell in text.split(","))
    except ValueError:
        cuts = ()
    if not cuts or not np.isfinite(cuts).all() or not (np.diff(cuts) > 0.0).all():
        raise ConfigError(f"--levels {text!r}: must be numbers that rise, with commas between: 600,660,720")
    return cuts


def names_of(cuts: Cuts) -> tuple[str, ...]:
    """The levels between cuts, highest score first.

    >>> names_of((600.0, 660.0))
    ('660 and above', '600 to 660', 'below 600')
    """
    text = [f"{cut:.12g}" for cut in cuts]
    between = [f"{low} to {high}" for low, high in pairwise(text)]
    return (f"{text[-1]} and above", *reversed(between), f"below {text[0]}")


def by_score(score: Array, cuts: Cuts) -> pd.Series[Any]:
    """The level of each score as a category; none where it is not a finite number."""
    code = np.where(np.isfinite(score), len(cuts) - np.searchsorted(cuts, score, side="right"), -1)
    return pd.Series(pd.Categorical.from_codes(code, dtype=pd.CategoricalDtype(list(names_of(cuts)))))


def said_of(cuts: Cuts) -> str:
    """The cuts in words."""
    *first, last = (f"{cut:.12g}" for cut in cuts)
    return f"scores cut at {' and '.join([', '.join(first), last] if first else [last])}"
