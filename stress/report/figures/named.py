"""What a figure is asked for by name, held against the names that a result has."""

from __future__ import annotations

import xarray as xr

from stress.errors import DataError
from stress.spelling import suggest

WORDS = {"tranche": "note"}
"""How a dim is called in prose, where that is another word."""


def check_name(ds: xr.Dataset, dim: str, label: str) -> None:
    """Raise DataError for a name that the result has not, with those that it has."""
    known = [str(name) for name in ds[dim].values]
    if label not in known:
        hint = suggest(str(label), known)
        raise DataError(f"no {WORDS.get(dim, dim)} named {label!r}; there are {', '.join(known)}{hint}")
