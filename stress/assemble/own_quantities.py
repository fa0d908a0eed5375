"""The deal's own quantities by month as scenarios move them, and the levels by scenario that formulas look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stress.arrays import Array
from stress.assemble.monthly import MonthInputs, quantities_of
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import indices_in, movable
from stress.inputs.deal.rules import check_deal
from stress.inputs.targets import VALUE_RANGE

LARGEST = VALUE_RANGE["quantity"][1]


def moved_in(deal: Deal, months: Sequence[MonthInputs]) -> tuple[str, ...]:
    """Own quantities that some scenario moves: in some month they are not what the deal gives."""
    given = quantities_of(deal)
    own = [m.quantity for m in months if m.quantity is not None]
    return tuple(name for q, name in enumerate(movable(deal)) if any((m[:, q] != given[:, q]).any() for m in own))


def levels_of(deal: Deal, months: MonthInputs, moved: Sequence[str]) -> Array:
    """(T, E) levels of one scenario: of the indices that formulas look at, then of the own quantities that move."""
    none = np.zeros((deal.legal_maturity_months, 0))
    used, columns = [list(deal.indices).index(name) for name in indices_in(deal)], list(map(movable(deal).index, moved))
    index = none if months.index_level is None else months.index_level[:, used]
    return np.concatenate([index, none if months.quantity is None else months.quantity[:, columns]], axis=1)


def check_moved(deal: Deal, months: MonthInputs) -> None:
    """Raise ConfigError where the deal, with its quantities as a scenario moves them, is none."""
    own = dict(deal.quantities)
    for name in moved_in(deal, [months]):
        values = np.asarray(months.quantity)[:, movable(deal).index(name)].tolist()
        if max(map(abs, values)) > LARGEST:
            raise ConfigError(f"shock on quantity {name}: comes to more than {LARGEST:g}")
        own[name] = tuple((t, value) for t, value in enumerate(values, 1) if t == 1 or value != values[t - 2])
    if own == deal.quantities:
        return
    try:
        check_deal(deal.model_copy(update={"quantities": own}))
    except ValueError as error:
        raise ConfigError(f"shocks on quantity: with them the deal is none: {error}") from None
