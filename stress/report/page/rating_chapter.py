"""The chapter on stresses by category: which each class stands, its gap, and sizes to its own stress."""

from __future__ import annotations

from collections.abc import Iterator

from stress.answers.rating import ClassRating, Rating, Stand
from stress.explain.words import listed
from stress.report.figures.desks import stresses
from stress.report.numbers import MISSING, fraction, percent
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.remaining import expected, of_what, short
from stress.report.sheets import Sheet

NEVER = "The categories are those of the table's author; they are no ratings."


def rating_sheet(answer: Rating) -> Sheet:
    """One row a class: what it is held to, its break-even in CNL, its gap."""
    cnl, since = short(answer.since), answer.since
    head = ("Class", "Enhancement", "Held to", f"Stressed {cnl}", f"Break-even {cnl}", f"× base {cnl}", "Gap, points",
            "Verdict", "Stands", "Notches")  # fmt: skip
    over = "pool then" if since.as_of else "cut-off balance"
    note = (
        f"Base {cnl} of {answer.scenario}: {fraction(answer.base_cnl)} of the {over}, no call ending the deal, on "
        f"{expected(since)}, as all stresses are (no path is drawn; break-evens to 0.1%). Defaults fall "
        f"{_TIMING[answer.timing]}. {NEVER}"
    )
    rows = tuple(_row(rated) for rated in answer.classes)
    return Sheet(head, rows, " ".join([note, *_in_mid_life(answer), *_ends(answer), *_again(answer)]))


def _in_mid_life(answer: Rating) -> Iterator[str]:
    """What the figures are over, the same since closing, and which classes are repaid."""
    if not answer.since.as_of:
        return
    breaks = [f"{rated.note} {_beyond(rated.shown)}{fraction(rated.shown.breakeven_cnl_since_closing)}"
              for rated in answer.classes]  # fmt: skip
    base = fraction(answer.base_cnl_since_closing)
    yield f"{of_what(answer.since)} So counted the base is {base}, break-evens {listed(breaks)}."
    yield "Enhancement is of what is outstanding then."
    if answer.repaid:
        yield f"Repaid by then: {listed(answer.repaid)}."


def _ends(answer: Rating) -> Iterator[str]:
    """What break-evens at an end of the search say."""
    stands = [stand for rated in answer.classes for stand in rated.by_category]
    if any(stand.open and not stand.passes for stand in stands):
        yield "Not shown: paid in full to the end of the search, which does not come to the net loss that is asked."
    if any(stand.loses_already for stand in stands):
        yield "<: loses already at the softest end of the search."


def _again(answer: Rating) -> list[str]:
    """A sentence on each class that begins to lose more than once."""
    return [
        f"{rated.note} under {stand.category} begins to lose at {listed(map(fraction, stand.crossings))} in turn as "
        "defaults rise, paid in full in between, as where a trigger stops purchases or changes the order of payments: "
        "the lowest is given."
        for rated in answer.classes
        for stand in rated.by_category
        if len(stand.crossings) > 1
    ]


def by_category_sheet(answer: Rating) -> Sheet:
    """One row a category: the gap of every class under it."""
    names = [rated.note for rated in answer.classes]
    rows = tuple(
        (stands[0].category, fraction(stands[0].stressed_cnl), *(_gap(stand) for stand in stands))
        for stands in zip(*(rated.by_category for rated in answer.classes), strict=True)
    )
    return Sheet(("Category", f"Stressed {short(answer.since)}", *(f"{name}: gap" for name in names)), rows)


def sizes_sheet(answer: Rating) -> Sheet:
    """One row a class that was sized."""
    rows = tuple(
        (size.note, size.held, percent(size.before), percent(size.share), percent(size.enhancement),
         "sized" if size.feasible else "no size stands it; left as it was")
        for size in answer.sizes
    )  # fmt: skip
    return Sheet(("Class", "Held to", "Was", "Share", "Enhancement", ""), rows)


def rating(answer: Rating) -> Chapter:
    """Break-evens in net loss against a table of stresses."""
    after = answer.since.as_of
    lost = f"net loss there (after {after}, over what is left of it then)" if after else "cumulative net loss there"
    says = (
        f"Each class of {answer.job} under the stresses of '{answer.table}', on top of {answer.scenario}: defaults are "
        f"turned up under a category's haircuts until the class is no longer paid in full; the pool's {lost}, less "
        "what the category asks, is its gap.",
        NEVER,
    )
    figure = svg_of(stresses(answer), f"stresses {answer.scenario}")
    caption = "A bar above its line stands the category."
    exhibit = Exhibit(figure, "Break-even net loss", caption, by_category_sheet(answer))
    return Chapter(f"Stresses by category: {answer.table}", says, rating_sheet(answer), exhibit)


_TIMING = {"front": "early", "even": "evenly", "back": "late"}


def _row(rated: ClassRating) -> tuple[str, ...]:
    stand = rated.shown
    verdict = MISSING if rated.passes is None else "stands" if rated.passes else "not shown" if stand.open else "fails"
    notches = MISSING if rated.notches is None else f"{rated.notches:+d}" if rated.notches else "0"
    beyond = _beyond(stand)
    return (
        rated.note, fraction(rated.enhancement), rated.held or MISSING, fraction(stand.stressed_cnl),
        beyond + fraction(stand.breakeven_cnl), f"{beyond}{stand.breakeven_multiple_cnl:.2f}", _gap(stand), verdict,
        rated.stands or "none", notches,
    )  # fmt: skip


def _beyond(stand: Stand) -> str:
    return "> " * stand.open + "< " * stand.loses_already


def _gap(stand: Stand) -> str:
    return f"{_beyond(stand)}{100.0 * stand.gap:+.2f}"
