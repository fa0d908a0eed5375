"""`ds.stress`: the functions of measures and report as methods of a Dataset. No logic of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from stress.inputs.arguments import hold_methods
from stress.inputs.kinds import Checks, axes_of, held_later, number_of, say
from stress.inputs.numbers import is_list

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from rich.console import RenderableType


class StressAccessor:
    """Tables, figures and files of a result; shown, it is the table of every scenario and note. All raise DataError for
    what is no whole result: `ds.isel(scenario=[0])` is one, `ds.isel(scenario=0)` and one variable alone are not."""

    def __init__(self, ds: xr.Dataset) -> None:
        self._any = ds

    @property
    def _ds(self) -> xr.Dataset:
        from stress.results.sound import check_whole

        check_whole(self._any)
        return self._any

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        from stress import report

        return report.html(self._ds)

    @property
    def plot(self) -> Plots:
        """Figures: `plot.loss("A")`, `lives("A")`, `fan("excess_spread")`, `events()`, `defaults()`, `heat_map()`.

        >>> figure = ds.stress.plot.fan("excess_spread")
        >>> len(figure.axes)
        2
        """
        return Plots(self._ds)

    def table(self) -> RenderableType:
        """One screen: every scenario and note with its errors.

        >>> ds.stress.table().row_count
        8
        """
        from stress import report

        return report.table(self._ds)

    def compare(self, other: xr.Dataset, measure: str = "expected_loss") -> xr.Dataset:
        """This result minus another on the same draws. Raises DataError where the other is none, or of other draws.

        >>> float(abs(ds.stress.compare(ds)["estimate"]).max())
        0.0
        """
        from stress import measures

        return measures.compare(self._ds, other, measure)

    def report(self, path: str | os.PathLike[str] = "report.html", answers: Sequence[Any] = ()) -> Path:
        """Write the HTML report, with a chapter for each answer of `stress.analysis`.

        >>> ds.stress.report(folder / "report.html").name
        'report.html'
        """
        from stress import report

        return report.write(self._ds, path, answers)

    def to_dataframe(self, table: str = "scenario_tranche") -> pd.DataFrame:
        """The measures by scenario and note as a table of pandas, each with its errors; `table`: by what else, as
        `scenario`, `scenario_tranche_level`, `scenario_month_quantile`: the tables that `to_csv` writes.

        >>> frame = ds.stress.to_dataframe().set_index(["scenario", "tranche"])
        >>> bool(frame.loc[("baseline", "A"), "expected_loss"] == ds["expected_loss"][0, 0])
        True
        """
        from stress.report.export import frame_of

        return frame_of(self._ds, table)

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the measures as CSV files, one for each set of dims; safe to open in a spreadsheet.

        >>> sorted(file.name for file in ds.stress.to_csv(folder))[0]
        'scenario.csv'
        """
        from stress.report.export import to_csv

        return to_csv(self._ds, folder)

    def to_parquet(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the measures as Parquet files, one for each set of dims.

        >>> sorted(file.suffix for file in ds.stress.to_parquet(folder))[0]  # needs pyarrow
        '.parquet'
        """
        from stress.report.export import to_parquet

        return to_parquet(self._ds, folder)


class Plots:
    """Figures of a result. `ax`: axes of your own to draw on, as many as the figure has panels, row by row.

    >>> from matplotlib.figure import Figure
    >>> mine = Figure(figsize=(10, 3))
    >>> ds.stress.plot.defaults(ax=mine.add_subplot()) is mine
    True
    """

    def __init__(self, ds: xr.Dataset) -> None:
        self._ds = ds

    def __repr__(self) -> str:
        names = [name for name, value in vars(Plots).items() if callable(value) and not name.startswith("_")]
        return f"figures: {', '.join(f'plot.{name}(...)' for name in names)}"

    def loss(self, tranche: str, scenario: str | None = None, ax: Any = None) -> Figure:
        """Loss distribution of a note with value at risk and expected shortfall marked.

        >>> figure = ds.stress.plot.loss("subordinated")
        >>> figure.savefig(folder / "loss.png")
        """
        from stress.report import figures

        with _on(ax):
            return figures.loss(self._ds, tranche, scenario)

    def lives(self, tranche: str, ax: Any = None) -> Figure:
        """Weighted average life, yield and price of a note over the paths of each scenario.

        >>> len(ds.stress.plot.lives("A").axes)
        2
        """
        from stress.report import figures

        with _on(ax):
            return figures.lives(self._ds, tranche)

    def fan(self, quantity: str, ax: Any = None) -> Figure:
        """Fan by month of a quantity, one panel for each scenario.

        >>> figure = ds.stress.plot.fan("cumulative_default")
        >>> figure.savefig(folder / "fan.svg")
        """
        from stress.report import figures

        with _on(ax):
            return figures.fan(self._ds, quantity)

    def events(self, ax: Any = None) -> Figure:
        """Probability of early amortization and of each trigger by month.

        >>> len(ds.stress.plot.events().axes)
        2
        """
        from stress.report import figures

        with _on(ax):
            return figures.events(self._ds)

    def defaults(self, marks: Sequence[tuple[str, float]] = (), ax: Any = None) -> Figure:
        """Cumulative default of the pool under each scenario, with values of your own marked.

        >>> figure = ds.stress.plot.defaults([("reported", 0.046)])
        >>> figure.savefig(folder / "defaults.svg")
        """
        from stress.report import figures

        with _on(ax):
            return figures.defaults(self._ds, marks)

    def predictive(self, scenario: str, drawn: str, ax: Any = None) -> Figure:
        """A scenario beside its twin whose paths draw their parameters: what not knowing them adds."""
        from stress.report.figures import uncertain

        with _on(ax):
            return uncertain.predictive(self._ds, scenario, drawn)

    def macro(self, scenario: str, ax: Any = None) -> Figure:
        """Fans of the macro variables that the paths of a scenario draw."""
        from stress.report.figures import uncertain

        with _on(ax):
            return uncertain.macro(self._ds, scenario)

    def heat_map(self, ax: Any = None) -> Figure:
        """Expected loss of each note under each scenario.

        >>> len(ds.stress.plot.heat_map().axes)
        3
        """
        from stress.report import figures

        with _on(ax):
            return figures.heat_map(self._ds)


def _on(ax: Any) -> contextlib.AbstractContextManager[None]:
    from stress.report.figures import ink

    return ink.on(ax)


def _whole(_: str, value: Any) -> None:
    from stress.results.sound import check_whole

    check_whole(value)


def _marks(name: str, value: Any) -> None:
    pairs = is_list(value) and all(isinstance(mark, (tuple, list)) and len(mark) == 2 for mark in value)
    say(pairs, name, value, 'a list of pairs, a name and a share of the cut-off balance: [("reported", 0.046)]')
    for label, at in value:
        say(isinstance(label, str), name, label, "a text")
        number_of(f"{name}[{label!r}]", at)


_CHECKS: Checks = {"xr.Dataset": _whole, "marks": _marks, "answers": held_later, "ax": axes_of}
for _kind in (StressAccessor, Plots):
    hold_methods(_kind, _CHECKS)


def register() -> None:
    """Make `ds.stress` known to xarray, once."""
    if not hasattr(xr.Dataset, "stress"):
        xr.register_dataset_accessor("stress")(StressAccessor)
