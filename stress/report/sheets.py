"""The report's tables: plain rows of text, the same numbers as the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import xarray as xr

from stress.measures.means import has_principal, is_residual
from stress.measures.yields import discounted, felt_cap
from stress.report.known_job import may_end_early
from stress.report.numbers import (
    CAP,
    CAPPED,
    PERCENT,
    Unit,
    count,
    fraction,
    interval,
    own_unit,
    quantile,
    tail_mean,
    unit_of,
    with_error,
)

EARLY = "early_amortization_probability"


class Sheet(NamedTuple):
    """A table: heads, rows (the first cell heads its row), and a note below."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def pool(ds: xr.Dataset) -> Sheet:
    """One row a scenario: defaults, net loss, early amortization where the deal can have one."""
    ends = may_end_early(ds)
    head = ["Scenario", "Default, mean", "99% [95%]", "99.9% [95%]", "Net loss, mean", "99.9% [95%]"]
    head += ["Early amortization [95%]"] * ends
    rows = []
    read = read_of(ds, "default_rate", "net_loss_rate", EARLY)
    default, net = (unit_of_column(read[f"{name}_rate_mean"]) for name in ("default", "net_loss"))
    tail, worst = (unit_of_column(read["default_rate"].sel(level=x)) for x in (0.99, 0.999))
    net_tail, seldom = unit_of_column(read["net_loss_rate"].sel(level=0.999)), unit_of_column(read[EARLY][..., -1])
    for scenario in slices(read, "scenario"):
        cells = [with_error(float(scenario["default_rate_mean"]), float(scenario["default_rate_se"]), unit=default)]
        cells += [_quantile(scenario, "default_rate", 0.99, tail), _quantile(scenario, "default_rate", 0.999, worst)]
        cells += [with_error(float(scenario["net_loss_rate_mean"]), float(scenario["net_loss_rate_se"]), unit=net)]
        cells += [_quantile(scenario, "net_loss_rate", 0.999, net_tail)]
        cells += [interval(*early(scenario), unit=seldom)] * ends
        rows.append((name_of(scenario, "scenario"), *cells))
    return Sheet(
        tuple(head), tuple(rows), "Shares of the cut-off balance. ± is one standard error, brackets a 95% interval."
    )


def note(ds: xr.Dataset, tranche: object) -> Sheet:
    """One row a scenario for one note: what it loses, with errors."""
    head = ("Scenario", "Expected loss", "P(loss) [95%]", "Loss if any", "VaR 99% [95%]", "VaR 99.9% [95%]", "ES 99.9%")
    read = read_of(ds, "expected_loss", "loss_probability", "lgd", "value_at_risk", "expected_shortfall")
    mine = read.sel(tranche=tranche)
    units = _units(mine)
    rows = tuple((name_of(scenario, "scenario"), *_losses(scenario, units)) for scenario in slices(mine, "scenario"))
    left = (
        "Loss of a residual note: what all its cash lacks to its size. It takes what is left, whatever its size: of a "
        "smaller one less would be missing."
    )
    return Sheet(head, rows, left * bool(is_residual(mine)))


class _Units(NamedTuple):
    """Units of a note's columns."""

    loss: Unit
    chance: Unit
    lgd: Unit
    var: Unit
    worse: Unit
    tail: Unit


def _units(mine: xr.Dataset) -> _Units:
    var = mine["value_at_risk_high"]  # a column is as wide as its intervals
    return _Units(
        unit_of_column(mine["expected_loss"], mine["expected_loss_high"]),
        unit_of_column(mine["loss_probability"], mine["loss_probability_high"]),
        unit_of_column(mine["lgd"]), unit_of_column(var.sel(level=0.99)), unit_of_column(var.sel(level=0.999)),
        unit_of_column(mine["expected_shortfall"].sel(level=0.999)),
    )  # fmt: skip


def unit_of_column(column: xr.DataArray, bound: xr.DataArray | None = None) -> Unit:
    """Of a column; of its bounds where nothing was seen in any row."""
    values = column.values.ravel()
    return unit_of(bound.values.ravel() if bound is not None and not values.any() else values)


def earned(ds: xr.Dataset, tranche: object, residual: bool = False) -> Sheet:
    """One row a scenario for one note: late interest, yield, life and price, with errors. A residual note is owed no
    interest, so none can be late."""
    if residual:
        read = read_of(ds, "irr_quantile", "price", "multiple")
        return _of_residual(read.assign(capped=felt_cap(ds)).sel(tranche=tranche))
    read = read_of(ds, "irr", "wal", "price", "shortfall_probability")
    note = read.assign(capped=felt_cap(ds)).sel(tranche=tranche)
    late_unit = unit_of_column(note["shortfall_probability"], note["shortfall_probability_high"])
    rows = [(name_of(scenario, "scenario"), *_earnings(scenario, late_unit)) for scenario in slices(note, "scenario")]
    head = ("Scenario", "Yield (IRR)", "WAL, years", "Price, share of par", "P(late interest) [95%]")
    late = "Late interest was not paid when due; it stays due and may have been paid later."
    return Sheet(head, tuple(rows), " ".join([late, *_remarks(note)]))


def _of_residual(note: xr.Dataset) -> Sheet:
    """What a residual note gets: its money multiple, its median yield, and its value where the deal states a rate. What
    is left over is no repayment, so it has no average life; no interest is owed to it."""
    priced = discounted(note)
    rows = []
    for scenario in slices(note, "scenario"):
        median = with_error(*parts(scenario.sel(quantile=0.5), "irr_quantile", "", "_se"), unit=PERCENT)
        value = own_unit(*parts(scenario, "price", "", "_se"), digits=4)
        multiple = own_unit(*parts(scenario, "multiple", "", "_se"), digits=4)
        rows.append((name_of(scenario, "scenario"), multiple, median + _mark(scenario), *(value,) * priced))
    head = ("Scenario", "Money multiple", "Median yield (IRR)", *("Value at its rate, share of its size",) * priced)
    text = "Money multiple: all cash received over its size, not discounted."
    return Sheet(head, tuple(rows), " ".join([text, *_remarks(note)]))


def _mark(ds: xr.Dataset) -> str:
    return f" {CAPPED}" * (float(ds["capped"]) > 0.0)


def _remarks(note: xr.Dataset) -> list[str]:
    """What the table of a note cannot say in its cells."""
    if not has_principal(note):
        return [
            "A certificate: it lent nothing, so it can lose nothing and has no yield. Its multiple and "
            "price: over the cut-off balance."
        ]
    capped = float(note["capped"].max())
    return [f"{CAPPED} Yields above {CAP} count as {CAP}: up to {fraction(capped)} of paths."] * (capped > 0.0)


def _losses(ds: xr.Dataset, units: _Units) -> list[str]:
    return [
        with_error(*parts(ds, "expected_loss", "", "_se", "_low", "_high"), unit=units.loss),
        interval(*parts(ds, "loss_probability", "", "_low", "_high"), unit=units.chance),
        with_error(*parts(ds, "lgd", "", "_se", "_low", "_high"), unit=units.lgd),
        _quantile(ds, "value_at_risk", 0.99, unit=units.var),
        _quantile(ds, "value_at_risk", 0.999, unit=units.worse),
        tail_mean(*_of_tail(ds, 0.999, "expected_shortfall", "", "_se", "_low"), unit=units.tail),
    ]


def _earnings(ds: xr.Dataset, late: Unit) -> list[str]:
    return [
        with_error(*parts(ds, "irr", "", "_se"), unit=PERCENT) + _mark(ds),
        own_unit(*parts(ds, "wal", "", "_se"), digits=3),
        own_unit(*parts(ds, "price", "", "_se"), digits=4),
        interval(*parts(ds, "shortfall_probability", "", "_low", "_high"), unit=late),
    ]


def parts(ds: xr.Dataset, name: str, *ends: str) -> list[float]:
    """A measure's estimate and what belongs to it, by the ends of their names ("", "_se", "_low", "_high")."""
    return [float(ds.variables[f"{name}{end}"]) for end in ends]


def early(scenario: xr.Dataset) -> list[float]:
    """The probability of early amortization by the end, and the ends of its interval."""
    return [float(scenario[f"{EARLY}{end}"][-1]) for end in ("", "_low", "_high")]


def _of_tail(ds: xr.Dataset, level: float, name: str, *ends: str) -> list[float]:
    """The same of a tail at one of its levels."""
    at = ds.get_index("level").get_loc(level)
    return [float(ds.variables[f"{name}{end}"][at]) for end in ends]


def _quantile(ds: xr.Dataset, name: str, level: float, unit: Unit) -> str:
    """A quantile of a loss or a rate with its interval."""
    return quantile(*_of_tail(ds, level, name, "", "_low", "_high"), unit=unit)


def spared(ds: xr.Dataset, tranche: object) -> Sheet:
    """A note that lost nothing under any scenario: a sentence in place of a table of bounds."""
    high = float(ds["loss_probability_high"].sel(tranche=tranche).max())
    if not has_principal(ds.sel(tranche=tranche)):
        return Sheet((), ())
    text = f"{tranche} loses nothing on any path of any scenario: in each the probability of a loss is below "
    return Sheet((), (), f"{text}{fraction(high)} (95%), which is not zero.")


def checks(ds: xr.Dataset) -> Sheet:
    """The laws' worst residuals and the counts of faults."""
    laws, faults = [str(x) for x in ds["law"].values], [str(x) for x in ds["check"].values]
    rows = []
    for scenario in slices(ds[["residual", "fault"]], "scenario"):
        cells = [f"{x:.1e}" for x in scenario["residual"].values] + [count(float(x)) for x in scenario["fault"].values]
        rows.append((name_of(scenario, "scenario"), *cells))
    return Sheet(("Scenario", *laws, *faults), tuple(rows))


def read_of(ds: xr.Dataset, *names: str) -> xr.Dataset:
    """The variables of these measures alone: a scenario's slice of all of a result takes 30 ms."""
    return ds[
        [f"{name}{end}" for name in names for end in ("", "_mean", "_se", "_low", "_high") if f"{name}{end}" in ds]
    ]


def slices(ds: xr.Dataset, dim: str) -> Sequence[xr.Dataset]:
    """Slices along a dimension, in turn."""
    return [ds.isel({dim: k}) for k in range(ds.sizes[dim])]


def name_of(ds: xr.Dataset, dim: str) -> str:
    """The label of a slice."""
    return str(ds[dim].item())
