"""Read-only memory of a run: sizes, offsets and tables that the compiler may keep in registers.

Numba gives LLVM no hint that a store to the scratch leaves the tables alone, so every size, offset and coefficient
would be read again after every store. These two types mark their loads as invariant (and index without wraparound).
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_getattr_generic, models, register_model

from stress.kernels.tables import HEADER_FIELDS

_I64 = ir.IntType(64)
_FIELD = {name: i for i, name in enumerate(HEADER_FIELDS)}


class Header(types.Type):  # type: ignore[misc]
    """Numba type of a pointer to the sizes and offsets; fields by name."""

    def __init__(self) -> None:
        super().__init__(name="Header")


class Table(types.Type):  # type: ignore[misc]
    """Numba type of a pointer to read-only numbers."""

    def __init__(self, dtype: types.Type) -> None:
        self.dtype = dtype
        super().__init__(name=f"Table({dtype})")


HEADER = Header()


@register_model(Header)
class _HeaderModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _I64.as_pointer())


@register_model(Table)
class _TableModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, dmm.lookup(fe_type.dtype).get_data_type().as_pointer())


def _invariant_load(builder: Any, pointer: Any) -> Any:
    value = builder.load(pointer)
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


@infer_getattr
class _HeaderAttribute(AttributeTemplate):  # type: ignore[misc]
    key = Header

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        return types.int64 if attr in _FIELD else None


@lower_getattr_generic(Header)
def _header_field(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    return _invariant_load(builder, builder.gep(value, [_I64(_FIELD[attr])]))


@infer_global(operator.getitem)
class _TableItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        table, index = args
        if isinstance(table, Table) and isinstance(index, types.Integer):
            return signature(table.dtype, table, index)
        return None


@lower_builtin(operator.getitem, Table, types.Integer)
def _table_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    index = context.cast(builder, args[1], sig.args[1], types.intp)
    return _invariant_load(builder, builder.gep(args[0], [index]))


def _data_pointer(result: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0]).data

    return build


@intrinsic
def _header(typing, array):  # type: ignore[no-untyped-def]
    return HEADER(array), _data_pointer(HEADER)


@intrinsic
def _table(typing, array):  # type: ignore[no-untyped-def]
    result = Table(array.dtype)
    return result(array), _data_pointer(result)


class _HeaderTwin:
    """The header without a compiler."""

    def __init__(self, array: Any) -> None:
        self.__dict__.update({name: int(array[i]) for name, i in _FIELD.items()})


if config.DISABLE_JIT:
    header_of: Any = _HeaderTwin

    def table_of(array: Any) -> Any:
        """The array itself."""
        return array
else:
    header_of, table_of = _header, _table
