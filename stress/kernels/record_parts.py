"""A whole memory from its parts, and some of its lanes: what a stage works on that takes part of each row."""

# mypy: ignore-errors
# (numba's extension points are untyped; mypy reads records.pyi)

from __future__ import annotations

from typing import Any

from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

from .jit import stage
from .lanes import HALF, HALVES, NARROWS, PART, widened
from .layout import LANES
from .plain import Memory, alike_twin, narrow_twin
from .record_types import MEMORY, PARTS, MemoryType, Record


def parts_of(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The fields of a struct."""
    return cgutils.create_struct_proxy(kind)(context, builder, value=value)


@intrinsic
def _memory_of(typing, w, f, g, n, header):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = cgutils.create_struct_proxy(MEMORY)(context, builder)
        for (name, _), value in zip(PARTS, args, strict=True):
            setattr(whole, name, value)
        return whole._getvalue()

    return MEMORY(w, f, g, n, header), build


@intrinsic
def _narrow(typing, record, first):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.gep(args[0], [context.cast(builder, args[1], sig.args[1], types.intp)])

    return Record(record.kind, NARROWS)(record, first), build


def _some(lanes: Any) -> Any:
    """Part of each row, from a lane on: an intrinsic on a whole memory."""

    def typed(typing: Any, whole: Any, first: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            part = cgutils.create_struct_proxy(sig.return_type)(context, builder)
            for name, _ in PARTS:
                setattr(part, name, getattr(parts_of(context, builder, sig.args[0], args[0]), name))
            part.w = builder.gep(part.w, [context.cast(builder, args[1], sig.args[1], types.intp)])
            return part._getvalue()

        return MemoryType(lanes)(whole, first), build

    return typed


@intrinsic
def _half(typing, whole, first):  # type: ignore[no-untyped-def]
    return _some(HALVES)(typing, whole, first)


@intrinsic
def _part(typing, whole, first):  # type: ignore[no-untyped-def]
    return _some(NARROWS)(typing, whole, first)


@intrinsic
def _alike(typing, like, number):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return widened(context, builder, args[1], sig.args[1], sig.args[0])

    return like(like, number), build


@stage
def _all_of_it(whole: Any, first: int) -> Any:
    """Where a row is worked on as a whole."""
    return whole


memory_of = Memory if config.DISABLE_JIT else _memory_of
narrow = narrow_twin if config.DISABLE_JIT else _narrow
half = _half if HALF < LANES else _all_of_it
part = _part if PART < LANES else _all_of_it
alike = alike_twin if config.DISABLE_JIT else _alike
