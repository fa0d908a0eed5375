"""Rows loaded and stored, and what is done to each lane for itself."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .lane_types import FLOAT_VECTOR, FLOATS, NARROWS, WORD_VECTOR, WORDS, FloatLanes, as_floats, as_words, widest
from .space import data_pointer


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, vector: Any) -> Any:
    data = data_pointer(context, builder, array_type, array)
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _load(lanes: Any, vector: Any) -> Callable[..., Any]:
    def typed(typing: Any, array: Any, index: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            offset = context.cast(builder, args[1], sig.args[1], types.intp)
            return builder.load(_pointer(context, builder, sig.args[0], args[0], offset, vector), align=8)

        return lanes(array, index), build

    return typed


def _store(to_lanes: Any) -> Callable[..., Any]:
    def typed(typing: Any, array: Any, index: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            offset = context.cast(builder, args[1], sig.args[1], types.intp)
            lanes = to_lanes(context, builder, args[2], sig.args[2])
            builder.store(lanes, _pointer(context, builder, sig.args[0], args[0], offset, lanes.type), align=8)
            return context.get_dummy_value()

        return types.void(array, index, value), build

    return typed


def _elementwise(name: str, arity: int) -> Callable[..., Any]:
    """An LLVM intrinsic on lanes; scalar arguments are broadcast."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = sig.return_type
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(lanes.vector, [lanes.vector] * arity), f"llvm.{name}.v{lanes.width}f64"
        )
        to_lanes = as_floats(lanes)
        return builder.call(function, [to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True)])

    return build


def _select(predicate: str) -> Callable[..., Any]:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        to_lanes = as_floats(sig.return_type)
        a, b, yes, no = (to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True))
        return builder.select(builder.fcmp_ordered(predicate, a, b), yes, no)

    return build


@intrinsic
def load(typing, array, index):  # type: ignore[no-untyped-def]
    """Load a row."""
    return _load(FLOATS, FLOAT_VECTOR)(typing, array, index)


@intrinsic
def load_narrow(typing, array, index):  # type: ignore[no-untyped-def]
    """Load a narrow row."""
    return _load(NARROWS, NARROWS.vector)(typing, array, index)


@intrinsic
def load_like(typing, array, index, like):  # type: ignore[no-untyped-def]
    """Load as many lanes as another value has."""

    lanes = like if isinstance(like, FloatLanes) else FLOATS
    return lanes(array, index, like), _load(lanes, lanes.vector)(typing, array, index)[1]


@intrinsic
def load_words(typing, array, index):  # type: ignore[no-untyped-def]
    """Load a row of words."""
    return _load(WORDS, WORD_VECTOR)(typing, array, index)


@intrinsic
def store(typing, array, index, value):  # type: ignore[no-untyped-def]
    """Store a row, or a number on all of its lanes."""
    return _store(as_floats(widest([value])))(typing, array, index, value)


@intrinsic
def store_narrow(typing, array, index, value):  # type: ignore[no-untyped-def]
    """Store a narrow row."""
    return _store(as_floats(NARROWS))(typing, array, index, value)


@intrinsic
def store_words(typing, array, index, value):  # type: ignore[no-untyped-def]
    """Store a row of words."""
    return _store(as_words)(typing, array, index, value)


@intrinsic
def fma(typing, a, b, c):  # type: ignore[no-untyped-def]
    """a b + c, rounded once."""
    return widest([a, b, c])(a, b, c), _elementwise("fma", 3)


@intrinsic
def root(typing, a):  # type: ignore[no-untyped-def]
    """Square root."""
    return widest([a])(a), _elementwise("sqrt", 1)


@intrinsic
def floor(typing, a):  # type: ignore[no-untyped-def]
    """Largest integer not above."""
    return widest([a])(a), _elementwise("floor", 1)


@intrinsic
def where_less(typing, a, b, yes, no):  # type: ignore[no-untyped-def]
    """`yes` where a < b, else `no` (also where either is not a number)."""
    return widest([a, b, yes, no])(a, b, yes, no), _select("<")


def _choose(first_less: bool) -> Callable[..., Any]:
    """The smaller of two, or the larger: the second where it is not less."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        to_lanes = as_floats(sig.return_type)
        a, b = (to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True))
        less = builder.fcmp_ordered("<", a, b)
        return builder.select(less, a, b) if first_less else builder.select(less, b, a)

    return build


@intrinsic
def smaller(typing, a, b):  # type: ignore[no-untyped-def]
    """The smaller of two; b where either is not a number."""
    return widest([a, b])(a, b), _choose(True)


@intrinsic
def larger(typing, a, b):  # type: ignore[no-untyped-def]
    """The larger of two; a where either is not a number."""
    return widest([a, b])(a, b), _choose(False)


def _splatting(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return as_floats(sig.return_type)(context, builder, args[0], sig.args[0])


@intrinsic
def splat(typing, a):  # type: ignore[no-untyped-def]
    """The same number on all lanes."""
    return FLOATS(a), _splatting


@intrinsic
def splat_narrow(typing, a):  # type: ignore[no-untyped-def]
    """The same number on the lanes of a narrow value."""
    return NARROWS(a), _splatting


@intrinsic
def splat_word(typing, a):  # type: ignore[no-untyped-def]
    """The same word on all lanes."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return as_words(context, builder, args[0], sig.args[0])

    return WORDS(a), build


@intrinsic
def float_bits(typing, a):  # type: ignore[no-untyped-def]
    """The bits of floats as words."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], WORD_VECTOR)

    return WORDS(a), build


@intrinsic
def bits_float(typing, a):  # type: ignore[no-untyped-def]
    """Words as the bits of floats."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], FLOAT_VECTOR)

    return FLOATS(a), build
