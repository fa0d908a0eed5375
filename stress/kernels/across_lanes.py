"""What goes across lanes: sums, votes, the first or the worst of them, and adding each to its count."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .lane_types import F64, FLOAT_VECTOR, FLOATS, FOLDED, FOLDED_WIDTH, I64, NARROW, WIDTH, WORD_VECTOR, WORDS
from .space import data_pointer


@intrinsic
def anywhere(typing, a):  # type: ignore[no-untyped-def]
    """Whether any lane is above zero."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        width, parts = sig.args[0].width, [args[0]]
        while width > NARROW:  # as registers hold them: masks of all lanes would be put together first
            width //= 2
            parts = [half for part in parts for half in _halves(builder, part, width)]
        zero, mask = ir.Constant(ir.VectorType(F64, width), [0.0] * width), ir.IntType(width)
        above = functools.reduce(builder.or_, [builder.fcmp_ordered(">", part, zero) for part in parts])
        return builder.icmp_unsigned("!=", builder.bitcast(above, mask), ir.Constant(mask, 0))

    return types.boolean(a), build


@intrinsic
def total(typing, a):  # type: ignore[no-untyped-def]
    """The sum over lanes, halves added to halves."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = _halved(builder, args[0], sig.args[0].width, 1)
        return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))

    return types.float64(a), build


@intrinsic
def fold(typing, a):  # type: ignore[no-untyped-def]
    """Eight lanes, each the sum of four."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _halved(builder, args[0], sig.args[0].width, FOLDED_WIDTH)

    return FOLDED(a), build


def _halved(builder: Any, value: Any, width: int, until: int) -> Any:
    """The lower half of the lanes plus the upper, again and again."""
    while width > until:
        width //= 2
        value = builder.fadd(*_halves(builder, value, width))
    return value


def _halves(builder: Any, value: Any, width: int) -> tuple[Any, Any]:
    """Lanes below a width, and as many from there on."""
    index = ir.VectorType(ir.IntType(32), width)
    low = builder.shuffle_vector(value, value, ir.Constant(index, list(range(width))))
    return low, builder.shuffle_vector(value, value, ir.Constant(index, list(range(width, 2 * width))))


@intrinsic
def first(typing, a):  # type: ignore[no-untyped-def]
    """The first lane's number."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.extract_element(args[0], ir.Constant(ir.IntType(32), 0))

    return types.float64(a), build


@intrinsic
def worst(typing, a):  # type: ignore[no-untyped-def]
    """The largest size of any lane's number; what is none is above all."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        """As words without their sign: the order of numbers, and what is none above them all."""
        width = sig.args[0].width
        words = ir.VectorType(I64, width)
        value = builder.and_(builder.bitcast(args[0], words), ir.Constant(words, [2**63 - 1] * width))
        while width > 1:
            width //= 2
            low, high = _halves(builder, value, width)
            value = builder.select(builder.icmp_signed(">", low, high), low, high)
        return builder.bitcast(builder.extract_element(value, ir.Constant(ir.IntType(32), 0)), F64)

    return types.float64(a), build


def _numbered(lanes: Any, vector: Any) -> Callable[..., Any]:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(vector, list(range(WIDTH)))

    return lambda typing: (lanes(), build)


@intrinsic
def lane_numbers(typing):  # type: ignore[no-untyped-def]
    """0, 1, 2, ...: each lane's place."""
    return _numbered(FLOATS, FLOAT_VECTOR)(typing)


@intrinsic
def lane_words(typing):  # type: ignore[no-untyped-def]
    """The same as words."""
    return _numbered(WORDS, WORD_VECTOR)(typing)


@intrinsic
def add_each(typing, counts, at, bins, amount):  # type: ignore[no-untyped-def]
    """Add each lane's amount, a whole number, to the count of its bin."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        first = context.cast(builder, args[1], sig.args[1], types.intp)
        base = builder.gep(data_pointer(context, builder, sig.args[0], args[0]), [first])
        places, amounts = (builder.alloca(WORD_VECTOR) for _ in range(2))
        for value, place in zip(args[2:], (places, amounts), strict=True):
            builder.store(builder.fptosi(value, WORD_VECTOR), place)
        places, amounts = (builder.bitcast(p, I64.as_pointer()) for p in (places, amounts))
        for lane in range(WIDTH):
            place = builder.gep(base, [builder.load(builder.gep(places, [I64(lane)]))])
            builder.store(builder.add(builder.load(place), builder.load(builder.gep(amounts, [I64(lane)]))), place)
        return context.get_dummy_value()

    return types.void(counts, at, bins, amount), build
