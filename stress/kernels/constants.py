"""Read-only memory of a run: sizes, offsets and tables that the compiler may keep in registers.

Numba gives LLVM no hint that a store to the scratch leaves the tables alone, so every size, offset and coefficient
would be read again after every store. These loads are marked as invariant.
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import lower_getattr_generic, models, register_model

from .header import FIELD

_I64 = ir.IntType(64)


class Header(types.Type):  # type: ignore[misc]
    """Numba type of a pointer to the sizes and offsets; fields by name."""

    def __init__(self) -> None:
        super().__init__(name="Header")


HEADER = Header()


@register_model(Header)
class _HeaderModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _I64.as_pointer())


def invariant_load(builder: Any, pointer: Any) -> Any:
    """A load that no store can change."""
    value = builder.load(pointer)
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def header_field(builder: Any, header: Any, name: str) -> Any:
    """A field of the header at an address."""
    return invariant_load(builder, builder.gep(header, [_I64(FIELD[name])]))


@infer_getattr
class _HeaderAttribute(AttributeTemplate):  # type: ignore[misc]
    key = Header

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        return types.int64 if attr in FIELD else None


@lower_getattr_generic(Header)
def _header_attribute(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    return header_field(builder, value, attr)
