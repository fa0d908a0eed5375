"""A counted book -> its risk under every scenario, each figure with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stress.analysis.book_tail import (
    EDGES,
    exceedance,
    exceeds,
    quantile,
    quantile_interval,
    tail_error,
    tail_mean,
    tail_of,
)
from stress.answers.book import BookRisk, Estimate, FactorTail, Pair, PositionRisk, Quantile, ScenarioRisk, Share, Way
from stress.inputs.book import Book
from stress.inputs.files.book import common_share, stationary
from stress.runs.book.tally import COARSE, NO_PATH, UNIT, BookTally

LEVELS = (0.95, 0.99, 0.995, 0.999, 0.9999)
LOSSES = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""At which P(loss > x) is told."""
PAIRS = 5
"""Deals that lose together: so many pairs, the likeliest first."""


def book_risk(book: Book, tally: BookTally, level: float = 0.999, losses: Sequence[float] = ()) -> BookRisk:
    """The answer. `level`: of contributions, increments and concentrations; `losses`: more x of P(loss > x)."""
    xs = sorted({*LOSSES, *losses})
    return BookRisk(
        book=book.name,
        currency=book.currency,
        amount=book.amount,
        cost=sum(position.amount * position.price for position in book.positions),
        paths=int(tally.path[0]),
        seed=str(book.seed),
        level=level,
        illustrative=list(book.illustrative),
        scenarios=[_scenario(book, tally, k, level, xs) for k in range(len(book.scenarios))],
    )


def harshest(risk: BookRisk) -> ScenarioRisk:
    """The scenario with the largest expected shortfall at the level."""
    return max(risk.scenarios, key=lambda one: one.expected_shortfall[f"{risk.level:g}"].estimate)


def tails_at(tally: BookTally, what: str, level: float) -> list[float]:
    """VaR or ES of the book at any level under each scenario; nothing for other measures."""
    if what == "VAR":
        return [quantile(count[-1], level) for count in tally.loss_count]
    if what == "ES":
        return [_shortfall(tally, k, level).estimate for k in range(len(tally.loss_count))]
    return []


def _scenario(book: Book, tally: BookTally, k: int, level: float, xs: Sequence[float]) -> ScenarioRisk:
    count, n = tally.loss_count[k, -1], float(tally.path[0])
    loss = _mean(tally.loss_sum[k, -1].sum() * UNIT, tally.square[k, -1].sum() * UNIT, n)
    value, income = (_moment(tally, k, -1, q) for q in (1, 0))
    positions = _positions(book, tally, k, level)
    levels = sorted({*LEVELS, level})
    shortfall = {f"{x:g}": _shortfall(tally, k, x) for x in levels}
    alone = sum(one.standalone_es for one in positions)
    beyond = exceedance(count)
    seen = np.flatnonzero(beyond > 0.0)
    shown = [0, *[z for z in range(1, len(beyond)) if len(seen) and z <= seen[-1] + 1]]
    some, cost = _proportion(n - count[0], n), _proportion(tally.below_cost[k, -1], n)
    tail = tail_of(count, level)
    return ScenarioRisk(
        scenario=book.scenarios[k],
        expected_loss=loss.estimate,
        expected_loss_se=loss.se,
        loss_probability=some.estimate,
        loss_probability_se=some.se,
        value_at_risk={f"{x:g}": Quantile(*quantile_interval(count, x)) for x in levels},
        expected_shortfall=shortfall,
        exceedance={f"{x:g}": _proportion(exceeds(count, x) * n, n) for x in xs},
        curve={"loss": EDGES[1:-1][shown[:-1]].tolist(), "probability": beyond[shown[:-1]].tolist()},
        income=income.estimate,
        income_se=income.se,
        value=value.estimate,
        value_se=value.se,
        below_cost=cost.estimate,
        below_cost_se=cost.se,
        standalone_es=alone,
        diversification=shortfall[f"{level:g}"].estimate / alone if alone > 0.0 else math.nan,
        positions=positions,
        **_concentrations(book, tally, k, positions),
        factors=_by_factor(book, positions),
        tail_factors=_factors_on(book, tally, k, tail.take),
        ways=_ways(book, tally, k, xs) if book.factors is not None else [],
        deals_at_once=[_proportion(tally.at_once[k, i:].sum(), n) for i in range(1, len(book.deals) + 1)],
        pairs=_pairs(book, tally, k, n),
        worst_path=_path(tally.first_path[k], int(np.flatnonzero(count)[-1])),
        tail_path=_path(tally.first_path[k], tail.at),
    )


def _shortfall(tally: BookTally, k: int, level: float) -> Estimate:
    count, total = tally.loss_count[k, -1], tally.loss_sum[k, -1]
    tail = tail_of(count, level)
    return Estimate(tail_mean(tail, total, UNIT), tail_error(tail, count, total, tally.square[k, -1], UNIT))


def _positions(book: Book, tally: BookTally, k: int, level: float) -> list[PositionRisk]:
    """Every position, those that bring most to the tail first."""
    count, n = tally.loss_count[k, -1], float(tally.path[0])
    tail, var = tail_of(count, level), quantile(count, level)
    shortfall = tail_mean(tail, tally.loss_sum[k, -1], UNIT)
    found = []
    for p, position in enumerate(book.positions):
        deal, note = book.notes_of(position)
        weight = position.amount / book.amount
        own = tail_of(tally.loss_count[k, p], level)
        without = tail_of(tally.without_count[k, p], level)
        by_book, square = tally.by_book[k, p], tally.square[k, p]
        loss = _mean(by_book.sum() * UNIT, square.sum() * UNIT, n)
        some = _proportion(n - tally.loss_count[k, p, 0], n)
        value = _moment(tally, k, p, 1)
        mean = tail_mean(tail, by_book, UNIT)
        found.append(
            PositionRisk(
                name=position.name,
                deal=deal,
                note=note,
                originator=book.deals[position.deal].originator,
                amount=position.amount,
                expected_loss=weight * loss.estimate,
                expected_loss_se=weight * loss.se,
                loss_probability=some.estimate,
                loss_probability_se=some.se,
                contribution_es=weight * mean,
                se=weight * tail_error(tail, count, by_book, square, UNIT),
                share_es=weight * mean / shortfall if shortfall > 0.0 else math.nan,
                marginal_es=mean,
                standalone_es=weight * tail_mean(own, tally.loss_sum[k, p], UNIT),
                incremental_var=var - quantile(tally.without_count[k, p], level),
                incremental_es=shortfall - tail_mean(without, tally.without_sum[k, p], UNIT),
                value=value.estimate,
                value_se=value.se,
                below_cost=float(tally.below_cost[k, p]) / n,
            )
        )
    return sorted(found, key=lambda one: -one.contribution_es)


def _concentrations(book: Book, tally: BookTally, k: int, positions: list[PositionRisk]) -> dict[str, list[Share]]:
    """Contributions by deal, note and originator. Errors add up within a part: its positions move together."""
    labels = {"deals": "deal", "notes": "name", "originators": "originator"}
    found: dict[str, list[Share]] = {}
    for name, label in labels.items():
        parts: dict[str, list[PositionRisk]] = {}
        for one in positions:
            parts.setdefault(getattr(one, label), []).append(one)
        shares = [
            Share(
                part,
                sum(one.amount for one in ones) / book.amount,
                sum(one.contribution_es for one in ones),
                sum(one.se for one in ones),
            )
            for part, ones in parts.items()
        ]
        found[name] = sorted(shares, key=lambda share: -share.contribution_es)
    return found


def _by_factor(book: Book, positions: list[PositionRisk]) -> list[Share]:
    """Contributions split by the share of each factor in the variance of the deal's default factor."""
    if book.factors is None:
        return []
    level, names = np.array(stationary(book.factors)), [*book.factors.names, "the deals' own"]
    split = {}
    for deal in book.deals:
        weight = np.array(deal.loads)
        part = weight * (level @ weight)
        split[deal.name] = np.append(part, max(0.0, 1.0 - common_share(deal.loads, book.factors)))
    total, error, amount = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for one in positions:
        total += split[one.deal] * one.contribution_es
        error += np.abs(split[one.deal]) * one.se
        amount += split[one.deal] * one.amount / book.amount
    rows = zip(names, amount.tolist(), total.tolist(), error.tolist(), strict=True)
    return sorted((Share(*row) for row in rows), key=lambda share: -share.contribution_es)


def _factors_on(book: Book, tally: BookTally, k: int, take: NDArray[np.float64]) -> list[FactorTail]:
    """Mean of each factor over the months on the paths taken of each bin, in standard deviations of that mean."""
    paths = float(take @ tally.loss_count[k, -1])
    if book.factors is None or paths <= 0.0:
        return []
    n_month = max(deal.start + deal.job.deal.legal_maturity_months for deal in book.deals)
    lag, found = np.arange(1, n_month), []
    for f, (name, phi) in enumerate(zip(book.factors.names, book.factors.phi, strict=True)):
        sd = math.sqrt(n_month + 2.0 * float(((n_month - lag) * phi**lag).sum())) / n_month
        mean = _mean(take @ tally.factor[k, f] * COARSE, take @ tally.factor_square[k, f] * COARSE, paths)
        found.append(FactorTail(name, mean.estimate / sd, mean.se / sd))
    return found


def _ways(book: Book, tally: BookTally, k: int, xs: Sequence[float]) -> list[Way]:
    """The weather on the paths that lose more than each x."""
    count, n, found = tally.loss_count[k, -1], float(tally.path[0]), []
    for x in xs:
        p = exceeds(count, x)
        if p <= 0.0:
            break
        take = tail_of(count, 1.0 - p).take
        found.append(Way(x, *_proportion(p * n, n), _factors_on(book, tally, k, take)))
    return found


def _pairs(book: Book, tally: BookTally, k: int, n: float) -> list[Pair]:
    joint = tally.joint[k] / n
    names = [deal.name for deal in book.deals]
    found = [
        Pair(names[i], names[j], float(joint[i, j]), float(joint[i, i] * joint[j, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if joint[i, j] > 0.0
    ]
    return sorted(found, key=lambda pair: -pair.probability)[:PAIRS]


def _mean(total: float, square: float, n: float) -> Estimate:
    mean = float(total) / n
    return Estimate(mean, math.sqrt(max(0.0, float(square) / n - mean * mean) / n))


def _moment(tally: BookTally, k: int, p: int, quantity: int) -> Estimate:
    total, square = tally.moment[k, p, quantity]
    return _mean(total * COARSE, square * COARSE, float(tally.path[0]))


def _proportion(hits: float, n: float) -> Estimate:
    """A probability; one that was never (or always) seen has the error of one path."""
    p = float(hits) / n
    return Estimate(p, math.sqrt(max(p * (1.0 - p), 1.0 / n) / n))


def _path(first: NDArray[np.int64], at: int) -> int | None:
    path = int(first[at])
    return path if at > 0 and path != NO_PATH else None
