"""All notes on a job that need no path: on its inputs, on rates that contradict each other, on what moves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.assemble.effects import notes_of_effects
from stress.inputs.job.remarks import notes_of
from stress.runs.static_default import notes_of_static_default

if TYPE_CHECKING:
    from stress.inputs.job import Job
    from stress.inputs.text.remark import Remark


def remarks_of(job: Job) -> list[Remark]:
    """What is allowed in a job and seldom meant. Raises ConfigError where a run of it would be refused."""
    return [*notes_of(job), *notes_of_static_default(job.pool), *notes_of_effects(job)]
