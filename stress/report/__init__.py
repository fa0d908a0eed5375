"""From a Dataset to what people read: a table for the terminal, figures, one self-contained HTML page, spreadsheets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

__all__ = ["table", "write"]


def table(ds: xr.Dataset) -> Table:
    """Rich table of every scenario and note, for the terminal."""
    from stress.report.terminal import table as of

    return of(ds)


def write(ds: xr.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write one self-contained HTML page; no network, no date: the same Dataset gives the same bytes."""
    from stress.report.page import write as to

    return to(ds, path)
