"""A book: positions in the notes of several deals, whose borrowers share named factors."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from stress.errors import ConfigError
from stress.inputs.job import Job, Seed
from stress.inputs.job.terms import Paths
from stress.inputs.numbers import whole
from stress.inputs.text.base import Document, Name, Persistence, Strict, Whole
from stress.inputs.text.matrix import check_covariance
from stress.spelling import suggest

LEAST_PATHS = 1024
"""Paths of a book at least: a tail needs some."""
MOST_PATHS = 2**30
"""Paths beyond which the fixed-point sums of a book could overflow."""
MOST_WEIGHTED = 2**28
"""The same of paths that carry weights."""
Estimator = Literal["plain", "importance"]
Weight = Annotated[float, Field(ge=-1.0, le=1.0)]


class Factors(Strict):
    """Named systematic factors, a stationary AR(1) each; a low factor is a bad month."""

    names: Annotated[tuple[Name, ...], Field(min_length=1, max_length=64)]
    """What deals call them in `loads`."""
    phi: Annotated[tuple[Persistence, ...], Field(min_length=1, max_length=64)]
    """Monthly persistence of each factor, in the order of the names."""
    correlation: tuple[tuple[float, ...], ...] = ()
    """Of the factors' monthly innovations: a row for each name; independent where left out."""

    @model_validator(mode="after")
    def _fits(self) -> Factors:
        n = len(self.names)
        if len(set(self.names)) < n:
            raise ValueError("factors.names must differ")
        if len(self.phi) != n:
            raise ValueError(f"factors.phi: has {len(self.phi)} values for {n} names")
        if self.correlation:
            check_covariance("factors.correlation", self.correlation, n)
            if any(abs(row[i] - 1.0) > 1e-12 for i, row in enumerate(self.correlation)):
                raise ValueError("factors.correlation: the diagonal must be 1")
        return self


class BookDeal(Strict):
    """A deal of the book and the weather that its borrowers live in."""

    name: Name
    """What positions call it."""
    job: str
    """A job file relative to the book: its deal, pool, clock and state, or that which
    its reports leave; scenarios, paths and seed are the book's."""
    group: Name | None = None
    """Which scenario files of `scenarios.groups` are its own."""
    originator: Name | None = None
    """For concentrations; the deal's own name where left out."""
    loads: dict[str, Weight] = {}
    """Weights of named factors in the pool's first factor (that of default); what is left to 1 is the deal's own."""
    segments: dict[str, dict[str, Weight]] = {}
    """The same of segments with a factor of their own (a row of the pool's `dependence.loadings.segment`): several
    pools under one waterfall, each with its own named factors."""


class BookScenario(Strict):
    """One state of the world for the whole book."""

    name: Name
    """What the answer calls it."""
    file: str | None = None
    """A scenario file (`file.toml` or `file.toml:level`) for all deals without one of their group; none: no shock."""
    groups: dict[str, str] = {}
    """The scenario file of each group."""


class Position(Strict):
    """A holding of a note, bought at a price; or a short of one: what it pays is owed, what it loses is gained."""

    name: Name | None = None
    """`DEAL NOTE` where left out."""
    deal: Name
    """The name of one of the book's deals."""
    note: Name
    """A note of that deal."""
    amount: Annotated[float, Field(ge=-1e15, le=1e15, json_schema_extra={"unit": "currency"})] | None = None
    """Original balance held, in the deal's currency, below 0 sold short; or give `share`."""
    share: Annotated[float, Field(ge=-1.0, le=1.0, json_schema_extra={"unit": "share"})] | None = None
    """Of the note's original balance; below 0 sold short: a hedge, protection bought."""
    price: Annotated[float, Field(gt=0.0, le=10.0)] | None = None
    """Paid, per 1 of original balance; of a short, got. Par of what is left of it where left out."""

    @model_validator(mode="after")
    def _one_size(self) -> Position:
        if (self.amount is None) == (self.share is None):
            raise ValueError("give either amount or share, not both or neither")
        if self.amount == 0.0 or self.share == 0.0:
            raise ValueError("must be above 0 (held) or below 0 (short), and is 0")
        return self

    @property
    def label(self) -> str:
        """Its name, or deal and note."""
        return self.name or f"{self.deal} {self.note}"


class BookFile(Document):
    """A book as written: references to job and scenario files, relative to this one."""

    kind: Literal["book"]
    """What the file is."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Of the book's figures: three capitals."""
    exchange: dict[str, Annotated[float, Field(ge=1e-9, le=1e9)]] = {}
    """Book currency per unit of another deal's currency, held fixed."""
    align: Literal["date", "closing"] = "date"
    """Months of the named factors: calendar months, so that deals of unlike dates share those that both live in; or
    counted from each deal's closing, as if all closed on one day."""
    factors: Factors | None = None
    """Named factors that deals share; every deal is on its own where left out."""
    rates: dict[str, dict[str, Weight]] = {}
    """By currency, weights of named factors' innovations in the moves of its random short rate, which all deals in it
    share; below 0 where rates rise in bad months. What is left to 1 is the rate's own."""
    deals: Annotated[tuple[BookDeal, ...], Field(min_length=1, max_length=1000)]
    """Deals of which the book holds notes."""
    positions: Annotated[tuple[Position, ...], Field(min_length=1, max_length=4000)]
    """What the book holds."""
    scenarios: Annotated[tuple[BookScenario, ...], Field(min_length=1, max_length=64)]
    """The first is the reference."""
    paths: Annotated[Paths, Field(ge=LEAST_PATHS, le=MOST_PATHS)] = 100_000
    """Simulated lives of the whole book."""
    seed: Seed = 1
    """Equal seed, equal bits."""
    estimator: Estimator = "plain"
    """`importance`: paths aim at the tail of the book's loss along named factors and deals' own, and carry weights."""

    @model_validator(mode="after")
    def _names(self) -> BookFile:
        factors = () if self.factors is None else self.factors.names
        groups = {deal.group for deal in self.deals if deal.group is not None}
        for key, names in (
            ("deals", [deal.name for deal in self.deals]),
            ("positions", [position.label for position in self.positions]),
            ("scenarios", [scenario.name for scenario in self.scenarios]),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"{key}: {twice!r} appears twice: names must differ")
        check_drawing(self.estimator, self.paths)
        if self.currency in self.exchange:
            raise ValueError(f"exchange.{self.currency}: is the book's own currency; give those of its deals alone")
        for deal in self.deals:
            for where, weights in {
                "loads": deal.loads,
                **{f"segments.{s}": w for s, w in deal.segments.items()},
            }.items():
                for name in weights:
                    _known(f"deals: {deal.name}: {where}", name, factors, "factors.names")
        for currency, weights in self.rates.items():
            for name in weights:
                _known(f"rates.{currency}", name, factors, "factors.names")
        for position in self.positions:
            _known(f"positions: {position.label}: deal", position.deal, [d.name for d in self.deals], "deals")
        for scenario in self.scenarios:
            for name in scenario.groups:
                _known(f"scenarios: {scenario.name}: groups", name, sorted(groups), "the deals' groups")
        return self


class CommonRate(Whole):
    """How the random short rate of a currency moves, in all deals that are in it."""

    currency: str
    loads: tuple[float, ...]
    """A weight for each named factor's innovation."""


class Member(Whole):
    """A deal of a book with all that it refers to."""

    name: Name
    group: Name | None
    originator: Name
    loads: tuple[float, ...]
    """A weight for each named factor."""
    segments: dict[str, tuple[float, ...]] = {}
    """The same of segments with a factor of their own."""
    start: int
    """Months from the book's first closing to the deal's."""
    job: Job
    """Under the book's scenarios."""
    var: str | None = None
    """The vector autoregression by which its scenarios draw macro variables, which deals with the same one share."""
    var_first: int = 0
    """Periods from the first of those deals to this one."""
    rate: CommonRate | None = None
    """Of its scenarios with a random short rate."""


class Held(Whole):
    """A position in the book's currency."""

    name: Name
    deal: int
    note: int
    share: float
    """Of the note's original balance; below 0: short."""
    amount: float
    """Original balance held, in the book's currency; below 0: short."""
    left: float = 1.0
    """Of the original balance, what is left at the deal's state; 1 at closing."""
    price: float
    """Per 1 of original balance."""


class Book(Whole):
    """A book whose parts agree with each other."""

    name: Name
    source: str = ""
    illustrative: tuple[str, ...] = ()
    currency: str
    factors: Factors | None
    deals: tuple[Member, ...]
    positions: tuple[Held, ...]
    scenarios: tuple[str, ...]
    paths: int
    seed: int
    estimator: Estimator = "plain"

    @property
    def amount(self) -> float:
        """Original balance of what is held, or of what is short where that is more: all figures are shares of it."""
        return max(sum(p.amount for p in self.positions if p.amount > 0.0), self.short)

    @property
    def short(self) -> float:
        """Original balance of what is sold short."""
        return sum((-p.amount for p in self.positions if p.amount < 0.0), 0.0)

    def notes_of(self, position: Held) -> tuple[str, str]:
        """Names of a position's deal and note."""
        deal = self.deals[position.deal]
        return deal.name, deal.job.deal.notes[position.note].name


def check_drawing(estimator: Estimator, paths: int) -> None:
    """Raises ValueError for more paths than an estimator's sums hold."""
    if estimator == "importance" and paths > MOST_WEIGHTED:
        raise ValueError(f'estimator = "importance": at most {MOST_WEIGHTED:,} paths, not {paths:,}')


def redrawn(book: Book, paths: int | None = None, seed: int | None = None, estimator: str | None = None) -> Book:
    """A book with other paths, another seed or estimator. Raises ConfigError where they do not fit it."""
    if estimator is not None and estimator not in get_args(Estimator):
        raise ConfigError(f"estimator {estimator!r}: one of {', '.join(get_args(Estimator))}")
    if paths is not None:
        paths = whole("paths", paths, LEAST_PATHS, MOST_PATHS)
    given = {"paths": paths, "seed": seed, "estimator": estimator}
    changed = book.model_copy(update={key: value for key, value in given.items() if value is not None})
    try:
        check_drawing(changed.estimator, changed.paths)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return changed


def _known(where: str, name: str, known: tuple[str, ...] | list[str], what: str) -> None:
    if name not in known:
        one_of = f"one of {', '.join(known)}" if known else "there are none"
        raise ValueError(f"{where}: {name!r} is not in {what}: {one_of}{suggest(name, list(known))}")
