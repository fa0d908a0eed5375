"""Memory that a run writes to, as bare pointers.

A NumPy array inside a kernel is counted: every stage that it is handed to adds one to a shared counter and takes it off
again, two locked instructions each that numba cannot prune once stages are inlined. They took three fifths of a run.
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import operator
from typing import Any

from numba import config, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from .jit import stage


class Space(types.Type):  # type: ignore[misc]
    """Numba type of a pointer to numbers that may be read and written; indices do not wrap around."""

    def __init__(self, dtype: types.Type) -> None:
        self.dtype = dtype
        super().__init__(name=f"Space({dtype})")


@register_model(Space)
class _SpaceModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, dmm.lookup(fe_type.dtype).get_data_type().as_pointer())


def record_at(builder: Any, scratch: Any, offset: Any, name: str) -> Any:
    """The address of a record of which there is one: at its place in the scratch."""
    return builder.gep(scratch, [offset])


@stage
def clear_records(m: Any) -> None:
    """Zeros in those records that do not lie in the scratch: none here."""


def data_pointer(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The address of the first number of an array or a space."""
    if isinstance(kind, Space):
        return value
    return cgutils.create_struct_proxy(kind)(context, builder, value=value).data


@infer_global(operator.getitem)
class _Item(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        space, index = args
        if isinstance(space, Space) and isinstance(index, types.Integer):
            return signature(space.dtype, space, index)
        return None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        space, index, value = args
        if isinstance(space, Space) and isinstance(index, types.Integer) and isinstance(value, types.Number):
            return signature(types.none, space, index, space.dtype)
        return None


def _at(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.gep(args[0], [context.cast(builder, args[1], sig.args[1], types.intp)])


@lower_builtin(operator.getitem, Space, types.Integer)
def _item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(_at(context, builder, sig, args))


@lower_builtin(operator.setitem, Space, types.Integer, types.Number)
def _set_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    builder.store(args[2], _at(context, builder, sig, args))
    return context.get_dummy_value()


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
