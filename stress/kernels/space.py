"""Memory that a run writes to, as bare pointers.

A NumPy array inside a kernel is counted: every stage that it is handed to adds one to a shared counter and takes it off
again, two locked instructions each that numba cannot prune once stages are inlined. They took three fifths of a run.
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

from .jit import stage
from .space_type import Space, read_and_written


def record_at(builder: Any, scratch: Any, offset: Any, name: str) -> Any:
    """The address of a record of which there is one: at its place in the scratch."""
    return builder.gep(scratch, [offset])


@stage
def clear_records(m: Any) -> None:
    """Zeros in those records that do not lie in the scratch: none here."""


@stage
def fill_records(m: Any) -> None:
    """What the scratch has of those records into where they lie: they lie there."""


def data_pointer(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The address of the first number of an array or a space."""
    if isinstance(kind, Space):
        return value
    return cgutils.create_struct_proxy(kind)(context, builder, value=value).data


def _at(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.gep(args[0], [context.cast(builder, args[1], sig.args[1], types.intp)])


read_and_written(_at)


@intrinsic
def _space(typing, array):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return data_pointer(context, builder, sig.args[0], args[0])

    return Space(array.dtype)(array), build


if config.DISABLE_JIT:

    def space_of(array: Any) -> Any:
        """The array itself."""
        return array
else:
    space_of: Any = _space
