"""A job: a deal, a pool, some scenarios, and how to simulate them; or a sweep over several of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.job.rules import check_job
from stress.inputs.job.terms import (
    Estimator,
    Files,
    JobTerms,
    MadeOf,
    Paths,
    Predictive,
    ScenarioCase,
    ScenarioFile,
    Seed,
    Seeds,
    Swept,
)
from stress.inputs.numbers import is_list
from stress.inputs.text.base import Document, Name, Text, Whole
from stress.spelling import suggest

__all__ = [
    "Estimator",
    "Job",
    "JobFile",
    "MadeOf",
    "Predictive",
    "ScenarioCase",
    "ScenarioFile",
    "Seed",
    "Seeds",
    "Sweep",
    "Swept",
    "labels_of",
]


class JobFile(Document):
    """A job as written: references to other files, relative to this one. Lists of deals, pools or seeds: a sweep."""

    kind: Literal["job"]
    """What the file is."""
    deal: str | Files
    """A deal file relative to the job; a list of them is a sweep."""
    pool: str | Files
    """A pool file relative to the job; a list of them is a sweep."""
    scenarios: Annotated[tuple[str | ScenarioFile, ...], Field(min_length=1, max_length=64)]
    """`file.toml`, `file.toml:level` or { file, levels }. The first is the reference of the report."""
    predictive: Predictive | None = None
    """Parameter uncertainty: the sampling distribution of (p, rho, phi), and the scenarios to run with it."""
    paths: Paths = 100_000
    """Simulated lives of the deal; errors fall with the square root."""
    seed: Seed | Seeds = 1
    """Equal seed, equal bits; a list of seeds is a sweep."""
    clock: Clock = "monthly"
    """When payments fall due and purchases are made."""
    state: Text = ""
    """A file of kind = "state", relative to the job: the deal starts from it in mid-life; the past is data."""
    reports: Text = ""
    """A file of kind = "reports", a table or a folder, relative to the job: the deal starts from the state that its
    reports leave, and its factors from what they tell."""
    estimator: Estimator = "plain"
    """How factors are drawn: plain, sobol for smooth means, importance for rare losses, auto asks a pilot."""


class Job(JobTerms):
    """A job whose parts agree with each other where it is read from a file or made by `but`."""

    def but(self, **changes: Any) -> Self:
        """The same job with other values, its parts held against each other too. Raises ConfigError.

        `scenarios`: some of its own by name, or tables as a file has them, with a DataFrame of (month, value) for
        `by_month`.

        >>> short = job.but(paths=1000, deal__revolving_months=6, scenarios=["baseline"])
        >>> short.deal.revolving_months, [case.name for case in short.scenarios]
        (6, ['baseline'])
        >>> import pandas as pd
        >>> odds = pd.DataFrame({"month": [1, 13], "times": [1.0, 2.5]})
        >>> late = {"name": "late", "shocks": [{"target": "default_odds", "how": "multiply", "by_month": odds}]}
        >>> [case.name for case in job.but(scenarios=["baseline", late]).scenarios]
        ['baseline', 'late']
        """
        if is_list(changes.get("scenarios")):
            changes["scenarios"] = [self._case(given) for given in changes["scenarios"]]
        changed = super().but(**changes)
        try:
            check_job(changed)
        except ValueError as error:
            raise ConfigError(f"{self._where()}: {error}") from None
        return changed

    def _case(self, given: Any) -> Any:
        """A scenario of its own where a name is given."""
        own = {case.name: case for case in self.scenarios}
        if isinstance(given, str) and given not in own:
            hint = suggest(given, list(own))
            raise ConfigError(f"{self._where()}: no scenario {given!r} in the job; it has {', '.join(own)}{hint}")
        return own[given] if isinstance(given, str) else given


class Sweep(Whole):
    """Jobs that differ in deal, pool or seed: one for each combination of what the file lists."""

    name: Name
    source: str = ""
    over: tuple[Swept, ...]
    """What the file gives as a list, in the order of the Dataset's dims."""
    jobs: tuple[Job, ...]
    """Seeds vary fastest, then pools."""


def labels_of(job: Job, over: tuple[Swept, ...]) -> dict[str, str | int]:
    """Where a job stands in its sweep: the name of its deal and pool, its seed."""
    known: dict[str, str | int] = {"deal": job.deal.name, "pool": job.pool.name, "seed": job.seed}
    return {dim: known[dim] for dim in over}
