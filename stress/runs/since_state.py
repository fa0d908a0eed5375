"""Months of a result whose payment is no data: those after the one of the job's state, and it where it still waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.inputs.job import Job
from stress.inputs.state.rules import month_of

if TYPE_CHECKING:
    import xarray as xr


def since_payment(job: Job, ds: xr.Dataset) -> xr.Dataset:
    """Months after the one of the job's state, and this one where its payment is still to be made: of it all but the
    payment is data. All of them where the job starts at closing."""
    return ds if job.state is None else ds.isel(month=slice(paid_before(job), None)).assign_attrs(as_of=job.state.as_of)


def paid_before(job: Job) -> int:
    """Months whose payment is data: up to the one of the job's state, but for it where its payment waits."""
    return 0 if job.state is None else month_of(job.state, job.deal) - int(job.state.pending is not None)
