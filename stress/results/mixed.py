"""Scenarios that a job gives probabilities to, as one scenario more."""

from __future__ import annotations

import xarray as xr

from stress import measures
from stress.results.build import derive

MIXTURE = "mixture"


def with_mixture(ds: xr.Dataset) -> xr.Dataset:
    """One job's Dataset with a last scenario `mixture`: the others weighted by the job's probabilities.

    The Dataset as it is where fewer than two scenarios have one, or one is called `mixture`. The laws' residuals and
    the path of each bin, which do not mix, are left out of a Dataset with a mixture.

    >>> with_mixture(ds) is ds  # this job gives no probabilities
    True
    """
    if len(measures.probabilities(ds)) < 2 or MIXTURE in ds["scenario"].values:
        return ds
    mixed = derive(measures.mixture(ds))
    shared = [name for name in ds.data_vars if name in mixed]
    both = xr.concat(
        [ds[shared], mixed[shared]],
        "scenario",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )
    return both.assign_attrs(ds.attrs)
