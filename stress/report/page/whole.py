"""The HTML report: one self-contained page, every figure with its numbers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from stress import measures
from stress.answers.rating import Rating
from stress.atomic import target_of, write_atomically
from stress.report import figure_data, figures, sheets, words
from stress.report.begun import begun
from stress.report.cover import UNSIGNED, Signed, cover
from stress.report.estimator import reading
from stress.report.figures import overview
from stress.report.inputs import illustrative
from stress.report.known_job import job_of, may_end_early
from stress.report.numbers import count
from stress.report.page import uncertain, validation
from stress.report.page.chapters import chapter
from stress.report.page.deal import described, input_notes
from stress.report.page.exhibit import Exhibit, svg_of
from stress.report.page.template import rendered
from stress.report.sheets import Sheet
from stress.results import with_mixture

PROVENANCE = ("version", "source_digest", "job_hash", "seed", "paths", "estimator", "rng")


EMPTY = 1e-9
"""Below it in every month of every scenario a quantity has no figure: a deal without cash accounts."""
RATE_OF = {
    False: "the coupon (without step-ups), or the path's short rate where that is random, plus the deal's spread",
    True: "the note's own discount rate, 0 where the deal gives none",
}
"""At which cash is discounted, of a residual note or another."""
CAPTIONS = {
    "excess_spread": "Told while the median pool holds 5% of the cut-off balance: the ratio means nothing on an empty "
    "pool. What lies beyond 100% to either side is drawn at that end."
}


def write(
    ds: xr.Dataset,
    path: str | os.PathLike[str],
    answers: Sequence[Any] = (),
    signed: Signed = UNSIGNED,
    appendix: bool = False,
) -> Path:
    """Render and write the page whole or not at all; `appendix`: with what `stress validate` measured."""
    return write_text(render(ds, answers, validation.record_of(Path(path)) if appendix else None, signed), path)


def write_text(page: str, path: str | os.PathLike[str]) -> Path:
    """Write a page whole or not at all."""
    target = target_of(path)
    write_atomically(target, page)
    return target


def render(
    ds: xr.Dataset, answers: Sequence[Any] = (), record: Mapping[str, Any] | None = None, signed: Signed = UNSIGNED
) -> str:
    """The page as text, with a chapter for each answer of `stress.analysis`.

    `record`: what `stress validate` measured, for an appendix on validation. Everything that comes from a file is
    escaped by the template.
    """
    job = json.loads(str(ds.attrs.get("job") or "{}"))
    job = job if isinstance(job, dict) else {}
    shown, known = with_mixture(ds), job_of(ds)
    residual = words.residual(ds)
    return rendered(
        "page.html.j2",
        title=job.get("deal", {}).get("name") or job.get("name") or "Result",
        job=job,
        deal=job.get("deal", {}),
        described=None if known is None else described(known),
        cover=cover(ds, known, signed, next((answer for answer in answers if isinstance(answer, Rating)), None)),
        base_case=str(ds.attrs.get("base_case", "")),
        input_notes=[str(note) for note in input_notes(ds)],
        paths=count(measures.paths(ds)),
        facts=words.facts(ds),
        summary=words.summary(ds),
        heat=list(_heat(overview.lending(shown))),
        pool=_pool(shown),
        notes=[_note(shown, str(n), str(n) in residual) for n in ds["tranche"].values],
        months=list(_months(ds)),
        chapters=[*uncertain.chapters(ds), *(chapter(answer) for answer in answers)],
        convergence=_convergence(ds),
        checks=sheets.checks(ds),
        illustrative=illustrative(job),
        scenarios=scenario_rows(ds, job),
        odds=ODDS
        * any(s.get("target") == "default_odds" for c in job.get("scenarios", ()) for s in c.get("shocks", ())),
        reading=reading(ds),
        weighed=bool(measures.probabilities(ds)),
        validation=validation.chapter(record),
        provenance=[(k, str(ds.attrs[k])) for k in PROVENANCE if k in ds.attrs],
    )


ODDS = (
    "Default odds are the odds of entry, into the first bucket of arrears where the pool has a ladder: what enters "
    "defaults by the same ladder, so that defaults move in the same proportion while rates are small. What it comes to "
    "is the pool's default above."
)


def scenario_rows(ds: xr.Dataset, job: Mapping[str, Any]) -> list[dict[str, str]]:
    """Name, probability in the mixture, description, shocks with what is drawn, and source of each scenario that was
    run."""
    from stress.explain.dependence import drawn
    from stress.explain.shocks import shock_words
    from stress.inputs.scenario import Shock

    chance = measures.probabilities(ds)
    cases = {c.get("name"): c for c in job.get("scenarios", ())}
    known = job_of(ds)
    random = {} if known is None else {case.name: drawn(case) for case in known.scenarios}
    rows = []
    for name in map(str, ds["scenario"].values):
        case = cases.get(name, {})
        moved = [shock_words(Shock.model_construct(**s)) for s in case.get("shocks", ())] + random.get(name, [])
        rows.append({
            "name": name,
            "probability": f"{100.0 * chance[name]:.3g}%" if name in chance else "",
            "description": case.get("description") or "",
            "shocks": "; ".join(moved) or "none",
            "source": _from(case),
            "illustrative": " ".join(line for part in (case, *_made_of(case)) for line in part.get("illustrative", ())),
        })  # fmt: skip
    return rows


def _from(case: Mapping[str, Any]) -> str:
    """Where a scenario comes from, and the files that its shocks came from."""
    others = (
        f"{origin['kind']} {origin['name']}: {origin.get('source') or 'no source stated'}" for origin in _made_of(case)
    )
    return " ".join(text for text in (case.get("source") or "", *others) if text)


def _made_of(case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return case.get("made_of") or ()


def _heat(ds: xr.Dataset) -> Iterator[Exhibit]:
    """One figure of three measures; one each where notes are many."""
    caption = (
        "In percent of original balance, or of paths. '<': no path lost anything, the 95% upper bound; nothing is said "
        "of its worst paths then (none). '>': every path did, the 95% lower bound."
    )
    if ds.sizes["tranche"] <= overview.BESIDE:
        yield Exhibit(svg_of(figures.heat_map(ds), "heat"), "Notes by scenarios", caption, figure_data.heat(ds))
        return
    for k, measure in enumerate(overview.measures_of(ds)):
        svg = svg_of(figures.heat_map(ds, [measure]), f"heat {k}")
        yield Exhibit(svg, f"{measure.title} by notes and scenarios", caption, figure_data.heat(ds, k))


def _pool(ds: xr.Dataset) -> Exhibit:
    caption = "Cumulative default over the cut-off balance: 1-99%, 5-95% and 25-75% of paths, and the median as a gap."
    return Exhibit(svg_of(figures.defaults(ds), "defaults"), "Default of the pool", caption, sheets.pool(ds))


def _convergence(ds: xr.Dataset) -> Exhibit:
    tracks = figures.tracks(ds)
    caption = (
        "Each estimate from the first paths alone, then from more of them, with its 95% interval; the dotted line is "
        "the last. A curve that still drifts at the right needs more paths."
    )
    svg = svg_of(figures.convergence(tracks), "convergence")
    return Exhibit(svg, "Estimates by number of paths", caption, figure_data.convergence(tracks))


def _loss(ds: xr.Dataset, tranche: object) -> Exhibit:
    caption = (
        "Left: the first scenario, or the worst where nothing is lost under the first; hatched bars are the paths that "
        "lose nothing or all; lines through the marks are 95% intervals. Right: probability of losing more than the "
        "loss below; each curve crosses the dotted line at its 99.9% value at risk."
    )
    svg = svg_of(figures.loss(ds, str(tranche)), f"loss {tranche}")
    return Exhibit(svg, f"Loss distribution of {tranche}", caption, figure_data.loss(ds, tranche))


def _note(ds: xr.Dataset, tranche: str, residual: bool) -> tuple[str, Sheet, Sheet, list[Exhibit]]:
    """Name, tables and figures of a note: its losses; its life, yield and price (a certificate: price)."""
    lost = bool((ds["loss_probability"].sel(tranche=tranche) > 0.0).any())
    exhibits = [_loss(ds, tranche)] if lost else []
    losses = sheets.note(ds, tranche) if lost else sheets.spared(ds, tranche)
    if "price_count" in ds or measures.irr_quantile(ds.sel(tranche=[tranche])).notnull().any():
        caption = (
            "1-99%, 5-95% and 25-75% of paths, the median as a line, the mean (of all principal) as a ring. A yield "
            f"of \N{MINUS SIGN}100%: a path without cash. Price: cash discounted at {RATE_OF[residual]}."
        )
        svg = svg_of(figures.lives(ds, tranche), f"lives {tranche}")
        name = "Yield and value" if residual else "Life, yield and price"
        exhibits.append(Exhibit(svg, f"{name} of {tranche}", caption, figure_data.lives(ds, tranche)))
    return tranche, losses, sheets.earned(ds, tranche, residual), exhibits


def _months(ds: xr.Dataset) -> Iterator[Exhibit]:
    for quantity, title in figures.FANS.items():
        if not bool((np.abs(ds[f"{quantity}_mean"]) > EMPTY).any()):
            continue
        svg = svg_of(figures.fan(ds, quantity), quantity)
        caption = f"{CAPTIONS.get(quantity, '')} {begun(ds, quantity)}".strip()
        yield Exhibit(svg, title, caption, figure_data.fan(ds, quantity))
    named = ["Early amortization"] * may_end_early(ds) + ["triggers"] * (ds.sizes["trigger"] > 0)
    if named:
        caption = "Has happened by the month, share of paths; the shaded bands are 95% intervals."
        title = " and ".join(named)
        yield Exhibit(
            svg_of(figures.events(ds), "events"), title[0].upper() + title[1:], caption, figure_data.events(ds)
        )
