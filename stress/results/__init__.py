"""The Dataset of a run or a sweep: built from what was counted, saved, opened."""

from stress.inputs.arguments import hold
from stress.results.build import build, derive, with_mixture
from stress.results.sound import CHECKS
from stress.results.storage import open, open_any, save
from stress.results.sweep import Result, cell, cells, combine
from stress.results.variables import COMMITTEE, DERIVED, RAW, TABLE, Variable

__all__ = [
    "COMMITTEE",
    "DERIVED",
    "RAW",
    "TABLE",
    "Result",
    "Variable",
    "build",
    "cell",
    "cells",
    "combine",
    "derive",
    "open",
    "open_any",
    "save",
    "with_mixture",
]
hold(globals(), __all__, CHECKS)
