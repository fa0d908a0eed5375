"""Scenarios run twice: as estimated (plug-in), and with parameters that each path draws (predictive)."""

from __future__ import annotations

from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.files.parse import parse_as
from stress.inputs.job import JobFile, ScenarioCase
from stress.inputs.job.parameters import Parameters
from stress.inputs.text.reference import resolve
from stress.spelling import suggest

SUFFIX = "_predictive"
"""What the name of a twin ends with."""


def with_predictive(path: Path, file: JobFile, cases: tuple[ScenarioCase, ...]) -> tuple[ScenarioCase, ...]:
    """The cases and the twins that the job's `predictive` asks for. Raises ConfigError."""
    if file.predictive is None:
        return cases
    wanted_by = f"{path}: predictive"
    drawn = parse_as(resolve(path, file.predictive.file, wanted_by), Parameters, wanted_by)
    names = [case.name for case in cases]
    for name in file.predictive.scenarios:
        if name not in names:
            known = f"one of {', '.join(names)}{suggest(name, names)}"
            raise ConfigError(f"{wanted_by}.scenarios: the job has no scenario {name!r}: {known}")
        if file.predictive.scenarios.count(name) > 1:
            raise ConfigError(f"{wanted_by}.scenarios: {name!r} is named more than once: once is enough")
    chosen = file.predictive.scenarios or tuple(names[:1])
    return (*cases, *(_twin(case, drawn) for case in cases if case.name in chosen))


def _twin(case: ScenarioCase, drawn: Parameters) -> ScenarioCase:
    update = {
        "name": f"{case.name}{SUFFIX}",
        "description": f"{case.description} Each path draws its own (p, rho, phi) from {drawn.name}.".strip(),
        "source": drawn.source or case.source,
        "illustrative": (*case.illustrative, *drawn.illustrative),
        "probability": None,
        "parameters": drawn,
    }
    return case.model_copy(update=update)
