"""The files that the shocks of a scenario are made of besides its own: what they say of their facts is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from stress.inputs.files.parse import parse_as
from stress.inputs.job import MadeOf
from stress.inputs.macro.satellite import Satellite
from stress.inputs.scenario import Level, Scenario
from stress.inputs.text.reference import resolve


class Part(NamedTuple):
    """A scenario file, itself or one that it stands on, with the level asked for."""

    path: Path
    scenario: Scenario
    level: Level | None


def made_of(parts: Sequence[Part]) -> tuple[MadeOf, ...]:
    """Of a scenario (the first part) and those that it stands on: these, and all satellites, each once."""
    return tuple(dict.fromkeys(_made_of(parts)))


def _made_of(parts: Sequence[Part]) -> Iterator[MadeOf]:
    for number, (path, scenario, level) in enumerate(parts):
        if number:
            name = scenario.name if level is None else f"{scenario.name}_{level.name}"
            yield MadeOf(kind="scenario", name=name, source=scenario.source, illustrative=scenario.illustrative)
        for use in (*scenario.satellites, *(() if level is None else level.satellites)):
            wanted_by = f"{path}: satellites: {use.target}"
            model = parse_as(resolve(path, use.file, f"{wanted_by}: file"), Satellite, wanted_by)
            yield MadeOf(kind="satellite", name=model.name, source=model.source, illustrative=model.illustrative)
