"""The page of `stress whatif`: sliders over what was run, with the errors of simulation and of interpolation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from stress.answers.whatif import Axis, Read, Surface, WhatIf, nearest
from stress.report.numbers import ONE_PERCENT, at_least, count
from stress.report.page.template import data, rendered
from stress.report.remaining import starts
from stress.report.sheets import Sheet
from stress.version import __version__

DIGITS = 12
"""Of a weight: the cubes of a surface cancel."""
HOW = {"multiply": "× ", "add": "+ ", "set": "", "share": ""}
EDGE = 1e-6
"""Of a multiple: what a surface through points at an end of the search may stray from it by rounding."""
TOO_FEW = "too few paths for a bound"


class Cell(NamedTuple):
    """A measure where the job stands, as the page shows it and the script rewrites it."""

    surface: int
    value: str
    errors: str


class Row(NamedTuple):
    """A note (or the pool) and its measures; None where it has none."""

    name: str
    cells: tuple[Cell | None, ...]


def render(answer: WhatIf) -> str:
    """The page as text. It tells what it holds without a script; with one its sliders move."""
    measures = list(dict.fromkeys((s.measure, s.title) for s in answer.surfaces))
    of_notes = [m for m in measures if any(s.measure == m[0] and s.note for s in answer.surfaces)]
    return rendered(
        "whatif.html.j2",
        scripts=("tables", "plot", "whatif"),
        data=data(document(answer)),
        answer=answer,
        away=_away(answer),
        axes=[(k, axis, named(axis), shown_at(axis, axis.start)) for k, axis in enumerate(answer.axes)],
        heads=of_notes,
        notes=list(_rows(answer, [m for m, _ in of_notes])),
        pool=[(s.title, _cell(answer, k)) for k, s in enumerate(answer.surfaces) if not s.note],
        measures=measures,
        ends=ends(answer),
        points=points(answer),
        missed=missed(answer),
        count=count(answer.paths),
        starts=starts(answer.since),
        near=nearest(len(answer.axes)),
        version=__version__,
    )


def document(answer: WhatIf) -> dict[str, Any]:
    """All that the script reads."""
    return {
        "axes": [
            {"name": named(a), "how": HOW[a.how], "low": a.low, "high": a.high, "even": a.even,
             "start": a.place(a.start)}
            for a in answer.axes
        ],
        "place": answer.place.round(DIGITS).tolist(),
        "near": nearest(len(answer.axes)),
        "surfaces": [
            {
                "measure": s.measure, "title": s.title, "note": s.note, "unit": s.unit, "least": s.least,
                "most": s.most if math.isfinite(s.most) else None, "power": s.power,
                **{key: [float(f"{x:.{DIGITS}g}") for x in getattr(s, key)]
                   for key in ("weight", "value", "error", "bound", "floor", "missed")},
            }
            for s in answer.surfaces
        ],
    }  # fmt: skip


def named(axis: Axis) -> str:
    """An axis in words."""
    target, _, of = axis.name.partition(":")
    return f"{'share of ' if target == 'share' else ''}{of}" if of else target.replace("_", " ")


def shown_at(axis: Axis, value: float) -> str:
    """A value of an axis: × 1.5, + 0.01, − 0.01, 0.8."""
    text = f"{HOW[axis.how]}{float(f'{value:.4g}'):g}"
    return text.replace("+ -", "\N{MINUS SIGN} ")


def written(surface: Surface, read: Read) -> tuple[str, str]:
    """A value and its two errors, as the script writes them too: percent, or basis points where all points of the
    surface are below 1%."""
    size = float(abs(surface.value).max()) or float(surface.bound.max())
    if math.isfinite(read.bound) and read.bound >= surface.most:
        return "0", TOO_FEW
    if math.isfinite(read.bound) and read.bound > 0.0:
        return f"< {_number(read.bound, surface.unit, size)}", "none seen"
    if read.floor < 1.0:
        return f"> {at_least(read.floor)}", "on every path"
    if surface.unit == "x" and read.value >= surface.most * (1.0 - EDGE):
        return f"> {surface.most:g} ×", ""
    if surface.unit == "x" and read.value <= surface.least * (1.0 + EDGE):
        return f"< {surface.least:g} ×", ""
    errors = (f"± {_number(x, surface.unit, size).split(' ')[0].rstrip('%')}" for x in (read.error, read.between))
    return _number(read.value, surface.unit, size), " · ".join(errors)


def _number(x: float, unit: str, size: float) -> str:
    """A number in the unit that a value of `size` has."""
    if unit != "1":
        return f"{x:.2f}{' ×' if unit == 'x' else ' y'}"
    text = f"{100.0 * x:.2f}%" if size >= ONE_PERCENT else f"{1e4 * x:.1f} bp"
    return text.replace("-", "\N{MINUS SIGN}")


def _cell(answer: WhatIf, k: int) -> Cell:
    surface = answer.surfaces[k]
    return Cell(k, *written(surface, answer.read(surface, answer.start())))


def _rows(answer: WhatIf, measures: list[str]) -> Iterator[Row]:
    at = {(s.measure, s.note): k for k, s in enumerate(answer.surfaces) if s.note}
    for note in dict.fromkeys(note for _, note in at):
        cells = (_cell(answer, at[m, note]) if (m, note) in at else None for m in measures)
        yield Row(note, tuple(cells))


def _away(answer: WhatIf) -> list[str]:
    """Where the page starts on the ranges that leave the job out."""
    return [f"{named(axis)} {shown_at(axis, axis.start)}" for axis in answer.axes if not axis.stands]


def ends(answer: WhatIf) -> Sheet:
    """Every measure with one input at an end of its range, the others where the job stands, or next to it."""
    away = _away(answer)
    head = ["Measure", f"at {', '.join(away)}" if away else "as it stands"]
    places = [answer.start()]
    for k, axis in enumerate(answer.axes):
        for end, value in ((0.0, axis.low), (1.0, axis.high)):
            place = answer.start()
            place[k] = end
            places.append(place)
            head.append(f"{named(axis)} {shown_at(axis, value)}")
    rows = []
    for s in answer.surfaces:
        texts = (written(s, answer.read(s, place)) for place in places)
        rows.append((f"{s.measure} {s.note}".strip(), *(f"{value} {errors}".strip() for value, errors in texts)))
    note = f"Errors: ± of simulation (one standard error) · ± of interpolation. {starts(answer.since)}"
    return Sheet(tuple(head), tuple(rows), note.strip())


def points(answer: WhatIf) -> Sheet:
    """What was run: the inputs and all measures at every point."""
    head = (*(named(axis) for axis in answer.axes), *(f"{s.measure} {s.note}".strip() for s in answer.surfaces))
    rows = tuple(
        (*(f"{axis.value(float(u)):.4g}" for axis, u in zip(answer.axes, row, strict=True)),
         *(f"{s.value[k]:.6g}" for s in answer.surfaces))
        for k, row in enumerate(answer.place)
    )  # fmt: skip
    return Sheet(head, rows, "Shares as fractions, yields a year, lives in years.")


def missed(answer: WhatIf) -> Sheet:
    """How far each surface misses the points that it is laid without."""
    rows = []
    for s in answer.surfaces:
        spread = float(s.value.max() - s.value.min())
        root, worst = math.sqrt(float((s.missed**2).mean())), float(abs(s.missed).max())
        cells = (_number(x, s.unit, float(abs(s.value).max())) for x in (s.value.min(), s.value.max(), root, worst))
        laid = "smooth" if s.power == 3 else "straight"
        share = f"{100.0 * root / spread:.1f}%" if spread > 0.0 else "–"
        rows.append((s.title, s.note or "pool", laid, *cells, share))
    head = ("Measure", "Of", "Surface", "Least", "Most", "Missed, root mean square", "Missed, worst", "Of its reach")
    return Sheet(head, tuple(rows), "Each point left out in turn: what the surface through the others misses there.")
