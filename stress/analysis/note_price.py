"""The price table of a note: prices x speeds x default multiples, and the spread that pays for its expected losses.

Yields and spreads are of deterministic cash flows, as price tables are; dates are the deal's own, years ACT/365F from
issue. Fabozzi (2016), Handbook of Fixed Income Securities: yield, discount margin, zero-volatility spread, duration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.option_adjusted import curve_of, spreads, zeros_of
from stress.analysis.rate_at import rate_at
from stress.analysis.today import Today, today_of
from stress.answers.price import Price, Priced
from stress.arrays import Array
from stress.assemble.months import asked
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.numbers import enough
from stress.inputs.scenario import Shock
from stress.inputs.text.curve import PREPAYMENT, check_unit, monthly_rates
from stress.kernels.layout import LANES
from stress.measures import batches
from stress.measures.estimate import Interval
from stress.runs.trace import Values, block_rows, values_of

Curve = tuple[tuple[float, float], ...]

PRICES = (98.0, 99.0, 100.0, 101.0, 102.0)
SPEEDS = (0.5, 1.0, 2.0)
DEFAULTS = (1.0, 2.0, 3.0)
PATHS = 2_048
FLAT: Curve = ((1.0, 0.0),)
GROUPS = 32
SHARE = 1.5
"""Prices none of which lies above it are shares of par, as runs tell them, and not per 100, as they are asked for."""
ROUNDING = 1e-9
"""Share of a note below which what is missing on a path is rounding."""
LOWEST, HIGHEST = -0.99, 100.0
"""Yields and spreads between which one is looked for."""


def price(
    job: Job,
    tranche: str,
    prices: Sequence[float] = PRICES,
    speeds: Sequence[float | str] = SPEEDS,
    defaults: Sequence[float] = DEFAULTS,
    curve: Curve = FLAT,
    scenario: str | None = None,
    paths: int = PATHS,
    progress: trials.Progress | None = None,
) -> Price:
    """Yield, margin, zero spread, duration, convexity, life and window of a note at each price, speed and level.

    A speed is a multiple of prepayments, or curve words of what they are set to ("10% CPR"). `curve`: zero rates a year
    by years, linear between and flat beyond. Under a scenario with a random short rate its forward curve takes that
    place, and each row has an option-adjusted spread. That and the break-even spread are of `paths` plain paths,
    rounded up to groups of 1,024. Prices are per 100 of balance, without the interest accrued by a state, which a buyer
    pays too.
    Raises ConfigError for fewer than 64 paths, an unknown note or scenario, a certificate, a price that is none, or
    prices that look like shares of par: none above 1.5.

    >>> rows = price(job, "A", [100.0], [1.0], [1.0], paths=64).rows
    >>> abs(rows[0].yield_ - job.deal.notes[0].coupon) < 0.003
    True
    """
    enough(paths)
    note = trials.note_index(job, tranche, can_lose=True)
    case = trials.case_of(job, scenario)
    _check(prices, speeds, defaults, curve)
    if case.short_rate is not None:
        if tuple(curve) != FLAT:
            raise ConfigError(f"--zero: scenario {case.name} has a random short rate, whose forward curve is the curve")
        curve = ()
    blocks = -(-max(paths, GROUPS * LANES) // (GROUPS * LANES)) * GROUPS
    rows = []
    pairs = [(speed, level) for speed in speeds for level in defaults]
    for k, (speed, level) in enumerate(pairs):
        moves = [("prepayment", speed), ("default_odds", level)]
        moved = trials.variants(job, case, [[_shock(target, x) for target, x in moves if x != 1.0]])
        flows = _flows(moved, note, curve)
        priced = [_priced(flows, quoted, speed, level) for quoted in prices]
        if case.short_rate is not None:
            adjusted = spreads(moved, note, prices, blocks)
            priced = [row._replace(option_adjusted=spread) for row, spread in zip(priced, adjusted, strict=True)]
        rows += priced
        if progress is not None:
            progress(k + 1, len(pairs) + 1)
    spread = _breakeven_spread(trials.only(job, case.name), note, curve, blocks)
    as_of = "" if job.state is None else job.state.as_of
    return Price(job.name, case.name, tranche, tuple(curve), tuple(rows), spread, blocks * LANES, job.seed, as_of)


def _shock(target: str, move: float | str) -> Shock:
    """A multiple, or curve words of what is set."""
    return Shock.model_validate({"target": target, "curve" if isinstance(move, str) else "multiply": move})


def _run(job: Job) -> Values:
    return values_of(job, assemble(job, deterministic=True), 0)


class _Flows(NamedTuple):
    """Deterministic cash of one note."""

    today: Today
    cash: Array
    """(T,) over its balance today."""
    principal: Array
    index_rate: Array
    """(T,) index rate a year; NaN of a fixed note."""
    zero: Array
    """(T,) zero rate a year to each date, compounded once a year."""
    forward: Array | None
    """(T,) forward rate of each period, simple, where the short rate is random: spreads are then over it."""
    loss: float


def _flows(job: Job, note: int, curve: Curve, run: Values | None = None) -> _Flows:
    """Of one note; `run`: the deterministic run of the job, where it was made."""
    run = _run(job) if run is None else run
    rows = {name: values[:, note] for name, (dims, values) in run.items() if dims == ("month", "tranche")}
    today, terms = today_of(job, note), job.deal.notes[note]
    principal = rows["principal_paid"] / today.size
    cash = (rows["interest_paid"] + rows["residual_yield"]) / today.size + principal
    index = np.full(cash.size, np.nan)
    if terms.index is not None:
        index = np.asarray(asked(job.deal, job.pool, job.scenarios[0]).coupon[:, note], np.float64)
    loss = float(rows["note_balance"][-1] + rows.get("written_down", np.zeros(1))[-1]) / today.size
    forward = curve_of(job) if job.scenarios[0].short_rate is not None else None
    zero = zero_rates(curve, today.years) if forward is None else zeros_of(forward, today.fraction, today.years)
    return _Flows(today, cash, principal, index, zero, forward, loss)


def all_at_par(job: Job) -> dict[str, Priced]:
    """Every note that lends, at par under the job's first scenario, speeds and defaults as they are: one run.

    >>> round(all_at_par(job)["A"].price)
    100
    """
    varied = trials.variants(job, job.scenarios[0], [[]])
    run, funded = (
        _run(varied),
        [note.name for note in job.deal.notes if trials.lends(note) and _is_owed(job, note.name)],
    )
    flows = {name: _flows(varied, trials.note_index(job, name), FLAT, run) for name in funded}
    return {name: _priced(of_note, 100.0, 1.0, 1.0) for name, of_note in flows.items()}


def _is_owed(job: Job, name: str) -> bool:
    return job.state is None or job.state.notes[name].balance > 0.0


def zero_rates(curve: Curve, years: Array) -> Array:
    """Zero rates at some years: linear between points, flat beyond.

    >>> zero_rates(((1.0, 0.02), (3.0, 0.04)), np.array([0.5, 2.0, 9.0])).round(3).tolist()
    [0.02, 0.03, 0.04]
    """
    at, rate = np.array(sorted(curve)).T
    return np.asarray(np.interp(years, at, rate), np.float64)


def _priced(flows: _Flows, price: float, speed: float | str, level: float) -> Priced:
    cash, today, worth = flows.cash, flows.today, flows.today.paid(price)
    years = today.years

    def at_yield(y: float) -> float:
        return float(cash @ (1.0 + y) ** -years)

    def at_spread(s: float) -> float:
        if flows.forward is not None:
            return float(cash @ np.cumprod(1.0 / (1.0 + np.maximum(flows.forward + s, -0.9) * today.fraction)))
        return float(cash @ np.maximum(1.0 + flows.zero + s, 1e-3) ** -years)

    def at_margin(m: float) -> float:
        return float(cash @ np.cumprod(1.0 / (1.0 + np.maximum(flows.index_rate + m, -0.9) * today.note_fraction)))

    floating = bool(np.isfinite(flows.index_rate).all())
    yield_, spread = (rate_at(value, worth, LOWEST, HIGHEST) for value in (at_yield, at_spread))
    margin = rate_at(at_margin, worth, LOWEST, HIGHEST) if floating else np.nan
    weight = cash * (1.0 + yield_) ** -years / worth
    received = float(flows.principal.sum())
    months = np.flatnonzero(flows.principal > 1e-9) + 1
    return Priced(
        price, speed, level, yield_, margin, spread,
        float(weight @ years) / (1.0 + yield_), _slope(*((at_margin, margin) if floating else (at_spread, spread))),
        float(weight @ (years * (years + 1.0))) / (1.0 + yield_) ** 2,
        float(flows.principal @ years) / received if received > 0.0 else np.nan,
        int(months[0]) if months.size else 0, int(months[-1]) if months.size else 0, flows.loss,
    )  # fmt: skip


def _slope(value: Callable[[float], float], at: float, step: float = 1e-5) -> float:
    return float("nan") if np.isnan(at) else -(value(at + step) - value(at - step)) / (2.0 * step) / value(at)


def _breakeven_spread(job: Job, note: int, curve: Curve, blocks: int) -> Interval:
    """(1 - E[PV(principal)] - E[PV(risk-free interest on the balance)]) / E[PV(a unit of spread on the balance)].

    Discounted at the curve: were interest always paid and principal as on the paths, a note that pays so much over the
    risk-free rate is worth par. Without losses it is 0 by construction, whatever the repayment.
    """
    size, _, years, fraction, of_note = today_of(job, note)
    zero = zeros_of(curve_of(job), fraction, years) if job.scenarios[0].short_rate else zero_rates(curve, years)
    discount = (1.0 + zero) ** -years
    before = np.concatenate([[1.0], discount[:-1]])
    free = before / discount - 1.0
    tops, bottoms = [], []
    for rows in block_rows(job, assemble(job), blocks, ("principal_paid", "note_balance")):
        paid, balance = rows["principal_paid"][:, note] / size, rows["note_balance"][:, note] / size
        opening = np.concatenate([np.ones((1, LANES)), balance[:-1]])
        left = 1.0 - discount @ paid - (discount * free) @ opening
        tops.append(float(np.where(np.abs(left) < ROUNDING, 0.0, left).sum()))
        bottoms.append(float(((discount * of_note) @ opening).sum()))
    top, bottom = (np.array(parts).reshape(GROUPS, -1).sum(axis=1) for parts in (tops, bottoms))
    spread = batches.symmetric(batches.ratio(top, bottom), np.full(GROUPS, blocks / GROUPS * LANES))
    return Interval(*(float(part) for part in spread))  # type: ignore[arg-type]


def _check(prices: Sequence[float], speeds: Sequence[float | str], defaults: Sequence[float], curve: Curve) -> None:
    multiples = [speed for speed in speeds if not isinstance(speed, str)]
    for words in (speed for speed in speeds if isinstance(speed, str)):
        try:
            monthly_rates(words, 1)
            check_unit(words, PREPAYMENT, "prepayment")
        except ValueError as error:
            raise ConfigError(f"--speeds {error}") from None
    asked_for = {"--prices": (prices, 1000.0), "--speeds": (multiples, 60.0), "--defaults": (defaults, 1000.0)}
    for option, (values, most) in asked_for.items():
        for value in values:
            if not 0.0 <= value <= most or (option == "--prices" and value == 0.0):
                raise ConfigError(f"{option} {value:g}: must be above 0 and at most {most:g}")
    if prices and max(prices) <= SHARE:
        first = prices[0]
        raise ConfigError(
            f"--prices {first:g}: prices are per 100 of balance: did you mean {100.0 * first:g}? Where {first:g} per "
            f"100 is meant, ask it beside par: --prices {first:g},100"
        )
    for years, rate in curve:
        if not (0.0 < years <= 100.0 and -0.5 < rate < 1.0):
            raise ConfigError(f"--zero {years:g}={rate:g}: years above 0 and a rate as a fraction: write 2=0.025")
