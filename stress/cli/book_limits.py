"""`stress book --fail-on`: limits on the loss of a book and on what one position may bring to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.answers.book import BookRisk, ScenarioRisk
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
    """An estimate above its limit."""

    limit: str
    scenario: str
    position: str | None
    estimate: float

    def __str__(self) -> str:
        from stress.report.numbers import fraction

        of = f"{self.position} " if self.position else ""
        return f"--fail-on {self.limit}: {of}under {self.scenario}: {fraction(self.estimate)}"


def limits_of(texts: Sequence[str], book: Book) -> list[Limit]:
    """Limits as given. Raises ConfigError for one that is none."""
    from stress.spelling import fraction_for, suggest

    names, found = [position.name for position in book.positions], []
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
        found.append(Limit(text, match["what"], level, match["name"], most))
    return found


def breaches(limits: Sequence[Limit], book: Book, risk: BookRisk, tails: Sequence[Sequence[float]]) -> list[BookBreach]:
    """Every estimate above a limit. `tails`: for each limit on VaR or ES its estimate under each scenario."""
    found = []
    for limit, tail in zip(limits, tails, strict=True):
        for k, one in enumerate(risk.scenarios):
            found += [
                BookBreach(limit.text, one.scenario, position, value)
                for position, value in _values(limit, one, tail[k] if tail else 0.0)
                if value > limit.most
            ]
    return found


def _values(limit: Limit, one: ScenarioRisk, tail: float) -> Iterator[tuple[str | None, float]]:
    if limit.what == "SHARE":
        for position in one.positions:
            if limit.position in (None, position.name):
                yield position.name, position.share_es
    else:
        yield None, {"EL": one.expected_loss, "PD": one.loss_probability}.get(limit.what, tail)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0
