"""Chapters on what is not known: parameters drawn by path beside the estimates, macro variables around a path."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from stress import measures
from stress.report.figures import uncertain as figures
from stress.report.numbers import interval, percent, tail_mean, with_error
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet

SUFFIX = "_predictive"
"""What the scenarios with drawn parameters are called, after those without."""
LEVELS = (0.95, 0.99, 0.999)


def chapters(ds: xr.Dataset) -> Iterator[Chapter]:
    """A chapter for each pair of plug-in and predictive, and for each scenario whose macro variables are drawn."""
    names = [str(s) for s in ds["scenario"].values]
    for name in names:
        if name + SUFFIX in names:
            yield _pair(ds, name, name + SUFFIX)
    if "macro" in ds:
        for name in names:
            if bool(ds["macro"].sel(scenario=name).notnull().any()):
                yield _macro(ds, name)


def _pair(ds: xr.Dataset, name: str, twin: str) -> Chapter:
    both = ds.sel(scenario=[name, twin])
    change = measures.difference(both, "mean_default", name).sel(scenario=twin)
    rows = [("Pool default, mean", *_cells(both, "default_rate_mean", "default_rate_se"), _change(change))]
    quantile = measures.default_rate(both, LEVELS)
    for level in LEVELS:
        cells = [
            interval(*(float(quantile[k].sel(level=level, scenario=s)) for k in ("estimate", "low", "high")))
            for s in (name, twin)
        ]
        rows.append((f"Pool default, {100 * level:g}% [95%]", *cells, ""))
    loss = measures.difference(both, "expected_loss", name).sel(scenario=twin)
    for note in both["tranche"].values:
        losses = both.sel(tranche=note)
        cells = [
            with_error(*(float(losses[f"expected_loss{k}"].sel(scenario=s)) for k in ("", "_se", "_low", "_high")))
            for s in (name, twin)
        ]
        rows.append((f"Expected loss of {note}", *cells, _change(loss.sel(tranche=note))))
        tail = losses.sel(level=0.999)
        cells = [
            tail_mean(*(float(tail[f"expected_shortfall{k}"].sel(scenario=s)) for k in ("", "_se", "_low")))
            for s in (name, twin)
        ]
        rows.append((f"ES 99.9% of {note}", *cells, ""))
    says = (
        f"{name} takes default rate, asset correlation and persistence as estimated (plug-in); {twin} draws all three "
        "for each path from the sampling distribution of the estimates, on the same factors (predictive). The gap is "
        "what a short history costs.",
    )
    sheet = Sheet(
        ("Measure", "Plug-in", "Predictive", "Difference"), tuple(rows), "Differences on common random numbers."
    )
    curves = Exhibit(
        svg_of(figures.predictive(ds, name, twin), f"predictive {name}"),
        "Pool default beyond a level",
        "Dashed: parameters as estimated. Solid: drawn by path.",
        _curve_sheet(both),
    )
    return Chapter(f"Parameter uncertainty: {name}", says, sheet, curves)


def _cells(ds: xr.Dataset, value: str, error: str) -> list[str]:
    return [with_error(float(a), float(b)) for a, b in zip(ds[value].values, ds[error].values, strict=True)]


def _change(difference: xr.Dataset) -> str:
    value, error = float(difference["estimate"]), float(difference["error"])
    return f"{10_000 * value:+.1f} ± {10_000 * error:.1f} bp"


def _curve_sheet(both: xr.Dataset) -> Sheet:
    """The curves at round shares of the cut-off balance."""
    points = np.array([0.02, 0.03, 0.05, 0.075, 0.10, 0.15, 0.20, 0.30, 0.50])
    columns = [measures.exceedance(both, float(x)) for x in points]
    rows = [
        (str(s), *(interval(*(float(c[k].sel(scenario=s)) for k in ("estimate", "low", "high"))) for c in columns))
        for s in both["scenario"].values
    ]
    return Sheet(("Share of paths with default", *(f"≥ {percent(float(x), 1)}" for x in points)), tuple(rows))


def _macro(ds: xr.Dataset, name: str) -> Chapter:
    fan = ds["macro"].sel(scenario=name)
    drawn = [str(n) for n in ds["macro_variable"].values if fan.sel(macro_variable=n).notnull().any()]
    months = [int(m) for m in ds["month"].values if m == 1 or m % 6 == 0]
    rows = []
    for variable in drawn:
        for q in ds["quantile"].values:
            line = fan.sel(macro_variable=variable, quantile=q)
            rows.append((f"{variable}, {100 * float(q):g}%", *(f"{float(line.sel(month=m)):.2f}" for m in months)))
    says = (
        "Macro variables are drawn around the scenario's path by a vector autoregression. Entry rates follow them "
        "through the satellite; other inputs stay on the path. The fan is the exact normal law.",
    )
    half = Sheet(("Quantile in month", *map(str, months)), tuple(rows))
    exhibit = Exhibit(
        svg_of(figures.macro(ds, name), f"macro {name}"), "Fan of the macro variables", "Bands hold 90% and 50%.", half
    )
    sheet = Sheet(
        ("Variable", "At its farthest", "5 to 95% then"),
        tuple(_farthest(fan.sel(macro_variable=variable), variable) for variable in drawn),
    )
    return Chapter(f"Random macro paths: {name}", says, sheet, exhibit)


def _farthest(fan: xr.DataArray, variable: str) -> tuple[str, str, str]:
    """Where the path is farthest from its start, and the band there."""
    path = fan.sel(quantile=0.5, method="nearest").values
    at = int(np.argmax(np.abs(path - path[0])))
    low, high = (float(fan.sel(quantile=q, method="nearest").values[at]) for q in (0.05, 0.95))
    return variable, f"{path[at]:.2f} in month {at + 1}", f"{low:.2f} to {high:.2f}"
