"""What the report's figures show, as tables: plain rows of text, the same numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr

from stress.measures.fans import ends
from stress.measures.weighted import mass
from stress.measures.yields import irr_distribution, price_distribution, wal_distribution
from stress.report.begun import Fan, begun, fan_of
from stress.report.figures.convergence import Track
from stress.report.figures.lives import READ
from stress.report.figures.losses import exceedance
from stress.report.figures.months import lived
from stress.report.known_job import may_end_early
from stress.report.numbers import (
    PERCENT,
    chance,
    count,
    fraction,
    interval,
    many,
    own_unit,
    percent,
    tail_mean,
    with_error,
)
from stress.report.sheets import EARLY, Sheet, name_of, parts, read_of, slices

LOSSES = (0.0, 0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 0.9999, 1.0)
"""Loss fractions at which the data of a loss figure is tabulated."""


def heat(ds: xr.Dataset, measure: int = 0) -> Sheet:
    """Data of the heat map: expected loss, probability of loss, or 99.9% expected shortfall, with their intervals."""
    name = ("expected_loss", "loss_probability", "expected_shortfall")[measure]
    title = ("Expected loss [95%]", "P(loss) [95%]", "ES 99.9% ± error")[measure]
    read = read_of(ds, name)
    if measure == 2:
        read = read.sel(level=0.999)
    rows = []
    for scenario in slices(read, "scenario"):
        cells = (
            tail_mean(*parts(note, name, "", "_se", "_low"), unit=PERCENT)
            if measure == 2
            else interval(*parts(note, name, "", "_low", "_high"), unit=PERCENT)
            for note in slices(scenario, "tranche")
        )
        rows.append((name_of(scenario, "scenario"), *cells))
    return Sheet((title, *(str(note) for note in ds["tranche"].values)), tuple(rows))


def loss(ds: xr.Dataset, tranche: object) -> Sheet:
    """Data of a loss figure: share of paths that lose at least so much."""
    edge = ds["loss_bin_low"].values
    at = np.searchsorted(edge[1:], np.array(LOSSES) - 1e-12) + 1
    at[0], at[-1] = 0, edge.size - 1
    n = list(ds["tranche"].values).index(tranche)
    rows = [
        (str(scenario), *(fraction(x, PERCENT) for x in exceedance(paths)[at]))
        for scenario, paths in zip(ds["scenario"].values, mass(ds, "loss")[:, n], strict=True)
    ]
    return Sheet(("Share of paths that lose", "any", *(f"≥ {fraction(x)}" for x in LOSSES[1:])), tuple(rows))


def lives(ds: xr.Dataset, tranche: object) -> Sheet:
    """Data of the figure of lives, yields and prices: quantiles over paths with their errors."""
    note = ds[[name for name in ds.data_vars if str(name).startswith(READ)]].sel(tranche=[tranche])
    shown = (0.05, 0.5, 0.95)
    head, rows = ["Scenario"], [[str(scenario)] for scenario in ds["scenario"].values]
    for first, distribution, cell in _LIVES:
        if distribution is price_distribution and "price_count" not in ds:
            continue
        answer = distribution(note, shown)
        head += [f"{first}: 5%", "median", "95%"]
        for row, *quantiles in zip(
            rows, *(answer[k].values[:, 0].tolist() for k in ("estimate", "error")), strict=True
        ):
            row += map(cell, *quantiles)
    text = "Quantiles over paths ± standard error, which is at least half a bin; means stand above."
    return Sheet(tuple(head), tuple(map(tuple, rows)), text)


_LIVES = (
    ("WAL, years", wal_distribution, partial(own_unit, digits=3)),
    ("Yield", irr_distribution, partial(with_error, unit=PERCENT)),
    ("Price", price_distribution, partial(own_unit, digits=4)),
)


def fan(ds: xr.Dataset, quantity: str) -> Sheet:
    """Data of a fan: one row a scenario and month (and note). A quantile beyond what was counted is a bound."""
    ds = lived(ds)
    month, level, mean = fan = fan_of(ds, quantity)
    if quantity == "note_balance":
        notes = enumerate(ds["tranche"].values)
        parts = ((Fan(month, level[:, n], mean[:, n]), f"{name}, ") for n, name in notes)
        rows = [row for part, name in parts for row in _fan_rows(ds, quantity, part, name)]
    else:
        rows = _fan_rows(ds, quantity, fan, "")
    head = ("Scenario", "Month", "5%", "25%", "median", "75%", "95%", "mean")
    note = f"Quantiles of {many(float(ds['fan_path']), 'path')}; means of all. {begun(ds, quantity)}"
    return Sheet(head, tuple(rows), note.rstrip())


def _fan_rows(ds: xr.Dataset, quantity: str, fan: Fan, first: str) -> list[tuple[str, ...]]:
    least, most = ends(quantity)

    def cell(x: float) -> str:
        if x < least:
            return f"≤ {percent(least)}"
        return percent(x) if x <= most or math.isnan(x) else f"≥ {percent(most)}"

    return [
        (first + str(scenario), str(month), *(cell(float(x)) for x in fan.level[k, m]), percent(float(fan.mean[k, m])))
        for k, scenario in enumerate(ds["scenario"].values)
        for m, month in enumerate(fan.month)
    ]


def events(ds: xr.Dataset) -> Sheet:
    """Data of the event figure: cumulative probability at the end of each quarter of a year, the last with its 95%
    interval."""
    ds, ends_early = lived(ds), may_end_early(ds)
    month = ds["month"].values.tolist()
    quarters = [k for k, m in enumerate(month) if m % 3 == 0 or m == month[-1]]
    months = [month[k] for k in quarters]
    rows = []
    for scenario in slices(read_of(ds, EARLY, "trigger_probability"), "scenario"):
        named = [("early amortization", scenario, EARLY)] * ends_early
        named += [(name_of(t, "trigger"), t, "trigger_probability") for t in slices(scenario, "trigger")]
        for name, chances, event in named:
            curves = [chances[f"{event}{end}"].values.tolist() for end in ("", "_low", "_high")]
            by = [[curve[k] for curve in curves] for k in quarters]
            cells = (*(chance(*point) for point in by[:-1]), interval(*by[-1], unit=PERCENT))
            rows.append((f"{name_of(scenario, 'scenario')}: {name}", *cells))
    return Sheet(("Has happened by month", *map(str, months[:-1]), f"{months[-1]} [95%]"), tuple(rows))


def convergence(tracks: Sequence[Track]) -> Sheet:
    """Data of the convergence figure: each estimate with its error, at every third number of paths and at the last."""
    rows = []
    for track in tracks:
        steps = track.curve.sizes["step"]
        for k in sorted({*range(steps - 1, -1, -3)}):
            point = track.curve.isel(step=k)
            estimate = with_error(float(point["estimate"]), float(point["error"]))
            rows.append((f"{track.name}, {track.scenario}", count(float(point["paths"])), estimate))
    return Sheet(("Estimate", "Paths", "Value ± standard error"), tuple(rows))
