"""A job: a deal, a pool, some scenarios, and how to simulate them; or a sweep over several of each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stress.inputs.base import Document, Fraction, Name, Strict
from stress.inputs.deal import Deal
from stress.inputs.parameters import Parameters
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.inputs.swing import Swing

Clock = Literal["monthly", "daily", "payment_date"]


class ScenarioFile(Strict):
    """A scenario file and the levels wanted of it (all where left out)."""

    file: str
    levels: tuple[Name, ...] = ()
    probability: Fraction | None = None
    """Weight in the mixture, in place of the file's own; only where the entry is one scenario."""


Files = Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
Seed = Annotated[int, Field(ge=0, lt=2**64)]
Seeds = Annotated[tuple[Seed, ...], Field(min_length=1, max_length=1024)]
Swept = Literal["deal", "pool", "seed"]


class Predictive(Strict):
    """Scenarios that also run with parameters drawn by path: `<name>_predictive` beside `<name>`, the plug-in run."""

    file: str
    """A file of kind = "parameters", relative to the job."""
    scenarios: tuple[Name, ...] = ()
    """By name; the job's first where left out."""


class JobFile(Document):
    """A job as written: references to other files, relative to this one. Lists of deals, pools or seeds: a sweep."""

    kind: Literal["job"]
    deal: str | Files
    pool: str | Files
    scenarios: Annotated[tuple[str | ScenarioFile, ...], Field(min_length=1, max_length=64)]
    """`file.toml`, `file.toml:level` or { file, levels }. The first is the reference of the report."""
    predictive: Predictive | None = None
    """Parameter uncertainty: the sampling distribution of (p, rho, phi), and the scenarios to run with it."""
    paths: Annotated[int, Field(ge=1, le=10**12)] = 100_000
    seed: Seed | Seeds = 1
    clock: Clock = "monthly"
    estimator: Literal["plain", "sobol", "importance", "auto"] = "plain"


class ScenarioCase(Strict):
    """One scenario of a job with its shocks in order."""

    name: Name
    description: str = ""
    source: str = ""
    illustrative: tuple[str, ...] = ()
    probability: float | None = None
    shocks: tuple[Shock, ...] = ()
    parameters: Parameters | None = None
    """From which each path draws its own (p, rho, phi)."""
    swing: Swing | None = None
    """Macro variables that are drawn around the scenario's paths."""


class Job(Strict):
    """A job with everything that it refers to."""

    name: Name
    source: str = ""
    deal: Deal
    pool: Pool
    scenarios: tuple[ScenarioCase, ...]
    paths: int
    seed: int
    clock: Clock
    estimator: Literal["plain", "sobol", "importance", "auto"] = "plain"


class Sweep(Strict):
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
