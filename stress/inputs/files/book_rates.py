"""Random short rates of a book: one for each currency, the same on a path for all deals in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.book import BookFile, CommonRate
from stress.inputs.job import Job
from stress.inputs.scenario.short_rate import ShortRate
from stress.inputs.state.rules import started
from stress.inputs.text.messages import show

MOVES = ("model", "mean_reversion", "volatility", "start", "mean")
"""What two laws of one rate must have alike; the curve may be each deal's own."""


def rates_of(path: Path, file: BookFile, jobs: Sequence[Job], starts: Sequence[int]) -> list[CommonRate | None]:
    """Of each deal the rate that its scenarios draw; None where they draw none.

    Raises ConfigError where deals of a currency cannot share one: a rate that moves with one pool's own factor, unlike
    laws, unlike closing months; and for weights that explain more than all of it.
    """
    laws = [{case.name: case.short_rate for case in job.scenarios if case.short_rate is not None} for job in jobs]
    known: dict[str, dict[str, tuple[str, ShortRate]]] = {}
    first: dict[str, tuple[str, int]] = {}
    starts = [start + started(job) for start, job in zip(starts, jobs, strict=True)]
    for deal, job, law, start in zip(file.deals, jobs, laws, starts, strict=True):
        currency = job.deal.currency
        for name, rate in law.items():
            where = f"{path}: scenarios[{show(name)}]: deals[{show(deal.name)}]"
            if rate.correlation:
                raise ConfigError(
                    f"{where}: its short rate has correlation = {rate.correlation:g} with the factor of one pool, and "
                    f"a book has one rate for all deals in {currency}: leave it out, and give the book "
                    f"rates.{currency} = {{ FACTOR = weight }}"
                )
            other, held = known.setdefault(currency, {}).setdefault(name, (deal.name, rate))
            if any(getattr(held, key) != getattr(rate, key) for key in MOVES):
                raise ConfigError(
                    f"{where}: its short rate moves otherwise than that of deal {show(other)}, and both are in "
                    f"{currency}: one {', '.join(MOVES)} for a currency"
                )
            other, begun = first.setdefault(currency, (deal.name, start))
            if begun != start:
                raise ConfigError(
                    f"{where}: begins in another month than deal {show(other)}, and a random rate begins with the "
                    'deal: align = "closing" lets all close together'
                )
    common = {currency: _common(path, file, currency) for currency in known}
    for currency in file.rates:
        if currency not in known:
            raise ConfigError(
                f"{path}: rates.{currency}: no deal in {currency} has a scenario with a random short rate"
            )
    return [common[job.deal.currency] if law else None for job, law in zip(jobs, laws, strict=True)]


def _common(path: Path, file: BookFile, currency: str) -> CommonRate:
    weights = file.rates.get(currency, {})
    names = () if file.factors is None else file.factors.names
    loads = tuple(weights.get(name, 0.0) for name in names)
    share = shared(loads, () if file.factors is None else file.factors.correlation)
    if share > 1.0 + 1e-9:
        raise ConfigError(
            f"{path}: rates.{currency}: the named factors would explain {share:.6g} of the rate's variance: at most 1"
        )
    return CommonRate(currency=currency, loads=loads)


def shared(loads: Sequence[float], correlation: Sequence[Sequence[float]]) -> float:
    """Share of a rate's variance that innovations of the named factors explain; independent without a correlation."""
    if not correlation:
        return sum(w * w for w in loads)
    return sum(a * correlation[i][j] * b for i, a in enumerate(loads) for j, b in enumerate(loads))
