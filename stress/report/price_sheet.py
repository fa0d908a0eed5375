"""The price table of a note."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stress.answers.price import Price, Priced
from stress.report.numbers import MISSING, fraction, many, span, with_error
from stress.report.sheets import Sheet


def price_sheet(answer: Price) -> Sheet:
    """One row a price, speed and level of default."""
    floating = any(math.isfinite(row.margin) for row in answer.rows)
    adjusted = any(row.option_adjusted is not None for row in answer.rows)
    head = ("Price", "Speed ×", "Defaults ×", "Yield", *("DM, bp",) * floating, "Z-spread, bp",
            *("OAS, bp",) * adjusted, "Duration", "Spread dur.", "Convexity", "WAL", "Window", "Loss")  # fmt: skip
    rows = tuple(_row(row, floating) for row in answer.rows)
    curve = (
        ", ".join(f"{years:g}y {100.0 * rate:g}%" for years, rate in answer.curve) or "the short rate's forward curve"
    )
    when = f"from the end of {answer.as_of} on" if answer.as_of else "at issue"
    clean = ", without interest accrued by then" if answer.as_of else ""
    note = (
        f"Price per 100 of balance{clean}. Deterministic cash flows {when} under {answer.scenario}; yield "
        f"effective a year, durations and WAL in years, window in months from closing, zero curve {curve}. "
        f"{_breakeven(answer)}"
    )
    note += "".join(f" {name} changes none of these figures." for name in _idle(answer.rows))
    if adjusted:
        note += (
            " OAS: over the path's own short rate, on what the note pays on that path, losses included; where "
            "nothing is random it is the Z-spread, compounded from payment date to payment date."
        )
    return Sheet(head, rows, note)


def _idle(rows: Sequence[Priced]) -> list[str]:
    """What the rows differ in and nothing else does: a pool without prepayment has no speed."""
    bare = [row._replace(option_adjusted=None) for row in rows]
    by_speed = {_row(row._replace(speed=1.0), floating=True) for row in bare}
    by_level = {_row(row._replace(defaults=1.0), floating=True) for row in bare}
    asked = (
        ("Speed", {row.speed for row in rows}, by_speed),
        ("The level of defaults", {row.defaults for row in rows}, by_level),
    )
    return [name for name, values, plain in asked if len(values) > 1 and len(plain) * len(values) == len(rows)]


def _breakeven(answer: Price) -> str:
    interval, paths = answer.breakeven_spread, many(answer.paths, "path")
    if not interval.estimate:
        return f"No principal is lost on any of {paths} (seed {answer.seed}): they tell no break-even spread."
    spread = with_error(float(interval.estimate), float(interval.error))
    return (
        f"Break-even spread: {spread} a year over the curve pays for expected losses of principal ({paths}, seed "
        f"{answer.seed}, ± standard error)."
    )


def _row(row: Priced, floating: bool) -> tuple[str, ...]:
    window = span(row.first_principal, row.last_principal) if row.first_principal else MISSING
    return (
        f"{row.price:g}", f"{row.speed:g}", f"{row.defaults:g}", _percent(row.yield_), *(_bp(row.margin),) * floating,
        _bp(row.zero_spread), *_adjusted(row), _plain(row.duration), _plain(row.spread_duration), _plain(row.convexity),
        _plain(row.life), window, fraction(row.loss) if row.loss > 1e-12 else "0",
    )  # fmt: skip


def _adjusted(row: Priced) -> tuple[str, ...]:
    if row.option_adjusted is None:
        return ()
    spread = row.option_adjusted
    if not math.isfinite(spread.estimate):
        return (MISSING,)
    return (f"{1e4 * spread.estimate:,.1f} ± {1e4 * spread.error:.2g}",)


def _percent(rate: float) -> str:
    return f"{round(100.0 * rate, 3) + 0.0:.3f}%" if math.isfinite(rate) else MISSING


def _bp(rate: float) -> str:
    return f"{round(1e4 * rate, 1) + 0.0:,.1f}" if math.isfinite(rate) else MISSING


def _plain(number: float) -> str:
    return f"{number:.3f}" if math.isfinite(number) else MISSING
