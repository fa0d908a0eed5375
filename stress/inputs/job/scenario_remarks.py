"""What is allowed in scenarios and still likely to surprise: one rule a kind, each note one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stress.inputs.text.remark import Remark
from stress.look_alike import look_alike

if TYPE_CHECKING:
    from stress.inputs.job import ScenarioCase
    from stress.inputs.scenario import Shock

PERCENT = 20.0
"""A multiple from which it is a percentage, more likely."""
LIFE = 10_000
"""A month after any deal's end."""


def notes_of_cases(cases: Sequence[ScenarioCase]) -> list[Remark]:
    """What of the scenarios of a job, or of one file, may not be what their author means."""
    return [
        *(remark for case in cases for remark in _overwritten(case)),
        *(remark for case in cases for remark in _percents(case)),
        *_equal(cases),
        *_names(cases),
        *_weights(cases),
        *_tables(cases),
    ]


def replaced(case: ScenarioCase) -> set[int]:
    """Places of shocks all of whose months and segments a later `set` takes over."""
    return {before for _, before, whole, _ in _set_over(case) if whole}


def how_of(shock: Shock) -> str:
    """Whether a shock multiplies, adds or sets."""
    return shock.how or next(k for k in ("multiply", "add", "set") if getattr(shock, k) is not None)


def _overwritten(case: ScenarioCase) -> Iterator[Remark]:
    """A `set` over months that an earlier shock has moved."""
    for place, before, whole, when in _set_over(case):
        yield Remark(
            f"scenario {case.name}",
            f"shock {place + 1} on {case.shocks[place].label}",
            f"sets it, so that shock {before + 1} ({how_of(case.shocks[before])}) on the same input moves nothing"
            + ("" if whole else f" {when}"),
        )


def _percents(case: ScenarioCase) -> Iterator[Remark]:
    """Multiples that look like percentages."""
    for place, shock in enumerate(case.shocks, 1):
        most = max((value for _, value in shock.by_month), default=shock.multiply or 0.0)
        if how_of(shock) == "multiply" and most >= PERCENT:
            says = f"multiplies by {most:g}; if {most:g}% of the base is meant, write {most / 100:g}"
            yield Remark(f"scenario {case.name}", f"shock {place} on {shock.label}", says)


def _set_over(case: ScenarioCase) -> Iterator[tuple[int, int, bool, str]]:
    """Each `set` and each earlier shock that it replaces: their places, whether wholly, and in which months."""
    for place, shock in enumerate(case.shocks):
        if how_of(shock) != "set":
            continue
        for before, earlier in enumerate(case.shocks[:place]):
            first = max(_span(shock)[0], _span(earlier)[0])
            last = min(_span(shock)[1], _span(earlier)[1])
            apart = shock.segments and earlier.segments and not set(shock.segments) & set(earlier.segments)
            if shock.label != earlier.label or first > last or apart:
                continue
            whole = _span(shock)[0] <= _span(earlier)[0] and _span(earlier)[1] <= _span(shock)[1]
            whole = whole and (not shock.segments or set(earlier.segments or shock.segments) <= set(shock.segments))
            whole = whole and bool(earlier.segments or not shock.segments) and shock.by_month == ()
            yield place, before, whole, f"from month {first} on" if last >= LIFE else f"in months {first} to {last}"


def _equal(cases: Sequence[ScenarioCase]) -> Iterator[Remark]:
    """Two scenarios that move the same: their figures will be the same."""
    for place, case in enumerate(cases):
        for earlier in cases[:place]:
            if _moves(case) == _moves(earlier):
                sentence = f"moves the same as {earlier.name}, so both give the same figures"
                yield Remark(f"scenario {case.name}", "", sentence)
                break


def _moves(case: ScenarioCase) -> tuple[object, ...]:
    return case.shocks, case.swing, case.parameters, case.short_rate


def _names(cases: Sequence[ScenarioCase]) -> Iterator[Remark]:
    for name, other, why in look_alike([case.name for case in cases]):
        yield Remark(f"scenario {other}", "name", f"is hard to tell from {name}: {why}")


def _weights(cases: Sequence[ScenarioCase]) -> Iterator[Remark]:
    """Some scenarios have a probability and others none."""
    without = [case.name for case in cases if case.probability is None and case.parameters is None]
    weighed = [case.name for case in cases if case.probability is not None]
    if weighed and without:
        yield Remark(
            f"scenario {without[0]}",
            "probability",
            f"is given to {', '.join(weighed)} and not to {', '.join(without)}: the mixture leaves the latter out",
        )


def _tables(cases: Sequence[ScenarioCase]) -> Iterator[Remark]:
    """What the readers of tables assumed, of a table that several scenarios read once."""
    noted = set[tuple[str, str]]()
    for case in cases:
        yield from (Remark(f"scenario {case.name}", *note) for note in case.table_notes if note not in noted)
        noted |= {*case.table_notes}


def _span(shock: Shock) -> tuple[int, int]:
    """First and last month that a shock moves."""
    if shock.by_month:
        return shock.by_month[0][0], LIFE
    return shock.from_month, shock.to_month or LIFE
