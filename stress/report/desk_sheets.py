"""The tables of a price, of expected credit losses and of derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stress.answers.ecl import Allowance, Ecl
from stress.answers.gradient import Gradient, Slope
from stress.answers.price import Price, Priced
from stress.measures.estimate import Interval
from stress.report.numbers import MISSING, PERCENT, fraction, many, percent, span, with_error
from stress.report.remaining import starts
from stress.report.sheets import Sheet


def price_sheet(answer: Price) -> Sheet:
    """One row a price, speed and level of default."""
    floating = any(math.isfinite(row.margin) for row in answer.rows)
    adjusted = any(row.option_adjusted is not None for row in answer.rows)
    head = ("Price", "Speed", "Defaults ×", "Yield", *("DM, bp",) * floating, "Z-spread, bp",
            *("OAS, bp",) * adjusted, "Duration", "Spread dur.", "Convexity", "WAL", "Window", "Loss")  # fmt: skip
    rows = tuple(_priced(row, floating) for row in answer.rows)
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
    by_speed = {_priced(row._replace(speed=1.0), floating=True) for row in bare}
    by_level = {_priced(row._replace(defaults=1.0), floating=True) for row in bare}
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


def _priced(row: Priced, floating: bool) -> tuple[str, ...]:
    window = span(row.first_principal, row.last_principal) if row.first_principal else MISSING
    return (
        f"{row.price:g}", speed_of(row), f"{row.defaults:g}", _percent(row.yield_), *(_bp(row.margin),) * floating,
        _bp(row.zero_spread), *_adjusted(row), _plain(row.duration), _plain(row.spread_duration), _plain(row.convexity),
        _plain(row.life), window, fraction(row.loss) if row.loss > 1e-12 else "0",
    )  # fmt: skip


def speed_of(row: Priced) -> str:
    """A multiple of prepayments, ×2, or what they are set to, 10% CPR."""
    return row.speed if isinstance(row.speed, str) else f"×{row.speed:g}"


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


def ecl_sheet(answer: Ecl) -> Sheet:
    """One row a scenario, book and reporting date."""
    head = ("Scenario", "Book", "Month", "Outstanding", "12-month ECL", "Lifetime ECL (CECL)", "Stage 2 and 3",
            "Allowance")  # fmt: skip
    rows = tuple(map(_allowance, answer.rows))
    note = (
        f"Shares of the book at closing, means of {many(answer.paths, 'path')}, seed {answer.seed}, ± standard error; "
        "'<': no path lost anything, 95% upper bound (3/n). "
        f"Loans: the closing pool in run-off, discounted at {percent(answer.effective_rate)} a year, what it earns; "
        "notes, with interest that is late, at their own rates. Stage 2: 30 days past due, or an entry rate "
        f"{answer.multiple:g} times that at closing. {answer.says}"
    )
    return Sheet(head, rows, note)


def _allowance(row: Allowance) -> tuple[str, ...]:
    return (
        row.scenario, row.book, str(row.month), _share(row.outstanding), loss_cell(row.twelve_month),
        loss_cell(row.lifetime), loss_cell(row.stage_2), loss_cell(row.allowance),
    )  # fmt: skip


def loss_cell(interval: Interval) -> str:
    """A mean with its error; the bound of one of which no path shows anything."""
    at = float(interval.estimate)
    return _share(interval) if at != 0.0 else with_error(at, *(float(part) for part in interval[1:]), unit=PERCENT)


def _share(interval: Interval) -> str:
    estimate, error = float(interval.estimate), float(interval.error)
    if not math.isfinite(estimate):
        return MISSING
    if error > 0.0:
        return with_error(estimate, error, unit=PERCENT)
    return percent(estimate) if estimate else "0 on all paths"


def gradient_sheet(answer: Gradient, months: bool = False) -> Sheet:
    """One row an input; with `months` each month's mean of a factor too."""
    shown = [slope for slope in answer.inputs if months or ", month " not in slope.input]
    rows = tuple((slope.input, slope.per, *_number(slope)) for slope in shown)
    hidden = "" if months else " Months one by one: --months, --json."
    left = f" Left out: {'; '.join(answer.left_out)}." if answer.left_out else ""
    note = (
        f"{_measured(answer)}. {many(answer.paths, 'path')}, seed {answer.seed}; likelihood-ratio scores of one run, ± "
        f"standard error by batch.{hidden}{left} {starts(answer.since)}"
    ).strip()
    return Sheet(("Input", "Per", "Derivative", "± error", "95% interval"), rows, note)


def _measured(answer: Gradient) -> str:
    """The measure itself, plain and with its controls, and what these are worth."""
    plain, controlled, cut = answer.estimate, answer.controlled, answer.variance_cut
    if plain.estimate == 0.0 and plain.error == 0.0:
        return f"{answer.measure}: seen on no path"
    change = f"{100.0 * abs(cut):.0f}% of the variance {'cut' if cut >= 0.0 else 'added'}"
    worth = "" if math.isnan(cut) else f" ({change})"
    return (
        f"{answer.measure} {plain.estimate:.5g} ± {plain.error:.2g}; with the scores as control variates "
        f"{controlled.estimate:.5g} ± {controlled.error:.2g}{worth}"
    )


def _number(slope: Slope) -> tuple[str, str, str]:
    if math.isnan(slope.derivative):
        return MISSING, MISSING, MISSING
    return f"{slope.derivative:.4g}", f"{slope.se:.2g}", f"{slope.low:.4g} to {slope.high:.4g}"
