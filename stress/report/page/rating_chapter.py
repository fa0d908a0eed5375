"""The chapter on stresses by category: which each class stands, its gap, and sizes to its own stress."""

from __future__ import annotations

from stress.answers.rating import ClassRating, Rating, Stand
from stress.explain.words import listed
from stress.report.figures.desks import stresses
from stress.report.numbers import MISSING, fraction, percent
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet

NEVER = "The categories are those of the table's author; they are no ratings."


def rating_sheet(answer: Rating) -> Sheet:
    """One row a class: what it is held to, its break-even in CNL, its gap."""
    head = ("Class", "Enhancement", "Held to", "Stressed CNL", "Break-even CNL", "× base CNL", "Gap, points", "Verdict",
            "Stands", "Notches")  # fmt: skip
    rows = tuple(_row(rated) for rated in answer.classes)
    note = (
        f"Base CNL of {answer.scenario}: {fraction(answer.base_cnl)} of the cut-off balance, no call ending the deal, "
        "on expected rates, as all stresses are (no path is drawn; break-evens to 0.1%). "
        f"Defaults fall {_TIMING[answer.timing]}. {NEVER}"
    )
    return Sheet(head, rows, " ".join([note, *_again(answer)]))


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
    return Sheet(("Category", "Stressed CNL", *(f"{name}: gap" for name in names)), rows)


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
    says = (
        f"Each class of {answer.job} under the stresses of '{answer.table}', on top of {answer.scenario}: defaults are "
        "turned up under a category's haircuts until the class is no longer paid in full; the pool's cumulative net "
        "loss there, less what the category asks, is its gap.",
        NEVER,
    )
    figure = svg_of(stresses(answer), f"stresses {answer.scenario}")
    caption = "A bar above its line stands the category."
    exhibit = Exhibit(figure, "Break-even net loss", caption, by_category_sheet(answer))
    return Chapter(f"Stresses by category: {answer.table}", says, rating_sheet(answer), exhibit)


_TIMING = {"front": "early", "even": "evenly", "back": "late"}


def _row(rated: ClassRating) -> tuple[str, ...]:
    stand = rated.shown
    verdict = MISSING if rated.passes is None else "stands" if rated.passes else "fails"
    notches = MISSING if rated.notches is None else f"{rated.notches:+d}" if rated.notches else "0"
    beyond = "> " * stand.open
    return (
        rated.note, fraction(rated.enhancement), rated.held or MISSING, fraction(stand.stressed_cnl),
        beyond + fraction(stand.breakeven_cnl), f"{beyond}{stand.breakeven_multiple_cnl:.2f}", _gap(stand), verdict,
        rated.stands or "none", notches,
    )  # fmt: skip


def _gap(stand: Stand) -> str:
    return f"{'> ' * stand.open}{100.0 * stand.gap:+.2f}"
