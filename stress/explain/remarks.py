"""What is allowed in an input and seldom meant, as `stress check` says it."""

from __future__ import annotations

import functools

from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job import Job
from stress.inputs.job.remarks import notes_of
from stress.inputs.pool import Pool
from stress.inputs.pool.remarks import notes_of_pool


@functools.singledispatch
def remarks(inputs: object, /) -> list[str]:
    """Sentences on a deal, a pool or a job: each is allowed and seldom meant. Raises ConfigError for anything else.

    >>> remarks(job.deal)
    []
    """
    raise ConfigError(f"remarks are of a deal, a pool or a job, not of a {type(inputs).__name__}")


@remarks.register
def _(inputs: Deal) -> list[str]:
    return [str(remark) for remark in notes_of_deal(inputs)]


@remarks.register
def _(inputs: Pool) -> list[str]:
    return [str(remark) for remark in notes_of_pool(inputs)]


@remarks.register
def _(inputs: Job) -> list[str]:
    return [str(remark) for remark in notes_of(inputs)]
