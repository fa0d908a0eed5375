"""Months of a result that are no data: those after the month of the job's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.inputs.job import Job
from stress.inputs.state.rules import month_of

if TYPE_CHECKING:
    import xarray as xr


def since_state(job: Job, ds: xr.Dataset) -> xr.Dataset:
    """Months after the one of the job's state; all of them where it starts at closing."""
    return ds if job.state is None else _from(job, ds, month_of(job.state, job.deal))


def since_payment(job: Job, ds: xr.Dataset) -> xr.Dataset:
    """The same, and the state's month where its payment is still to be made: of it all but the payment is data."""
    return _from(job, ds, paid_before(job))


def paid_before(job: Job) -> int:
    """Months whose payment is data: up to the one of the job's state, but for it where its payment waits."""
    return 0 if job.state is None else month_of(job.state, job.deal) - int(job.state.pending is not None)


def _from(job: Job, ds: xr.Dataset, before: int) -> xr.Dataset:
    return ds if job.state is None else ds.isel(month=slice(before, None)).assign_attrs(as_of=job.state.as_of)
