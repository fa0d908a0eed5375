"""A user's table of stresses by category: multiples of base net loss, haircuts, and which class is held to which."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.errors import ConfigError
from stress.inputs.scenario import Shock
from stress.inputs.text.base import Document, Fraction, Name, Strict
from stress.spelling import suggest

Timing = Literal["front", "even", "back"]
TILT = {"front": (1.5, 0.5), "even": (1.0, 1.0), "back": (0.5, 1.5)}
"""Power of the multiple of odds in the first and in the last scheduled month, linear between: ours."""


class Category(Strict):
    """One level of stress."""

    name: Name
    """What the table calls it; the user's own label, no agency's rating."""
    multiple: Annotated[float, Field(ge=1.0, le=100.0)]
    """Of the cumulative net loss of the scenario (CNL) on expected rates; in mid-life of what is left of it."""
    payment_cut: Fraction = 0.0
    """Share of the payment rate, or of the instalments paid when due, that is lost."""
    yield_cut: Fraction = 0.0
    """Share of fee income that is lost."""
    purchase_cut: Fraction = 0.0
    """Share of new receivables that are not offered."""
    recovery_cut: Fraction = 0.0
    """Share of recoveries that is lost."""

    def haircuts(self) -> tuple[Shock, ...]:
        """The shocks beside that on defaults."""
        cuts = {
            "payment": self.payment_cut,
            "yield": self.yield_cut,
            "originations": self.purchase_cut,
            "recovery": self.recovery_cut,
        }
        return tuple(
            Shock.model_validate({"target": target, "multiply": 1.0 - cut}) for target, cut in cuts.items() if cut
        )


class Held(Strict):
    """Which category a class is held to."""

    note: Name
    """Of the deal."""
    category: Name
    """Of this table."""


class Stresses(Document):
    """Stresses by category, the hardest first. A table is its user's own: none is an agency's."""

    kind: Literal["stresses"]
    """What the file is."""
    timing: Timing = "even"
    """When the additional defaults fall: early, evenly or late in the scheduled life."""
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=40)]
    """The hardest first."""
    held: Annotated[tuple[Held, ...], Field(max_length=20)] = ()
    """The category that each class is held to; a class that is not named is only told which ones it stands."""

    @model_validator(mode="after")
    def _ordered(self) -> Stresses:
        names = [row.name for row in self.categories]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"categories: {name!r} is named {names.count(name)} times: names must differ")
        for harder, softer in zip(self.categories, self.categories[1:], strict=False):
            if softer.multiple > harder.multiple:
                raise ValueError(
                    f"category {softer.name}: multiple = {softer.multiple:g} lies above that of {harder.name} "
                    f"({harder.multiple:g}): the hardest must stand first"
                )
        return self

    @model_validator(mode="after")
    def _held_to_known(self) -> Stresses:
        names = [row.name for row in self.categories]
        notes = [held.note for held in self.held]
        for held in self.held:
            if held.category not in names:
                raise ValueError(f"held: {self._lacks(held.category)}")
            if notes.count(held.note) > 1:
                raise ValueError(f"held: note {held.note!r} is named {notes.count(held.note)} times")
        return self

    def place(self, category: str, where: str = "") -> int:
        """Where a category stands, 0 for the hardest. Raises ConfigError for one that the table has not, `where` it is
        named."""
        names = [row.name for row in self.categories]
        if category not in names:
            raise ConfigError(f"{where}{self.name!r} has {self._lacks(category)}")
        return names.index(category)

    def _lacks(self, category: str) -> str:
        names = [row.name for row in self.categories]
        return f"no category {category!r}: one of {', '.join(names)}{suggest(category, names)}"

    def defaults(self, multiple: float, months: int, life: int, begins: int = 0) -> Shock:
        """The shock that multiplies the odds of arrears or default, tilted over `months`, of which those up to `begins`
        are data, and held until `life`."""
        first, last = TILT[self.timing]
        if first == last:
            return Shock.model_validate({"target": "default_odds", "multiply": multiple})
        over = max(months - begins - 1, 0)
        step = (last - first) / max(over, 1)
        powers = [first + step * min(t, over) for t in range(life - begins)]
        points = tuple((begins + t + 1, multiple**power) for t, power in enumerate(powers))
        return Shock.model_validate({"target": "default_odds", "how": "multiply", "by_month": points})
