"""A counted book -> its risk under every scenario, each figure with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stress.analysis.book_levels import WHOLE, at_risk, levels_at
from stress.analysis.book_sums import all_paths, by_bin, factors_on, losers, moment, within
from stress.analysis.book_tail import (
    EDGES,
    Sums,
    Tail,
    exceedance,
    exceeds,
    mean_of,
    paths_of,
    quantile_interval,
    share_of,
    tail_error,
    tail_mean,
    tail_of,
)
from stress.answers.book import BookRisk, Estimate, Pair, PositionRisk, ScenarioRisk, Share, Way
from stress.arrays import Array, Ints
from stress.inputs.book import Book
from stress.inputs.files.book_loads import common_share, stationary
from stress.kernels.tally import MOST_WEIGHT
from stress.measures.estimate import NORMAL
from stress.measures.few_paths import student
from stress.measures.proportions import UNSEEN
from stress.report.inputs import illustrative
from stress.runs.counting.book_tally import NO_PATH, UNIT, BookTally, Weighed, bins_in, weighed

LEVELS = (0.95, 0.99, 0.995, 0.999, 0.9999)
LOSSES = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""At which P(loss > x) is told."""
PAIRS = 5
"""Deals that lose together: so many pairs, the likeliest first."""


def book_risk(book: Book, tally: BookTally, level: float = 0.999, losses: Sequence[float] = ()) -> BookRisk:
    """The answer. `level`: of contributions, increments and concentrations; `losses`: more x of P(loss > x)."""
    xs, tallies, paths = sorted({*LOSSES, *losses}), weighed(tally), int(tally.path[0])
    is_weighted = tallies.first is not tallies.second
    return BookRisk(
        book=book.name,
        currency=book.currency,
        amount=book.amount,
        short=book.short,
        cost=sum(position.amount * position.price for position in book.positions),
        paths=paths,
        seed=str(book.seed),
        estimator="importance" if is_weighted else "plain",
        unseen=UNSEEN / paths * (MOST_WEIGHT if is_weighted else 1),
        level=level,
        illustrative=dict(illustrative(book)),
        scenarios=[_scenario(book, tallies, k, level, xs) for k in range(len(book.scenarios))],
    )


def harshest(risk: BookRisk) -> ScenarioRisk:
    """The scenario with the largest expected shortfall at the level."""
    return max(risk.scenarios, key=lambda scenario_risk: scenario_risk.expected_shortfall[f"{risk.level:g}"].estimate)


def _scenario(book: Book, tallies: Weighed, k: int, level: float, xs: Sequence[float]) -> ScenarioRisk:
    bins, whole = by_bin(tallies, k, -1), all_paths(tallies, k)
    count, count2 = bins.weight, bins.weight2
    loss = mean_of(bins.over(np.ones(len(count))))
    value, income = (mean_of(moment(tallies, k, -1, q)) for q in (1, 0))
    positions = _positions(book, tallies, k, level)
    tails = {f"{x:g}": levels_at(tallies, k, x) for x in sorted({*LEVELS, level})}
    shortfall = {x: tail for x, (_, tail) in tails.items()}
    standalone = sum(position.standalone_es for position in positions)
    probability = share_of(losers(count), losers(count2), whole)
    cost = share_of(tallies.first.below_cost[k, -1], tallies.second.below_cost[k, -1], whole)
    tail, once = tail_of(count, level), (tallies.first.at_once[k], tallies.second.at_once[k])
    return ScenarioRisk(
        scenario=book.scenarios[k],
        expected_loss=loss.estimate,
        expected_loss_se=loss.se,
        loss_probability=probability.estimate,
        loss_probability_se=probability.se,
        value_at_risk={x: tail for x, (tail, _) in tails.items()},
        expected_shortfall=shortfall,
        exceedance={f"{x:g}": _exceeded(tallies, k, x) for x in xs},
        curve=_curve(exceedance(count)),
        income=income.estimate,
        income_se=income.se,
        value=value.estimate,
        value_se=value.se,
        below_cost=cost.estimate,
        below_cost_se=cost.se,
        standalone_es=standalone,
        diversification=shortfall[f"{level:g}"].estimate / standalone if standalone > 0.0 else math.nan,
        variance_ratio=_variance_ratio(tallies, k, level),
        positions=positions,
        **_concentrations(book, positions),
        factors=_by_factor(book, positions),
        tail_factors=factors_on(book, tallies, k, tail.take),
        ways=_ways(book, tallies, k, xs) if book.factors is not None else [],
        deals_at_once=[share_of(once[0][i:].sum(), once[1][i:].sum(), whole) for i in range(1, len(book.deals) + 1)],
        pairs=_pairs(book, tallies, k),
        worst_path=_path(tallies.first.first_path[k], int(np.flatnonzero(count)[-1])),
        tail_path=_path(tallies.first.first_path[k], tail.at),
    )


def _curve(beyond: Array) -> dict[str, list[float]]:
    """Losses and how likely more is, to the largest that was seen."""
    beyond = beyond[bins_in(beyond).zero :]
    known = np.flatnonzero(beyond > 0.0)
    shown = [0, *[z for z in range(1, len(beyond)) if len(known) and z <= known[-1] + 1]][:-1]
    return {"loss": EDGES[1:-1][shown].tolist(), "probability": beyond[shown].tolist()}


def _exceeded(tallies: Weighed, k: int, x: float) -> Estimate:
    whole, counts = all_paths(tallies, k), (tallies.first.loss_count[k, -1], tallies.second.loss_count[k, -1])
    hits, hits2 = (exceeds(count, x) * float(count.sum()) for count in counts)
    return share_of(hits, hits2, whole)


def _variance_ratio(tallies: Weighed, k: int, level: float) -> float:
    """Variance of the expected shortfall on as many plain paths, told from the weighted ones, over that of these; not a
    number where either is 0."""
    bins = by_bin(tallies, k, -1)
    tail = tail_of(bins.weight, level)
    plain = bins._replace(weight2=bins.weight, x2=bins.x, xx2=tallies.first.square[k, -1] * UNIT)
    plain_error, error = tail_error(tail, plain), tail_error(tail, bins)
    return (plain_error / error) ** 2 if plain_error > 0.0 and error > 0.0 else math.nan


def _positions(book: Book, tallies: Weighed, k: int, level: float) -> list[PositionRisk]:
    """Every position, those that bring most to the tail first."""
    count, whole, first = tallies.first.loss_count[k, -1], all_paths(tallies, k), tallies.first
    tail, var = tail_of(count, level), at_risk(count, first.loss_sum[k, -1], level)
    shortfall = tail_mean(tail, first.loss_sum[k, -1] * UNIT)
    few = quantile_interval(count, level, tallies.second.loss_count[k, -1])[2] >= 1.0 and not count[-1]
    risks = []
    for p, position in enumerate(book.positions):
        deal, note = book.notes_of(position)
        weight = abs(position.amount) / book.amount
        own = tail_of(first.loss_count[k, p], level)
        without = tail_of(first.without_count[k, p], level)
        bins = by_bin(tallies, k, p)
        loss = mean_of(bins.over(np.ones(len(count))))
        probability = share_of(losers(first.loss_count[k, p]), losers(tallies.second.loss_count[k, p]), whole)
        value = mean_of(moment(tallies, k, p, 1))
        mean = tail_mean(tail, bins.x)
        risks.append(
            PositionRisk(
                name=position.name,
                deal=deal,
                note=note,
                originator=book.deals[position.deal].originator,
                amount=position.amount,
                expected_loss=weight * loss.estimate,
                expected_loss_se=weight * loss.se,
                loss_probability=probability.estimate,
                loss_probability_se=probability.se,
                contribution_es=weight * mean,
                se=weight * _error(tail, bins, mean, few),
                share_es=weight * mean / shortfall if shortfall > 0.0 else math.nan,
                marginal_es=mean,
                standalone_es=weight * tail_mean(own, first.loss_sum[k, p] * UNIT),
                incremental_var=var - at_risk(first.without_count[k, p], first.without_sum[k, p], level),
                incremental_es=shortfall - tail_mean(without, first.without_sum[k, p] * UNIT),
                value=value.estimate,
                value_se=value.se,
                below_cost=within(float(first.below_cost[k, p]), whole),
            )
        )
    return sorted(risks, key=lambda risk: -risk.contribution_es)


def _error(tail: Tail, bins: Sums, mean: float, few: bool) -> float:
    """Of what a position loses in the tail, wider for few paths by Student's t; of one path where it loses the whole in
    all of it, and that of a share between nothing and all where the paths are too few to tell."""
    most = 1.0 / (2.0 * NORMAL)
    if abs(mean) >= 1.0 - WHOLE:
        return min(1.0 / tail.size, most)
    return max(tail_error(tail, bins) * float(student(paths_of(tail, bins))) / NORMAL, few * most)


def _concentrations(book: Book, positions: list[PositionRisk]) -> dict[str, list[Share]]:
    """Contributions by deal, note and originator. Errors add up within a part: its positions move together."""
    labels = {"deals": "deal", "notes": "name", "originators": "originator"}
    concentrations: dict[str, list[Share]] = {}
    for name, label in labels.items():
        parts: dict[str, list[PositionRisk]] = {}
        for position in positions:
            parts.setdefault(getattr(position, label), []).append(position)
        shares = [
            Share(
                part,
                sum(position.amount for position in members) / book.amount,
                sum(position.contribution_es for position in members),
                sum(position.se for position in members),
            )
            for part, members in parts.items()
        ]
        concentrations[name] = sorted(shares, key=lambda share: -share.contribution_es)
    return concentrations


def _by_factor(book: Book, positions: list[PositionRisk]) -> list[Share]:
    """Contributions split by the share of each factor in the variance of the deal's default factor; of segments with a
    factor of their own by their share of the pool."""
    if book.factors is None:
        return []
    level, names = np.array(stationary(book.factors)), [*book.factors.names, "the deals' own"]
    split = {}
    for deal in book.deals:
        shares = [segment.share for segment in deal.job.pool.segments]
        split[deal.name] = np.zeros(len(names))
        for segment, share in zip(deal.job.pool.segments, shares, strict=True):
            loads = deal.segments.get(segment.name, deal.loads)
            weight = np.array(loads)
            rest = max(0.0, 1.0 - common_share(loads, book.factors))
            split[deal.name] += share / sum(shares) * np.append(weight * (level @ weight), rest)
    size = sum(abs(position.amount) for position in book.positions)
    total, error, amount = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for position in positions:
        total += split[position.deal] * position.contribution_es
        error += np.abs(split[position.deal]) * position.se
        amount += split[position.deal] * abs(position.amount) / size
    rows = zip(names, amount.tolist(), total.tolist(), error.tolist(), strict=True)
    return sorted((Share(*row) for row in rows), key=lambda share: -share.contribution_es)


def _ways(book: Book, tallies: Weighed, k: int, xs: Sequence[float]) -> list[Way]:
    """The weather on the paths that lose more than each x."""
    count, ways = tallies.first.loss_count[k, -1], []
    for x in xs:
        p = exceeds(count, x)
        if p <= 0.0:
            break
        ways.append(Way(x, *_exceeded(tallies, k, x), factors_on(book, tallies, k, tail_of(count, 1.0 - p).take)))
    return ways


def _pairs(book: Book, tallies: Weighed, k: int) -> list[Pair]:
    joint = tallies.first.joint[k] / float(all_paths(tallies, k).weight)
    names = [deal.name for deal in book.deals]
    pairs = [
        Pair(names[i], names[j], float(joint[i, j]), float(joint[i, i] * joint[j, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if joint[i, j] > 0.0
    ]
    return sorted(pairs, key=lambda pair: -pair.probability)[:PAIRS]


def _path(first: Ints, at: int) -> int | None:
    path = int(first[at])
    return path if at > bins_in(first).zero and path != NO_PATH else None
