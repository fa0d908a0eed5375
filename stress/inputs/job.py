"""A job: one deal, one pool, some scenarios, and how to simulate them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stress.inputs.base import Document, Fraction, Name, Strict
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

Clock = Literal["monthly", "daily", "payment_date"]


class ScenarioFile(Strict):
    """A scenario file and the levels wanted of it (all where left out)."""

    file: str
    levels: tuple[Name, ...] = ()
    probability: Fraction | None = None
    """Weight in the mixture, in place of the file's own; only where the entry is one scenario."""


class JobFile(Document):
    """A job as written: references to other files, relative to this one."""

    kind: Literal["job"]
    deal: str
    pool: str
    scenarios: Annotated[tuple[str | ScenarioFile, ...], Field(min_length=1, max_length=64)]
    """`file.toml`, `file.toml:level` or { file, levels }. The first is the reference of the report."""
    paths: Annotated[int, Field(ge=1)] = 100_000
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 1
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
