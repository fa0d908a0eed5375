"""What a question is put to and how: each argument is held against its annotation, in words, for all questions alike.

The command line has its own options checked before a question is asked: this is what Python's callers meet.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sized
from numbers import Real
from typing import Any, Literal, get_args, get_origin

import numpy as np

from stress.analysis.note_targets import Target
from stress.answers.book import BookRisk
from stress.answers.committee import Committee
from stress.errors import ConfigError
from stress.inputs.bands import Bands
from stress.inputs.book import Book
from stress.inputs.door import SEEDS, THREADS, of_one_job, whole
from stress.inputs.files.reported import Reported
from stress.inputs.job.terms import PATH_LIMIT
from stress.inputs.pool import Pool
from stress.inputs.rules import Rules
from stress.inputs.stresses import Stresses
from stress.inputs.text.messages import show
from stress.results.sound import check_whole
from stress.tables.periods import Period

Check = Callable[[str, Any], None]
"""Given the name of an argument and its value, raises ConfigError, DataError for one that is none of its kind."""
RANGES: Mapping[str, tuple[int, int]] = {
    "paths": (1, PATH_LIMIT),
    "path": (0, PATH_LIMIT - 1),
    "seed": (0, SEEDS - 1),
    "threads": (1, THREADS),
    "dates": (0, 10**9),
}
"""From where to where a whole number goes, by argument; the others count something: from 1."""
BETWEEN: Mapping[str, tuple[float, float]] = {"half_life": (1.0, 1000.0), "losses": (0.0, 1.0)}
"""From where to where a number goes, by argument; the others are held against rules of their question."""


def put_to(question: Any) -> Any:
    """The question, which raises ConfigError, DataError where an argument is none of its kind."""
    if not inspect.isfunction(question):
        return question
    taken = inspect.signature(question).parameters

    @functools.wraps(question)
    def ask(*given: Any, **named: Any) -> Any:
        for name, value in (*zip(taken, given, strict=False), *named.items()):
            if name in taken and value is not taken[name].default:
                _check(name, taken[name].annotation, value, question.__globals__)
        return question(*given, **named)

    return ask


def _check(name: str, annotation: str, value: Any, around: Mapping[str, Any]) -> None:
    """Hold a value against an annotation; `around`: what its names mean."""
    kind = annotation.removesuffix(" | None")
    if value is None and kind != annotation:
        return
    if kind in _CHECKS:
        _CHECKS[kind](name, value)
    elif "Progress" in kind or kind.startswith("Callable"):
        _say(callable(value), name, value, "a function")
    elif several := re.fullmatch(r"Sequence\[(\w+)\]", kind):
        _each(name, several[1], value, around)
    elif get_origin(around.get(kind)) is Literal:
        allowed = get_args(around[kind])
        _say(value in allowed, name, value, f"one of {', '.join(allowed)}")
    elif isinstance(around.get(kind), type):
        _say(isinstance(value, around[kind]), name, value, f"of the type {kind}")
        _parts(name, value, around)


def _parts(name: str, value: Any, around: Mapping[str, Any]) -> None:
    """Hold what a named tuple was made of against its own annotations."""
    for part, kind in inspect.get_annotations(type(value)).items() if hasattr(value, "_fields") else ():
        if (given := getattr(value, part)) is not type(value)._field_defaults.get(part):
            _check(f"{name}.{part}", getattr(kind, "__forward_arg__", str(kind)), given, around)


def _each(name: str, kind: str, value: Any, around: Mapping[str, Any]) -> None:
    """Hold every element of a list against its kind."""
    what = {"float": "numbers", "int": "whole numbers", "str": "texts"}.get(kind, f"{kind}s")
    meant = isinstance(value, str) if kind == "str" else isinstance(value, Real)
    hint = f": write [{_shown(value)}]" if meant else ""
    _say(_is_list(value), name, value, f"a list of {what}{hint}")
    for element in value:
        _check(name, kind, element, around)


def _is_list(value: Any) -> bool:
    """Whatever can be looked through twice, in order: an array too."""
    return isinstance(value, Iterable) and isinstance(value, Sized) and not isinstance(value, (str, bytes, Mapping))


def _say(holds: bool, name: str, value: Any, what: str) -> None:
    if not holds:
        raise ConfigError(f"{name} = {_shown(value)}: is not {what}")


def _shown(value: Any) -> str:
    """Plain values as they are, others by their kind."""
    plain = isinstance(value, Real) or value is None
    return str(value) if plain else show(value) if isinstance(value, str) else f"a {type(value).__name__}"


def _of(model: type, what: str, come_from: str) -> Check:
    def refuse_others(_: str, given: Any) -> None:
        if not isinstance(given, model):
            raise ConfigError(f"a {type(given).__name__} is not {what}: give what {come_from}")

    return refuse_others


def _whole(name: str, value: Any) -> None:
    whole(name, value, *RANGES.get(name, (1, 10**9)))


def _number(name: str, value: Any) -> None:
    _say(not isinstance(value, bool) and isinstance(value, Real) and value == value, name, value, "a number")
    low, high = BETWEEN.get(name, (-float("inf"), float("inf")))
    if not low <= value <= high:
        raise ConfigError(f"{name} = {value:g}: must be from {low:g} to {high:,g}")


def _ends(name: str, value: Any) -> None:
    _say(isinstance(value, (tuple, list)) and len(value) == 2, name, value, "a pair: where a search begins and ends")
    for end in value:
        if end is not None:
            _number(name, end)


def _curve(name: str, value: Any) -> None:
    holds = _is_list(value) and all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in value)
    _say(holds, name, value, "a list of pairs, years and a zero rate a year: [(1, 0.02), (5, 0.025)]")
    for number in (number for pair in value for number in pair):
        _number(name, number)


def _numbers(name: str, value: Any) -> None:
    holds = isinstance(value, Mapping) and all(isinstance(note, str) for note in value)
    _say(holds, name, value, "a table of numbers by note")
    for note, number in value.items():
        _number(f"{name}[{show(note)}]", number)


def _targets(name: str, value: Any) -> None:
    holds = isinstance(value, Mapping) and all(isinstance(target, Target) for target in value.values())
    _say(holds, name, value, "a table of a Target by note: dict([stress.analysis.target_of(TEXT, BANDS)])")


def _texts(name: str, value: Any) -> None:
    holds = isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)
    _say(holds, name, value, "a table of texts by note")


_CHECKS: Mapping[str, Check] = {
    "Job": lambda _, given: of_one_job(given),
    "Book": _of(Book, "a book", "stress.load reads from a book's file"),
    "BookRisk": _of(BookRisk, "the answer of a book", "stress.analysis.book returns"),
    "Pool": _of(Pool, "a pool", "stress.load reads from a pool's file"),
    "Stresses": _of(Stresses, "a table of stresses", "stress.analysis.load_stresses reads"),
    "Bands": _of(Bands, "a table of bands", "stress.analysis.load_bands reads"),
    "Rules": _of(Rules, "a body of rules", "stress.analysis.load_rules reads"),
    "Committee": _of(Committee, "an answer for a committee", "stress.analysis.committee returns"),
    "xr.Dataset": lambda _, given: check_whole(given),
    "int": _whole,
    "float": _number,
    "str": lambda name, value: _say(isinstance(value, str), name, value, "a text"),
    "bool": lambda name, value: _say(isinstance(value, (bool, np.bool_)), name, value, "True or False"),
    "str | Path": lambda name, value: _say(isinstance(value, (str, os.PathLike)), name, value, "a file"),
    "Period | str": lambda name, value: _say(
        isinstance(value, (Period, str)), name, value, "a period such as 2025-01 or 2025 Q1"
    ),
    "Reported | str | os.PathLike[str]": lambda name, value: _say(
        isinstance(value, (Reported, str, os.PathLike)), name, value, "a file of reports"
    ),
    "Mapping[str, str]": _texts,
    "Mapping[str, float]": _numbers,
    "threading.Event": lambda name, value: _say(isinstance(value, threading.Event), name, value, "a threading.Event"),
    "tuple[float | None, float | None]": _ends,
    "Curve": _curve,
    "Mapping[str | None, Target]": _targets,
}
"""By annotation of an argument, None apart; a class that is not among them is asked for by its own name."""
