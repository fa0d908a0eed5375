"""The tables of a book, for the terminal and its page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stress.answers.book import BookRisk, Estimate, PositionRisk, ScenarioRisk, Share
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
    unit = unit_of([one.expected_shortfall[level].estimate for one in risk.scenarios])
    mean = unit_of([one.expected_loss for one in risk.scenarios])
    rows = [
        (
            one.scenario,
            _seen(one.expected_loss, one.expected_loss_se, mean, risk.unseen),
            probability(Estimate(one.loss_probability, one.loss_probability_se), risk.unseen),
            quantile(*one.value_at_risk[level], unit=unit),
            _shortfall(one.expected_shortfall[level], unit),
            "–" if math.isnan(one.diversification) else f"{one.diversification:.2f}",
            with_error(one.value, one.value_se, unit=PERCENT),
            probability(Estimate(one.below_cost, one.below_cost_se), risk.unseen),
        )
        for one in risk.scenarios
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
        least = min((one.variance_ratio for one in risk.scenarios if one.variance_ratio > 0.0), default=math.nan)
        note += (
            f" Paths aim at the worst {100 * (1.0 - risk.level):.6g}% and carry weights (importance sampling): as many "
            f"plain paths would leave {least:.1f} times the variance of the expected shortfall, or more."
        )
    return Sheet(head, tuple(rows), note)


def positions(risk: BookRisk, one: ScenarioRisk) -> Sheet:
    """A row for each position, those that bring most to the tail first."""
    name = f"{100 * risk.level:g}%"
    unit, mean = (unit_of(getattr(p, k) for p in one.positions) for k in ("standalone_es", "expected_loss"))
    head = ("Position", f"Amount, {risk.currency}", "Expected loss", f"Part of ES {name}", "of ES", "Marginal ES",
            "Alone", "If sold: VaR", "ES")  # fmt: skip
    rows = [
        (
            p.name,
            count(p.amount).replace("-", "\N{MINUS SIGN}"),
            _seen(p.expected_loss, p.expected_loss_se, mean, risk.unseen),
            _part(p, risk, unit),
            "–" if math.isnan(p.share_es) else percent(p.share_es, 1),
            fraction(p.marginal_es, PERCENT),
            fraction(p.standalone_es, unit),
            fraction(-p.incremental_var, unit),
            fraction(-p.incremental_es, unit),
        )
        for p in one.positions
    ]
    note = f"{half(one)} {SUM} Marginal: of a little more, per unit of it."
    if risk.short:
        note += " A short gains what its note loses; sold: closed."
    return Sheet(head, tuple(rows), note.strip())


def illustrative(book: Book, risk: BookRisk) -> str:
    """What the book itself calls illustrative, and how much more its deals do; empty where nothing is."""
    own = "; ".join(book.illustrative)
    more = len(risk.illustrative) - len(set(book.illustrative))
    rest = f"{many(more, 'statement')} of its deals' inputs (--report, --json)" if more else ""
    said = ", and ".join(part for part in (own, rest) if part)
    return said and f"Illustrative: {said}."


def findings(risk: BookRisk, one: ScenarioRisk) -> list[str]:
    """What a risk manager asks first."""
    if one.expected_loss == 0.0 and one.loss_probability == 0.0:
        return [
            f"Under {one.scenario} no note of the book loses on any of {many(risk.paths, 'path')}: the probability of "
            f"a loss of the book is below {fraction(risk.unseen, PERCENT)} (95%), which is not zero."
        ]
    level, name = f"{risk.level:g}", f"{100 * risk.level:g}%"
    var, mean = (
        one.value_at_risk[level].estimate,
        _seen(abs(one.expected_loss), one.expected_loss_se, None, risk.unseen),
    )
    verb = "gains" if one.expected_loss < 0.0 else "loses"
    found = [
        f"Under {one.scenario} the book {verb} {mean} on average; with {name} not more than {fraction(var)} "
        f"({money(var * risk.amount, risk.currency)}); on the paths beyond that "
        f"{_shortfall(one.expected_shortfall[level], None)} on average."
    ]
    if half(one):
        found.append(f"Of the expected shortfall: {half(one)}")
        top = one.positions[0]
        found.append(
            f"If {top.name} is sold, expected shortfall falls by {fraction(top.incremental_es)} of the book "
            f"({money(top.incremental_es * risk.amount, risk.currency)})."
        )
    hedges = [p for p in one.positions if p.amount < 0.0 and p.incremental_es < 0.0]
    if hedges:
        best = min(hedges, key=lambda p: p.incremental_es)
        found.append(
            f"Without the short ({best.name}) expected shortfall would be {fraction(-best.incremental_es)} of the book "
            f"higher ({money(-best.incremental_es * risk.amount, risk.currency)})."
        )
    return found


def half(one: ScenarioRisk) -> str:
    """Which positions make half of the tail."""
    names, total = [], 0.0
    for p in one.positions:
        if math.isnan(p.share_es) or p.share_es <= 0.0:
            break
        names.append(p.name)
        total += p.share_es
        if total >= HALF:
            verb = "makes" if len(names) == 1 else "make"
            return f"{_list(names)} {verb} {percent(total, 0)} of it."
    return ""


def concentrations(risk: BookRisk, one: ScenarioRisk) -> list[tuple[str, Sheet]]:
    """By deal, originator and factor."""
    parts = (("Deal", one.deals), ("Originator", one.originators), ("Factor", one.factors))
    return [(what, _shares(what, shares, risk, one)) for what, shares in parts if shares]


def together(risk: BookRisk, one: ScenarioRisk) -> Sheet:
    """How many deals lose on one path, and which pairs."""
    rows = [(f"{k} or more deals lose", probability(p, risk.unseen), "") for k, p in enumerate(one.deals_at_once, 1)]
    rows += [
        (f"{pair.first} and {pair.second}", fraction(pair.probability, PERCENT), fraction(pair.independent, PERCENT))
        for pair in one.pairs
    ]
    return Sheet(("Losing together", "Probability", "If independent"), tuple(rows))


def ways(risk: BookRisk, one: ScenarioRisk) -> Sheet:
    """Reverse stress: where the factors stand where the book loses more than x."""
    names = [factor.name for factor in one.ways[0].factors] if one.ways else []
    rows = [
        (
            fraction(way.loss, PERCENT),
            probability(Estimate(way.probability, way.se), risk.unseen),
            *(f"{level(factor.mean, 2)} ± {factor.se:.2f}" for factor in way.factors),
        )
        for way in one.ways
    ]
    note = "Mean over the months of each factor on those paths, in its standard deviations (low is bad)."
    return Sheet(("The book loses more than", "Probability", *names), tuple(rows), note if rows else "")


def exceedances(risk: BookRisk) -> Sheet:
    """P(loss > x) by scenario."""
    xs = list(risk.scenarios[0].exceedance)
    rows = [
        (one.scenario, *(probability(one.exceedance[x], risk.unseen) for x in xs)) for one in risk.scenarios
    ]  # fmt: skip
    return Sheet(("P(loss > x)", *(fraction(float(x), PERCENT) for x in xs)), tuple(rows))


def money(amount: float, currency: str) -> str:
    """USD 56.5 million."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if amount >= size:
            return f"{currency} {amount / size:,.1f} {word}"
    return f"{currency} {amount:,.0f}"


def _shares(what: str, shares: Sequence[Share], risk: BookRisk, one: ScenarioRisk) -> Sheet:
    total = sum(share.contribution_es for share in shares)
    unit = unit_of([total])
    held = [p for p in one.positions if what != "Factor"]
    alone = {s.name: own[0] for s in shares if len(own := [p for p in held if getattr(p, what.lower()) == s.name]) == 1}
    head = (what, "of the book" if what != "Factor" else "of the variance", "Part of ES", "of ES")
    rows = [
        (s.name, percent(s.amount, 1),
         _part(alone[s.name], risk, unit) if s.name in alone else tail_mean(s.contribution_es, s.se, unit=unit),
         percent(s.contribution_es / total, 1) if total > 0.0 else "–")
        for s in shares
    ]  # fmt: skip
    note = ""
    if what == "Factor" and total > 0.0:
        stand = ", ".join(f"{f.name} {level(f.mean)}" for f in one.tail_factors)
        note = f"In the tail, on average over the months, in standard deviations (low is bad): {stand}."
    return Sheet(head, tuple(rows), note)


def _seen(x: float, error: float, unit: Unit | None, unseen: float) -> str:
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


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def level(x: float, digits: int = 1) -> str:
    """A factor's level with its sign, a true minus; none before what is 0 to the last digit shown.

    >>> level(1.25, 2), level(-0.04)
    ('+1.25', '0.0')
    """
    shown = round(x, digits) + 0.0
    return f"{shown:+.{digits}f}".replace("-", "\N{MINUS SIGN}") if shown else f"{shown:.{digits}f}"
