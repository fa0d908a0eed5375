"""A sequential test of predictions: when did the model stop describing the deal?

One-step PITs are independent and uniform as long as the model is right (Dawid 1984). Bets on other densities multiply:
an e-process, whose chance of ever passing 1 / alpha is at most alpha, however long one looks (Ville 1939; Shafer 2021,
"Testing by betting", JRSS A 184). A bet may begin at any time j, with the share 1 / (j (j + 1)) of the stake, so that a
change after many good months is found as well (Shin, Ramdas and Rinaldo 2023, "E-detectors").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from stress.arrays import Array

FALSE_ALARM = 0.05
"""Most that the chance of a false alarm over the whole life may be."""
BETS = ((2.0, 1.0), (1.0, 2.0), (4.0, 1.0), (1.0, 4.0), (0.5, 0.5), (2.0, 2.0))
"""Beta densities betted on: outcomes too high, too low (mildly, strongly), bands too narrow, too wide."""
EDGE = 1e-6


class Drift(NamedTuple):
    """The evidence against the model, by period."""

    evidence: Array
    """(n,) stake after each PIT; 1 says nothing."""
    alarm: int | None
    """First place at which it reaches 1 / level; None: never."""
    level: float
    """Of the false alarm."""


def drift(pits: ArrayLike, level: float = FALSE_ALARM) -> Drift:
    """The e-process of one-step PITs in their order. PITs are held within 1e-6 of 0 and 1."""
    u = np.clip(np.asarray(pits, dtype=np.float64), EDGE, 1.0 - EDGE)
    a, b = (np.array(x)[:, None] for x in zip(*BETS, strict=True))
    density = np.exp((a - 1.0) * np.log(u) + (b - 1.0) * np.log1p(-u) - betaln(a, b))
    running, evidence = np.zeros(len(BETS)), np.empty(u.size)
    for t in range(u.size):
        running = density[:, t] * (running + 1.0 / ((t + 1.0) * (t + 2.0)))
        evidence[t] = running.mean() + 1.0 / (t + 2.0)
    alarms = np.flatnonzero(evidence >= 1.0 / level)
    return Drift(evidence, int(alarms[0]) if alarms.size else None, level)
