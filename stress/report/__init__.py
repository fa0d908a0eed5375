"""From a Dataset to what people read: a table for the terminal, figures, one self-contained HTML page, spreadsheets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stress.errors import DataError
from stress.inputs.arguments import hold
from stress.inputs.kinds import axes_of, say
from stress.inputs.numbers import is_list

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from stress.results import Result

__all__ = ["figure", "frame", "html", "story", "table", "write"]


def story(trace: xr.Dataset) -> list[str]:
    """What happened on a replayed path, in sentences: the pool, which trigger tripped, which note lost how much.

    >>> for line in story(stress.replay(job, path=77, scenario="macro_severe")):
    ...     print(line)  # doctest: +ELLIPSIS
    Defaults reach ...% of the cut-off balance...
    """
    from stress.report.replayed import story as of

    return of(trace)


def table(result: Result) -> RenderableType:
    """Rich table of every scenario and note, for the terminal; of a sweep, a row for each job and scenario.

    >>> grid = table(ds)
    >>> grid.row_count == 2 * ds.sizes["tranche"]
    True
    >>> print(grid)  # doctest: +ELLIPSIS
    <BLANKLINE>
    ...Expected loss...
    """
    from stress.report import terminal
    from stress.report.page import sweep

    return sweep.table(result) if sweep.is_sweep(result) else terminal.table(_dataset(result))


def html(result: Result) -> str:
    """The table as HTML, for a notebook.

    >>> html(ds).startswith("<table>")
    True
    """
    shown = table(result)
    assert hasattr(shown, "_repr_html_")
    return str(shown._repr_html_())


def figure(answer: Any, ax: Any = None) -> Figure:
    """The figure of an answer of `stress.analysis`. Raises DataError for anything else.

    `ax`: axes of your own to draw on, as many as it has panels, row by row.

    >>> clocks = stress.analysis.clocks(job.but(paths=256))
    >>> figure(clocks).savefig(folder / "clocks.svg")
    """
    from stress.report.figures import ink
    from stress.report.figures.answers import figure as of

    with ink.on(ax):
        return of(answer)


def frame(answer: Any) -> pd.DataFrame:
    """The table of an answer of `stress.analysis` as pages show it, each figure in words with its error; its numbers
    are `answer.to_dataframe()`. Of `stress.replay`, `cash_flows` or `mean_flows` the numbers, a row a month and a
    column for each quantity of each note, fee or account. Raises DataError for anything else.

    >>> frame(stress.analysis.size(job.but(paths=256), {})).columns[-1]
    'Band'
    >>> float(frame(stress.replay(job, path=77))["note_balance A"].iloc[-1])
    0.0
    """
    import pandas as pd

    from stress.report.trace_frame import is_trace, trace_frame

    if is_trace(answer):
        return trace_frame(answer)

    from stress.report.answer_tables import table_of

    sheet = table_of(answer)
    return pd.DataFrame([row[1:] for row in sheet.rows], [row[0] for row in sheet.rows], list(sheet.head[1:]))


def write(
    result: Result,
    path: str | os.PathLike[str],
    answers: Sequence[Any] = (),
    *,
    author: str = "",
    date: str = "",
    revision: str = "",
    appendix: bool = False,
) -> Path:
    """Write one self-contained HTML page; no network, no clock: the same result gives the same bytes.

    `author`, `date` and `revision` stand on the cover, as lines to fill in where left out. `appendix`: with what
    `stress validate` measured of this engine.

    `answers` of `stress.analysis` (break-even, reverse stress, sensitivity, sizing) each become a chapter, except of a
    sweep, which has no such chapters. Raises DataError for what is no result, OSError where it cannot be written.

    >>> page = write(ds, folder / "report.html")
    >>> page.read_text().startswith("<!doctype html>")
    True
    """
    from stress.atomic import target_of
    from stress.report.cover import Signed
    from stress.report.page import sweep
    from stress.report.page import whole as page

    path = target_of(path)
    if sweep.is_sweep(result):
        return page.write_text(sweep.render(result), path)
    signed = Signed(author, date, revision)
    return page.write(_dataset(result), path, answers, signed, appendix)


def _check(_: str, result: Any) -> None:
    """DataError for what is no result of a run or a sweep."""
    import xarray as xr

    from stress.results.sound import check_whole
    from stress.results.sweep import groups

    for _, ds in groups(result) if isinstance(result, xr.DataTree) else (("", result),):
        check_whole(ds)


def _dataset(result: Result) -> xr.Dataset:
    import xarray as xr

    assert isinstance(result, xr.Dataset)
    return result


def _path(_: str, trace: Any) -> None:
    said = ("cut_off", "original", "revolving_months", "begins_in")
    if not hasattr(trace, "data_vars") or not set(said) <= set(trace.attrs):
        raise DataError(f"a {type(trace).__name__} that is no path: give what stress.replay returns")


def _answers(name: str, value: Any) -> None:
    hint = f": write [{name.removesuffix('s')}]" if hasattr(value, "_fields") else ""
    say(is_list(value) and not hint, name, value, f"a list of answers of stress.analysis{hint}")


hold(globals(), __all__, {"Result": _check, "trace": _path, "Sequence[Any]": _answers, "ax": axes_of})
