"""Figure of a back-test: each next report with the band that was given for it, fans from past origins, the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from stress.answers.backtest import BackTest, Forecast
from stress.report.figures import ink
from stress.tables.periods import parse_period

MOST_FANS = 16
MISS = "#d55e00"


@ink.styled
def fans(answer: BackTest) -> Figure:
    """Three panels over time: one-ahead bands and what came (misses marked), fans from origins, evidence of drift."""
    figure, (near, far, test) = ink.sheet(3, 1, 7.2, 7.2, sharex=True, height_ratios=(2.0, 2.0, 1.0))
    nearest = min(answer.horizons)
    forecasts = [f for f in answer.forecasts if f.horizon == nearest]
    when = np.array([_year(f.target) for f in forecasts])
    came, low, high, held = (
        np.array(x) for x in zip(*((f.came, f.low, f.high, f.held) for f in forecasts), strict=True)
    )
    near.fill_between(when, low, high, color=ink.BAND, alpha=0.2, linewidth=0, label="90% band")
    near.plot(when, came, color=ink.TEXT, linewidth=1.0, label="what came")
    near.plot(when[~held], came[~held], linestyle="", marker="o", markersize=4, color=MISS, label="outside the band")
    ahead = "one report" if nearest == 1 else f"{nearest} reports"
    near.set_title(f"{ink.label(answer.reports, 60)}: predicted {ahead} ahead")
    origins: dict[str, list[Forecast]] = {}
    for f in answer.forecasts:
        origins.setdefault(f.origin, []).append(f)
    step = max(1, -(-len(origins) // MOST_FANS))
    for k, (origin, fan) in enumerate(list(origins.items())[::step]):
        at = [_year(origin), *(_year(f.target) for f in fan)]
        start = next((f.came for f in forecasts if f.target == origin), None)
        if start is None:
            continue
        word = "fan from an origin" if not any(far.collections) else None
        far.fill_between(at, [start, *(f.low for f in fan)], [start, *(f.high for f in fan)],
                         color=ink.NOTE_COLOURS[k % 2], alpha=0.2, linewidth=0, label=word)  # fmt: skip
        far.plot(at, [start, *(f.median for f in fan)], color=ink.NOTE_COLOURS[k % 2], linewidth=0.8)
    far.plot(when, came, color=ink.TEXT, linewidth=1.0, label="what came")
    far.set_title("Fans from past origins (90% and median)")
    for axes in (near, far):
        ink.percent_axis(axes.yaxis)
        axes.set_ylabel("default rate a year")
        axes.set_ylim(0.0, 1.35 * float(came.max()))
        axes.legend(loc="upper left", ncols=3)
    test.set_yscale("log")
    if answer.drift is not None:
        test.plot(when, answer.drift.evidence, color=ink.BAND)
        test.axhline(1.0 / answer.drift.level, color=MISS, linewidth=0.9, linestyle="--", label="alarm")
        test.legend(loc="upper left")
    test.yaxis.set_major_formatter("{x:g}")
    test.set(title="Evidence that the law no longer describes the reports")
    return figure


@ink.styled
def predicted(bands: Mapping[str, Mapping[str, Sequence[Any]]]) -> Figure:
    """A panel for each horizon of a record: the band of each quarter and what came, misses marked."""
    figure, panels = ink.sheet(len(bands), 1, 7.2, 2.4 * len(bands), sharex=True)
    for axes, (ahead, band) in zip(panels, bands.items(), strict=True):
        when = np.array([_year(label) for label in band["quarter"]])
        came, low, high = (np.array(band[k]) for k in ("happened", "low", "high"))
        out = (came < low) | (came > high)
        axes.fill_between(when, low, high, color=ink.BAND, alpha=0.2, linewidth=0, label="90% band")
        axes.plot(when, came, color=ink.TEXT, linewidth=1.0, label="what came")
        axes.plot(when[out], came[out], linestyle="", marker="o", markersize=4, color=MISS, label="outside the band")
        axes.set_ylim(0.0, 1.5 * float(came.max()))
        axes.set_title(f"Predicted {ahead} quarter{'s' * (ahead != '1')} ahead")
        ink.percent_axis(axes.yaxis)
        axes.legend(loc="upper left", ncols=3)
    return figure


def _year(label: str) -> float:
    period = parse_period(label)
    assert period is not None, label
    return period.ordinal / period.per_year
