"""The Dataset of a run: built from what was counted, saved, opened again. Importing this registers `ds.stress`."""

from stress import accessor as _accessor
from stress.results.build import build, derive
from stress.results.storage import open, save
from stress.results.variables import DERIVED, RAW, TABLE, Variable

__all__ = ["DERIVED", "RAW", "TABLE", "Variable", "build", "derive", "open", "save"]

_accessor.register()
