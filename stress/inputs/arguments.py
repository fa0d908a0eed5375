"""What a function is given in Python: each argument is held against its annotation, in words, for all functions alike.

The command line has its own options checked before it asks: this is what Python's callers meet. Kinds are told by the
names of their classes: a saved result is read without the models of inputs.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import math
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from numbers import Real
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from stress.errors import ConfigError, DataError
from stress.inputs.lacking import tell_lacking
from stress.inputs.numbers import (
    FIT_LEVELS,
    MOST_HORIZON,
    MOST_LAGS,
    OUTAGE_DAYS,
    PATH_LIMIT,
    SEEDS,
    THREADS,
    real,
    shown,
    whole,
)

Check = Callable[[str, Any], None]
"""Given the name of an argument and its value, raises ConfigError, DataError for one that is none of its kind."""
Checks = Mapping[str, Check]
"""By name of an argument or by annotation, None apart."""
NONE: Checks = MappingProxyType({})
F = TypeVar("F")
T = TypeVar("T")
RANGES: Mapping[str, tuple[int, int]] = {
    "paths": (1, PATH_LIMIT),
    "path": (0, PATH_LIMIT - 1),
    "seed": (0, SEEDS - 1),
    "threads": (1, THREADS),
    "dates": (0, 10**9),
    "max_paths": (1, PATH_LIMIT),
    "max_memory": (1, 2**63),
    "robust_lags": (0, MOST_LAGS),
    "days": (1, OUTAGE_DAYS),
    "horizons": (1, MOST_HORIZON),
}
"""From where to where a whole number goes, by argument; the others count something: from 1."""
BETWEEN: Mapping[str, tuple[float, float]] = {
    "half_life": (1.0, 1000.0),
    "losses": (0.0, 1.0),
    "every": (0.0, math.inf),
}
"""From where to where a number goes, by argument; the others are held against rules of their question."""
KINDS: Mapping[str, tuple[str, str]] = {
    "Deal": ("a deal", "stress.load reads from a deal's file"),
    "Pool": ("a pool", "stress.load reads from a pool's file"),
    "Book": ("a book", "stress.load reads from a book's file"),
    "Sweep": ("a sweep", "stress.load reads from a job's file that lists deals, pools or seeds"),
    "BookRisk": ("the answer of a book", "stress.analysis.book returns"),
    "Committee": ("an answer for a committee", "stress.analysis.committee returns"),
    "Stresses": ("a table of stresses", "stress.analysis.load_stresses reads"),
    "Bands": ("a table of bands", "stress.analysis.load_bands reads"),
    "Rules": ("a body of rules", "stress.analysis.load_rules reads"),
    "MacroTable": ("a table of a history", "stress.calibration.read_table reads"),
    "RhoFit": ("a fit of a history", "stress.calibration.calibrate_rho returns"),
    "SatelliteFit": ("a fit of a satellite", "stress.calibration.fit_satellite returns"),
    "Plan": ("a plan of a job", "stress.jobs.plan returns"),
    "SweepPlan": ("a plan of a sweep", "stress.jobs.plan_sweep returns"),
}
"""By name of a class: what one is, and where it comes from."""
CALLED = ("Say", "Seen", "Ready")
"""Names of what a caller hears from."""
RESULT = "give what stress.simulate or stress.open returns"


def hold(room: dict[str, Any], names: Iterable[str], checks: Checks = NONE) -> None:
    """Put every function among the public names of a room behind its checks; `dir` shows its public names alone."""
    room |= {name: put_to(room[name], checks) for name in names if name in room}
    room["__dir__"] = lambda: sorted(room["__all__"])


def on_demand(
    room: dict[str, Any], home: Mapping[str, str], checks: Callable[[], Checks] = lambda: NONE
) -> Callable[[str], Any]:
    """What a room has for `__getattr__`: a name is imported from its home when it is asked for, behind its checks."""

    def ask(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {room['__name__']!r} has no attribute {name!r}")
        from stress.inputs.text.docstrings import documented

        room[name] = documented(put_to(getattr(importlib.import_module(home[name]), name), checks()))
        return room[name]

    room["__dir__"] = lambda: sorted(room["__all__"])
    return ask


def hold_methods(kind: type[T], checks: Checks = NONE) -> type[T]:
    """A class whose public methods stand behind their checks."""
    for name, method in list(vars(kind).items()):
        if not name.startswith("_"):
            setattr(kind, name, put_to(method, checks))
    return kind


def put_to(question: F, checks: Checks = NONE) -> F:
    """The function, which raises ConfigError, DataError where an argument is none of its kind, or a result not whole.

    `checks`: those of its room, before the ones that all rooms share.
    """
    if not inspect.isfunction(question):
        return question
    taken, around = inspect.signature(question).parameters, question.__globals__

    @functools.wraps(question)
    def ask(*given: Any, **named: Any) -> Any:
        said = (*zip(taken, given, strict=False), *named.items())
        for name, value in said:
            own = name not in taken or taken[name].annotation is inspect.Parameter.empty  # `self`, or a word of **names
            if not own and value is not taken[name].default:
                _check(name, taken[name].annotation, value, around, checks)
        try:
            return question(*given, **named)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            tell_lacking(question.__name__, error, [value for _, value in said if is_a(value, "Dataset")])
            raise

    return cast("F", ask)


def _check(name: str, annotation: str, value: Any, around: Mapping[str, Any], checks: Checks) -> None:
    """Hold a value against an annotation; `around`: what its names mean."""
    kind = annotation.removesuffix(" | None")
    if value is None and kind != annotation:
        return
    check = checks.get(name) or checks.get(kind) or _CHECKS.get(kind)
    if check is not None:
        check(name, value)
    elif kind in KINDS:
        what, come_from = KINDS[kind]
        if not is_a(value, kind):
            raise ConfigError(f"a {type(value).__name__} is not {what}: give what {come_from}")
    elif "Progress" in kind or kind.startswith("Callable") or kind in CALLED:
        say(callable(value), name, value, "a function")
    elif several := re.fullmatch(r"(?:Sequence\[(\w+)\]|tuple\[(\w+), \.\.\.\])", kind):
        _each(name, several[1] or several[2], value, around, checks)
    elif get_origin(around.get(kind)) is Literal:
        allowed = get_args(around[kind])
        say(isinstance(value, str) and value in allowed, name, value, f"one of {', '.join(allowed)}")
    elif isinstance(around.get(kind), type):
        say(isinstance(value, around[kind]), name, value, f"of the type {kind}")
        _parts(name, value, around, checks)


def _parts(name: str, value: Any, around: Mapping[str, Any], checks: Checks) -> None:
    """Hold what a named tuple was made of against its own annotations."""
    for part, kind in inspect.get_annotations(type(value)).items() if hasattr(value, "_fields") else ():
        if (given := getattr(value, part)) is not type(value)._field_defaults.get(part):
            _check(f"{name}.{part}", getattr(kind, "__forward_arg__", str(kind)), given, around, checks)


def _each(name: str, kind: str, value: Any, around: Mapping[str, Any], checks: Checks) -> None:
    """Hold every element of a list against its kind."""
    what = {"float": "numbers", "int": "whole numbers", "str": "texts"}.get(kind, f"{kind}s")
    meant = isinstance(value, str) if kind == "str" else isinstance(value, Real)
    hint = f": write [{shown(value)}]" if meant else ""
    say(is_list(value), name, value, f"a list of {what}{hint}")
    for element in value:
        _check(name, kind, element, around, checks)


def is_list(value: Any) -> bool:
    """Whatever can be looked through twice, in order: an array too."""
    return isinstance(value, Iterable) and isinstance(value, Sized) and not isinstance(value, (str, bytes, Mapping))


def say(holds: bool, name: str, value: Any, what: str) -> None:
    """Raise ConfigError where a value is not what it must be."""
    if not holds:
        raise ConfigError(f"{name} = {shown(value)}: is not {what}")


def _whole(name: str, value: Any) -> None:
    whole(name, value, *RANGES.get(name, (1, 10**9)))


def number_of(name: str, value: Any) -> None:
    """A number from where to where its argument goes. Raises ConfigError."""
    say(real(value) == real(value), name, value, "a number")
    low, high = BETWEEN.get(name, (-math.inf, math.inf))
    if not low <= value <= high:
        raise ConfigError(f"{name} = {value:g}: must be from {low:g} to {high:,g}")


def real_of(name: str, value: Any) -> None:
    """A number or NaN, for functions that say of NaN what they need instead. Raises ConfigError."""
    say(isinstance(value, Real) and not isinstance(value, bool), name, value, "a number")


def numbers_of(name: str, value: Any, each: Check = number_of) -> None:
    """A table of numbers by name. Raises ConfigError."""
    holds = isinstance(value, Mapping) and all(isinstance(note, str) for note in value)
    say(holds, name, value, "a table of numbers by note")
    for note, number in value.items():
        each(f"{name}[{shown(note)}]", number)


def _texts(name: str, value: Any) -> None:
    holds = isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)
    say(holds, name, value, "a table of texts by note")


def _array(name: str, value: Any) -> None:
    say(_is_array(value), name, value, "numbers")


def _is_array(value: Any) -> bool:
    """A number, an array of numbers, or lists of these."""
    if hasattr(value, "dtype"):
        return value.dtype.kind in "biuf"
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return all(map(_is_array, value))
    return isinstance(value, Real)


def _levels(name: str, value: Any) -> None:
    if isinstance(value, Real):
        number_of(name, value)
    else:
        _each(name, "float", value, NONE, NONE)


def held_later(_: str, __: Any) -> None:
    """An argument that its own function holds against its rules, in words."""


def level_of(name: str, value: Any, between: tuple[float, float] = FIT_LEVELS) -> None:
    """A level of a tail or of an interval, a share of all. Raises ConfigError, also for a percent."""
    number_of(name, value)
    low, high = between
    if not low <= value <= high:
        hint = f"; did you mean {value / 100.0:.10g}?" if low <= value / 100.0 <= high else ""
        raise ConfigError(f"{name} = {value:g}: must be from {low:g} to {high:g}{hint}")


def above_zero(name: str, value: Any) -> None:
    """A finite number above 0. Raises ConfigError."""
    number_of(name, value)
    if not 0.0 < value < math.inf:
        raise ConfigError(f"{name} = {value:g}: must be above 0 and finite")


def _job(_: str, value: Any) -> None:
    from stress.inputs.door import of_one_job

    of_one_job(value)


def is_a(value: Any, kind: str) -> bool:
    """Whether a value is of the class of that name, or of one below it."""
    return any(base.__name__ == kind for base in type(value).__mro__)


def dataset_of(_: str, value: Any) -> None:
    """Raise DataError for what is no Dataset."""
    if is_a(value, "DataTree"):
        raise DataError("a sweep of several deals: give the result of one, as stress.results.cell(result, deal=...)")
    if not is_a(value, "Dataset"):
        raise DataError(f"a {type(value).__name__} is not a result: {RESULT}")


def _result(_: str, value: Any) -> None:
    if not is_a(value, "DataTree"):
        dataset_of(_, value)


def _file(name: str, value: Any) -> None:
    say(isinstance(value, (str, os.PathLike)) and value != "", name, value, "a file")


def _bool(name: str, value: Any) -> None:
    of_numpy = getattr(getattr(value, "dtype", None), "kind", "") == "b" and value.shape == ()
    say(isinstance(value, bool) or of_numpy, name, value, "True or False")


_CHECKS: Checks = {
    "Any": held_later,
    "Job": _job,
    "xr.Dataset": dataset_of,
    "Result": _result,
    "int": _whole,
    "float": number_of,
    "float | Sequence[float]": _levels,
    "ArrayLike": _array,
    "str": lambda name, value: say(isinstance(value, str), name, value, "a text"),
    "bool": _bool,
    **dict.fromkeys(("str | Path", "str | os.PathLike[str]"), _file),
    "Mapping[str, str]": _texts,
    "Mapping[str, float]": numbers_of,
    "threading.Event": lambda name, value: say(isinstance(value, threading.Event), name, value, "a threading.Event"),
}
"""By annotation of an argument, None apart; a class that is not among them is asked for by its own name."""
