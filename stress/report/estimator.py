"""What the page says of how the paths were drawn, where they are not plain ones."""

from __future__ import annotations

from typing import NamedTuple

import xarray as xr

from stress import measures
from stress.report.numbers import count


def estimator(ds: xr.Dataset) -> list[str]:
    """Sentences on the estimator, the target and what cannot be trusted; none for a plain run without a target."""
    lines = [f"{ds.attrs['target'][0].upper()}{ds.attrs['target'][1:]}."] if ds.attrs.get("target") else []
    if ds.attrs.get("estimator") == "sobol":
        by_path = "life, yield and price by path"
        older = "" if "early_replicate" in ds else "events by month, "
        older += "" if "loss_replicate" in ds else "VaR, ES, "
        lines.append(
            "Factors are scrambled Sobol points in 16 replicates, from which errors come; the intervals of "
            f"{older}{by_path} are those of plain paths and so too wide."
        )
    if measures.is_weighted(ds):
        lost = ds["effective_losses"].values
        lines.append(
            "Importance sampling: three paths in four are drawn around likely ways to a loss, each weighted by its "
            f"likelihood. For a mean over all paths they are worth {count(measures.effective_paths(ds))} plain "
            f"ones; behind every probability of a loss stand at least {count(lost[lost > 0.0].min(initial=1e9))} "
            "effective paths with a loss."
        )
    lines += [f"Not to be trusted: {line}." for line in measures.warnings(ds)]
    return lines + ([f"Chosen by a pilot: {ds.attrs['estimator_choice']}."] if ds.attrs.get("estimator_choice") else [])


class Reading(NamedTuple):
    """How the page's signs came about: a standard error, the interval of a probability, a bound."""

    error: str
    interval: str
    bound: str


def reading(ds: xr.Dataset) -> Reading:
    """The signs of this result: of plain, Sobol or weighted paths."""
    if measures.is_weighted(ds):
        return Reading(
            "by leaving out batches of paths in turn",
            "For probabilities its ends are gamma quantiles with the moments of the weights, the upper one with one "
            "more path of the largest weight (Fay and Feuer 1997).",
            "No path showed the event, or it is rarer than one in 10^12. The number is the 95% upper bound, about 12 "
            "divided by the number of paths, since one path in four is plain.",
        )
    plain = Reading(
        "by leaving out batches of paths in turn",
        "For probabilities it is exact (Clopper-Pearson).",
        "No path showed the event. The number is the 95% upper bound, about 3 divided by the number of paths.",
    )
    if ds.attrs.get("estimator") != "sobol":
        return plain
    return Reading(
        "by leaving out the 16 replicates of scrambled Sobol points in turn",
        "For probabilities it comes from the 16 replicates."
        if "early_replicate" in ds
        else "For probabilities of notes it comes from the 16 replicates, by month it is exact for plain paths "
        "(Clopper-Pearson) and so too wide.",
        plain.bound,
    )
