"""What was counted of a job becomes a Dataset, once the laws of the model are seen to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stress.assemble.calendar import calendar_of
from stress.assemble.contract import sizes_of
from stress.assemble.monthly import mean_coupons
from stress.digest import source_digest
from stress.inputs.job import Job
from stress.inputs.load import job_hash, job_to_json
from stress.kernels.tally import Tally
from stress.runs.since_state import since_payment
from stress.version import __version__

if TYPE_CHECKING:
    import xarray as xr

LAWS = ("pool balance", "cash", "notes less assets", "a negative balance", "negative interest due")
"""In the order of `kernels.layout.Laws`."""
RNG = "Philox4x32-10, key = seed, counter = (path, month // 4, purpose, factor); Box-Muller"
RNG_SOBOL = (
    "Sobol, 16 scrambled replicates (replicate = block mod 16), principal components of the months; others " + RNG
)


def to_dataset(job: Job, tally: Tally) -> xr.Dataset:
    """Name what was counted and check the laws of the model."""
    from stress import results
    from stress.assemble.months import past_of
    from stress.assemble.swing import fan_of
    from stress.results.macro import MacroFan, with_macro

    _check_laws(job, tally)
    dates = calendar_of(job.deal)
    ds = results.build(
        tally._asdict(),
        [case.name for case in job.scenarios],
        [note.name for note in job.deal.notes],
        [trigger.name for trigger in job.deal.triggers],
        np.array(dates.collection_end, dtype="datetime64[ns]"),
        {
            "version": __version__,
            "source_digest": source_digest(),
            "job_hash": job_hash(job),
            "job": job_to_json(job),
            "seed": str(job.seed),
            "paths": job.paths,
            **_drawn_by(job, tally),
            "rng": RNG_SOBOL if job.estimator == "sobol" else RNG,
        },
        sizes_of(job.deal, job.pool.balance),
        mean_coupons(job.deal),
    )
    fans = {}
    for case in job.scenarios:
        if case.swing is not None:
            law = fan_of(case.swing, job.deal.legal_maturity_months, past_of(job.deal, case, job.state))
            fans[case.name] = MacroFan(case.swing.var.variables, *law)
    return since_payment(job, with_macro(ds, fans))


def _drawn_by(job: Job, tally: Tally) -> dict[str, str]:
    """The estimator that was used, with a word where it is not the one that the job asks for."""
    if job.estimator != "importance" or tally.weight_sum.size:
        return {"estimator": job.estimator}
    why = "plain paths, not importance: no note loses so rarely that paths need aiming at it, or no search found a loss"
    return {"estimator": "plain", "estimator_choice": why}


def _check_laws(job: Job, tally: Tally) -> None:
    """Every path conserves cash and balances to 1e-9; nothing is NaN or negative. Raises StressError."""
    from stress.errors import StressError

    for k, case in enumerate(job.scenarios):
        if tally.fault[k, 0]:
            raise StressError(f"scenario {case.name}: {tally.fault[k, 0]} blocks have a result that is not a number")
        for law, error in zip(LAWS, tally.residual[k], strict=True):
            if not error <= 1e-9:
                raise StressError(
                    f"scenario {case.name}: {law} is off by {error:.2g} of the cut-off balance on some path"
                )
