"""The lanes of a row as the threads of a warp: a value of 32 lanes is one number (or word) a thread.

The names and their meaning are those of `stress.kernels.lanes`; what goes across lanes is a vote or shuffles, on which
all 32 threads must meet: none may stand where only some lanes come.
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from . import lane_operators  # noqa: F401
from .across import add_each, anywhere, first, fold, total, worst  # noqa: F401
from .lane_types import (  # noqa: F401
    FLOATS,
    FOLDED,
    HALVES,
    NARROWS,
    WORDS,
    FloatLanes,
    WordLanes,
    as_words,
    widened,
)
from .layout import LANES
from .layout import NARROW as _FOLDED_WIDTH
from .space import call, lane_of, lane_read_anew, without_lane

WIDTH = NARROW = HALF = PART = LANES
"""A thread has registers of its own: a narrow value, or part of a row, is as wide as any."""

_F64, _I32, _I64 = ir.DoubleType(), ir.IntType(32), ir.IntType(64)


def _holds(builder: Any) -> Any:
    """Whether this lane is one of those on which a folded value counts."""
    return builder.icmp_unsigned("<", lane_read_anew(builder), _I32(_FOLDED_WIDTH))


def load_from(builder: Any, address: Any, lanes: FloatLanes) -> Any:
    """The number of this thread in the row at an address."""
    if not lanes.folded:
        return builder.load(address)
    holds, before = _holds(builder), builder.block
    with builder.if_then(holds):
        loaded, inside = builder.load(address), builder.block
    value = builder.phi(_F64)
    value.add_incoming(ir.Constant(_F64, 0.0), before)
    value.add_incoming(loaded, inside)
    return value


def store_to(builder: Any, address: Any, value: Any, lanes: FloatLanes) -> None:
    """Store this thread's number in the row at an address."""
    if not lanes.folded:
        builder.store(value, address)
        return
    with builder.if_then(_holds(builder)):
        builder.store(value, address)


def load_number(builder: Any, address: Any) -> Any:
    """A number of its own."""
    return builder.load(without_lane(builder, address))


def store_number(builder: Any, address: Any, value: Any) -> None:
    """Store it."""
    builder.store(value, without_lane(builder, address))


def _load(lanes: Any) -> Any:
    def typed(typing: Any, space: Any, index: Any, *rest: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.load(builder.gep(args[0], [context.cast(builder, args[1], sig.args[1], types.intp)]))

        return lanes(space, index, *rest), build

    return typed


@intrinsic
def load(typing, space, index):
    """A row of a space."""
    return _load(FLOATS)(typing, space, index)


@intrinsic
def load_like(typing, space, index, like):
    """The same."""
    return _load(FLOATS)(typing, space, index, like)


@intrinsic
def store(typing, space, index, value):
    """Store a row of a space."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        index = context.cast(builder, args[1], sig.args[1], types.intp)
        builder.store(widened(context, builder, args[2], sig.args[2]), builder.gep(args[0], [index]))
        return context.get_dummy_value()

    return types.void(space, index, value), build


load_narrow, store_narrow, load_words, store_words = load, store, load, store


def _elementwise(name: str) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        floats = [widened(context, builder, v, k) for v, k in zip(args, sig.args, strict=True)]
        return call(builder, f"llvm.{name}.f64", _F64, *floats)

    return build


@intrinsic
def fma(typing, a, b, c):
    """a b + c, rounded once."""
    return FLOATS(a, b, c), _elementwise("fma")


@intrinsic
def root(typing, a):
    """Square root."""
    return FLOATS(a), _elementwise("sqrt")


@intrinsic
def floor(typing, a):
    """Largest integer not above."""
    return FLOATS(a), _elementwise("floor")


def _chosen(pick: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b, *rest = (widened(context, builder, v, k) for v, k in zip(args, sig.args, strict=True))
        return builder.select(builder.fcmp_ordered("<", a, b), *pick(a, b, *rest))

    return build


@intrinsic
def where_less(typing, a, b, yes, no):
    """`yes` where a < b, else `no`."""
    return FLOATS(a, b, yes, no), _chosen(lambda a, b, yes, no: (yes, no))


@intrinsic
def smaller(typing, a, b):
    """The smaller of two; b where either is not a number."""
    return FLOATS(a, b), _chosen(lambda a, b: (a, b))


@intrinsic
def larger(typing, a, b):
    """The larger of two; a where either is not a number."""
    return FLOATS(a, b), _chosen(lambda a, b: (b, a))


@intrinsic
def splat(typing, a):
    """The same number on all lanes."""
    return FLOATS(a), lambda context, builder, sig, args: widened(context, builder, args[0], sig.args[0])


splat_narrow = splat


@intrinsic
def splat_word(typing, a):
    """The same word on all lanes."""
    return WORDS(a), lambda context, builder, sig, args: as_words(context, builder, args[0], sig.args[0])


@intrinsic
def float_bits(typing, a):
    """The bits of a float as a word."""
    return WORDS(a), lambda context, builder, sig, args: builder.bitcast(args[0], _I64)


@intrinsic
def bits_float(typing, a):
    """A word as the bits of a float."""
    return FLOATS(a), lambda context, builder, sig, args: builder.bitcast(args[0], _F64)


@intrinsic
def lane_numbers(typing):
    """Each lane's place."""
    return FLOATS(), lambda context, builder, sig, args: builder.uitofp(lane_of(builder), _F64)


@intrinsic
def lane_words(typing):
    """The same as a word."""
    return WORDS(), lambda context, builder, sig, args: lane_of(builder)
