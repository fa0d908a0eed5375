"""What the page says of how the paths were drawn, where they are not plain ones."""

from __future__ import annotations

import xarray as xr

from stress import measures
from stress.report.numbers import count


def estimator(ds: xr.Dataset) -> list[str]:
    """Sentences on the estimator, the target and what cannot be trusted; none for a plain run without a target."""
    said = [f"{ds.attrs['target'][0].upper()}{ds.attrs['target'][1:]}."] if ds.attrs.get("target") else []
    if ds.attrs.get("estimator") == "sobol":
        by_path = " and of life, yield and price by path" if "loss_replicate" in ds else ", VaR and ES"
        said.append(
            "Factors are scrambled Sobol points in 16 replicates, from which errors come; the intervals of "
            f"events by month{by_path} are those of plain paths and so too wide."
        )
    if measures.is_weighted(ds):
        lost = ds["effective_losses"].values
        said.append(
            "Importance sampling: three paths in four are drawn around likely ways to a loss, each weighted by its "
            f"likelihood. For a mean over all paths they are worth {count(measures.effective_paths(ds))} plain "
            f"ones; behind every probability of a loss stand at least {count(lost[lost > 0.0].min(initial=1e9))} "
            "effective paths with a loss."
        )
    said += [f"Not to be trusted: {line}." for line in measures.warnings(ds)]
    return said + ([f"Chosen by a pilot: {ds.attrs['estimator_choice']}."] if ds.attrs.get("estimator_choice") else [])
