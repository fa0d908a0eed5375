"""Shocks that a break-even search can turn up: what each moves, between which ends, and which end is benign."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import movable
from stress.inputs.deal.formula_text import number_of, parse
from stress.inputs.job import ScenarioCase
from stress.inputs.scenario import Shock
from stress.inputs.targets import Target, move_range
from stress.spelling import suggest


class Lever(NamedTuple):
    """One input that a single number moves."""

    target: Target
    how: Literal["multiply", "add", "set"]
    benign: float
    """Where the search begins: the end at which notes are safest, as a rule."""
    adverse: float
    neutral: float
    """The value that moves nothing, 1 for a multiple."""
    even: bool
    """Even steps; else steps of equal ratio."""
    unit: str
    """What the number is, for tables and axes."""
    quantity: str | None = None
    """Which of the deal's own quantities, of that target."""

    def shock(self, value: float) -> Shock:
        """The shock at this value, over the whole life."""
        return Shock.model_validate({"target": self.target, "quantity": self.quantity, self.how: float(value)})

    def value(self, place: ArrayLike) -> Array:
        """Places from 0 (benign) to 1 (adverse) -> values."""
        u = np.asarray(place, np.float64)
        if self.even:
            x = np.asarray(self.benign + u * (self.adverse - self.benign), np.float64)
        else:
            x = np.asarray(self.benign * (self.adverse / self.benign) ** u, np.float64)
        return np.where(np.abs(x - self.neutral) < 1e-12, self.neutral, x)

    def place(self, value: ArrayLike) -> Array:
        """Values -> places from 0 (benign) to 1 (adverse)."""
        x = np.asarray(value, np.float64)
        if self.even:
            return np.asarray((x - self.benign) / (self.adverse - self.benign), np.float64)
        return np.asarray(np.log(x / self.benign) / np.log(self.adverse / self.benign), np.float64)


LEVERS: dict[str, Lever] = {
    "defaults": Lever("default_odds", "multiply", 0.1, 100.0, 1.0, False, "multiple of the odds of arrears or default"),
    "payment": Lever("payment", "multiply", 1.0, 0.02, 1.0, True, "multiple of instalments paid on time"),
    "yield": Lever("yield", "multiply", 3.0, 0.0, 1.0, True, "multiple of fee income"),
    "prepayment": Lever("prepayment", "multiply", 0.1, 60.0, 1.0, False, "multiple of prepayments"),
    "recovery": Lever("recovery", "multiply", 5.0, 0.0, 1.0, True, "multiple of recoveries"),
    "originations": Lever("originations", "multiply", 2.0, 0.0, 1.0, True, "multiple of new receivables offered"),
    "dilution": Lever("dilution", "set", 0.0, 0.5, 0.0, True, "refunds a month, share of the balance"),
    "fee_free_share": Lever("fee_free_share", "add", -0.5, 0.5, 0.0, True, "added to the fee-free share of purchases"),
    "commingling": Lever("commingled_days", "set", 0.0, 30.0, 0.0, True, "days of each month's cash lost"),
    "correlation": Lever("rho", "multiply", 0.1, 40.0, 1.0, False, "multiple of the asset correlation"),
    "index": Lever("index_rate", "add", -0.02, 0.3, 0.0, True, "added to the index rates"),
}
"""Name on the command line -> lever. Ends are ours: wide enough to break a deal, within what a shock may hold."""


QUANTITY = "quantity:"
"""Before the name of one of the deal's own quantities."""


def lever_of(name: str, benign: float | None = None, adverse: float | None = None, deal: Deal | None = None) -> Lever:
    """A lever by name, between other ends where they are given; `quantity:NAME` is of the deal. Raises ConfigError."""
    if name.startswith(QUANTITY) and deal is not None:
        known = _of_quantity(deal, name, benign, adverse)
    elif name in LEVERS:
        known = LEVERS[name]
    else:
        raise ConfigError(f"--shock {name}: one of {', '.join(LEVERS)}, quantity:NAME{suggest(name, list(LEVERS))}")
    lever = known._replace(
        benign=known.benign if benign is None else benign, adverse=known.adverse if adverse is None else adverse
    )
    if lever.benign == lever.adverse:
        raise ConfigError(f"--from {lever.benign:g} --to {lever.adverse:g}: the ends of the search must differ")
    low, high = move_range(lever.target, lever.how)
    for option, end in (("--from", lever.benign), ("--to", lever.adverse)):
        if not (low <= end <= high and (lever.even or end > 0.0)):
            above = "above 0" if low == 0.0 and not lever.even else f"{low:g}"
            raise ConfigError(f"{option} {end:g}: {lever.unit}, must be from {above} to {high:g}")
    return lever


def _of_quantity(deal: Deal, name: str, benign: float | None, adverse: float | None) -> Lever:
    """A quantity of the deal's own between two ends: nothing says which values of it are good or bad."""
    own = name.removeprefix(QUANTITY)
    how, neutral = way_of(deal, own, f"--shock {name}")
    if benign is None or adverse is None:
        raise ConfigError(f"--shock {name}: give --from and --to, the ends between which {own} is {WAYS[how]}")
    return Lever("quantity", how, benign, adverse, neutral, True, f"{UNITS[how]} {own}", own)


WAYS = {"set": "set", "multiply": "multiplied"}
UNITS = {"set": "value of", "multiply": "multiple of"}


def way_of(deal: Deal, name: str, option: str) -> tuple[Literal["set", "multiply"], float]:
    """How a range of an own quantity moves it, and what moves nothing: a number is set, a schedule multiplied.

    Raises ConfigError, which begins with the option, where the deal has no such number or schedule.
    """
    known = movable(deal)
    if name not in known:
        has = f"one of {', '.join(known)}{suggest(name, known)}" if known else "the deal has none"
        raise ConfigError(f"{option}: numbers and schedules of the deal's own [quantities] can move: {has}")
    given = deal.quantities[name]
    value = number_of(parse(given)) if isinstance(given, str) else None
    return ("multiply", 1.0) if value is None else ("set", value)


def left_alone(case: ScenarioCase, name: str, option: str) -> None:
    """ConfigError where a number of the deal's own is to be set and the scenario moves it itself."""
    if any(name == f"{QUANTITY}{shock.quantity}" for shock in case.shocks):
        raise ConfigError(f"{option}: scenario {case.name} moves it itself; choose one that does not")
