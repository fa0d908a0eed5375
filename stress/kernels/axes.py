"""The axes of tables, rows and counts: declared once, beside what has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class Axis:
    """How long an axis is: so many times a size, and some more. `8 * N + 6` is eight for each note and six."""

    size: str = ""
    """A field of `layout.Sizes`, of `layout.Switches`, or a length that a table's own shape tells (`layout.MEASURED`)."""
    times: int = 1
    more: int = 0

    def __add__(self, more: int) -> Axis:
        return replace(self, more=self.more + more)

    def __rmul__(self, times: int) -> Axis:
        return replace(self, times=self.times * times)

    def length(self, sizes: Mapping[str, int]) -> int:
        """Given all sizes by name."""
        return (self.times * sizes[self.size] if self.size else 0) + self.more


class Declared(tuple[Axis, ...]):
    """Axes of one table, group of rows or array of counts."""

    columns: tuple[str, ...] = ()
    """Names along its last axis, where that has some."""
    switch: str = ""
    """It is empty unless this switch of the packer is on."""

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Lengths of all axes."""
        return tuple([axis.length(sizes) for axis in self])


def declared(kind: type) -> Iterator[tuple[str, Any, Declared]]:
    """Name, type and axes of everything that a class declares as `Annotated[type, *axes]`, in its order.

    An axis is an `Axis`, a number, or a tuple of names (columns); a text is the switch without which there is none.
    """
    for name, hint in get_type_hints(kind, include_extras=True).items():
        what, *axes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        declaration = Declared(_axis(axis) for axis in axes if not isinstance(axis, str))
        declaration.columns = next((axis for axis in axes if isinstance(axis, tuple)), ())
        declaration.switch = next((axis for axis in axes if isinstance(axis, str)), "")
        yield name, what, declaration


def _axis(axis: Axis | int | tuple[str, ...]) -> Axis:
    if isinstance(axis, Axis):
        return axis
    return Axis(more=axis if isinstance(axis, int) else len(axis))


K, T, C, S, U, J, B, W, N, A, P, G, X, F, L = (
    Axis(f"n_{name}")
    for name in (
        "scenario month cohort segment whole history part delay note account fee trigger step factor lag".split()
    )
)
"""Axes by their letters: scenarios, months, cohorts, segments in their stages, whole segments, purchase months, parts of
a purchase, delays with which these fall due (W), notes, accounts, fees (P), triggers (G), steps (X), factors, recovery lags."""


Q, E = Axis("n_party"), Axis("n_index")
"""Parties outside the deal (Q) and indices that formulas look at (E)."""
