"""The tables of a book, for the terminal and its page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stress.answers.book import BookRisk, Estimate, PositionRisk, ScenarioRisk, Share
from stress.explain.words import listed
from stress.inputs.book import Book
from stress.measures.estimate import NORMAL
from stress.report.numbers import (
    MISSING,
    PERCENT,
    Unit,
    at_least,
    count,
    fraction,
    many,
    percent,
    quantile,
    tail_mean,
    unit_of,
    with_error,
)
from stress.report.sheets import Sheet

HALF = 0.5
WHOLE, TAIL_WHOLE = 1e-12, 1e-9
"""Rounding of a mean, and of the mean of a tail, to which every path adds the whole."""
SUM = "Contributions sum to the expected shortfall; an increment's error is about that of the contribution beside it."


def overview(risk: BookRisk) -> Sheet:
    """A row for each scenario: expected loss, VaR, ES, diversification, value."""
    level = f"{risk.level:g}"
    name = f"{100 * risk.level:g}%"
    unit = unit_of([scenario_risk.expected_shortfall[level].estimate for scenario_risk in risk.scenarios])
    mean = unit_of([scenario_risk.expected_loss for scenario_risk in risk.scenarios])
    rows = [
        (
            scenario_risk.scenario,
            _expected_loss(scenario_risk.expected_loss, scenario_risk.expected_loss_se, mean, risk.unseen),
            probability(Estimate(scenario_risk.loss_probability, scenario_risk.loss_probability_se), risk.unseen),
            quantile(*scenario_risk.value_at_risk[level], unit=unit),
            _shortfall(scenario_risk.expected_shortfall[level], unit),
            "–" if math.isnan(scenario_risk.diversification) else f"{scenario_risk.diversification:.2f}",
            with_error(scenario_risk.value, scenario_risk.value_se, unit=PERCENT),
            probability(Estimate(scenario_risk.below_cost, scenario_risk.below_cost_se), risk.unseen),
        )
        for scenario_risk in risk.scenarios
    ]
    head = ("Scenario", "Expected loss", "P(loss)", f"VaR {name} [95%]", f"ES {name}", "ES / sum alone", "Value",
            "P(value < cost)")  # fmt: skip
    note = (
        f"Shares of {money(risk.amount, risk.currency)} original balance in {many(risk.paths, 'path')}; paid: "
        f"{money(risk.cost, risk.currency)} ({percent(risk.cost / risk.amount)}). Value: cash flows at each deal's "
        "discount rate."
    )
    if risk.short:
        note += (
            f" Short: {money(risk.short, risk.currency)}; below 0 the book gains, and parts of it are net of shorts."
        )
    if risk.estimator != "plain":
        least = min(
            (scenario_risk.variance_ratio for scenario_risk in risk.scenarios if scenario_risk.variance_ratio > 0.0),
            default=math.nan,
        )
        note += (
            f" Paths aim at the worst {100 * (1.0 - risk.level):.6g}% and carry weights (importance sampling): as many "
            f"plain paths would leave {least:.1f} times the variance of the expected shortfall, or more."
        )
    return Sheet(head, tuple(rows), note)


def positions(risk: BookRisk, scenario_risk: ScenarioRisk) -> Sheet:
    """A row for each position, those that bring most to the tail first."""
    name = f"{100 * risk.level:g}%"
    unit, mean = (unit_of(getattr(p, k) for p in scenario_risk.positions) for k in ("standalone_es", "expected_loss"))
    head = ("Position", f"Amount, {risk.currency}", "Expected loss", f"Part of ES {name}", "of ES", "Marginal ES",
            "Alone", "If sold: VaR", "ES")  # fmt: skip
    rows = [
        (
            p.name,
            count(p.amount).replace("-", "\N{MINUS SIGN}"),
            _expected_loss(p.expected_loss, p.expected_loss_se, mean, risk.unseen),
            _part(p, risk, unit),
            "–" if math.isnan(p.share_es) else percent(p.share_es, 1),
            fraction(p.marginal_es, PERCENT),
            fraction(p.standalone_es, unit),
            fraction(-p.incremental_var, unit),
            fraction(-p.incremental_es, unit),
        )
        for p in scenario_risk.positions
    ]
    note = f"{half(scenario_risk)} {SUM} Marginal: of a little more, per unit of it."
    if risk.short:
        note += " A short gains what its note loses; sold: closed."
    return Sheet(head, tuple(rows), note.strip())


def illustrative(book: Book, risk: BookRisk) -> str:
    """What the book itself calls illustrative, and how much more its deals do; empty where nothing is."""
    own = "; ".join(book.illustrative)
    more = len(risk.illustrative) - len(set(book.illustrative))
    rest = f"{many(more, 'statement')} of its deals' inputs (--report, --json)" if more else ""
    text = ", and ".join(part for part in (own, rest) if part)
    return text and f"Illustrative: {text}."


def findings(risk: BookRisk, scenario_risk: ScenarioRisk) -> list[str]:
    """What a risk manager asks first."""
    if scenario_risk.expected_loss == 0.0 and scenario_risk.loss_probability == 0.0:
        return [
            f"Under {scenario_risk.scenario} no note of the book loses on any of {many(risk.paths, 'path')}: the "
            f"probability of a loss of the book is below {fraction(risk.unseen, PERCENT)} (95%), which is not zero."
        ]
    level, name = f"{risk.level:g}", f"{100 * risk.level:g}%"
    var, mean = (
        scenario_risk.value_at_risk[level].estimate,
        _expected_loss(abs(scenario_risk.expected_loss), scenario_risk.expected_loss_se, None, risk.unseen),
    )
    verb = "gains" if scenario_risk.expected_loss < 0.0 else "loses"
    sentences = [
        f"Under {scenario_risk.scenario} the book {verb} {mean} on average; with {name} not more than {fraction(var)} "
        f"({money(var * risk.amount, risk.currency)}); on the paths beyond that "
        f"{_shortfall(scenario_risk.expected_shortfall[level], None)} on average."
    ]
    if half(scenario_risk):
        sentences.append(f"Of the expected shortfall: {half(scenario_risk)}")
        top = scenario_risk.positions[0]
        sentences.append(
            f"If {top.name} is sold, expected shortfall falls by {fraction(top.incremental_es)} of the book "
            f"({money(top.incremental_es * risk.amount, risk.currency)})."
        )
    hedges = [p for p in scenario_risk.positions if p.amount < 0.0 and p.incremental_es < 0.0]
    if hedges:
        best = min(hedges, key=lambda p: p.incremental_es)
        sentences.append(
            f"Without the short ({best.name}) expected shortfall would be {fraction(-best.incremental_es)} of the book "
            f"higher ({money(-best.incremental_es * risk.amount, risk.currency)})."
        )
    return sentences


def half(scenario_risk: ScenarioRisk) -> str:
    """Which positions make half of the tail."""
    names, total = [], 0.0
    for p in scenario_risk.positions:
        if math.isnan(p.share_es) or p.share_es <= 0.0:
            break
        names.append(p.name)
        total += p.share_es
        if total >= HALF:
            verb = "makes" if len(names) == 1 else "make"
            return f"{listed(names)} {verb} {percent(total, 0)} of it."
    return ""


def concentrations(risk: BookRisk, scenario_risk: ScenarioRisk) -> list[tuple[str, Sheet]]:
    """By deal, originator and factor."""
    parts = (
        ("Deal", scenario_risk.deals),
        ("Originator", scenario_risk.originators),
        ("Factor", scenario_risk.factors),
    )
    return [(by, _shares(by, shares, risk, scenario_risk)) for by, shares in parts if shares]


def together(risk: BookRisk, scenario_risk: ScenarioRisk) -> Sheet:
    """How many deals lose on one path, and which pairs."""
    rows = [
        (f"{k} or more deals lose", probability(p, risk.unseen), "")
        for k, p in enumerate(scenario_risk.deals_at_once, 1)
    ]
    rows += [
        (f"{pair.first} and {pair.second}", fraction(pair.probability, PERCENT), fraction(pair.independent, PERCENT))
        for pair in scenario_risk.pairs
    ]
    return Sheet(("Losing together", "Probability", "If independent"), tuple(rows))


def ways(risk: BookRisk, scenario_risk: ScenarioRisk) -> Sheet:
    """Reverse stress: where the factors stand where the book loses more than x."""
    names = [factor.name for factor in scenario_risk.ways[0].factors] if scenario_risk.ways else []
    rows = [
        (
            fraction(threshold.loss, PERCENT),
            probability(Estimate(threshold.probability, threshold.se), risk.unseen),
            *(f"{level(factor.mean, 2)} ± {factor.se:.2f}" for factor in threshold.factors),
        )
        for threshold in scenario_risk.ways
    ]
    note = "Mean over the months of each factor on those paths, in its standard deviations (low is bad)."
    return Sheet(("The book loses more than", "Probability", *names), tuple(rows), note if rows else "")


def exceedances(risk: BookRisk) -> Sheet:
    """P(loss > x) by scenario."""
    xs = list(risk.scenarios[0].exceedance)
    rows = [
        (scenario_risk.scenario, *(probability(scenario_risk.exceedance[x], risk.unseen) for x in xs))
        for scenario_risk in risk.scenarios
    ]
    return Sheet(("P(loss > x)", *(fraction(float(x), PERCENT) for x in xs)), tuple(rows))


def money(amount: float, currency: str) -> str:
    """USD 56.5 million."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if amount >= size:
            return f"{currency} {amount / size:,.1f} {word}"
    return f"{currency} {amount:,.0f}"


def _shares(by: str, shares: Sequence[Share], risk: BookRisk, scenario_risk: ScenarioRisk) -> Sheet:
    total = sum(share.contribution_es for share in shares)
    unit = unit_of([total])
    positions = [p for p in scenario_risk.positions if by != "Factor"]
    single = {
        s.name: own[0] for s in shares if len(own := [p for p in positions if getattr(p, by.lower()) == s.name]) == 1
    }
    head = (by, "of the book" if by != "Factor" else "of the variance", "Part of ES", "of ES")
    rows = [
        (s.name, percent(s.amount, 1),
         _part(single[s.name], risk, unit) if s.name in single else tail_mean(s.contribution_es, s.se, unit=unit),
         percent(s.contribution_es / total, 1) if total > 0.0 else "–")
        for s in shares
    ]  # fmt: skip
    note = ""
    if by == "Factor" and total > 0.0:
        stand = ", ".join(f"{f.name} {level(f.mean)}" for f in scenario_risk.tail_factors)
        note = f"In the tail, on average over the months, in standard deviations (low is bad): {stand}."
    return Sheet(head, tuple(rows), note)


def _expected_loss(x: float, error: float, unit: Unit | None, unseen: float) -> str:
    """An expected loss with its error; a bound where every path loses the whole, a word where none loses anything."""
    if abs(x) > 1.0 - WHOLE:  # below 0 a short gains it
        return f"> {at_least(1.0 - unseen)}" if x > 0.0 else f"< \N{MINUS SIGN}{at_least(1.0 - unseen)}"
    return with_error(x, error, unit=unit) if x else "none seen"


def _shortfall(es: Estimate, unit: Unit | None) -> str:
    """An expected shortfall with its error, of the whole with the lower end that the error leaves it."""
    return tail_mean(*es, low=1.0 - 2.0 * NORMAL * es.se, unit=unit)


def _part(p: PositionRisk, risk: BookRisk, unit: Unit) -> str:
    """What a position brings to the tail; a bound where it loses (or a short gains) the whole on every path of it."""
    if abs(p.marginal_es) < 1.0 - TAIL_WHOLE:
        return tail_mean(p.contribution_es, p.se, unit=unit)
    least = at_least(abs(p.contribution_es) * max(0.0, 1.0 - risk.unseen / (1.0 - risk.level)))
    return f"> {least}" if p.contribution_es > 0.0 else f"< \N{MINUS SIGN}{least}"


def probability(p: Estimate, unseen: float) -> str:
    """A probability with its error; a bound where no path or every path shows it, a dash where none was asked."""
    if math.isnan(p.estimate):
        return MISSING
    if 0.0 < p.estimate < 1.0:
        return with_error(p.estimate, p.se, unit=PERCENT)
    return f"> {at_least(1.0 - unseen)}" if p.estimate > 0.0 else f"< {fraction(unseen, PERCENT)}"


def level(x: float, digits: int = 1) -> str:
    """A factor's level with its sign, a true minus; none before what is 0 to the last digit shown.

    >>> level(1.25, 2), level(-0.04)
    ('+1.25', '0.0')
    """
    shown = round(x, digits) + 0.0
    return f"{shown:+.{digits}f}".replace("-", "\N{MINUS SIGN}") if shown else f"{shown:.{digits}f}"
