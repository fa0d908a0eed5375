"""The terms of a job: a deal, a pool, some scenarios, and how to simulate them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.job.parameters import Parameters
from stress.inputs.macro.swing import Swing
from stress.inputs.numbers import PATH_LIMIT
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.inputs.scenario.short_rate import ShortRate
from stress.inputs.state import State
from stress.inputs.text.base import Fraction, Name, Strict, Whole

Estimator = Literal["plain", "sobol", "importance", "auto"]
Paths = Annotated[int, Field(ge=1, le=PATH_LIMIT)]


class ScenarioFile(Strict):
    """A scenario file and the levels wanted of it (all where left out)."""

    file: str
    """A scenario file, relative to the job."""
    levels: tuple[Name, ...] = ()
    """Levels wanted of it; all where left out."""
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


class MadeOf(Strict):
    """What another file says of itself from which shocks of a scenario came."""

    kind: Literal["scenario", "satellite"]
    name: Name
    source: str = ""
    illustrative: tuple[str, ...] = ()


class ScenarioCase(Whole):
    """One scenario of a job with its shocks in order."""

    name: Name
    description: str = ""
    source: str = ""
    illustrative: tuple[str, ...] = ()
    made_of: tuple[MadeOf, ...] = ()
    """Files beside its own that its shocks came from: scenarios that it stands on, satellites."""
    table_notes: tuple[tuple[str, str], ...] = ()
    """(key, sentence) of what the readers of its tables assumed and left out."""
    probability: float | None = None
    shocks: tuple[Shock, ...] = ()
    parameters: Parameters | None = None
    """From which each path draws its own (p, rho, phi)."""
    swing: Swing | None = None
    """Macro variables that are drawn around the scenario's paths."""
    short_rate: ShortRate | None = None
    """A rate that is drawn by path, for every index, for cash and for discounting."""

    @model_validator(mode="after")
    def _files_are_read(self) -> ScenarioCase:
        """A shock acts by its points; only a scenario that is loaded from its file has its tables read."""
        for shock in self.shocks:
            if shock.file is not None:
                raise ValueError(f"shock on {shock.label}: file {shock.file!r} is not read yet: load the scenario")
        return self


class JobTerms(Whole):
    """What a job says, with everything that it refers to."""

    name: Name
    source: str = ""
    illustrative: tuple[str, ...] = ()
    """What the job itself calls the authors' own: weights of scenarios, say."""
    deal: Deal
    pool: Pool
    scenarios: Annotated[tuple[ScenarioCase, ...], Field(min_length=1)]
    paths: Paths
    seed: Seed
    clock: Clock
    estimator: Estimator = "plain"
    state: State | None = None
    """From which the deal starts in mid-life; at closing where there is none."""
    reports: str = ""
    """Reports that have not been read yet (`stress.load` reads them): a path."""
