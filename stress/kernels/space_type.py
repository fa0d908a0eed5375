"""What a pointer to numbers is to numba: its type, and `space[i]` to read and write."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model


class Space(types.Type):  # type: ignore[misc]
    """Numba type of a pointer to numbers that may be read and written; indices do not wrap around."""

    def __init__(self, dtype: types.Type) -> None:
        self.dtype = dtype
        super().__init__(name=f"Space({dtype})")


@register_model(Space)
class _SpaceModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, dmm.lookup(fe_type.dtype).get_data_type().as_pointer())


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


def read_and_written(address_of: Callable[..., Any]) -> None:
    """Have `space[i]` read and written at `address_of(context, builder, sig, args)`."""

    @lower_builtin(operator.getitem, Space, types.Integer)
    def item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(address_of(context, builder, sig, args))

    @lower_builtin(operator.setitem, Space, types.Integer, types.Number)
    def set_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], address_of(context, builder, sig, args))
        return context.get_dummy_value()
