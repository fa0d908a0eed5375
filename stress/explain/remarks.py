"""What is allowed in an input and seldom meant, as `stress check` says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job import Job
from stress.inputs.job.remarks import notes_of
from stress.inputs.pool import Pool
from stress.inputs.pool.remarks import notes_of_pool
from stress.inputs.text.remark import Remark

NOTES: dict[type, Callable[[Any], list[Remark]]] = {Deal: notes_of_deal, Pool: notes_of_pool, Job: notes_of}


def remarks(inputs: object, /) -> list[str]:
    """Sentences on a deal, a pool or a job: each is allowed and seldom meant. Raises ConfigError for anything else.

    >>> remarks(job.deal)
    []
    """
    for kind, notes in NOTES.items():
        if isinstance(inputs, kind):
            return [str(remark) for remark in notes(inputs)]
    raise ConfigError(f"remarks are of a deal, a pool or a job, not of a {type(inputs).__name__}")
