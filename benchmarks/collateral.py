"""What stages and a long ladder cost: the main deal without, with each of them, and with both, in turns."""

from __future__ import annotations

from typing import Any

from benchmarks.cases import Effort, Row, costs_of, job_24m
from stress.inputs.job import Job

STAGES: list[dict[str, Any]] = [{"name": "new", "moves_on": 0.17, "default_odds": 0.03}, {"name": "seasoned"}]
ROLLS = (0.25, 0.7, 0.85, 0.88, 0.9, 0.9)
"""Monthly shares that roll on, like those of the shipped card pools from the second bucket on."""
CURES, PAYS_DOWN = 0.4, 0.3
"""Of what does not roll from a bucket, where not all of it cures; the rest stays."""


def collateral(effort: Effort) -> list[Row]:
    """`cost`: CPU time over that of the deal as it stands (aim, of both together: at most 1.6).

    `rolls`: six buckets from which all that does not roll cures; of the others some stays and some pays a bucket down.
    """
    plain = job_24m()
    jobs = {
        "plain": plain,
        "stages": _with(plain, stages=STAGES),
        "ladder_rolls": _with(plain, ladder=_ladder(every=True)),
        "ladder": _with(plain, ladder=_ladder(every=False)),
        "both_rolls": _with(plain, stages=STAGES, ladder=_ladder(every=True)),
        "both": _with(plain, stages=STAGES, ladder=_ladder(every=False)),
    }
    return costs_of("collateral", jobs, effort)


def _with(job: Job, **terms: Any) -> Job:
    """The job with another pool, checked like one of a file."""
    return job.but(pool=job.pool.but(**terms))


def _ladder(every: bool) -> list[dict[str, Any]]:
    """Six buckets; `every`: all that does not roll cures."""
    if every:
        return [{"rolls": share} for share in ROLLS]
    return [
        {"rolls": share, "cures": (1.0 - share) * CURES, "pays_down": [(1.0 - share) * PAYS_DOWN] if b else []}
        for b, share in enumerate(ROLLS)
    ]
