"""The monthly model as straightforward scalar numba: path after path, every instalment slot kept, libm's erfc."""

from benchmarks.scalar_model.model import simulate
from benchmarks.scalar_model.tables import ScalarTables, scalar_tables

__all__ = ["ScalarTables", "scalar_tables", "simulate"]
