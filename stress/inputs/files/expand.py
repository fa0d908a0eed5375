"""Scenario files -> cases: levels become scenarios of their own, `combine` brings in other files' shocks first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from stress.errors import ConfigError
from stress.inputs.files.macro_shocks import macro_shocks
from stress.inputs.files.macro_swing import MacroSource, swing_of
from stress.inputs.files.made_of import Part, made_of
from stress.inputs.files.parse import parse_as
from stress.inputs.files.shock_files import read_shocks
from stress.inputs.files.table_remarks import notes_of_tables
from stress.inputs.job import ScenarioCase, ScenarioFile
from stress.inputs.macro.swing import Swing
from stress.inputs.scenario import Level, Scenario, Shock
from stress.inputs.scenario.project import Horizon
from stress.inputs.scenario.short_rate import ShortRate
from stress.inputs.text.messages import show
from stress.inputs.text.reference import resolve
from stress.spelling import suggest

MAX_COMBINE_DEPTH = 8


Drawn = TypeVar("Drawn", Swing, ShortRate)


def split_level(reference: str) -> tuple[str, tuple[str, ...]]:
    """`file.toml:level` -> (file, (level,)); without a level (file, ())."""
    file, colon, level = reference.rpartition(":")
    return (file, (level,)) if colon and "://" not in reference else (reference, ())


def cases_of_reference(
    base: Path, reference: str | ScenarioFile, wanted_by: str, horizon: Horizon | None = None
) -> list[ScenarioCase]:
    """The cases that one entry of a job's `scenarios` stands for, over the deal's months."""
    weight = None
    if isinstance(reference, str):
        file, levels = split_level(reference)
    else:
        file, levels, weight = reference.file, reference.levels, reference.probability
    path = resolve(base, file, wanted_by)
    scenario = parse_as(path, Scenario, wanted_by)
    for level in levels:
        _level(f"{wanted_by}: {file}", scenario, level)
    cases = cases_of_file(path, scenario, levels, horizon)
    if weight is None:
        return cases
    if len(cases) > 1:
        names = ", ".join(case.name for case in cases)
        raise ConfigError(f"{wanted_by}.probability: belongs to one scenario, but this entry has {len(cases)}: {names}")
    return [cases[0].model_copy(update={"probability": weight})]


def cases_of_file(
    path: Path, scenario: Scenario, levels: Sequence[str] = (), horizon: Horizon | None = None
) -> list[ScenarioCase]:
    """The cases of a scenario file: one a level (all, or those named), or the file itself where it has none.

    Macro paths become shocks over the deal's months; without a deal over the months that the tables hold.
    """
    common = _common_shocks(path, scenario, (path.resolve(),), horizon)
    rate = short_rate_of(path, scenario)
    chosen: list[Level | None] = [_level(f"{path}:", scenario, name) for name in levels] or [*scenario.levels] or [None]
    cases = []
    for level in chosen:
        shocks = list(common)
        if level is not None:
            shocks += macro_shocks(path, scenario.macro, level.satellites, horizon)
            shocks += read_shocks(path, level.shocks, horizon)
        parts = _parts(path, scenario, level)
        _quality_is_not_drawn(path, parts)
        cases.append(_case(parts, tuple(shocks), _swing(path, scenario, level, horizon), rate))
    return cases


def _case(
    parts: Sequence[Part], shocks: tuple[Shock, ...], swing: Swing | None, rate: ShortRate | None
) -> ScenarioCase:
    _, scenario, level = parts[0]
    sentences = (scenario.description.strip(), "" if level is None else level.note.strip())
    return ScenarioCase(
        name=scenario.name if level is None else f"{scenario.name}_{level.name}",
        description=" ".join(filter(None, sentences)),
        source=scenario.source,
        illustrative=scenario.illustrative,
        made_of=made_of(parts),
        table_notes=notes_of_tables(parts),
        probability=scenario.probability if level is None else level.probability,
        shocks=shocks,
        swing=swing,
        short_rate=rate,
    )


def _level(file: str, scenario: Scenario, name: str) -> Level:
    """A level of a scenario by its name. Raises ConfigError, which begins with the file."""
    levels = {level.name: level for level in scenario.levels}
    if not levels:
        raise ConfigError(f"{file} has no levels, but level {show(name)} is asked for")
    if name not in levels:
        raise ConfigError(f"{file} has no level {show(name)}: one of {', '.join(levels)}{suggest(name, list(levels))}")
    return levels[name]


def _common_shocks(
    path: Path, scenario: Scenario, above: tuple[Path, ...], horizon: Horizon | None
) -> tuple[Shock, ...]:
    """Shocks of the extended and combined files in order, then of the file's macro paths, then the file's own."""
    shocks: list[Shock] = []
    for wanted_by, reference in _others(path, scenario):
        file, levels = split_level(reference)
        other_path = resolve(path, file, wanted_by)
        real = other_path.resolve()
        if real in above:
            chain = " -> ".join(p.name for p in (*above[above.index(real) :], real))
            raise ConfigError(f"{wanted_by} = {show(reference)}: combines itself in a circle: {chain}")
        if len(above) >= MAX_COMBINE_DEPTH:
            raise ConfigError(f"{wanted_by}: more than {MAX_COMBINE_DEPTH} files combined within each other")
        other = parse_as(other_path, Scenario, wanted_by)
        if other.levels and not levels:
            names = ", ".join(level.name for level in other.levels)
            raise ConfigError(
                f"{wanted_by} = {show(reference)}: name one level, {file}:LEVEL with LEVEL one of {names}"
            )
        shocks += _common_shocks(other_path, other, (*above, real), horizon)
        for name in levels:
            level = _level(f"{other_path}:", other, name)
            shocks += (
                *macro_shocks(other_path, other.macro, level.satellites, horizon),
                *read_shocks(path, level.shocks, horizon),
            )
    return (
        *shocks,
        *macro_shocks(path, scenario.macro, scenario.satellites, horizon),
        *read_shocks(path, scenario.shocks, horizon),
    )


def _others(path: Path, scenario: Scenario) -> list[tuple[str, str]]:
    """The files that a scenario stands on, with the key that names each."""
    first = [] if scenario.extends is None else [(f"{path}: extends", scenario.extends)]
    return first + [(f"{path}: combine[{number}]", file) for number, file in enumerate(scenario.combine, 1)]


def short_rate_of(path: Path, scenario: Scenario) -> ShortRate | None:
    """The random short rate of a scenario: its own, else that of the one file that it stands on and that has one."""
    if scenario.short_rate is not None:
        return scenario.short_rate
    others = [_opened(path, *other)[:2] for other in _others(path, scenario)]
    return _at_most_one(path, "short_rate", [short_rate_of(*other) for other in others])


def _at_most_one(path: Path, what: str, parts: Sequence[Drawn | None]) -> Drawn | None:
    """Of what a file stands on the one that draws. Raises ConfigError where several do."""
    drawn = [part for part in parts if part is not None]
    if len(drawn) > 1:
        raise ConfigError(f"{path}: {len(drawn)} of the files that it combines have a {what}; at most one can draw")
    return drawn[0] if drawn else None


def _swing(path: Path, scenario: Scenario, level: Level | None, horizon: Horizon | None) -> Swing | None:
    """How the macro variables of the case are drawn: as the file says itself, or one of those that it stands on."""
    if scenario.var is not None:
        source = _macro_source(path, scenario, level)
        if source is None:
            raise ConfigError(f"{path}: var: there are no macro tables to draw around: add a [macro] table")
        return swing_of(path, scenario.var, source, horizon)
    others = [_opened(path, *other) for other in _others(path, scenario)]
    return _at_most_one(path, "var", [_swing(*other, horizon) for other in others])


def _quality_is_not_drawn(path: Path, parts: Sequence[Part]) -> None:
    """ConfigError where macro variables are drawn and a satellite of the case makes the quality of what is bought."""
    uses = [
        use for _, part, level in parts for use in (*part.satellites, *(level.satellites if level is not None else ()))
    ]
    if any(part.scenario.var is not None for part in parts) and any(use.target == "new_default_odds" for use in uses):
        raise ConfigError(
            f"{path}: satellites: new_default_odds: what is bought keeps its quality for life, the same on every path, "
            "so it cannot follow macro variables that are drawn: leave out var or this satellite"
        )


def _parts(path: Path, scenario: Scenario, level: Level | None) -> list[Part]:
    """A scenario and those that it stands on, all with the level asked for."""
    parts = [Part(path, scenario, level)]
    for other in _others(path, scenario):
        parts += _parts(*_opened(path, *other))
    return parts


def _macro_source(path: Path, scenario: Scenario, level: Level | None) -> MacroSource | None:
    """The macro tables that a scenario draws around: its own, or those of the file that it extends."""
    if scenario.macro is not None:
        return MacroSource(path, scenario.macro, scenario.satellites + (level.satellites if level is not None else ()))
    if scenario.extends is None:
        return None
    return _macro_source(*_opened(path, f"{path}: extends", scenario.extends))


def _opened(path: Path, wanted_by: str, reference: str) -> tuple[Path, Scenario, Level | None]:
    """A file named by another, and the level asked for."""
    file, levels = split_level(reference)
    other_path = resolve(path, file, wanted_by)
    other = parse_as(other_path, Scenario, wanted_by)
    return other_path, other, _level(f"{other_path}:", other, levels[0]) if levels else None
