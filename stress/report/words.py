"""The result in sentences, made from the numbers that matter and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress import measures
from stress.kernels.tally import HIGHEST_IRR
from stress.measures.means import has_principal, is_residual
from stress.report.begun import defaulted, late_before
from stress.report.estimator import estimator
from stress.report.known_job import may_end_early
from stress.report.numbers import CAP, chance, count, fraction, interval, many, percent, with_error, years
from stress.report.sheets import early, parts, read_of


class Fact(NamedTuple):
    """A number of the summary strip: what it is, what it is worth, and under which scenario."""

    name: str
    value: str
    detail: str


def facts(ds: xr.Dataset) -> list[Fact]:
    """Four numbers to see first."""
    names = [str(s) for s in ds["scenario"].values]
    partial = [Fact("PARTIAL", str(ds.attrs["partial"]), "the run is not over")] if "partial" in ds.attrs else []
    senior = str(ds["tranche"].values[0])
    base, worst = ds.isel(scenario=0), _at_worst(ds)
    before = [by_then] if (by_then := defaulted(ds)) else []
    return [
        *partial,
        Fact("Cumulative default, mean", percent(float(base["default_rate_mean"])), ", ".join((names[0], *before))),
        *([Fact("Early amortization", _chance(base), names[0])] if may_end_early(ds) else []),
        Fact(f"Expected loss, {senior}", _loss(base.isel(tranche=0)), names[0]),
        *([] if worst is None else [worst]),
    ]


def summary(ds: xr.Dataset) -> list[str]:
    """What happened, in a handful of sentences: the reference, the notes, the worst scenario, what cannot be said."""
    sentences = [_reference(ds), *_notes(ds.isel(scenario=0)), _interest(ds)]
    if ds.sizes["scenario"] > 1:
        sentences += [*_harshest(ds), *_worst_notes(ds), *_mixture(ds)]
    return [*sentences, *estimator(ds), _limits(ds)]


def findings(ds: xr.Dataset) -> list[str]:
    """Three sentences for a cover: the pool, what the notes lose at worst, interest."""
    return [_reference(ds), " ".join(_worst_notes(ds)), _interest(ds)]


def _reference(ds: xr.Dataset) -> str:
    base, by_then = ds.isel(scenario=0), defaulted(ds)
    known = f", {by_then}," if by_then else ""
    return (
        f"Under {base['scenario'].item()}, cumulative default over the cut-off balance{known} averages "
        f"{_mean_default(base)} and exceeds {_tail_default(base)} in one path of a hundred."
        + f" Early amortization begins in {_chance(base)} of paths."
        * may_end_early(ds)
    )


def _notes(base: xr.Dataset) -> list[str]:
    """The notes without any loss in one sentence, the others one by one."""
    from stress.explain.words import listed

    paths = many(measures.paths(base), "path")
    notes = [note for note in _tranches(base) if not is_residual(note)]
    safe = [str(note["tranche"].item()) for note in notes if float(note["loss_probability"]) == 0.0]
    sentences = []
    if safe:
        bound = fraction(float(base["loss_probability_high"].sel(tranche=safe[0])))
        verb = "loses" if len(safe) == 1 else "lose"
        sentences.append(
            f"{listed(safe)} {verb} nothing in {paths}: the probability of any loss is below {bound} "
            "with 95% confidence, which is not zero."
        )
    for note in notes:
        if float(note["loss_probability"]) > 0.0:
            lost = interval(*parts(note, "loss_probability", "", "_low", "_high"))
            sentences.append(
                f"{note['tranche'].item()}: expected loss {_loss(note)} of original balance, any loss in {lost} "
                f"of paths, mean yield {percent(float(note['irr']))}, average life {years(float(note['wal']))} years."
            )
    return sentences + [_of_residual(note) for note in _tranches(base) if is_residual(note)]


def _of_residual(note: xr.Dataset) -> str:
    """What is left over is no repayment with a life: how many times its size a residual note gets back, and how often
    less than once."""
    median = float(note["irr_quantile"].sel(quantile=0.5))
    earns = f"of {CAP} or more" if median >= HIGHEST_IRR else f"of {percent(median)}"
    missing = interval(*parts(note, "loss_probability", "", "_low", "_high"))
    return (
        f"{note['tranche'].item()} takes what is left: {float(note['multiple']):.2f} times its size on average, at a "
        f"median yield {earns}; less than its size in {missing} of paths "
        f"({_loss(note)} of it is missing on average)."
    )


def harshest(ds: xr.Dataset) -> tuple[int, str] | None:
    """The scenario that is hardest on the deal, and by what it is judged; None where no scenario loses anything.

    By what the notes lose together; where no note loses, by default over all that could default: the cut-off balance
    plus purchases. Default over the cut-off balance alone is largest where nothing ends the revolving period.
    """
    size = ds["original"].values if "original" in ds.coords else np.ones(ds.sizes["tranche"])
    lost = np.nansum(ds["expected_loss"].values * size, axis=1) / size.sum()
    if lost.max() > 0.0:
        return int(np.argmax(lost)), f"the notes lose {fraction(float(lost.max()))} of their size together"
    bought = 1.0 + measures.mean(ds, "mean_purchased")["estimate"].values
    rate = measures.mean(ds, "mean_default")["estimate"].values / bought
    if not rate.max() > 0.0:
        return None
    purchases = " and purchases" * bool((bought > 1.0).any())
    return int(np.argmax(rate)), f"{percent(float(rate.max()))} of the cut-off balance{purchases} defaults"


def _harshest(ds: xr.Dataset) -> list[str]:
    hardest = harshest(ds)
    if hardest is None:
        return []
    at, reason = hardest
    worst = ds.isel(scenario=at)
    return [
        f"The harshest scenario is {worst['scenario'].item()}: {reason}, default averages {_mean_default(worst)} of "
        f"the cut-off balance ({_tail_default(worst)} at 99%)"
        + f", and {_chance(worst)} of paths amortize early" * may_end_early(ds)
        + "."
    ]


def _worst_notes(ds: xr.Dataset) -> list[str]:
    """The notes at their worst, gathered by the scenario that does it; and those that no scenario touched."""
    from stress.explain.words import listed

    at_worst: dict[str, list[str]] = {}
    safe = []
    for note in _tranches(ds):
        name, worst = str(note["tranche"].item()), note.isel(scenario=int(np.argmax(note["expected_loss"].values)))
        if float(worst["loss_probability"]) == 0.0:
            safe.append(name)
            continue
        tail = fraction(float(worst["value_at_risk"].sel(level=0.999)))
        at_worst.setdefault(str(worst["scenario"].item()), []).append(
            f"{name} {_loss(worst)} (99.9% value at risk {tail})"
        )
    sentences = [
        f"Expected loss is highest under {scenario}: {'; '.join(losses)}." for scenario, losses in at_worst.items()
    ]
    if safe:
        bound = fraction(float(ds["loss_probability_high"].sel(tranche=safe[0]).max()))
        sentences.append(
            f"{listed(safe)}: no loss in any path of any scenario; in each the probability is below {bound} (95%)."
        )
    return sentences


def _mixture(ds: xr.Dataset) -> list[str]:
    """What the notes lose under all scenarios together, where the job gives them probabilities."""
    if len(measures.probabilities(ds)) < 2:
        return []
    loss = measures.expected_loss(measures.mixture(ds)).isel(scenario=0)
    losses = [f"{note['tranche'].item()} {with_error(*(float(note[k]) for k in _PARTS))}" for note in _tranches(loss)]
    return [f"Weighted by the job's probabilities ({weights(ds)}), expected loss is: {'; '.join(losses)}."]


_PARTS = ("estimate", "error", "low", "high")
FEW = 20
"""Paths below which nothing is estimated with any precision."""


def residual(ds: xr.Dataset) -> set[str]:
    """Names of the residual notes, which have no coupon to be priced at."""
    return {str(name) for name in ds["tranche"].values[is_residual(ds)]}


def weights(ds: xr.Dataset) -> str:
    """`baseline 60%, macro_severe 40%`: the scenarios' probabilities in a mixture."""
    return ", ".join(f"{name} {100.0 * p:.3g}%" for name, p in measures.probabilities(ds).items())


def _interest(ds: xr.Dataset) -> str:
    notes = late(ds, interval)
    if not notes:
        return "Interest was paid when due on every note in every path."
    return (
        f"Share of paths with late interest: {'; '.join(notes)}.{late_before(ds)} Late interest was not paid when due, "
        "stays due, and may have been paid later; a loss is principal alone."
    )


def late(ds: xr.Dataset, shown: Callable[[float, float, float], str], least: float = 0.0) -> list[str]:
    """`mezzanine 85.0% under baseline, > 99.98% under macro_severe and 3 others`: the first scenario and the worst, for
    every note whose interest is late on more than `least` of paths of any."""
    texts = []
    for note in _tranches(ds):
        chances = note["shortfall_probability"].values
        if chances.max() <= least:
            continue
        worst = np.flatnonzero(chances == chances.max())
        others = f" and {worst.size - 1} other{'s' * (worst.size > 2)}" * (worst.size > 1)
        named = ({0: ""} if chances[0] > 0.0 else {}) | {int(worst[0]): others}
        cells = (
            f"{shown(*(float(note[f'shortfall_probability{k}'][at]) for k in ('', '_low', '_high')))} under "
            f"{ds['scenario'].values[at]}{suffix}"
            for at, suffix in named.items()
        )
        texts.append(f"{note['tranche'].item()} {', '.join(cells)}")
    return texts


def _limits(ds: xr.Dataset) -> str:
    model = (
        "These are probabilities of the model under stated inputs. The errors shown are those of simulation; they do "
        "not hold the doubt about the inputs themselves. "
    )
    worth = measures.effective_paths(ds) if measures.is_weighted(ds) else measures.paths(ds)
    if worth < FEW:
        return f"{model}So few paths estimate nothing with any precision."
    rarest = count(worth / 10)
    if measures.is_weighted(ds):
        return (
            f"{model}Losses of notes are aimed at, so that even rare ones have the error beside them; nothing else "
            f"that is rarer than about one path in {rarest} is estimated here with any precision."
        )
    return f"{model}Nothing rarer than about one path in {rarest} is estimated here with any precision."


def _at_worst(ds: xr.Dataset) -> Fact | None:
    """The senior note under the scenario in which it loses most; None where it loses in no path."""
    senior = ds["expected_loss"].values[:, 0]
    if not senior.max() > 0.0:
        return None
    worst = ds.isel(scenario=int(np.argmax(senior)))
    name = str(ds["tranche"].values[0])
    return Fact(f"Expected loss, {name}", _loss(worst.isel(tranche=0)), f"{worst['scenario'].item()} (worst)")


def _chance(scenario: xr.Dataset) -> str:
    return chance(*early(scenario))


def _mean_default(scenario: xr.Dataset) -> str:
    return percent(float(scenario["default_rate_mean"]))


def _tail_default(scenario: xr.Dataset) -> str:
    return percent(float(scenario["default_rate"].sel(level=0.99)))


def _loss(note: xr.Dataset) -> str:
    return with_error(*parts(note, "expected_loss", "", "_se", "_low", "_high"))


def _tranches(ds: xr.Dataset) -> list[xr.Dataset]:
    """Notes that lent something: a certificate has nothing to lose and no interest to miss."""
    notes = read_of(ds, *_READ)
    return [notes.isel(tranche=k) for k in np.flatnonzero(has_principal(ds))]


_READ = ("expected_loss", "loss_probability", "value_at_risk", "shortfall_probability", "irr", "irr_quantile", "wal",
         "multiple", *_PARTS)  # fmt: skip
