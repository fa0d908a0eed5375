"""`stress book --fail-on`: limits on the loss of a book and on what one position may bring to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.answers.book import BookRisk, PositionRisk, Quantile, ScenarioRisk
    from stress.inputs.book import Book

_LIMIT = re.compile(r"(?P<what>EL|PD|VAR|ES|SHARE)(?P<level>\d+(?:\.\d+)?)?(?::(?P<name>[^=]+))?=(?P<limit>.+)")
ALLOWED = "EL=0.01, PD=0.1, VAR99.9=0.05, ES99.9=0.1, SHARE=0.5 (of any position in ES) or SHARE:POSITION=0.3"


class Limit(NamedTuple):
    """One limit, as it was given and as it is read."""

    text: str
    what: str
    level: float
    position: str | None
    most: float


class BookBreach(NamedTuple):
    """An estimate above its limit, or one that may be."""

    limit: str
    scenario: str
    position: str | None
    estimate: float
    """Not a number: a share of an expected shortfall of 0."""
    low: float
    high: float

    def __str__(self) -> str:
        from stress.report.numbers import quantile

        of = f"{self.position} " if self.position else ""
        figure = quantile(self.estimate, self.low, self.high)
        return f"--fail-on {self.limit}: {of}under {self.scenario}: {figure}"


def limits_of(texts: Sequence[str], book: Book) -> list[Limit]:
    """Limits as given. Raises ConfigError for one that is none."""
    from stress.spelling import fraction_for, suggest

    names, limits = [position.name for position in book.positions], []
    for text in texts:
        match = _LIMIT.fullmatch(text.strip())
        if match is None or bool(match["level"]) != (match["what"] in ("VAR", "ES")):
            raise ConfigError(f"--fail-on {text}: one of {ALLOWED}")
        if match["name"] is not None and (match["what"] != "SHARE" or match["name"] not in names):
            hint = suggest(match["name"], names)
            raise ConfigError(f"--fail-on {text}: a position goes with SHARE: one of {', '.join(names)}{hint}")
        level, most = float(match["level"] or 50.0) / 100.0, _number(match["limit"])
        if not 0.0 <= most < 1.0:
            hint = fraction_for(match["limit"]) or ", such as 0.05"
            raise ConfigError(f"--fail-on {text}: the limit must be a fraction from 0 to below 1{hint}")
        if not 0.5 <= level < 1.0:
            raise ConfigError(f"--fail-on {text}: the level must lie from 50 to below 100, such as 99.9")
        limits.append(Limit(text, match["what"], level, match["name"], most))
    return limits


def measured(
    limits: Sequence[Limit], risk: BookRisk, tails: Sequence[Sequence[Quantile]]
) -> Iterator[tuple[float, BookBreach]]:
    """Each limit as a number, with what it is held against. `tails`: for each limit on VaR or ES its figure under each
    scenario."""
    for limit, tail in zip(limits, tails, strict=True):
        for k, scenario_risk in enumerate(risk.scenarios):
            figures = ((None, tail[k]),) if tail else _figures(limit, risk, scenario_risk)
            for position, figure in figures:
                yield limit.most, BookBreach(limit.text, scenario_risk.scenario, position, *figure)


def _figures(limit: Limit, risk: BookRisk, scenario_risk: ScenarioRisk) -> Iterator[tuple[str | None, Quantile]]:
    if limit.what == "SHARE":
        for position in scenario_risk.positions:
            if limit.position in (None, position.name):
                yield position.name, _share(position, risk, scenario_risk)
    elif limit.what == "EL":
        yield None, _between(scenario_risk.expected_loss, scenario_risk.expected_loss_se, risk.unseen, risk)
    else:
        yield None, _between(scenario_risk.loss_probability, scenario_risk.loss_probability_se, risk.unseen, risk)


def _share(position: PositionRisk, risk: BookRisk, scenario_risk: ScenarioRisk) -> Quantile:
    """What a position makes of expected shortfall; of it nothing is known where no path loses."""
    from stress.answers.book import Quantile

    whole = scenario_risk.expected_shortfall[f"{risk.level:g}"].estimate
    if not whole > 0.0:
        return Quantile(position.share_es, 0.0, 1.0)
    weight = abs(position.amount) / risk.amount
    unseen = weight * min(1.0, risk.unseen / (1.0 - risk.level)) / whole
    return _between(position.share_es, position.se / whole, unseen, risk)


def _between(estimate: float, error: float, unseen: float, risk: BookRisk) -> Quantile:
    """A share with its interval; one that no path shows any of has the bound of what is unseen."""
    from stress.answers.book import Quantile
    from stress.measures.estimate import NORMAL

    if estimate == 0.0:
        return Quantile(0.0, 0.0, min(1.0, unseen))
    low = estimate - NORMAL * error
    return Quantile(estimate, low if risk.short else max(0.0, low), min(max(1.0, estimate), estimate + NORMAL * error))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0
