"""How figures look and how they become SVG: quiet axes, colours that survive colour blindness and grey print."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from rich.cells import cell_len, set_cell_size

from stress.errors import ConfigError, DataError
from stress.lettering import WIDTHS, as_svg, for_pixels, settings
from stress.spelling import suggest

P = ParamSpec("P")
R = TypeVar("R")

TEXT, QUIET, RULE = "#1d2530", "#5d6775", "#d5d9de"
NOTE_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7f6a00", "#000000")
"""Okabe and Ito (2008), senior first; from the ninth note on they repeat dashed."""
BAND, MEDIAN = "#0072b2", "#00344f"
GREY = "#b9bfc7"
"""Of what stands behind."""
ON_LIGHT, ON_LIGHT_QUIET, ON_DARK = "#1d2531", "#5d6776", "#fefefe"
"""Letters on a coloured cell, which keeps its colour in every scheme: other numbers than TEXT and white."""
STYLE: dict[Any, Any] = {
    "font.family": list(WIDTHS),
    "font.size": 9.0,
    "svg.fonttype": "none",
    "text.color": TEXT,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": QUIET,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titley": 1.0,  # where it stands anyway: matplotlib would draw all ticks once more to find that out
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.bottom": False,
    "ytick.left": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
}
"""matplotlib settings of every figure."""


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw under STYLE, whatever the caller's matplotlib settings."""

    @functools.wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with settings(STYLE):
            return draw(*args, **kwargs)

    return inside


class Drawing(Figure):
    """A matplotlib figure that a notebook shows without pyplot, and that is saved with a font that holds its names."""

    def savefig(self, fname: Any, **how: Any) -> None:
        """As matplotlib does; warns of names that no installed font can write."""
        if missing := for_pixels(self):
            warnings.warn(missing, stacklevel=2)
        super().savefig(fname, **how)

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png", dpi=110, facecolor="white")
        return out.getvalue()


class Margins(NamedTuple):
    """Room around and between panels, inches."""

    left: float
    right: float
    top: float
    bottom: float
    across: float = 0.0
    down: float = 0.0


_OWN: ContextVar[list[Axes] | None] = ContextVar("axes of the caller", default=None)


@contextlib.contextmanager
def on(ax: Any) -> Iterator[None]:
    """Draw on axes of the caller's, row by row; on a new figure where None is given."""
    token = _OWN.set(None if ax is None else list(np.ravel(np.array(ax, dtype=object))))
    try:
        yield
    finally:
        _OWN.reset(token)


def sheet(
    n_row: int, n_column: int, width: float, height: float, margins: Margins | None = None, **share: Any
) -> tuple[Figure, Sequence[Axes]]:
    """An empty figure (inches) and its axes, row by row; the caller's where there are. ConfigError for too few.

    Given its margins a figure is drawn once; without, matplotlib draws it twice more to find them (0.2 s).
    """
    if (own := _OWN.get()) is not None:
        if len(own) != n_row * n_column:
            raise ConfigError(
                f"ax = {len(own)} axes: this figure has {n_row} x {n_column} panels, and draws on as many"
            )
        return cast("Figure", own[0].figure), own
    figure = Drawing(figsize=(width, height), layout=None if margins else "constrained")
    axes = figure.subplots(n_row, n_column, squeeze=False, **share)
    if margins is not None:
        panel_width = (width - margins.left - margins.right - (n_column - 1) * margins.across) / n_column
        panel_height = (height - margins.top - margins.bottom - (n_row - 1) * margins.down) / n_row
        figure.subplots_adjust(
            left=margins.left / width,
            right=1.0 - margins.right / width,
            top=1.0 - margins.top / height,
            bottom=margins.bottom / height,
            wspace=margins.across / panel_width,
            hspace=margins.down / panel_height,
        )
    return figure, list(axes.ravel())


def heading(figure: Figure, title: str) -> None:
    """A title above all panels; of a figure of the caller's above it stands what the caller says."""
    if _OWN.get() is None:
        figure.suptitle(title, x=0.01, ha="left", fontsize=10)


def legend_above(figure: Figure, axes: Axes, **how: Any) -> None:
    """One legend for all panels, above them; on axes of the caller's in the first one."""
    handles, labels = axes.get_legend_handles_labels()
    if _OWN.get() is None:
        figure.legend(handles, labels, **how)
    else:
        axes.legend(handles, labels, fontsize=8)


def label(text: object, longest: int = 26) -> str:
    """A name as matplotlib should draw it: no mathematics between dollar signs, at most `longest` columns."""
    return labels([text], longest)[0]


def labels(names: Iterable[object], longest: int = 26) -> list[str]:
    """Names of one figure: cut at the end or, where two would read the same, in the middle; else numbered."""
    whole = [str(name) for name in names]
    cut = [_cut(name, longest) for name in whole]
    if len(set(cut)) < len(set(whole)):
        cut = [_cut(name, longest, longest // 2) for name in whole]
    if len(set(cut)) < len(set(whole)):
        cut = [f"{_cut(name, longest - 4)} #{k}" for k, name in enumerate(whole, 1)]
    return [name.replace("$", r"\$") for name in cut]


def _cut(name: str, longest: int, kept: int = 0) -> str:
    """At most `longest` columns of a terminal, in which a Chinese sign takes two; the last `kept` stay."""
    if cell_len(name) <= longest:
        return name
    end = ""
    for sign in reversed(name):
        if cell_len(sign + end) > kept:
            break
        end = sign + end
    return set_cell_size(name, longest - 1 - cell_len(end)).rstrip() + "…" + end


def percent_axis(axis: Any) -> None:
    """Ticks in percent."""
    axis.set_major_formatter(Percent(lambda x, _: f"{100 * x:g}%".replace("-", "\N{MINUS SIGN}")))


class Percent(FuncFormatter):
    """A formatter that is known by its kind: what stands on such an axis is a share."""


def log_percent_axis(axis: Any) -> None:
    """Ticks at powers of ten, in percent: plain text, where matplotlib's own would set mathematics (0.1 s a figure)."""
    axis.set_major_locator(LogLocator(numticks=12))
    axis.set_minor_locator(NullLocator())
    percent_axis(axis)


def note_style(n: int) -> dict[str, Any]:
    """Colour and dash of note `n`."""
    return {"color": NOTE_COLOURS[n % len(NOTE_COLOURS)], "linestyle": "-" if n < len(NOTE_COLOURS) else "--"}


def svg(figure: Figure, name: str) -> str:
    """The figure as an SVG element that depends on nothing but its data. `name` keeps ids apart on one page."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0.0, 0.0)  # matplotlib would lay out all ticks once more to find it a place
    text = as_svg(figure, {**STYLE, "svg.hashsalt": f"stress {name}"})
    used = set(re.findall(r"#([\w.-]+)[\")]", text))
    return re.sub(r' id="([\w.-]+)"', lambda m: m[0] if m[1] in used else "", text)


WORDS = {"tranche": "note"}
"""How a dim is called in prose, where that is another word."""


def check_name(ds: xr.Dataset, dim: str, label: str) -> None:
    """Raise DataError for a name that the result has not, with those that it has."""
    known = [str(name) for name in ds[dim].values]
    if label not in known:
        hint = suggest(str(label), known)
        raise DataError(f"no {WORDS.get(dim, dim)} named {label!r}; there are {', '.join(known)}{hint}")
