"""Which of a user's stresses each class stands, and by how much: break-evens in cumulative net loss. Never a rating."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.answers.since import Since

if TYPE_CHECKING:
    import pandas as pd


class Stand(NamedTuple):
    """One class under one category, on expected rates with rho 0. Net losses are from where the job starts on, over the
    pool then (`Since`): of whole lives over the cut-off balance."""

    category: str
    stressed_cnl: float
    """Cumulative net loss that the category asks for: its multiple times the base."""
    breakeven_cnl: float
    """The largest at which the class is paid in full under the category's haircuts and timing; where it begins to lose
    more than once as defaults rise, the lowest."""
    precision: float
    """Width of the bracket in which the break-even was found; no paths are drawn, so there is no other error."""
    breakeven_multiple_cnl: float
    """Break-even over the base."""
    gap: float
    """Break-even less stressed CNL: the cushion, in points of the pool where the job starts."""
    passes: bool
    """Whether its break-even is shown to reach what is asked; where it is not and `open`, the search ended before."""
    open: bool
    """True where the class still stands at the end of the search: the break-even lies beyond."""
    crossings: tuple[float, ...]
    """Every net loss at which it begins to lose, as defaults rise. Of more than one: in between it is paid in full."""
    loses_already: bool
    """True where it loses at the softest end of the search: the break-even lies below, or there is none."""
    breakeven_cnl_since_closing: float
    """Break-even with what was lost before the job starts, over the cut-off balance."""


class ClassRating(NamedTuple):
    """What one class stands."""

    note: str
    enhancement: float
    """Share of the pool that bears losses before it, where the job starts."""
    held: str
    """The category that it is held to; empty where the table names none."""
    passes: bool | None
    """Under that category; None where there is none."""
    gap: float | None
    breakeven_cnl: float
    """Under the category that it is held to, else under the hardest that it stands, else the softest."""
    breakeven_multiple_cnl: float
    stands: str
    """The hardest category that it stands; empty where it stands none."""
    notches: int | None
    """Categories between the one that it is held to and the hardest that it stands: a cushion where positive."""
    by_category: tuple[Stand, ...]
    """The hardest first."""

    @property
    def shown(self) -> Stand:
        """Under the category that it is held to, else under the hardest that it stands, else the softest."""
        wanted = self.held or self.stands
        return next((stand for stand in self.by_category if stand.category == wanted), self.by_category[-1])


class StressSize(NamedTuple):
    """The largest size of a class that stands its category, the classes above it as sized."""

    note: str
    held: str
    before: float
    """Share of the notes."""
    share: float
    enhancement: float
    """What bears losses before it: the classes below its own, and pool beyond all notes."""
    feasible: bool


@shown
class Rating(NamedTuple):
    """All classes of a deal under a user's table of stresses."""

    job: str
    scenario: str
    table: str
    timing: str
    base_cnl: float
    """Net loss of the scenario on expected rates, over the pool where the job starts, without a call that ends the
    deal."""
    classes: tuple[ClassRating, ...]
    sizes: tuple[StressSize, ...] = ()
    """Where they were asked for."""
    since: Since = Since()
    """Where the job starts."""
    base_cnl_since_closing: float = math.nan
    """Of the scenario, with what was lost before, over the cut-off balance."""
    repaid: tuple[str, ...] = ()
    """Classes that are repaid where the job starts: they can lose nothing."""

    def to_dataframe(self, part: str = "classes") -> pd.DataFrame:
        """A row a class; `classes.by_category` a row a class and category, `sizes` where they were asked for."""
        return frame_of(self, part)
