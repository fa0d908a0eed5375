"""Memory on a GPU: the scratch of a warp and tables read lane by lane, and the counts that all warps share.

A space of floats begins as many numbers further as the thread's lane: a row is then read at its place by all lanes
together. A space of integers is where it is.
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from itertools import accumulate
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from .constants import header_field
from .layout import LANES
from .scratch import GROUPS
from .space_type import Space, read_and_written

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_SHARED = 3
"""LLVM's number of the memory that the threads of a block share."""


def call(builder: Any, name: str, result: Any, *args: Any) -> Any:
    """Call one of LLVM's own functions."""
    kind = ir.FunctionType(result, [a.type for a in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)


def special(builder: Any, name: str) -> Any:
    """A special register of the machine, as a 64-bit number."""
    return builder.zext(call(builder, f"llvm.nvvm.read.ptx.sreg.{name}", _I32), _I64)


def lane_of(builder: Any) -> Any:
    """The number of this thread in its warp."""
    return special(builder, "laneid")


def lane_read_anew(builder: Any) -> Any:
    """The number of this thread in its warp, asked of the machine each time. Were it known to be the same throughout, a
    compiler could make two loops of one, those of some lanes and those of the others, with the shuffles in them apart."""
    ask = ir.InlineAsm(ir.FunctionType(_I32, []), "mov.u32 $0, %laneid;", "=r", side_effect=True)
    return builder.call(ask, [])


def without_lane(builder: Any, address: Any) -> Any:
    """The address of a number of its own, from one that is ahead by the lane."""
    return builder.gep(address, [builder.neg(lane_of(builder))])


_KEPT_AT_HAND = tuple(name for name, group in GROUPS.items() if group.record and not group.axes)
_OFFSET = dict(zip(_KEPT_AT_HAND, accumulate((GROUPS[n].stride for n in _KEPT_AT_HAND), initial=0), strict=False))
_SIZE = sum(GROUPS[name].stride for name in _KEPT_AT_HAND)
_ORDER = list(GROUPS)
_CLEARED = [n for n in _KEPT_AT_HAND if _ORDER.index("cash") <= _ORDER.index(n) < _ORDER.index("log")]
"""What a path begins with at zero, as `block` has it in the scratch."""


def _at_hand(builder: Any, offset: int) -> Any:
    """An address in the memory of the block of threads, which is one warp: ahead by the lane."""
    kind = ir.ArrayType(ir.DoubleType(), _SIZE)
    rows = builder.module.globals.get("stress_records")
    if rows is None:
        rows = ir.GlobalVariable(builder.module, kind, "stress_records", addrspace=_SHARED)
        rows.linkage, rows.align, rows.initializer = "linkonce_odr", 256, ir.Constant(kind, ir.Undefined)
    address = builder.gep(rows, [_I64(0), builder.add(lane_of(builder), _I64(offset))])
    return builder.addrspacecast(address, ir.DoubleType().as_pointer())


def record_at(builder: Any, scratch: Any, offset: Any, name: str) -> Any:
    """The address of a record of which there is one. They are a quarter of what a month loads and stores, and the same rows
    for any deal: shared memory holds them."""
    return _at_hand(builder, _OFFSET[name])


@intrinsic
def clear_records(typing, m):
    """Zeros in what shared memory holds of a path."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        for name in _CLEARED:
            for row in range(0, GROUPS[name].stride, LANES):
                builder.store(ir.Constant(ir.DoubleType(), 0.0), _at_hand(builder, _OFFSET[name] + row))
        return context.get_dummy_value()

    return types.void(m), build


@intrinsic
def fill_records(typing, m):
    """What the scratch has of a path in the place of those records, into shared memory."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = cgutils.create_struct_proxy(m)(context, builder, value=args[0])
        for name in _CLEARED:
            start = header_field(builder, whole.p, f"of_{name}")
            for row in range(0, GROUPS[name].stride, LANES):
                there = builder.gep(whole.w, [builder.add(start, _I64(row))])
                builder.store(builder.load(there), _at_hand(builder, _OFFSET[name] + row))
        return context.get_dummy_value()

    return types.void(m), build


def _at(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    address = builder.gep(args[0], [context.cast(builder, args[1], sig.args[1], types.intp)])
    return without_lane(builder, address) if sig.args[0].dtype == types.float64 else address


read_and_written(_at)


@intrinsic
def floats_at(typing, address, offset):
    """The space that begins so many numbers after an address."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        start = context.cast(builder, args[1], sig.args[1], types.intp)
        return builder.gep(args[0], [builder.add(start, lane_of(builder))])

    return Space(types.float64)(address, offset), build


@intrinsic
def integers_at(typing, address, offset):
    """The same of integers, which all threads see alike."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.gep(args[0], [context.cast(builder, args[1], sig.args[1], types.intp)])

    return Space(types.int64)(address, offset), build


def _register(name: str) -> Any:
    @intrinsic
    def read(typing):
        return types.int64(), lambda context, builder, sig, args: special(builder, name)

    return read


thread, block, threads, blocks = (_register(name) for name in ("tid.x", "ctaid.x", "ntid.x", "nctaid.x"))


def space_of(array: Any) -> Any:
    """Entry points of a CPU ask for it; none of them is compiled here."""
    raise NotImplementedError
