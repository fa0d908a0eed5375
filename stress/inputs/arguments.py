"""What a function is given in Python: each argument is held against its annotation, in words, for all functions alike.

The command line has its own options checked before it asks: this is what Python's callers meet. Kinds are told by the
names of their classes: a saved result is read without the models of inputs.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from stress.errors import ConfigError
from stress.inputs.kinds import CHECKS, NONE, Checks, is_a, say
from stress.inputs.lacking import tell_lacking
from stress.inputs.numbers import is_list, plain, shown

F = TypeVar("F")
T = TypeVar("T")
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
        given = (*itertools.starmap(held, zip(taken, given, strict=False)), *given[len(taken) :])
        named = {name: held(name, value) for name, value in named.items()}
        try:
            return question(*given, **named)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            tell_lacking(question.__name__, error, [v for v in (*given, *named.values()) if is_a(v, "Dataset")])
            raise

    def held(name: str, value: Any) -> Any:
        """The value as the function takes it: a number of NumPy as a number, a list of whatever kind as a list."""
        if name not in taken or taken[name].annotation is inspect.Parameter.empty:  # `self`, or a word of **names
            return value
        value = plain(value)
        if value is not taken[name].default:
            _check(name, taken[name].annotation, value, around, checks)
        return [*map(plain, value)] if "Sequence[" in taken[name].annotation and is_list(value) else value

    return cast("F", ask)


def _check(name: str, annotation: str, value: Any, around: Mapping[str, Any], checks: Checks) -> None:
    """Hold a value against an annotation; `around`: what its names mean."""
    kind = annotation.removesuffix(" | None")
    if value is None and kind != annotation:
        return
    check = checks.get(name) or checks.get(kind) or CHECKS.get(kind)
    if check is not None:
        check(name, value)
    elif kind in KINDS:
        what, come_from = KINDS[kind]
        if not is_a(value, kind):
            raise ConfigError(f"a {type(value).__name__} is not {what}: give what {come_from}")
    elif "Progress" in kind or kind.startswith("Callable") or kind in CALLED:
        say(callable(value), name, value, "a function")
    elif fixed := re.fullmatch(r"tuple\[(\w+(?:, \w+)*)\]", kind):
        kinds = fixed[1].split(", ")
        said = f"{len(kinds)} values: {', '.join(kinds)}"
        say(isinstance(value, (tuple, list)) and len(value) == len(kinds), name, value, said)
        for element, of in zip(value, kinds, strict=True):
            _check(name, of, plain(element), around, checks)
    elif table := re.fullmatch(r"Mapping\[str, (.+)\]", kind):
        say(isinstance(value, Mapping) and all(isinstance(key, str) for key in value), name, value, "a table by name")
        for key, element in value.items():
            _check(f"{name}[{shown(key)}]", table[1], plain(element), around, checks)
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
        _check(name, kind, plain(element), around, checks)
