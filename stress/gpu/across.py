"""What goes across lanes on a GPU: votes and shuffles, on which all 32 threads of a warp meet."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from .lane_types import FLOATS, FOLDED
from .space import call

_F64, _I1, _I32, _I64 = ir.DoubleType(), ir.IntType(1), ir.IntType(32), ir.IntType(64)
_ALL = ir.Constant(_I32, -1)


@intrinsic
def anywhere(typing, a):
    """Whether any lane is above zero."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        above = builder.fcmp_ordered(">", args[0], ir.Constant(_F64, 0.0))
        return call(builder, "llvm.nvvm.vote.any.sync", _I1, _ALL, above)

    return types.boolean(a), build


def _shuffled(builder: Any, value: Any, how: str, lane: int) -> Any:
    """Another thread's word: that of a lane (idx), or of this lane by exclusive or (bfly)."""
    pair = builder.bitcast(value, ir.VectorType(_I32, 2))
    for half in (_I32(0), _I32(1)):
        name = f"llvm.nvvm.shfl.sync.{how}.i32"
        moved = call(builder, name, _I32, _ALL, builder.extract_element(pair, half), _I32(lane), _I32(31))
        pair = builder.insert_element(pair, moved, half)
    return builder.bitcast(pair, value.type)


def _halved(builder: Any, value: Any, widths: tuple[int, ...]) -> Any:
    """Halves added to halves as on a CPU; all lanes that take part in a sum have its bits, for a + b is b + a."""
    for width in widths:
        value = builder.fadd(value, _shuffled(builder, value, "bfly", width))
    return value


@intrinsic
def total(typing, a):
    """The sum over lanes; of a folded value, on those on which it counts."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _halved(builder, args[0], (4, 2, 1) if sig.args[0].folded else (16, 8, 4, 2, 1))

    return types.float64(a), build


@intrinsic
def fold(typing, a):
    """Eight lanes, each the sum of four."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _halved(builder, args[0], (16, 8))

    return FOLDED(FLOATS), build


@intrinsic
def first(typing, a):
    """The first lane's number."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _shuffled(builder, args[0], "idx", 0)

    return types.float64(a), build


@intrinsic
def worst(typing, a):
    """The largest size of any lane's number; what is none is above all."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = builder.and_(builder.bitcast(args[0], _I64), ir.Constant(_I64, 2**63 - 1))
        for width in (16, 8, 4, 2, 1):
            other = _shuffled(builder, value, "bfly", width)
            value = builder.select(builder.icmp_signed(">", value, other), value, other)
        return builder.bitcast(value, _F64)

    return types.float64(a), build


@intrinsic
def add_each(typing, counts, at, bins, amount):
    """Add this thread's amount to the count of its bin."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        index, amount = builder.fptosi(args[2], _I64), builder.fptosi(args[3], _I64)
        index = builder.add(context.cast(builder, args[1], sig.args[1], types.intp), index)
        builder.atomic_rmw("add", builder.gep(args[0], [index]), amount, "monotonic")
        return context.get_dummy_value()

    return types.void(counts, at, bins, amount), build
