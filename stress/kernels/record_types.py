"""What numba and LLVM take the things for that a stage sees: all of it, a view, a record, a row of a table."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import models, register_model

from .lanes import FLOATS, FOLDED
from .layout import LANES, NARROW
from .row_records import ROWS
from .scratch import GROUPS
from .tables import TABLES

I64 = ir.IntType(64)
F64 = ir.DoubleType()
_FLOATS, _INTEGERS = types.CPointer(types.float64), types.CPointer(types.int64)
PARTS = [("w", _FLOATS), ("f", _FLOATS), ("g", _INTEGERS), ("n", _INTEGERS), ("p", _INTEGERS)]


class MemoryType(types.Type):  # type: ignore[misc]
    """All that a stage sees; its rows are so many lanes."""

    def __init__(self, lanes: Any) -> None:
        self.lanes = lanes
        super().__init__(name="Memory" if lanes == FLOATS else f"Memory({lanes})")


class Named(types.Type):  # type: ignore[misc]
    """All tables (`m.t`) or all counts (`m.to`)."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(name=f"Named({what})")


class View(types.Type):  # type: ignore[misc]
    """One group of rows, table or array of counts, to be indexed."""

    def __init__(self, what: str, name: str, lanes: Any = FLOATS) -> None:
        self.what, self.of, self.lanes = what, name, lanes
        super().__init__(name=f"View({what}, {name}, {lanes})")

    def element(self) -> Any:
        """What an element of a group without records is, by its stride."""
        return {LANES: self.lanes, NARROW: FOLDED, 1: types.float64}[GROUPS[self.of].stride]


class Record(types.Type):  # type: ignore[misc]
    """Rows with names, at an address of the scratch."""

    def __init__(self, kind: type, lanes: Any) -> None:
        self.rows, self.lanes, self.kind = ROWS[kind], lanes, kind
        super().__init__(name=f"Record({kind.__name__}, {lanes})")


class TableRow(types.Type):  # type: ignore[misc]
    """The last axis of a table, by number or by the names of its columns."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(name=f"TableRow({table})")


MEMORY, TABLES_TYPE, COUNTS_TYPE = MemoryType(FLOATS), Named("table"), Named("count")


@register_model(MemoryType)
@register_model(Named)
@register_model(View)
class _Whole(models.StructModel):  # type: ignore[misc]
    """The five addresses; what a view has no use for falls away when it is inlined."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, PARTS)


@register_model(Record)
class _RecordModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, F64.as_pointer())


@register_model(TableRow)
class _TableRowModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, number_of(fe_type.table)[1].as_pointer())


def number_of(table: str) -> Any:
    """Numba's and LLVM's type of a table's numbers."""
    return (types.float64, F64) if TABLES[table][0] == "f" else (types.int64, I64)
