"""Chapters that answer a question: break-even, reverse stress, tornado, note sizes."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from stress.answers.breakeven import Answer, Breakeven, PoolLoss
from stress.answers.reverse import Reverse
from stress.answers.since import Since
from stress.answers.tornado import Change, Tornado
from stress.errors import DataError
from stress.report.figures import answers
from stress.report.numbers import MISSING, Unit, fraction, interval, many, own_unit, percent, unit_of, with_error
from stress.report.page.capital_chapter import capital
from stress.report.page.clock_chapter import clocks
from stress.report.page.desk_chapters import ecl, gradient, price
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.page.rates_chapter import rates
from stress.report.page.rating_chapter import rating
from stress.report.page.reported_chapter import backtest, follow
from stress.report.page.sizing_chapter import sizing
from stress.report.remaining import expected, of_what, short, starts
from stress.report.sheets import Sheet


@functools.singledispatch
def chapter(answer: object) -> Chapter:
    """The chapter of an answer of `stress.analysis`. Raises DataError for anything else."""
    known = [kind.__name__ for kind in chapter.registry if kind is not object]
    raise DataError(f"no chapter for a {type(answer).__name__}; there are {', '.join(known)}")


@chapter.register
def breakeven(answer: Breakeven) -> Chapter:
    """How much of a shock a note stands."""
    curve = answer.curve
    chance, loss = (curve.probability, curve.low, curve.high), (curve.loss, curve.loss_low, curve.loss_high)
    points = Sheet(
        (answer.unit, "Probability of a loss [95%]", "Expected loss [95%]"),
        tuple(
            (f"{x:.4g}", interval(*map(float, p)), interval(*map(float, el)))
            for x, p, el in zip(curve.value, np.stack(chance, -1), np.stack(loss, -1), strict=True)
        ),
        f"{many(answer.paths, 'path')} at each point, the same draws at all"
        f"{', around a loss' if answer.estimator == 'importance' else ''}.",
    )
    says = (
        f"How far the {answer.shock} of {answer.scenario} can be turned ({answer.unit}; {answer.neutral:g} is the "
        f"scenario itself) before {answer.tranche} loses principal. The deterministic run moves at "
        f"{expected(answer.since)}; the simulated ones say on what share of paths the note is whole.",
    )
    caption = "Above: probability of a loss, with its 95% interval and the break-evens marked. Below: expected loss."
    name = f"breakeven {answer.tranche} {answer.shock} {answer.scenario}"
    title = f"Break-even of {answer.tranche}: {answer.shock}"
    return Chapter(
        title,
        says,
        breakeven_sheet(answer),
        Exhibit(svg_of(answers.breakeven(answer), name), "Loss along the shock", caption, points),
    )


def breakeven_sheet(answer: Breakeven) -> Sheet:
    """One row a percentile: the break-even with its error, and what the pool loses there in multiples of its base."""
    rows = tuple(
        (_where(crossing), *_crossing(crossing), *_pool_loss(crossing.loss, answer.since), crossing.says)
        for crossing in answer.answers
    )
    cnl = short(answer.since)
    lost = (f"{cnl[0].upper()}{cnl[1:]} there", f"× base {cnl}")
    last = "CNL since closing" if answer.since.as_of else "× base default"
    head = ("Paid in full on", "Break-even", "± error", "95% interval", *lost, last, "Remark")
    return Sheet(head, rows, _base_of(answer))


def _pool_loss(loss: PoolLoss | None, since: Since) -> tuple[str, ...]:
    """Net loss, its multiple, and the multiple of defaults or, in mid-life, the net loss since closing."""
    if loss is None:
        return MISSING, MISSING, MISSING
    in_all = with_error(loss.net_loss_since_closing, loss.net_loss_since_closing_error)
    defaults = own_unit(loss.default_multiple, loss.default_multiple_error, digits=3)
    if loss.net_loss_error == 0.0:  # deterministic
        in_all, defaults = fraction(loss.net_loss_since_closing), f"{loss.default_multiple:.3f}"
        return fraction(loss.net_loss), f"{loss.net_loss_multiple:.3f}", in_all if since.as_of else defaults
    multiple = own_unit(loss.net_loss_multiple, loss.net_loss_multiple_error, digits=3)
    return with_error(loss.net_loss, loss.net_loss_error), multiple, in_all if since.as_of else defaults


def _base_of(answer: Breakeven) -> str:
    """What the multiples are of, and the CDR of the first dollar of loss."""
    known = [(crossing, crossing.loss) for crossing in answer.answers if crossing.loss is not None]
    if not known:
        return ""
    bases = dict.fromkeys(
        f"{'deterministic' if crossing.percentile is None else 'mean of paths'} {fraction(loss.base_net_loss)} net "
        f"loss, {fraction(loss.base_default)} default"
        for crossing, loss in known
    )
    rate = known[0][1].constant_default_rate
    first = "" if rate is None else f" Deterministic CDR at the first loss: {fraction(rate)} a year."
    left = f" of the months after {answer.since.as_of}" if answer.since.as_of else ""
    return f"{of_what(answer.since)} Base of {answer.scenario}{left}: {'; '.join(bases)}.{first}"


def _where(crossing: Answer) -> str:
    return "deterministic, rho = 0" if crossing.percentile is None else f"{100 * crossing.percentile:g}% of paths"


def _crossing(crossing: Answer) -> tuple[str, str, str]:
    if math.isnan(crossing.value):
        return MISSING, MISSING, MISSING
    low, high = "< " * crossing.low_open + f"{crossing.low:#.4g}", "> " * crossing.high_open + f"{crossing.high:#.4g}"
    return (
        f"{crossing.value:#.4g}",
        f"{crossing.error:.1g}" if math.isfinite(crossing.error) else MISSING,
        f"{low} to {high}",
    )


@chapter.register
def reverse(answer: Reverse) -> Chapter:
    """The most likely way to a loss."""
    amount = "any principal" if answer.loss == 0.0 else f"more than {fraction(answer.loss)} of its principal"
    rows: list[tuple[str, str]] = [
        ("Distance beta", f"{answer.beta:.2f}" if math.isfinite(answer.beta) else MISSING),
        ("First-order probability Φ(−β)", f"{answer.first_order:.3g}"),
        (f"Simulated, {many(answer.paths, 'path')} [95%]", _probability(answer.simulated)),
        ("Sampled around the path [95%]", _probability(answer.aimed)),
    ]
    says = [
        f"The most likely path of the systematic factors under {answer.scenario} on which {answer.tranche} loses "
        f"{amount}: of all such paths the one nearest to the median, in standard deviations (beta).",
        f"Search: {answer.says}." if answer.says else "",
        starts(answer.since),
    ]
    if answer.path is not None:
        losses = zip(answer.path["tranche"].values, answer.path["loss"].values, strict=True)
        rows.append(("Losses on the path", ", ".join(f"{n} {fraction(float(x))}" for n, x in losses)))
        rows.append(("Cumulative default on the path", percent(float(answer.path["final_default"]))))
        says.append(_heavy_months(answer))
    name = f"reverse {answer.tranche} {answer.scenario}"
    caption = "Factors, rates of arrears, notes and the share of beta squared that each month carries."
    exhibit = Exhibit(svg_of(answers.reverse(answer), name), "The path", caption, _months(answer))
    title = f"Reverse stress of {answer.tranche}"
    return Chapter(title, tuple(s for s in says if s), Sheet(("", ""), tuple(rows)), exhibit)


def _probability(parts: Any) -> str:
    estimate, low, high = (float(x) for x in (parts.estimate, parts.low, parts.high))
    return f"{estimate:.2g} [{low:.2g}, {high:.2g}]" if 0.0 < estimate < 1e-6 else interval(estimate, low, high)


def _heavy_months(answer: Reverse) -> str:
    """The span of months that carries four fifths of the distance."""
    heavy = sorted(answer.months(), key=lambda month: -month.weight)
    carried, total = [], 0.0
    for month in heavy:
        carried.append(month.month)
        total += month.weight
        if total >= 0.8:
            break
    low, high = min(carried), max(carried)
    some = "" if len(carried) == high - low + 1 else f"{len(carried)} of the "
    where = f"month {low}" if low == high else f"{some}months {low} to {high}"
    why = "; shocks last, so the first months carry most" * (heavy[0].month == min(month.month for month in heavy))
    return f"{percent(total, 0)} of the squared distance falls on {where}{why}."


def _months(answer: Reverse) -> Sheet:
    if answer.path is None or answer.expected is None:
        return Sheet(("Month", "Share of β²"), ())
    path = answer.path
    head = ["Month", "Share of β²", *(f"{f} factor" for f in path["factor"].values)]
    head += [f"{s} arrears (× expected)" for s in path["segment"].values]
    rows = []
    for month in answer.months():
        rates = zip(month.rate, month.expected, strict=True)
        cells = [f"{percent(r)} (×{r / base:.2f})" if base > 0.0 else percent(r) for r, base in rates]
        rows.append((str(month.month), percent(month.weight, 1), *(f"{y:.2f}" for y in month.factor), *cells))
    return Sheet(tuple(head), tuple(rows), answer.left_out())


@chapter.register
def tornado(answer: Tornado) -> Chapter:
    """What moves a measure most."""
    of = f" of {answer.tranche}" if answer.tranche else ""
    measure = answer.measure.replace("_", " ")
    base = tornado_base(answer)
    says = [f"Each input is moved alone, down and up by the amount in brackets; {measure}{of} starts from {base}."]
    if answer.bars:
        first = answer.bars[0]
        side = max((s for s in (first.down, first.up) if s is not None), key=lambda s: abs(s.estimate))
        moved = tornado_number(answer, side.estimate, side.error)
        says.append(f"It answers most to {first.name}: {side.label} moves it by {moved}.")
    if answer.unmoved:
        says.append(f"{unmoved(answer)}: {', '.join(answer.unmoved)}.")
    caption = "Change from the base on common random numbers; whiskers are 95% intervals of the change."
    name = f"tornado {answer.measure} {answer.tranche} {answer.scenario}"
    sheet = tornado_sheet(answer)
    exhibit = Exhibit(svg_of(answers.tornado(answer), name), "Tornado", caption, sheet)
    return Chapter(f"Sensitivity of {measure}{of} under {answer.scenario}", tuple(says), Sheet((), ()), exhibit)


def unmoved(answer: Tornado) -> str:
    """What is said of inputs without a bar: small moves of what was hardly seen cannot be told."""
    if answer.base:
        return "Moves nothing"
    unseen = "rarer than one in 10^12" if answer.estimator == "importance" else "that no path showed"
    return f"Moves nothing that can be told of a loss {unseen}"


def tornado_sheet(answer: Tornado) -> Sheet:
    """One row an input: both sides with the change that they make."""
    unit = unit_of(side.estimate for bar in answer.bars for side in (bar.down, bar.up) if side is not None)
    rows = tuple((bar.name, *_side(answer, bar.down, unit), *_side(answer, bar.up, unit)) for bar in answer.bars)
    aimed = f" around the likely ways to a loss of {answer.tranche}" if answer.estimator == "importance" else ""
    how = "± standard error of the change on common draws"
    if answer.estimator == "scores":
        how = "to first order, derivative times move, ± standard error (likelihood-ratio scores of one run)"
    note = f"{many(answer.paths, 'path')}{aimed}, seed {answer.seed}; {how}. {starts(answer.since)}".strip()
    return Sheet(("Input", "Down", "Change", "Up", "Change"), rows, note)


def _side(answer: Tornado, side: Change | None, unit: Unit) -> tuple[str, str]:
    if side is None:
        return "", ""
    same = "0 on every path"
    return side.label, same if side.estimate == 0.0 else tornado_number(answer, side.estimate, side.error, unit)


def tornado_base(answer: Tornado) -> str:
    """What the measure starts from, with its error; a mean of losses that no path shows in words, as in tables."""
    is_mean = answer.measure in ("expected_loss", "loss_probability") or answer.measure.startswith("ES")
    if answer.base == 0.0 and is_mean:
        return "none seen"
    return tornado_number(answer, answer.base, answer.base_error)


def tornado_number(answer: Tornado, value: float, error: float, unit: Unit | None = None) -> str:
    """A value of the measure in its unit, or that of its column, with its standard error."""
    if answer.unit == "years" or answer.measure in ("multiple", "price"):
        return f"{value:.4f} ± {error:.4f}"
    return with_error(value, error, unit=unit)


chapter.register(sizing)
chapter.register(capital)
chapter.register(clocks)
chapter.register(rates)
chapter.register(rating)
chapter.register(follow)
chapter.register(ecl)
chapter.register(price)
chapter.register(gradient)
chapter.register(backtest)
