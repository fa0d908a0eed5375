"""What stands below the table: paths, seed, what the signs mean, what cannot be trusted."""

from __future__ import annotations

import xarray as xr

from stress import measures
from stress.measures.means import has_principal
from stress.report.begun import defaulted, late_before
from stress.report.known_job import job_of, may_end_early
from stress.report.numbers import CAP, CAPPED, chance, count, fraction, many
from stress.report.page.deal import input_notes
from stress.report.words import late, residual, weights

LATE = 0.01
"""Share of paths with late interest from which the caption tells of it."""


def caption(ds: xr.Dataset) -> str:
    """Paths, seed and what the signs mean."""
    paths = measures.paths(ds)
    partial = f"PARTIAL, {ds.attrs['partial']} so far: " if "partial" in ds.attrs else ""
    partial += f"{ds.attrs['target']}. " if "target" in ds.attrs else ""
    if measures.is_weighted(ds):
        return partial + _weighted_caption(ds, paths)
    return (
        f"{partial}{many(paths, 'path')}, seed {ds.attrs.get('seed', '?')}, {ds.attrs.get('estimator', 'plain')}. "
        f"± standard error; [95% interval]; '<' no path of {count(paths)} lost anything: 95% upper bound "
        "(3/n), of ES none. "
        f"IRR: mean, a year. WAL: years. Price: of par.{footnotes(ds)}"
    )


POOL_WORDS = " '>' every path: 95% lower bound. default: cumulative, over the cut-off balance."
EARLY_WORDS = " early amortization: a trigger ends the revolving period; a later trip is none."


RESIDUAL_WORDS = (
    " A residual note takes what is left: ×, all its cash over its size; IRR, the median; loss, what is missing to its "
    "size; no average life."
)


def footnotes(ds: xr.Dataset) -> str:
    """What a mark in the table means, where the table has one."""
    capped, paid = float(measures.felt_cap(ds).max()), has_principal(ds)
    text = POOL_WORDS + EARLY_WORDS * may_end_early(ds)
    if missed := late(ds, chance, LATE):
        text += f" Interest not paid when due on paths: {'; '.join(missed)}.{late_before(ds)}"
    text += f" mixture: {weights(ds)}." if len(measures.probabilities(ds)) > 1 else ""
    text += f" {CAPPED} yields above {CAP} count as {CAP}: up to {fraction(capped)} of paths." * (capped > 0.0)
    text += RESIDUAL_WORDS * bool(residual(ds))
    names = ", ".join(str(name) for name in ds["tranche"].values[~paid])
    text += f" {names}: a certificate, it lent nothing and can lose nothing." if names else ""
    return text + _in_mid_life(ds) + _on_random_rates(ds) + _shocks(ds)


def _in_mid_life(ds: xr.Dataset) -> str:
    """What figures of a run that starts from a state are over."""
    job = job_of(ds)
    if job is None or job.state is None:
        return ""
    accrued = any(note.accrued_interest for note in job.state.notes.values())
    beside = " Interest accrued by then is paid for beside the price." * accrued
    return (
        f" The deal after {job.state.as_of}: WAL, IRR, price and × count from there, over what is left then; losses "
        f"are over the original balance, default is since closing, {defaulted(ds)}.{beside}"
    )


def _on_random_rates(ds: xr.Dataset) -> str:
    """Scenarios whose prices are on another rate than those of the others."""
    from stress.explain.words import listed

    job = job_of(ds)
    shown = set(map(str, ds["scenario"].values))
    names = [c.name for c in job.scenarios if c.short_rate is not None and c.name in shown] if job is not None else []
    return f" Price under {listed(names)}: on the path's short rate, not at the coupon." * bool(names)


def _shocks(ds: xr.Dataset) -> str:
    """Shocks of the scenarios shown that move nothing, and inputs that a cap holds."""
    shown = {f"scenario {name}": str(name) for name in ds["scenario"].values}
    notes = [note for note in input_notes(ds) if note.part in shown]
    idle = [f"{shown[n.part]} ({n.key.rpartition(' ')[2]})" for n in notes if n.says.startswith("moves nothing")]
    capped = [f"{shown[n.part]}: {n.says}" for n in notes if " is held at " in n.says]
    words = (f"Shocks that move nothing here: {', '.join(idle)}" * bool(idle), "; ".join(capped))
    return "".join(f" {text}." for text in words if text)


def _weighted_caption(ds: xr.Dataset, paths: float) -> str:
    """Paths, what they are worth, and which figures cannot be trusted."""
    lost = ds["effective_losses"].values
    text = (
        f"{many(paths, 'path')}, seed {ds.attrs.get('seed', '?')}, importance sampling: worth "
        f"{many(measures.effective_paths(ds), 'plain path')} for a mean over all, and at least "
        f"{count(lost[lost > 0.0].min(initial=paths))} with a loss for every note that loses; weights up to "
        f"{float(ds['loss_top_weight'].max()):.2g}. ± standard error; [95% interval]; '<' no path lost, or fewer than "
        f"one in 10^12: 95% upper bound. IRR: mean, a year. WAL: years. Price: of par.{footnotes(ds)}"
    )
    doubts = measures.warnings(ds)
    return f"{text} NOT TO BE TRUSTED: {'; '.join(doubts)}." if doubts else text
