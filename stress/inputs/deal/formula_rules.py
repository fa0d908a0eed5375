"""Every formula of a deal, where it stands and what it must give; a deal with one that cannot be read is refused."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from stress.inputs.deal.formula_signs import below_zero
from stress.inputs.deal.formula_text import FormulaError, Node, number_of, parse
from stress.inputs.deal.formula_values import CALLS, PAST, Value
from stress.inputs.deal.formulas import END, Names, looks_at, quantity_of, read, value
from stress.inputs.deal.quantities import OBSERVABLES, QUANTITIES, Unit
from stress.inputs.deal.reading import located
from stress.inputs.deal.terms import PHASES, Terms, Trigger
from stress.inputs.text.remark import named

Quantity = str | tuple[tuple[int, float], ...]
"""One of the deal's own: a formula, or levels by month."""


class Place(NamedTuple):
    """A formula of a deal."""

    where: str
    text: str
    unit: Unit | None
    """What it must give; None: any value."""
    later: Mapping[str, Sequence[str]] = {}
    """By quantity, triggers and fees that it cannot see: they are tested or charged later."""


def names_of(deal: Terms) -> Names:
    """What the formulas of a deal may name. Raises ValueError where an own quantity cannot be read."""
    of: dict[str, Sequence[str]] = {
        "note": tuple(note.name for note in deal.notes),
        "account": ("income", "principal", *deal.accounts),
        "fee": tuple(fee.name for fee in deal.fees),
        "trigger": tuple(trigger.name for trigger in deal.triggers),
        "phase": PHASES,
        "party": deal.parties,
        "index": tuple(deal.indices),
        "series": tuple(series.name for series in deal.trust.series) if deal.trust is not None else (),
    }
    trust, hurdle = deal.trust is not None, deal.hurdle_rate is not None
    return _named(tuple(of.items()), tuple(deal.quantities.items()), deal.legal_maturity_months, trust, hurdle)


def movable(deal: Terms) -> list[str]:
    """Own quantities that a scenario can move: numbers and schedules, in the order of the deal."""
    return list(_movable(tuple(deal.quantities.items())))


@functools.lru_cache(maxsize=64)
def _movable(given: tuple[tuple[str, Quantity], ...]) -> tuple[str, ...]:
    return tuple(name for name, quantity in given if isinstance(quantity, tuple) or _is_number(quantity))


def _is_number(text: str) -> bool:
    try:
        return number_of(parse(text)) is not None
    except FormulaError:
        return False


@functools.lru_cache(maxsize=64)
def _named(
    of: tuple[tuple[str, Sequence[str]], ...],
    given: tuple[tuple[str, Quantity], ...],
    last: int,
    trust: bool,
    hurdle: bool,
) -> Names:
    """The rules of a deal ask for its names many times."""
    own: dict[str, Node | tuple[tuple[int, float], ...]] = {}
    names, quantities = Names(dict(of), own, last, trust=trust, hurdle=hurdle, free=_movable(given)), dict(given)
    for name, quantity in given:
        where = f"quantities.{name}"
        if not name.isidentifier() or name in QUANTITIES or name in ("and", "or", "not", *CALLS):
            why = "is a word of formulas" if name.isidentifier() else "must be one word of letters, digits and _"
            raise ValueError(f"{where}: {why}; choose another name")
        if isinstance(quantity, tuple) and any(a[0] >= b[0] for a, b in pairwise(quantity)):
            raise ValueError(f"{where}: months must increase")
    for name in quantities:
        _read_own(quantities, names, own, (name,))
    return names


def _read_own(
    quantities: Mapping[str, Quantity],
    names: Names,
    own: dict[str, Node | tuple[tuple[int, float], ...]],
    within: tuple[str, ...],
) -> None:
    """Read a quantity of the deal after those that it names, in whatever order they stand; `within`: what named it."""
    name = within[-1]
    given, where = quantities[name], f"quantities.{name}"
    if name in own:
        return
    if name in within[:-1]:
        raise ValueError(f"{where}: is defined by itself: {' -> '.join(within[within.index(name) :])}")
    if isinstance(given, str):
        for other in _own_in(given, names):
            if other in quantities:
                _read_own(quantities, names, own, (*within, other))
    own[name] = given if isinstance(given, tuple) else _read(Place(where, given, None), names)


def _own_in(text: str, names: Names) -> list[str]:
    """Names without a part that a formula uses; none where it cannot be read, which is told when it is."""
    try:
        return sorted(name for name, of in looks_at(parse(text), names) if not of)
    except FormulaError:
        return []


def formulas_of(deal: Terms) -> Iterator[Place]:
    """Formulas of steps and triggers, with their places."""
    for where, step in located(deal):
        for when in step.when:
            if isinstance(when, str):
                yield Place(f"{where}: when", when, "condition")
        if step.step == "pay_fee" and isinstance(step.cap, str):
            yield Place(f"{where}: cap", step.cap, "money")
        elif step.step in ("transfer", "receive", "pay_party", "write_down", "write_up") and isinstance(
            step.amount, str
        ):
            yield Place(f"{where}: amount", step.amount, "money")
        elif step.step in ("top_up", "release") and isinstance(step.target, str):
            yield Place(f"{where}: target", step.target, "money")
        elif step.step == "pay_principal" and step.until is not None:
            yield Place(f"{where}: until", step.until, "money")
    if deal.clean_up is not None and deal.clean_up.when is not None:
        yield Place("clean_up.when", deal.clean_up.when, "condition")
    if deal.clean_up is not None and deal.clean_up.price is not None:
        yield Place("clean_up.price", deal.clean_up.price, "money")
    if deal.trust is not None and deal.trust.principal_needed is not None:
        yield Place("trust.principal_needed", deal.trust.principal_needed, "money")
    fees, triggers = [fee.name for fee in deal.fees], [trigger.name for trigger in deal.triggers]
    for number, fee in enumerate(deal.fees):
        if isinstance(fee.amount, str):
            yield Place(f"{named('fees', fee.name)}.amount", fee.amount, "money", {"fee": fees[number:]})
    for number, trigger in enumerate(deal.triggers):
        later = {"tripped": triggers[number:]}
        if trigger.condition is not None:
            yield Place(f"{named('triggers', trigger.name)}.condition", trigger.condition, "condition", later)
        elif is_formula(trigger):
            yield Place(f"{named('triggers', trigger.name)}.observable", trigger.what, None, later)


def is_formula(trigger: Trigger) -> bool:
    """Whether a trigger looks at a formula."""
    return trigger.condition is not None or trigger.observable not in OBSERVABLES


def check_formula(place: Place, names: Names) -> None:
    """Raise ValueError where a formula cannot be read, gives another unit, or can give nothing but 0."""
    tree = _read(place, names._replace(later=place.later, of_fee="fee" in place.later))
    held = place.where.endswith("until")  # at 0, which says that the notes are repaid in full
    if place.unit == "money" and (result := value(tree, names)).high <= 0.0 and (result.low < 0.0 or not held):
        holds = ", so that it holds nothing back" * held
        why = "".join(f": {sentence}" for sentence in below_zero(tree))
        raise ValueError(f'{place.where} = "{place.text}": is never above 0{holds}{why}')


def check_formulas(deal: Terms) -> None:
    """Raise ValueError where a formula of a deal is none (`check_formula`), or where the hurdle rate has no use."""
    names = names_of(deal)
    for place in formulas_of(deal):
        check_formula(place, names)
    _check_years(deal)
    if deal.hurdle_rate is None:
        return
    if ("pool.adjusted", "") not in quantities_in(deal):
        raise ValueError(f"hurdle_rate = {deal.hurdle_rate:g}: no formula looks at pool.adjusted; leave it out")
    if deal.revolving_months > 0:
        raise ValueError(
            f"hurdle_rate = {deal.hurdle_rate:g}: pool.adjusted follows the opening pool; of a deal that buys "
            "receivables (revolving_months above 0) it is not known: leave it out"
        )


def counted_by_year(deal: Terms) -> list[str]:
    """Fees of which formulas look at what has been paid in the year, in the order of the deal."""
    looked_at = {of for name, of in quantities_in(deal) if name == "paid_this_year"}
    return [fee.name for fee in deal.fees if fee.name in looked_at]


def _check_years(deal: Terms) -> None:
    """Raise ValueError where nothing can be counted by the year, or where nothing looks at it."""
    counted = counted_by_year(deal)
    capped = {step.fee for _, step in located(deal) if step.step == "pay_fee" and step.cap is not None}
    for name in counted:
        if name not in capped:
            raise ValueError(
                f"paid_this_year: counts what steps with a cap pay of a fee, and no pay_fee of {name!r} has a cap"
            )
    if deal.year_begins != 1 and not counted:
        raise ValueError(f"year_begins = {deal.year_begins}: no formula looks at paid_this_year; leave it out")


def at_the_end(deal: Terms, text: str) -> Value:
    """What a formula can come to when pool and notes are gone, the deal's own quantities as it gives them."""
    names = names_of(deal)
    return value(read(text, names, "money"), names._replace(free=()), END)


def all_in_the_end(deal: Terms, text: str, account: str) -> bool:
    """Whether a formula is what an account holds once pool and notes are gone: `account.x`, or what it holds above an
    amount that is 0 by then, `max(account.x - 0.02 * pool, 0)`."""
    names = names_of(deal)
    tree = _written_out(read(text, names, "money"), names)
    if tree.does == "call" and tree.name == "max":
        parts = [part for part in tree.parts if (part.does, part.value) != ("number", 0.0)]
        tree = _written_out(parts[0], names) if len(parts) == 1 else tree
    if tree.does == "-" and len(tree.parts) == 2 and value(tree.parts[1], names, END).high <= 0.0:
        tree = _written_out(tree.parts[0], names)
    return (tree.does, tree.name, tree.of) == ("name", "account", account)


def _written_out(tree: Node, names: Names) -> Node:
    """A quantity of the deal's own as its formula."""
    own = names.own.get(tree.name) if tree.does == "name" and not tree.of else None
    return _written_out(own, names) if isinstance(own, Node) else tree


def quantities_in(deal: Terms) -> list[tuple[str, str]]:
    """(name in the table, of) of all quantities that the formulas of a deal use, in the order of the table."""
    names, pairs = names_of(deal), set[tuple[str, str]]()
    for text in [*(place.text for place in formulas_of(deal)), *deal.quantities]:
        pairs |= looks_at(parse(text), names)
    rows = []
    for name, of in pairs:
        row = quantity_of(Node("name", 0, name=name, of=of))
        if row is not None:
            rows.append((row[0], of if row[1].of else ""))
    return sorted(rows, key=lambda row: (list(QUANTITIES).index(row[0]), row[1]))


def months_kept(deal: Terms) -> int:
    """Most determinations of which a mean or an `ago` of the deal's formulas keeps something."""
    texts = [*(place.text for place in formulas_of(deal)), *(q for q in deal.quantities.values() if isinstance(q, str))]
    return max((_months_kept(parse(text)) for text in texts), default=1)


def _months_kept(tree: Node) -> int:
    own = int(tree.parts[1].value) + (tree.name == "ago") if tree.does == "call" and tree.name in PAST else 1
    return max(own, *(_months_kept(part) for part in tree.parts), 1)


def indices_in(deal: Terms) -> list[str]:
    """Indices that formulas look at, in the order of the deal."""
    used = {of for name, of in quantities_in(deal) if name == "index"} if deal.indices else set()
    return [name for name in deal.indices if name in used]


def sees(deal: Terms, text: str, name: str, of: str) -> bool:
    """Whether a formula looks at a quantity: at `tripped` of a trigger, at `unpaid` of a note."""
    return (name, of) in looks_at(parse(text), names_of(deal))


def _read(place: Place, names: Names) -> Node:
    try:
        return read(place.text, names, place.unit)
    except FormulaError as error:
        shown = place.text if len(place.text) <= 80 else place.text[:77] + "..."
        raise ValueError(f'{place.where} = "{shown}": {error}') from None
