"""What a stage sees: rows, tables and counts by name. The same loads and stores as by hand.

`m.pool.balance` and `m.note[n].unpaid` are rows of the scratch (`scratch.Scratch`), to be loaded and stored;
`m.account[a]` is a row of a group without names. `m.t.fee_rate[k, t, f]` is a number of a table (`tables`), where
`m.t.month[k, t].price` takes the last axis by name. `m.to.loss_count[k, n]` is the place in `m.n` where the counts begin
that these indices leave open (`tally.Tally`). `m.p` has the sizes and switches.
"""

# mypy: ignore-errors
# (numba's extension points are untyped; mypy reads records.pyi)

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import lower_builtin, lower_getattr_generic, lower_setattr_generic

from .constants import HEADER, header_field, invariant_load
from .lanes import FLOATS, load_from, load_number, store_number, store_to, widened
from .layout import LANES
from .plain import Memory
from .record_parts import alike, half, memory_of, narrow, part, parts_of
from .record_types import (
    COUNTS_TYPE,
    I64,
    TABLES_TYPE,
    MemoryType,
    Named,
    Record,
    TableRow,
    View,
    number_of,
)
from .scratch import GROUPS
from .space import Space, record_at
from .tables import TABLES
from .tally import COUNTS

__all__ = ["Memory", "alike", "half", "memory_of", "narrow", "part"]


def _length(builder: Any, header: Any, axis: Any) -> Any:
    """How long an axis is, from the header."""
    if not axis.size:
        return I64(axis.more)
    length = header_field(builder, header, axis.size)
    if axis.times != 1:
        length = builder.mul(length, I64(axis.times))
    return builder.add(length, I64(axis.more)) if axis.more else length


def _flat(context: Any, builder: Any, header: Any, axes: Any, indices: Any) -> Any:
    """Place of an element, all axes from the left; those without an index count as one more index of 0."""
    at = I64(0)
    for i, axis in enumerate(axes):
        if i:
            at = builder.mul(at, _length(builder, header, axis))
        if i < len(indices):
            value, kind = indices[i]
            at = builder.add(at, context.cast(builder, value, kind, types.intp))
    return at


def _indices(builder: Any, kind: Any, value: Any) -> Any:
    """The indices between the brackets, each with its type."""
    if isinstance(kind, types.BaseTuple):
        return list(zip(cgutils.unpack_tuple(builder, value), kind.types, strict=True))
    return [(value, kind)]


def _n_index(kind: Any) -> int:
    return len(kind.types) if isinstance(kind, types.BaseTuple) else 1


@infer_getattr
class _MemoryAttribute(AttributeTemplate):  # type: ignore[misc]
    key = MemoryType

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        fixed = {"w": Space(types.float64), "n": Space(types.int64), "p": HEADER, "t": TABLES_TYPE, "to": COUNTS_TYPE}
        if attr in fixed:
            return fixed[attr]
        group = GROUPS.get(attr)
        if group is None:
            return None
        return Record(group.record, typ.lanes) if group.record and not group.axes else View("group", attr, typ.lanes)


@lower_getattr_generic(MemoryType)
def _memory_attribute(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    if attr in ("w", "n", "p"):
        return getattr(parts_of(context, builder, typ, value), attr)
    if attr in GROUPS and not GROUPS[attr].axes:
        parts = parts_of(context, builder, typ, value)
        return record_at(builder, parts.w, header_field(builder, parts.p, f"of_{attr}"), attr)
    return value


@infer_getattr
class _NamedAttribute(AttributeTemplate):  # type: ignore[misc]
    key = Named

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        if typ.what == "count":
            return View("count", attr) if attr in COUNTS else None
        if attr not in TABLES:
            return None
        axes = TABLES[attr][1]
        return TableRow(attr) if len(axes) == 1 and axes.columns else View("table", attr)


@lower_getattr_generic(Named)
def _named_attribute(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    if typ.what == "table" and len(TABLES[attr][1]) == 1 and TABLES[attr][1].columns:
        return _table_address(context, builder, typ, value, attr, [])
    return value


def _table_address(context: Any, builder: Any, typ: Any, value: Any, name: str, indices: Any) -> Any:
    parts, (flat, axes) = parts_of(context, builder, typ, value), TABLES[name]
    at = _flat(context, builder, parts.p, axes, indices)
    at = builder.add(header_field(builder, parts.p, f"at_{name}"), at)
    return builder.gep(getattr(parts, flat), [at])


def _group_address(context: Any, builder: Any, typ: Any, value: Any, indices: Any) -> Any:
    parts, group = parts_of(context, builder, typ, value), GROUPS[typ.of]
    at = builder.mul(_flat(context, builder, parts.p, group.axes, indices), I64(group.stride))
    return builder.gep(parts.w, [builder.add(header_field(builder, parts.p, f"of_{typ.of}"), at)])


@infer_global(operator.getitem)
class _ViewItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        view, index = args
        if not isinstance(view, View):
            return None
        given = _n_index(index)
        if view.what == "count":
            return signature(types.int64, view, index) if given <= len(COUNTS[view.of]) else None
        if view.what == "group":
            group = GROUPS[view.of]
            kind = Record(group.record, view.lanes) if group.record else view.element()
            return signature(kind, view, index) if given == len(group.axes) else None
        axes = TABLES[view.of][1]
        if given == len(axes):
            return signature(number_of(view.of)[0], view, index)
        return signature(TableRow(view.of), view, index) if given == len(axes) - 1 else None


def _view_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    view, index = sig.args
    indices = _indices(builder, index, args[1])
    if view.what == "count":
        header = parts_of(context, builder, view, args[0]).p
        at = _flat(context, builder, header, COUNTS[view.of], indices)
        return builder.add(header_field(builder, header, f"to_{view.of}"), at)
    if view.what == "group":
        address = _group_address(context, builder, view, args[0], indices)
        if GROUPS[view.of].record:
            return address
        if sig.return_type == types.float64:
            return load_number(builder, address)
        return load_from(builder, address, sig.return_type)
    address = _table_address(context, builder, view, args[0], view.of, indices)
    return address if isinstance(sig.return_type, TableRow) else invariant_load(builder, address)


@infer_global(operator.setitem)
class _SetViewItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        view, index, value = args
        if not isinstance(view, View) or view.what != "group" or GROUPS[view.of].record:
            return None
        if _n_index(index) != len(GROUPS[view.of].axes):
            return None
        if GROUPS[view.of].stride == 1 and isinstance(value, types.Number):
            return signature(types.none, view, index, types.float64)
        return signature(types.none, view, index, value)


def _set_view_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    view, index, kind = sig.args
    address = _group_address(context, builder, view, args[0], _indices(builder, index, args[1]))
    if kind == types.float64 and GROUPS[view.of].stride == 1:
        store_number(builder, address, args[2])
    else:
        lanes = kind if GROUPS[view.of].stride == 1 else view.element()
        store_to(builder, address, widened(context, builder, args[2], kind, lanes), lanes)
    return context.get_dummy_value()


for _index in (types.Integer, types.BaseTuple):
    lower_builtin(operator.getitem, View, _index)(_view_item)
    for _value in (types.Number, type(FLOATS)):
        lower_builtin(operator.setitem, View, _index, _value)(_set_view_item)


@infer_getattr
class _RecordAttribute(AttributeTemplate):  # type: ignore[misc]
    key = Record

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        return typ.lanes if attr in typ.rows else None


@lower_getattr_generic(Record)
def _load_row(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    return load_from(builder, builder.gep(value, [I64(typ.rows.index(attr) * LANES)]), typ.lanes)


@lower_setattr_generic(Record)
def _store_row(context: Any, builder: Any, sig: Any, args: Any, attr: str) -> None:
    record, kind = sig.args
    address = builder.gep(args[0], [I64(record.rows.index(attr) * LANES)])
    store_to(builder, address, widened(context, builder, args[1], kind, record.lanes), record.lanes)


@infer_global(operator.getitem)
class _RowItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        record, index = args
        if isinstance(record, Record) and isinstance(index, types.Integer):
            return signature(record.lanes, record, index)
        return None


@lower_builtin(operator.getitem, Record, types.Integer)
def _load_row_by_number(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row = builder.mul(context.cast(builder, args[1], sig.args[1], types.intp), I64(LANES))
    return load_from(builder, builder.gep(args[0], [row]), sig.return_type)


@infer_global(operator.setitem)
class _SetRowItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        record, index, value = args
        if isinstance(record, Record) and isinstance(index, types.Integer):
            return signature(types.none, record, index, value)
        return None


def _store_row_by_number(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    record, index, kind = sig.args
    row = builder.mul(context.cast(builder, args[1], index, types.intp), I64(LANES))
    value = widened(context, builder, args[2], kind, record.lanes)
    store_to(builder, builder.gep(args[0], [row]), value, record.lanes)
    return context.get_dummy_value()


for _value in (types.Number, type(FLOATS)):
    lower_builtin(operator.setitem, Record, types.Integer, _value)(_store_row_by_number)


@infer_getattr
class _ColumnAttribute(AttributeTemplate):  # type: ignore[misc]
    key = TableRow

    def generic_resolve(self, typ: Any, attr: str) -> Any:
        return number_of(typ.table)[0] if attr in TABLES[typ.table][1].columns else None


@lower_getattr_generic(TableRow)
def _column(context: Any, builder: Any, typ: Any, value: Any, attr: str) -> Any:
    return invariant_load(builder, builder.gep(value, [I64(TABLES[typ.table][1].columns.index(attr))]))


@infer_global(operator.getitem)
class _TableRowItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        row, index = args
        if isinstance(row, TableRow) and isinstance(index, types.Integer):
            return signature(number_of(row.table)[0], row, index)
        return None


@lower_builtin(operator.getitem, TableRow, types.Integer)
def _table_row_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    index = context.cast(builder, args[1], sig.args[1], types.intp)
    return invariant_load(builder, builder.gep(args[0], [index]))
