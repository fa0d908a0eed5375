"""One screen of figures for the terminal: every scenario, every note, each estimate with its error."""

from __future__ import annotations

import copy
import html
import io
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import xarray as xr
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from stress import measures
from stress.measures.means import has_principal
from stress.report.caption import caption
from stress.report.known_job import may_end_early
from stress.report.numbers import (
    CAPPED,
    MISSING,
    PERCENT,
    Unit,
    chance,
    fraction,
    interval,
    own_unit,
    percent,
    quantile,
    tail_mean,
    with_error,
    years,
)
from stress.report.sheets import early, parts, unit_of_column
from stress.report.words import residual
from stress.results import with_mixture

TAIL = 0.999
"""Level of the value at risk shown."""
WIDTH = 200
"""Columns of a printed table, in a file, a pipe or a notebook."""
LONGEST = 30
"""Columns of a scenario's name."""


class Units(NamedTuple):
    """One unit a column, of all notes and scenarios."""

    loss: Unit
    chance: Unit
    var: Unit
    es: Unit


Cells = Callable[[xr.Dataset], list[str]]
"""Texts of one scenario."""
Last = Callable[[xr.Dataset, Units], list[str]]
"""Texts of one note under it, from value at risk on."""
FEWEST = 4
"""Columns that a terminal gets as long as they fit in two lines each: scenario, note, expected loss, P(loss)."""

SHORTEST = 4
"""Columns of a terminal that a name gets where it is broken."""


class Screen(Table):
    """A table that a terminal prints, `print` shows too, and a notebook shows whole, as HTML."""

    brief: Table | None = None
    """The same with shorter cells, for a terminal on which the whole one does not fit."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """On a narrow terminal the last columns stay away: a number cut in two would be another number."""
        narrow, left_out = copy.copy(self), list[str]()
        narrow.columns = [copy.copy(column) for column in self.columns]
        fewest = FEWEST if self.brief is None else len(self.columns) - 1  # without the price rather than all errors
        while len(narrow.columns) > fewest and _needs(narrow, console, options) > options.max_width:
            left_out.append(_plain(narrow.columns.pop().header))
        if self.brief is not None and _needs(narrow, console, options) > options.max_width:
            return self.brief.__rich_console__(console, options)
        for column in narrow.columns[2:]:
            column.no_wrap, column.min_width = False, LEAST
        for column in narrow.columns[:2]:  # names are not broken, which rich does not count on by itself
            widest = max(cell_len(_plain(cell)) for cell in (column.header, *column.cells))
            column.min_width = min(widest, column.max_width or widest)
        while len(narrow.columns) > 3 and _needs(narrow, console, options, least=True) > options.max_width:
            left_out.append(_plain(narrow.columns.pop().header))
        if _needs(narrow, console, options, least=True) > options.max_width and not _break_names(
            narrow, console, options
        ):
            left_out.append(_plain(narrow.columns.pop().header))
        if left_out:
            text = f"{_plain(self.caption)} A wider terminal also shows {', '.join(reversed(left_out))}."
            narrow.caption = Text(text, style="dim")
        return Table.__rich_console__(narrow, console, options)

    def __str__(self) -> str:
        out = io.StringIO()
        Console(file=out, width=WIDTH, force_jupyter=False).print(self)
        return out.getvalue()

    def _repr_html_(self) -> str:
        heads = "".join(_cell("th", column.header, k) for k, column in enumerate(self.columns))
        body = "".join(
            f"<tr>{''.join(_cell('td', cell, k) for k, cell in enumerate(row))}</tr>"
            for row in zip(*(column.cells for column in self.columns), strict=True)
        )
        caption = f"<p>{html.escape(_plain(self.caption))}</p>"
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{caption}"

    def _repr_mimebundle_(self, include: Sequence[str], exclude: Sequence[str], **_: Any) -> dict[str, str]:
        """rich's own would be cut at the width that it guesses for a notebook."""
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def _break_names(grid: Table, console: Console, options: ConsoleOptions) -> bool:
    """Let names give way, the last column not; whether there is room for both."""
    for column in grid.columns[:2]:
        column.no_wrap, column.min_width, column.overflow = False, SHORTEST, "fold"
    grid.columns[-1].no_wrap, grid.columns[-1].min_width = True, None
    widest = [max(cell_len(_plain(cell)) for cell in (column.header, *column.cells)) for column in grid.columns]
    widest = [min(width, column.max_width or width) for width, column in zip(widest, grid.columns, strict=True)]
    between = _needs(grid, console, options) - sum(widest)
    return options.max_width >= between + widest[-1] + 2 * SHORTEST


def _needs(grid: Table, console: Console, options: ConsoleOptions, least: bool = False) -> int:
    """Columns of the terminal that a table needs to be whole; at least, broken at blanks."""
    measurement = Table.__rich_measure__(grid, console, options.update(max_width=10_000))
    return measurement.minimum if least else measurement.maximum


def _cell(tag: str, content: object, column: int) -> str:
    align = "left" if column < 2 else "right"
    return f'<{tag} style="text-align: {align}; white-space: nowrap">{html.escape(_plain(content))}</{tag}>'


def _plain(content: object) -> str:
    return content.plain if isinstance(content, Text) else str(content or "").replace("\n", " ")


def table(ds: xr.Dataset) -> Screen:
    """Rich table, every number with its error; on a terminal of 120 columns without the last ones. The first column
    tells the pool's story, the others the notes'."""
    shown = with_mixture(ds)
    var, es = measures.note_tails(shown, TAIL)
    last = [str(note) in residual(ds) for note in ds["tranche"].values]
    tails = shown.assign(capped=measures.felt_cap(shown), residual_note=("tranche", last))
    for name, answer in (("var", var), ("es", es)):
        tails = tails.assign({f"{name}{end}": answer[part] for end, part in _ENDS.items()})
    whole, brief = _grid(tails, _pool_with_errors, _with_errors), _grid(tails, _pool, _without_errors)
    whole.caption = Text(caption(ds), style="dim")
    brief.caption = Text(f"{caption(ds)} {NARROW}", style="dim")
    whole.brief = brief
    return whole


LEAST = 8
"""Columns that a number needs, as 0.0001%."""
NARROW = "Wider terminals, the report and --json also show the errors of VaR, ES, IRR, WAL and price."
_ENDS = {"": "estimate", "_se": "error", "_low": "low", "_high": "high"}


def _grid(tails: xr.Dataset, pool: Cells, last: Last) -> Screen:
    """All rows; `pool` writes the lines below a scenario's name, `last` a note's cells from value at risk on."""
    grid = Screen(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption_justify="left")
    grid.add_column("Scenario", no_wrap=True, max_width=40, overflow="ellipsis")
    grid.add_column("Note", no_wrap=True, max_width=14, overflow="ellipsis")
    for head in ("Expected loss", "P(loss) [95%]", "VaR\n99.9%", "ES\n99.9%", "IRR", "WAL", "Price"):
        grid.add_column(head, justify="right", no_wrap=True)
    units = Units(
        *(unit_of_column(tails[name], tails[f"{name}_high"]) for name in ("expected_loss", "loss_probability")),
        *(unit_of_column(tails[name]) for name in ("var_high", "es")),
    )
    for at in range(tails.sizes["scenario"]):
        scenario = tails.isel(scenario=at)
        name = Text(_short(str(scenario["scenario"].item())), style="bold")
        first_column = [name, *(Text(f" {line}") for line in pool(scenario))]
        rows = zip_longest(
            first_column, [_note(scenario.isel(tranche=n), last, units) for n in range(tails.sizes["tranche"])]
        )
        for first, cells in rows:
            grid.add_row(first or Text(), *(cells or ()))
    return grid


def _pool(scenario: xr.Dataset) -> list[str]:
    """Defaults and early amortization of a scenario, one line each."""
    tail = scenario["default_rate"].sel(level=0.99)
    return [
        f"default {percent(float(scenario['default_rate_mean']))}, 99%: {percent(float(tail), 1)}",
        *([f"early amortization {chance(*early(scenario))}"] if may_end_early(scenario) else []),
    ]


def _pool_with_errors(scenario: xr.Dataset) -> list[str]:
    return [
        f"default {with_error(*parts(scenario, 'default_rate', '_mean', '_se'), unit=PERCENT)}",
        f"99%: {quantile(*parts(scenario.sel(level=0.99), 'default_rate', '', '_low', '_high'), unit=PERCENT)}",
        *([f"early amort. {interval(*early(scenario), unit=PERCENT)}"] if may_end_early(scenario) else []),
    ]


def _note(note: xr.Dataset, last: Last, units: Units) -> list[Text]:
    """The cells of a note."""
    if not has_principal(note):
        return [Text(cell, style="dim") for cell in (str(note["tranche"].item()), *[MISSING] * 6, _price(note))]
    cells = [
        str(note["tranche"].item()),
        with_error(*parts(note, "expected_loss", "", "_se", "_low", "_high"), unit=units.loss),
        interval(*parts(note, "loss_probability", "", "_low", "_high"), unit=units.chance),
        *last(note, units),
    ]
    lost = float(note["loss_probability"]) > 0.0
    return [Text(cell, style="" if lost or n == 0 else "dim") for n, cell in enumerate(cells)]


def _short(name: str) -> str:
    """A scenario's name in the room that the pool's lines leave it."""
    return name if cell_len(name) <= LONGEST else f"{set_cell_size(name, LONGEST - 1).rstrip()}…"


def _with_errors(note: xr.Dataset, units: Units) -> list[str]:
    return [
        quantile(*parts(note, "var", "", "_low", "_high"), unit=units.var),
        tail_mean(*parts(note, "es", "", "_se", "_low"), unit=units.es),
        with_error(*_yield(note), unit=PERCENT) + _mark(note),
        own_unit(*parts(note, "wal", "", "_se"), digits=3),
        _price(note),
    ]


def _price(note: xr.Dataset) -> str:
    """The price; of a residual note, which has no coupon to discount at, the money multiple."""
    if bool(note["residual_note"]):
        return f"×{own_unit(*parts(note, 'multiple', '', '_se'), digits=4)}"
    return own_unit(*parts(note, "price", "", "_se"), digits=4)


def _without_errors(note: xr.Dataset, units: Units) -> list[str]:
    es, low = parts(note, "es", "", "_low")
    return [
        fraction(float(note["var"]), unit=units.var),
        fraction(es, unit=units.es) if 0.0 < es < 1.0 else tail_mean(es, 0.0, low, unit=units.es),
        percent(_yield(note)[0]) + _mark(note),
        years(float(note["wal"])),
        _price(note).partition(" ±")[0],
    ]


def _yield(note: xr.Dataset) -> list[float]:
    """The mean yield and its error; of a residual note the median: its mean is made by a few paths."""
    if bool(note["residual_note"]):
        return parts(note.sel(quantile=0.5), "irr_quantile", "", "_se")
    return parts(note, "irr", "", "_se")


def _mark(note: xr.Dataset) -> str:
    return CAPPED * (float(note["capped"]) > 0.0)
