"""Who counts what on a GPU: a lane is a thread, and all warps add to the same counts."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from .jit import stage
from .space import lane_of, lane_read_anew

_I32 = ir.IntType(32)


@intrinsic
def _lane(typing):
    return types.int64(), lambda context, builder, sig, args: lane_of(builder)


@stage
def own(n: int) -> Any:
    """This thread's lane, if it is below n."""
    lane = _lane()
    return range(lane, min(n, lane + 1))


@intrinsic
def leads(typing):
    """Whether this is the first lane."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.icmp_unsigned("==", lane_read_anew(builder), _I32(0))

    return types.boolean(), build


def _at_once(operation: str) -> Any:
    def typed(typing: Any, n: Any, at: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            index = context.cast(builder, args[1], sig.args[1], types.intp)
            word = context.cast(builder, args[2], sig.args[2], types.int64)
            builder.atomic_rmw(operation, builder.gep(args[0], [index]), word, "monotonic")
            return context.get_dummy_value()

        return types.void(n, at, value), build

    return typed


@intrinsic
def count(typing, n, at, more):
    """Add to a count."""
    return _at_once("add")(typing, n, at, more)


@intrinsic
def least(typing, n, at, value):
    """Keep the smaller."""
    return _at_once("min")(typing, n, at, value)


@intrinsic
def most(typing, n, at, value):
    """Keep the larger."""
    return _at_once("max")(typing, n, at, value)
