"""The first sheets of two workbooks: a run's classes for a committee, and every point of a what-if as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stress.measures.means import has_principal
from stress.report.numbers import many
from stress.report.workbook import Column, Table, of_answer
from stress.results.sweep import cells

if TYPE_CHECKING:
    import xarray as xr

    from stress.answers.whatif import Surface, WhatIf
    from stress.inputs.job import Job

UNITS = {"1": "share", "x": "number", "a": "years"}
"""Unit of a surface -> that of its column."""
_CLASS = (Column("Class", "text"), Column("Size", "money"), Column("Size, of the pool", "share"),
          Column("Enhancement", "share"), Column("Coupon", "text"))  # fmt: skip
_LIFE = (Column("WAL, years", "years"), Column("± WAL", "years"))
_BREAK_EVEN = (Column("Break-even, × base CNL", "number"), Column("± Break-even", "number"))


def summary(result: Any) -> Table:
    """One row a class: size, enhancement, coupon; life, expected loss and its probability under the first scenario and
    under the one in which it loses most; the break-even multiple where the run found it. Of a sweep, of every job."""
    from stress.report.known_job import job_of

    jobs = list(cells(result))
    labels = list(jobs[0][0]) if len(jobs) > 1 else []
    datasets = [ds for _, ds in jobs]
    several = any(ds.sizes["scenario"] > 1 for ds in datasets)
    asked = any("breakeven_multiple" in ds for ds in datasets)
    worst = (Column("At its worst under", "text"), *_losses(", at its worst")) if several else ()
    head = (*(Column(label, "text") for label in labels), *_CLASS, *_LIFE, *_losses(""), *worst, *_BREAK_EVEN * asked)
    rows = [
        (*(names[label] for label in labels), *terms, *_of_note(ds.isel(tranche=n), several, asked))
        for names, ds in jobs
        for n, terms in enumerate(_terms(ds, job_of(ds)))
    ]
    under = ", ".join(dict.fromkeys(str(ds["scenario"].values[0]) for ds in datasets))
    return Table("Summary", head, rows, _summary_note(under, asked))


def _losses(where: str) -> tuple[Column, ...]:
    names = (f"Expected loss{where}", f"P(loss){where}")
    return tuple(Column(f"{sign}{name}{end}", "share") for name in names for sign, end in _PARTS)


_PARTS = (("", ""), ("± ", ""), ("", ", 95% at most"))


def _terms(ds: xr.Dataset, job: Job | None) -> Iterator[tuple[Any, ...]]:
    """Class, size, share, enhancement and coupon of every note."""
    from stress.explain.notes import amounts_of, coupon_words, shares_of, support_then

    names = [str(name) for name in ds["tranche"].values]
    if job is None:
        yield from ((name, None, None, None, None) for name in names)
        return
    deal, balance = job.deal, job.pool.balance
    sizes = amounts_of(deal, balance), shares_of(deal, balance)
    for note, amount, share, below in zip(deal.notes, *sizes, support_then(job), strict=True):
        coupon = "residual" if note.residual else coupon_words(deal, note).partition(";")[0]
        yield note.name, amount, share, below, coupon


def _of_note(note: xr.Dataset, several: bool, asked: bool) -> tuple[Any, ...]:
    """What a note's run found; nothing of a certificate without principal."""
    lends = bool(has_principal(note))
    life = tuple(float(note[f"wal{k}"][0]) for k in ("", "_se")) if lends else (None,) * 2
    values = (*life, *_loss(note, 0, lends))
    if several:
        at = int(np.argmax(note["expected_loss"].values))
        values += (str(note["scenario"].values[at]) if lends else None, *_loss(note, at, lends))
    return (*values, *_break_even(note)) if asked else values


def _loss(note: xr.Dataset, at: int, lends: bool) -> tuple[float | None, ...]:
    names = [f"{name}{end}" for name in ("expected_loss", "loss_probability") for end in ("", "_se", "_high")]
    return tuple(float(note[name][at]) for name in names) if lends else (None,) * len(names)


def _break_even(note: xr.Dataset) -> tuple[Any, ...]:
    if "breakeven_multiple" not in note:
        return None, None
    value, width = float(note["breakeven_multiple"]), float(note["breakeven_multiple_precision"])
    if bool(note["breakeven_open"]) and not math.isnan(value):
        return f"> {value:.4g}", None
    return value, 0.5 * width


def _summary_note(under: str, asked: bool) -> str:
    text = "Enhancement: what ranks below, over the pool or the series, of a deal in mid-life of what is left. "
    text += f"Under {under}; ± standard error. "
    text += "A loss that no path showed is at most the bound beside it; of the whole on every path, ± is what so many "
    text += "paths cannot tell."
    break_even = (
        " Break-even: multiple of the pool's cumulative net loss to maturity (of a deal in mid-life: of the months that"
        " are left) where the class begins to lose as the odds of default rise, deterministic, ± half the bracket of "
        "the search; no rating."
    )
    return text + break_even * asked


def points(answer: WhatIf, document: Mapping[str, Any]) -> list[Table]:
    """A sheet of every point (its inputs, every measure of every note with its error), one of how well the surfaces
    read between them, and what else the answer's document says."""
    about = {key: value for key, value in document.items() if key not in ("place", "surfaces")}
    first, *others = of_answer("whatif", about)
    return [first, _of_points(answer), _between(answer.surfaces), *others]


def _of_points(answer: WhatIf) -> Table:
    """One row a point."""
    inputs = [Column(f"{axis.name} ({axis.how})", "number") for axis in answer.axes]
    head = [Column("Point", "count"), *inputs]
    columns = []
    for surface in answer.surfaces:
        name, unit = f"{surface.measure}, {surface.note or 'pool'}", UNITS[surface.unit]
        head += [Column(name, unit), Column(f"± {name}", unit)]
        columns += [surface.value.tolist(), surface.error.tolist()]
        if surface.unit == "1" and surface.least == 0.0 and not surface.value.all():
            head.append(Column(f"{name}, 95% at most", unit))
            columns.append(surface.bound.tolist())
    rows = []
    for k, place in enumerate(answer.place.tolist()):
        values = [axis.value(x) for axis, x in zip(answer.axes, place, strict=True)]
        rows.append((k + 1, *values, *(column[k] for column in columns)))
    note = f"{many(answer.paths, 'path')} a point on the same draws; ± standard error of simulation."
    return Table("Points", tuple(head), rows, note)


def _between(surfaces: tuple[Surface, ...]) -> Table:
    """How far the surface without a point lies from it, root mean square over the points."""
    head = [Column(name, "text") for name in ("Measure", "Note", "Meaning", "Unit")]
    words = {"1": "share", "x": "multiple", "a": "years"}
    rows = [
        (
            surface.measure,
            surface.note or "pool",
            surface.title,
            words[surface.unit],
            float(np.sqrt(np.mean(surface.missed**2))),
        )
        for surface in surfaces
    ]
    return Table("Between points", (*head, Column("Error of interpolation", "number")), rows)
