"""`--fail-on`: limits on measures of a result, and what breaches them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import click

from stress.errors import ConfigError, LimitBreached
from stress.spelling import fraction_for

if TYPE_CHECKING:
    import xarray as xr

    from stress.cli.output import Output
    from stress.measures.names import Asked
    from stress.results import Result

Command = TypeVar("Command", bound=Any)
MEASURES = ("EL", "PD", "VAR99.9", "ES99.9")


class Held(Protocol):
    """A figure that is held to a limit; as text it names both."""

    @property
    def estimate(self) -> float:
        """As a share; not a number where it is one of nothing."""

    @property
    def high(self) -> float:
        """Upper end of its 95% interval."""


Figure = TypeVar("Figure", bound=Held)


class Breach(NamedTuple):
    """An estimate above its limit, or one that may be."""

    limit: str
    """As it was given."""
    job: dict[str, str | int]
    """Of a sweep, which one."""
    scenario: str
    tranche: str
    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        from stress.report.numbers import quantile

        place = ", ".join((f"{self.tranche} under {self.scenario}", *(f"{k} {v}" for k, v in self.job.items())))
        return f"--fail-on {self.limit}: {place}: {quantile(self.estimate, self.low, self.high)}"


def fail_on(command: Command) -> Command:
    """The option."""
    option = click.option(
        "--fail-on", "limits", multiple=True, metavar="MEASURE:NOTE=LIMIT",
        help="Exit with code 7 where a measure is above this under any scenario: EL:B=0.001, VAR99.9:B=0.2, PD=0.01 of "
        "every note; EL, PD, VAR, ES. May be repeated.",
    )  # fmt: skip
    return option(command)


def check(limits: Sequence[str], notes: list[str]) -> None:
    """Refuse what is no limit on a measure of these notes, before anything is run. Raises ConfigError."""
    if not limits:
        return
    from stress.measures.names import SHORT, TAILS, asked

    for text in limits:
        limit = asked(text, notes, "--fail-on", "LIMIT")
        if limit.measure not in (SHORT["EL"], SHORT["PD"], *TAILS.values()):
            raise ConfigError(f"--fail-on {text}: one of {', '.join(MEASURES)}")
        if not 0.0 <= limit.number < 1.0:
            hint = fraction_for(str(limit.number)) or ", such as 0.001"
            raise ConfigError(f"--fail-on {text}: the limit must be a fraction from 0 to below 1{hint}")


def held(limits: Sequence[str], result: Result, output: Output) -> tuple[list[Breach], dict[str, Any]]:
    """The breaches, by limit, job, scenario and note, and what a document says of limits. Raises ConfigError as
    `check`."""
    above, untold = sorted_out(_measured(limits, result))
    say_untold(untold, output)
    parts = {"breaches": above, "untold": untold}
    return above, {key: [figure._asdict() for figure in figures] for key, figures in parts.items()} if limits else {}


def sorted_out(measured: Iterable[tuple[float, Figure]]) -> tuple[list[Figure], list[Figure]]:
    """Of figures with their limits: those above theirs, and those of which so few paths do not tell, since none shows
    any, or since nothing bounds them below the whole."""
    above, untold = list[Figure](), list[Figure]()
    for limit, figure in measured:
        if figure.estimate > limit:
            above.append(figure)
        elif figure.high > limit and (_is_unseen(figure) or figure.high >= 1.0):
            untold.append(figure)
    return above, untold


def say_untold(untold: Iterable[Held], output: Output) -> None:
    """Log them."""
    for figure in untold:
        why = "no path shows any, and " if _is_unseen(figure) else ""
        output.log("warning", note=f"{figure}: {why}so few paths do not tell whether it holds")


def _is_unseen(figure: Held) -> bool:
    return figure.estimate == 0.0 or math.isnan(figure.estimate)


def _measured(limits: Sequence[str], result: Result) -> list[tuple[float, Breach]]:
    """Each limit as a number, with what it is held against."""
    if not limits:
        return []
    from stress.measures.names import asked
    from stress.results.sweep import cells

    jobs = list(cells(result))
    notes = list(dict.fromkeys(str(note) for _, ds in jobs for note in ds["tranche"].values))
    check(limits, notes)
    known = [(text, asked(text, notes, "--fail-on", "LIMIT")) for text in limits]
    return [
        (limit.number, figure)
        for text, limit in known
        for labels, ds in jobs
        for figure in _of(text, limit, labels, ds)
    ]


def _of(text: str, limit: Asked, labels: dict[str, str | int], ds: xr.Dataset) -> Iterator[Breach]:
    from stress.measures.names import measured
    from stress.results import with_mixture

    ds = with_mixture(ds)
    notes = [str(note) for note in ds["tranche"].values if limit.tranche in (None, str(note))]
    values = measured(ds, limit.measure, limit.level)
    for scenario in map(str, ds["scenario"].values):
        for note in notes:
            cell = values.sel(scenario=scenario, tranche=note)
            estimate, low, high = (float(cell[k]) for k in ("estimate", "low", "high"))
            yield Breach(text, labels, scenario, note, estimate, low, high)


def refuse_breaches(breaches: Sequence[Held]) -> None:
    """Raises LimitBreached with a line for each breach."""
    if breaches:
        raise LimitBreached("\nstress: ".join(map(str, breaches)))
