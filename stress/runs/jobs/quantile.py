"""Which path stands at a quantile of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.errors import ConfigError, DataError
from stress.inputs.door import quantile_of
from stress.results.sound import check_dataset
from stress.spelling import suggest

if TYPE_CHECKING:
    import xarray as xr

    from stress.arrays import Array


def path_at(dataset: xr.Dataset, scenario: str, tranche: str, quantile: float) -> int:
    """The path whose loss of a note is the quantile of all paths: the first one counted in its loss bin.

    Raises DataError for what is no result, ConfigError for a name or a quantile that is none.

    >>> worst = path_at(ds, "baseline", "subordinated", 1.0)
    >>> lost = stress.replay(job, path=worst, scenario="baseline", seed=7)["loss"].sel(tranche="subordinated")
    >>> bool(abs(lost - 1e-4 * np.floor(1e4 * lost)) <= 1e-4)
    True
    """
    _check_names(dataset, scenario, tranche)
    quantile = quantile_of(quantile)
    here = {"scenario": scenario, "tranche": tranche}
    count = _mass(dataset, scenario, tranche)
    reached = count.cumsum() >= quantile * count.sum()
    path = int(dataset["loss_path"].sel(here).values[int(reached.argmax())])
    if path < 0:
        raise DataError(f"no path is counted at the {quantile} quantile of {tranche} under {scenario}")
    return path


def share_without_loss(dataset: xr.Dataset, scenario: str, tranche: str) -> float:
    """Share of paths on which a note loses nothing: beyond this quantile a path loses.

    Raises DataError for what is no result, ConfigError for a name that it has not.

    >>> share = share_without_loss(ds, "baseline", "subordinated")
    >>> bool(abs(1.0 - share - ds["loss_probability"].sel(scenario="baseline", tranche="subordinated")) < 1e-12)
    True
    """
    _check_names(dataset, scenario, tranche)
    count = _mass(dataset, scenario, tranche)
    return float(count[0] / count.sum())


def _check_names(dataset: xr.Dataset, scenario: str, tranche: str) -> None:
    """Raise DataError for what is no result, ConfigError for a name that it has not."""
    check_dataset(dataset, "loss_count", "loss_path")
    for dim, label in (("scenario", scenario), ("tranche", tranche)):
        labels = [str(known) for known in dataset.variables[dim].values]
        if label not in labels:
            raise ConfigError(f"no {dim} {label!r} in the result: one of {', '.join(labels)}{suggest(label, labels)}")


def _mass(dataset: xr.Dataset, scenario: str, tranche: str) -> Array:
    """Paths by loss bin."""
    from stress.measures.weighted import mass

    return mass(dataset.sel(scenario=scenario, tranche=tranche), "loss")
