"""The tables of a result as others read them: every column with its type, unit and meaning, under a version.

    stress.schema.VERSION                    what a file's metadata carries as `stress_schema`
    stress.schema.tables()["scenario_tranche"].columns
    stress.schema.document()                 the same as one JSON document: what `stress export --schema` prints

A version never changes what a column means. New columns and tables may come within a version; a column that goes, or
means something else, raises it. Files are Parquet, so that any reader of Arrow opens them:

    pandas.read_parquet("tables/scenario_tranche.parquet")
    duckdb.sql("select tranche, expected_loss from 'tables/scenario_tranche.parquet' where scenario = 'baseline'")
    duckdb.sql("select tranche, avg(loss) from 'tables/note_paths/*.parquet' group by all")
"""

from __future__ import annotations

from typing import Any, NamedTuple

from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.results.variables import MEASURES

__all__ = ["VERSION", "Column", "TableSchema", "document", "tables"]

VERSION = 1
NOTE_PATHS, POOL_PATHS = "note_paths", "pool_paths"
"""Tables of kept paths: folders of files, one for each stretch of paths."""


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: str
    """Of Arrow: `string`, `int64`, `double`."""
    unit: str
    meaning: str


class TableSchema(NamedTuple):
    """One table: a row for each combination of its keys."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    """The keys first."""
    meaning: str


KEYS = {
    "scenario": Column("scenario", "string", "", "name of the scenario"),
    "tranche": Column("tranche", "string", "", "name of the note"),
    "trigger": Column("trigger", "string", "", "name of the trigger"),
    "month": Column("month", "int64", "months", "months from closing"),
    "level": Column("level", "double", "1", "probability of a tail, as 0.999"),
    "quantile": Column("quantile", "double", "1", "share of the paths at or below"),
    "path": Column("path", "int64", "", "number of the path: with the seed it is the path, see stress replay"),
}
SWEPT = {
    "deal": Column("deal", "string", "", "name of the deal; in sweeps over deals alone"),
    "pool": Column("pool", "string", "", "name of the pool; in sweeps over pools alone"),
    "seed": Column("seed", "string", "", "seed; in sweeps over seeds alone"),
}
"""Keys that a sweep's tables have in front."""

OF_NOTE = {
    "loss": ("1", "principal unpaid at legal maturity over original balance"),
    "any_loss": ("1", "1 where any principal is lost, else 0"),
    "shortfall": ("1", "1 where any interest was unpaid when due, else 0"),
    "principal_time": ("years", "sum of principal paid times years, over original balance"),
    "principal": ("1", "principal paid over original balance"),
    "irr": ("1/year", "annual effective yield at par"),
    "price": ("1", "present value over par, at coupon and discount spread"),
    "multiple": ("1", "all cash received over original balance"),
}
OF_POOL = {
    "default": ("1", "cumulative default over the cut-off balance"),
    "net_loss": ("1", "default net of recoveries over the cut-off balance"),
    "early_amortization": ("1", "1 where early amortization began, else 0"),
    "purchased": ("1", "face of receivables bought over the cut-off balance"),
    "income": ("1", "fees and late charges over the cut-off balance"),
    "recovered": ("1", "recoveries over the cut-off balance"),
}
WEIGHT = Column("weight", "double", "1", "what the path stands for; 1 but under importance sampling, mean 1")


def tables() -> dict[str, TableSchema]:
    """All tables by name, measures first.

    >>> list(tables())[-2:]
    ['note_paths', 'pool_paths']
    """
    schemas = {}
    for dims in sorted({variable.dims for variable in MEASURES}):
        measures = (Column(v.name, "double", v.unit, v.meaning) for v in MEASURES if v.dims == dims)
        name = "_".join(dims)
        schemas[name] = TableSchema(
            name, dims, (*(KEYS[dim] for dim in dims), *measures), f"measures by {', '.join(dims)}"
        )
    notes = (Column(name, "double", *OF_NOTE[name]) for name in NOTE_QUANTITIES)
    pool = (Column(name, "double", *OF_POOL[name]) for name in POOL_QUANTITIES)
    for name, keys, columns in (
        (NOTE_PATHS, ("scenario", "tranche", "path"), (*notes, WEIGHT)),
        (POOL_PATHS, ("scenario", "path"), (*pool, WEIGHT)),
    ):
        what = "what every kept path came to" + (", by note" if "tranche" in keys else "")
        schemas[name] = TableSchema(name, keys, (*(KEYS[key] for key in keys), *columns), what)
    return schemas


def document() -> dict[str, Any]:
    """The schema as one JSON document."""
    return {
        "version": VERSION,
        "swept": [column._asdict() for column in SWEPT.values()],
        "tables": {
            name: {"keys": list(table.keys), "meaning": table.meaning, "columns": [c._asdict() for c in table.columns]}
            for name, table in tables().items()
        },
    }


def __dir__() -> list[str]:
    return sorted(__all__)
