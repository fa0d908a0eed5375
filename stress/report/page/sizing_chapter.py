"""The chapter of note sizes."""

from __future__ import annotations

from stress.answers.sizing import Sizing
from stress.explain.words import listed
from stress.report.figures import answers
from stress.report.numbers import MISSING, count, interval, many, own_unit, percent, share, unit_of
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet


def sizing(answer: Sizing) -> Chapter:
    """Notes as they are and as sized; or as they are alone, with their bands."""
    asked = any(note.target for note in answer.notes)
    subject = "The largest notes, the most senior first, that meet a target each" if asked else "Notes as they are"
    table = f"EL-implied bands are those of the table '{answer.table}'; they are no ratings."
    says = (f"{subject}, under {answer.scenario}. {solved(answer)} {table}", answer.says)
    title = f"Note sizes under {answer.scenario}" if asked else f"EL-implied bands under {answer.scenario}"
    figure = svg_of(answers.sizing(answer), f"sizing {answer.scenario}")
    exhibit = Exhibit(figure, "Note sizes", "", _sizes(answer))
    return Chapter(title, tuple(s for s in says if s), _sized(answer) if asked else _banded(answer), exhibit)


def _sized(answer: Sizing) -> Sheet:
    head = ("Note", "Was", "Share", "Enhancement", "Target", "Measured [95%]", "WAL, years", "Band", "Verdict")
    unit = unit_of(float(n.measured.high) for n in answer.notes)
    return Sheet(head, tuple(
        (n.note, percent(n.before), share(n.share, n.share_error), share(n.enhancement, n.enhancement_error),
         n.target or MISSING, interval(*map(float, (n.measured.estimate, n.measured.low, n.measured.high)), unit=unit),
         own_unit(n.life, n.life_error, digits=3), n.band, n.verdict)
        for n in answer.notes
    ))  # fmt: skip


def _banded(answer: Sizing) -> Sheet:
    head = ("Note", "Share", "Enhancement", "Expected loss [95%]", "WAL, years", "Band")
    unit = unit_of(float(n.measured.high) for n in answer.notes)
    return Sheet(head, tuple(
        (n.note, percent(n.share), percent(n.enhancement),
         interval(*map(float, (n.measured.estimate, n.measured.low, n.measured.high)), unit=unit),
         own_unit(n.life, n.life_error, digits=3), n.band)
        for n in answer.notes
    ))  # fmt: skip


def _sizes(answer: Sizing) -> Sheet:
    """Shares with their intervals, where they were found."""
    rows = tuple(
        (n.note, percent(n.before), percent(n.share, 3), _range(n.share_low, n.share_high)) for n in answer.notes
    )
    return Sheet(("Note", "Was", "Share", "95% interval"), rows)


def _range(low: float, high: float) -> str:
    return f"{percent(low, 3)} to {percent(high, 3)}" if low < high else MISSING


def solved(answer: Sizing) -> str:
    """On which paths notes were sized and judged, and what the error of a share means."""
    proof = f"{count(answer.proof_paths)} {{}}, drawn around losses where these are rare."
    if not answer.proof_paths:
        return f"{many(answer.paths, 'path')} to solve on. A share is the safe end of its 95% interval."
    if not any(note.target for note in answer.notes):
        return f"Measured on {proof.format('paths')}{_left(answer)}"
    aimed = " drawn around losses" if answer.estimator == "importance" else ""
    return (
        f"Solved on {many(answer.paths, 'path')}{aimed}, proved on {proof.format('others')} ± one standard error, that "
        "of the notes above included. A share is the safe end of its 95% interval: all of the measure's own is within "
        f"the limit.{_together(answer)}"
    )


def _left(answer: Sizing) -> str:
    """Of a deal in mid-life, what sizes and losses are of."""
    as_of = answer.since.as_of
    return f" After {as_of}: sizes are over the pool then, losses and lives of what is left of the notes." * bool(as_of)


def _together(answer: Sizing) -> str:
    """Which notes are sized by one target, and how they share what it leaves them."""
    by: dict[str, list[str]] = {}
    for note in answer.notes:
        by.setdefault(note.sized_by, []).append(note.note)
    return "".join(
        f" {listed(notes)} share their room pro rata to what they were: the target of {last} sizes them together."
        for last, notes in by.items()
        if last and len(notes) > 1
    )
