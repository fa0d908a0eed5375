"""Two counted books -> what changed, in money: their balances may differ, and a share of another balance misleads."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stress.analysis.book_risk import harshest
from stress.answers.book import BookRisk, Estimate, ScenarioRisk
from stress.answers.book_change import BookChange, Change
from stress.errors import ConfigError
from stress.measures.estimate import NORMAL


def book_change(before: BookRisk, after: BookRisk) -> BookChange:
    """The second less the first, under the scenarios that both have. Raises ConfigError where nothing can be compared:
    other currencies, other levels, no scenario in both.

    >>> import stress
    >>> book = stress.load("scenarios/books/card-trust.toml")
    >>> risk = stress.analysis.book(book, paths=1024, level=0.99)
    >>> {figure.difference for figure in stress.analysis.book_change(risk, risk).figures}
    {0.0}
    """
    if before.currency != after.currency:
        raise ConfigError(f"one book is in {before.currency}, the other in {after.currency}: give both one currency")
    if before.level != after.level:
        raise ConfigError(f"one book is told at level {before.level:g}, the other at {after.level:g}: give both one")
    pairs = [(old, new) for old in before.scenarios for new in after.scenarios if old.scenario == new.scenario]
    if not pairs:
        raise ConfigError("the books have no scenario of one name")
    figures = [
        _change(old.scenario, name, before.amount, x, after.amount, y)
        for old, new in pairs
        for (name, x), (_, y) in zip(_figures(old, before.level), _figures(new, before.level), strict=True)
    ]
    worst = harshest(after._replace(scenarios=[new for _, new in pairs])).scenario
    old, new = next(pair for pair in pairs if pair[0].scenario == worst)
    parts = [{p.name: Estimate(p.contribution_es, p.se) for p in risk.positions} for risk in (old, new)]
    names, none = [*dict.fromkeys([*parts[0], *parts[1]])], Estimate(0.0, 0.0)
    positions = [
        _change(worst, name, before.amount, parts[0].get(name, none), after.amount, parts[1].get(name, none))
        for name in names
    ]
    return BookChange(
        currency=before.currency,
        level=before.level,
        before=before.book,
        after=after.book,
        same_draws=all(getattr(before, key) == getattr(after, key) for key in ("seed", "paths", "estimator")),
        scenario=worst,
        figures=figures,
        positions=sorted(positions, key=lambda change: -abs(change.difference)),
    )


def _figures(scenario_risk: ScenarioRisk, level: float) -> Iterator[tuple[str, Estimate]]:
    key, name = f"{level:g}", f"{100 * level:g}%"
    var, low, high = scenario_risk.value_at_risk[key]
    yield "Expected loss", Estimate(scenario_risk.expected_loss, scenario_risk.expected_loss_se)
    yield f"VaR {name}", Estimate(var, (high - low) / (2.0 * NORMAL))
    yield f"ES {name}", scenario_risk.expected_shortfall[key]
    yield "Value", Estimate(scenario_risk.value, scenario_risk.value_se)


def _change(scenario: str, name: str, size: float, x: Estimate, other: float, y: Estimate) -> Change:
    before, after = Estimate(size * x.estimate, size * x.se), Estimate(other * y.estimate, other * y.se)
    error = math.hypot(before.se, after.se)
    return Change(scenario, name, *before, *after, after.estimate - before.estimate, error)
