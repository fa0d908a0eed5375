"""The job that a Dataset carries, and what of a report it makes pointless."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import xarray as xr

if TYPE_CHECKING:
    from stress.inputs.job import Job


def job_of(ds: xr.Dataset) -> Job | None:
    """The job as this run knew it; None where the Dataset carries none, or one of another version."""
    return _read(str(ds.attrs.get("job") or ""))


@functools.lru_cache(maxsize=16)
def _read(text: str) -> Job | None:
    """Read once for all rows and figures that ask."""
    from stress.errors import DataError
    from stress.inputs.load import job_from_json

    try:
        return job_from_json(text)
    except DataError:
        return None


def may_end_early(ds: xr.Dataset) -> bool:
    """Whether the run began in a revolving period, which an early amortization could end; a job that is not known may.

    >>> may_end_early(ds)
    True
    """
    from stress.inputs.state.rules import started

    job = job_of(ds)
    return job is None or started(job) < job.deal.revolving_months
