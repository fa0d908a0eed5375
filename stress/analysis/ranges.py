"""Ranges of inputs from text, as `default_odds=1:3` or `share:A=0.78:0.84`, and the job at a place in them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import get_args

from pydantic import ValidationError

from stress.analysis import trials
from stress.analysis.inputs_moved import note_share, with_shares
from stress.analysis.levers import LEVERS, QUANTITY, left_alone, way_of
from stress.answers.whatif import Axis
from stress.errors import ConfigError
from stress.explain.targets import MEANING
from stress.inputs.door import from_closing
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.inputs.targets import FROM_ZERO, WHOLE_DAYS, Target, move_range
from stress.spelling import fraction_for, suggest

MOST_AXES = 6
"""Beyond them a design of a few hundred points says little of the corners."""
LEVER_HOW = {lever.target: lever.how for lever in LEVERS.values()}
ADDED, SET = frozenset({"cash_rate", "note_spread"}), frozenset({"turnover", "dilution_unpaid_share"})
RATIO = 1.5
"""Multiples whose ends lie further apart go in steps of equal ratio."""


def how_of(target: Target) -> str:
    """How a range of a target is meant: a multiple of its base where it has one, else added to it, or its value.

    >>> how_of("default_odds"), how_of("index_rate"), how_of("commingled_days")
    ('multiply', 'add', 'set')
    """
    if target in LEVER_HOW:
        return LEVER_HOW[target]
    return "set" if target in FROM_ZERO | SET else "add" if target in ADDED else "multiply"


def axes_of(job: Job, texts: Sequence[str]) -> tuple[Axis, ...]:
    """The ranges that options ask for. Raises ConfigError with what is allowed."""
    if not texts:
        raise ConfigError("--over TARGET=FROM:TO is missing: at least one range, for example --over default_odds=1:3")
    if len(texts) > MOST_AXES:
        raise ConfigError(f"--over: {len(texts)} ranges; at most {MOST_AXES}")
    axes = tuple(_axis(job, text) for text in texts)
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"--over {name}: stands twice; one range an input")
    return axes


def job_at(job: Job, axes: Sequence[Axis], values: Sequence[float]) -> Job:
    """The job with the note shares of a point. Raises ConfigError where the deal cannot be so."""
    shares = [note_share(job, k) for k in range(len(job.deal.notes))]
    for axis, value in zip(axes, values, strict=True):
        if axis.how != "share":
            continue
        note = trials.note_index(job, axis.name.partition(":")[2])
        other = _gives(job, note)
        shares[other] -= value - shares[note]
        shares[note] = value
        if not 0.0 < shares[other] < 1.0:
            left = job.deal.notes[other].name
            raise ConfigError(
                f"--over {axis.name}={axis.low:g}:{axis.high:g}: leaves {left} a share of {shares[other]:.4g}"
            )
    if all(axis.how != "share" for axis in axes):
        return job
    try:
        return with_shares(job, shares)
    except ValidationError as error:
        raise ConfigError(f"--over share: {error.errors()[0]['msg']}") from None


def shocks_at(axes: Sequence[Axis], values: Sequence[float]) -> list[Shock]:
    """What a point adds to the scenario."""
    return [
        Shock.model_validate({**_moved(axis.name), axis.how: float(value)})
        for axis, value in zip(axes, values, strict=True)
        if axis.how != "share"
    ]


def _moved(name: str) -> dict[str, str]:
    """What a shock of an axis moves."""
    target, _, quantity = name.partition(":")
    return {"target": target, "quantity": quantity} if quantity else {"target": target}


def check_axes(job: Job, case: ScenarioCase, axes: Sequence[Axis]) -> None:
    """Refuse a range whose ends the job cannot take. Raises ConfigError."""
    for axis in axes:
        if axis.how == "share":
            for end in (axis.low, axis.high):
                trials.variants(job_at(job, [axis], [end]), case, [[]])
        else:
            if axis.how == "set":
                left_alone(case, axis.name, f"--over {axis.name}")
            (low,), (high,) = (shocks_at([axis], [end]) for end in (axis.low, axis.high))
            trials.refuse_idle(job, case, f"--over {axis.name}", low, high)


def _axis(job: Job, text: str) -> Axis:
    match = re.fullmatch(r"((?:share|quantity):.+|[A-Za-z_]+)=([^:=]+):([^:=]+)", text.strip())
    if match is None:
        raise ConfigError(
            f"--over {text}: write TARGET=FROM:TO, as default_odds=1:3, share:NOTE=0.78:0.84 or quantity:NAME=1:5"
        )
    name, ends = match[1], [_number(end, text) for end in match.groups()[1:]]
    if not ends[0] < ends[1]:
        raise ConfigError(f"--over {text}: FROM must lie below TO")
    low, high = ends
    if name.startswith("share:"):
        from_closing(job, f"--over {name}", "moves notes that are issued already")
        note = trials.note_index(job, name.partition(":")[2], can_lose=True, option=f"--over {text}: note")
        if not 0.0 < low < high < 1.0:
            percents = high > 1.0 and fraction_for(str(high))
            hint = f"; fractions, not percents: did you mean {low / 100.0:g}:{high / 100.0:g}?" if percents else ""
            raise ConfigError(f"--over {text}: a share of the cut-off balance lies between 0 and 1{hint}")
        own, giver = note_share(job, note), job.deal.notes[_gives(job, note)].name
        meaning = f"share of the cut-off balance; what it gains {giver} loses."
        return Axis(name, "share", low, high, _within(own, low, high), low <= own <= high, True, meaning)
    if name.startswith(QUANTITY):
        return _of_quantity(job, name, low, high)
    target = _target(name)
    if target in WHOLE_DAYS:
        raise ConfigError(
            f"--over {text}: a range is asked between its ends too, and these days are whole: set them in scenarios"
        )
    how = how_of(target)
    neutral = {"multiply": 1.0, "add": 0.0, "set": 0.0}[how]
    return _moving(Axis(name, how, low, high, neutral, True, True, f"{_how_words(how)}: {MEANING[target]}"), target)


def _of_quantity(job: Job, name: str, low: float, high: float) -> Axis:
    own = name.removeprefix(QUANTITY)
    how, neutral = way_of(job.deal, own, f"--over {name}")
    return _moving(
        Axis(name, how, low, high, neutral, True, True, f"{_how_words(how)}: {own} of the deal."), "quantity"
    )


def _moving(axis: Axis, target: Target) -> Axis:
    """An axis along which a shock moves, given where it moves nothing. Raises ConfigError for ends beyond its range."""
    least, most = move_range(target, axis.how)
    low, high, neutral = axis.low, axis.high, axis.start
    if not least <= low < high <= most:
        where = f"--over {axis.name}={low:g}:{high:g}"
        raise ConfigError(f"{where}: {_how_words(axis.how)}, must be from {least:g} to {most:g}")
    even = not (axis.how == "multiply" and low > 0.0 and high / low > RATIO)
    return axis._replace(start=_within(neutral, low, high), stands=low <= neutral <= high, even=even)


def _how_words(how: str) -> str:
    return {"multiply": "a multiple of the scenario's own", "add": "added to the scenario's own", "set": "its value"}[
        how
    ]


def _target(name: str) -> Target:
    known = [target for target in get_args(Target) if target != "quantity"]
    if name not in known:
        raise ConfigError(
            f"--over {name}: one of {', '.join(known)}, share:NOTE or quantity:NAME{suggest(name, known)}"
        )
    target: Target = known[known.index(name)]
    return target


def _gives(job: Job, note: int) -> int:
    """The note that loses what `note` gains: the last that lent, or the most senior where that is `note` itself."""
    funded = [k for k, terms in enumerate(job.deal.notes) if trials.lends(terms)]
    if len(funded) < 2:
        raise ConfigError(f"--over share:{job.deal.notes[note].name}: the deal has no other note to take from")
    return funded[-1] if note != funded[-1] else funded[0]


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _number(text: str, option: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e6:
        raise ConfigError(f"--over {option}: {text!r} is not a number{fraction_for(text, math.inf)}")
    return value
