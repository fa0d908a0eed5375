"""From a Dataset to what people read: a table for the terminal, figures, one self-contained HTML page, spreadsheets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

__all__ = ["story", "table", "write"]


def story(trace: xr.Dataset) -> list[str]:
    """What happened on a replayed path, in sentences: the pool, which trigger tripped, which note lost how much."""
    from stress.report.replayed import story as of

    return of(trace)


def table(ds: xr.Dataset) -> Table:
    """Rich table of every scenario and note, for the terminal."""
    from stress.report.terminal import table as of

    return of(ds)


def write(ds: xr.Dataset, path: str | os.PathLike[str], answers: Sequence[Any] = ()) -> Path:
    """Write one self-contained HTML page; no network, no date: the same Dataset gives the same bytes.

    `answers` of `stress.analysis` (break-even, reverse stress, sensitivity, sizing) each become a chapter.
    """
    from stress.report.page import write as to

    return to(ds, path, answers)
