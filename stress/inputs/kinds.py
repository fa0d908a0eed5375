"""Kinds of arguments: what each is held against, and what is said of one that is none of its kind."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from types import MappingProxyType
from typing import Any

from stress.errors import ConfigError, DataError
from stress.inputs.numbers import (
    LEVELS,
    MOST_HORIZON,
    MOST_LAGS,
    OUTAGE_DAYS,
    PATH_LIMIT,
    SEEDS,
    THREADS,
    is_list,
    plain,
    real,
    shown,
    whole,
)

Check = Callable[[str, Any], None]
"""Given the name of an argument and its value, raises ConfigError, DataError for one that is none of its kind."""
Checks = Mapping[str, Check]
"""By name of an argument or by annotation, None apart."""
NONE: Checks = MappingProxyType({})
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
    "months": (0, 10**9),
    "interest_only": (0, 10**9),
    "amortization": (0, 10**9),
}
"""From where to where a whole number goes, by argument; the others count something: from 1."""
BETWEEN: Mapping[str, tuple[float, float]] = {
    "half_life": (1.0, 1000.0),
    "losses": (0.0, 1.0),
    "every": (0.0, math.inf),
    "unseen": (0.0, 1.0),
}
"""From where to where a number goes, by argument; the others are held against rules of their question."""
RESULT = "give what stress.simulate or stress.open returns"


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
        say(is_list(value), name, value, "a list of numbers")
        for level in value:
            number_of(name, plain(level))


def held_later(_: str, __: Any) -> None:
    """An argument that its own function holds against its rules, in words."""


def level_of(name: str, value: Any) -> None:
    """A level of a tail or of an interval, a share of all. Raises ConfigError, also for a percent."""
    number_of(name, value)
    low, high = LEVELS
    if not low <= value <= high:
        hint = f"; did you mean {value / 100.0:.10g}?" if low <= value / 100.0 <= high else ""
        raise ConfigError(f"{name} = {value:g}: must be from {low:g} to {high:g}{hint}")


def above_zero(name: str, value: Any) -> None:
    """A finite number above 0. Raises ConfigError."""
    number_of(name, value)
    if not 0.0 < value < math.inf:
        raise ConfigError(f"{name} = {value:g}: must be above 0 and finite")


def axes_of(name: str, value: Any) -> None:
    """Axes of matplotlib, one or several, in whatever shape `subplots` gives them. Raises ConfigError."""
    each = value.ravel() if hasattr(value, "ravel") else value if isinstance(value, (list, tuple)) else [value]
    holds = len(each) > 0 and all(is_a(axes, "Axes") for axes in each)
    say(value is None or holds, name, value, "axes of matplotlib, or a list of them")


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
    say(isinstance(value, bool), name, value, "True or False")


CHECKS: Checks = {
    "Any": held_later,
    "Job": _job,
    "xr.Dataset": dataset_of,
    "Result": _result,
    "int": _whole,
    "float": number_of,
    "float | Sequence[float]": _levels,
    **dict.fromkeys(("ArrayLike", "Array", "np.ndarray", "NDArray[Any]"), _array),
    "str": lambda name, value: say(isinstance(value, str), name, value, "a text"),
    "bool": _bool,
    **dict.fromkeys(("str | Path", "str | os.PathLike[str]"), _file),
    "Mapping[str, str]": _texts,
    "Mapping[str, float]": numbers_of,
    "threading.Event": lambda name, value: say(isinstance(value, threading.Event), name, value, "a threading.Event"),
}
"""By annotation of an argument, None apart; a class that is not among them is asked for by its own name."""
