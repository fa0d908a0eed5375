"""A job that names its reports, as of the last of them: it starts from the state that they leave.

The state is that of `stress follow --state`: what was reported as reported, all else as on the most likely path, beside
the law of drawn parameters and factors given all reports.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stress.analysis.filtering import FLOOR, PATHS, given_all
from stress.analysis.from_today import later, standing, with_law, with_source
from stress.analysis.observed import months_of, ratios_of
from stress.analysis.whitened import Whitened
from stress.errors import DataError
from stress.inputs.files.reported import Reported, read_reports
from stress.inputs.job import Job


def from_reports(job: Job) -> Job:
    """The job from the state that its reports leave, under its first scenario. Raises ConfigError, DataError."""
    reports = read_reports(Path(job.reports))
    job = job.model_copy(update={"reports": ""})
    whitened = Whitened(job.model_copy(update={"scenarios": job.scenarios[:1]}))
    ratios, _ = ratios_of(job, reports, whitened.sample(np.zeros((1, 1))).ratio[0])
    posterior = given_all(whitened, ratios, np.zeros(0), job.seed, PATHS)
    if posterior.effective < FLOOR:
        raise DataError(
            f"{reports.file}: of {PATHS:,} paths {posterior.effective:.0f} are effective, fewer than {FLOOR:g}: the "
            "reports lie where the model hardly goes; stress follow says which of them, and by how much"
        )
    last = int(ratios.month[-1])
    status = standing(whitened, _upto(job, reports, last), last + 1, posterior.centre)
    if status.unlike:
        remedy = (
            "correct them, or leave notes and accounts out of the reports, which are then read as shares of the pool"
        )
        raise DataError(f"{reports.file}: {status.unlike}: {remedy}")
    later(job, status.state, reports.file)
    state = with_law(status.state, whitened, posterior, last)
    return job.but(state=with_source(state, job, reports, status.given))


def _upto(job: Job, reports: Reported, month: int) -> Reported:
    """The reports up to a month of the deal, from 0."""
    return reports.upto(months_of(job, reports).tolist().index(month) + 1)
