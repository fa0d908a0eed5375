"""Where no path loses, or every path all, tables and figures of a note say the same: what so many paths can tell."""

from io import StringIO

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from rich.console import Console
from synthetic import results_of

from stress.report import figure_data, sheets, words
from stress.report.figures import heat_map, loss
from stress.report.terminal import table


def unscathed(n_path: int) -> xr.Dataset:
    """Nobody loses; but under the second scenario every tenth path does."""
    some = np.where(np.arange(n_path) % 10 == 0, 0.4, 0.0)
    return results_of(np.stack([np.zeros(n_path), some])[:, None], notes=["A"])


@pytest.mark.parametrize(("n_path", "hundredth", "thousandth"), [
    (200, "0 [0, 100%]", "0 [0, 100%]"), (640, "0", "0 [0, 100%]"), (6400, "0", "0"),
])  # fmt: skip
def test_a_value_at_risk_of_nothing_has_an_interval_until_paths_enough_bound_it(
    n_path: int, hundredth: str, thousandth: str
) -> None:
    """(1 - p)^n is the chance that none of n paths lies in the worst p: below 2.5%, one side of 95%, from 367 paths for
    the worst hundredth and from 3,687 for the worst thousandth."""
    ds = unscathed(n_path)
    row = dict(zip(sheets.note(ds, "A").head, sheets.note(ds, "A").rows[0], strict=True))
    assert (row["VaR 99% [95%]"], row["VaR 99.9% [95%]"], row["ES 99.9%"]) == (hundredth, thousandth, "none")
    out = StringIO()
    Console(file=out, width=200).print(table(ds))
    assert (thousandth in out.getvalue()) is True
    assert ("0 [0, 100%]" in out.getvalue()) is (thousandth != "0")


def test_a_note_that_loses_all_on_every_path_has_the_bound_of_one_that_loses_nothing_taken_from_1() -> None:
    """0.05^(1/640) = 99.53%; of the 64 paths of the second scenario that lose anything, all of it: 0.05^(1/64)."""
    some = np.where(np.arange(640) % 10 == 0, 1.0, 0.0)
    ds = results_of(np.stack([np.ones(640), some])[:, None], notes=["A"])
    rows = [dict(zip(sheets.note(ds, "A").head, row, strict=True)) for row in sheets.note(ds, "A").rows]
    assert [rows[0][key] for key in ("Expected loss", "P(loss) [95%]", "Loss if any")] == ["> 99.53%"] * 3
    assert rows[1]["Loss if any"] == "> 95.42%"
    assert (rows[0]["VaR 99% [95%]"], rows[0]["ES 99.9%"]) == ("100%", "100%")
    out = StringIO()
    Console(file=out, width=200).print(table(ds))
    assert out.getvalue().count("> 99.53%") >= 2
    assert "100.00 ±" not in out.getvalue()
    assert "A: expected loss > 99.53% of original balance" in " ".join(words.summary(ds))
    panels = heat_map(ds).axes
    assert [panels[k].texts[0].get_text() for k in range(3)] == [">99.53", ">99.53", "100"]


def test_a_tail_of_the_whole_that_a_few_paths_more_would_change_is_told_with_its_lower_end() -> None:
    """Two of 1,024 paths lose all: in the worst thousandth both; but the probability may be 0.02% (Clopper-Pearson)."""
    ds = results_of(np.where(np.arange(1024) < 2, 1.0, 0.0)[None, None], notes=["A"])
    least = "> 23.66%"
    assert dict(zip(sheets.note(ds, "A").head, sheets.note(ds, "A").rows[0], strict=True))["ES 99.9%"] == least
    assert figure_data.heat(ds, 2).rows[0][1] == least
    for width in (200, 90):
        out = StringIO()
        Console(file=out, width=width).print(table(ds))
        assert least in out.getvalue()
    assert heat_map(ds).axes[2].texts[0].get_text() == ">23.66"


def intervals(axes: Axes) -> int:
    """Lines drawn through marks."""
    return sum(line.get_marker() == "None" for line in axes.lines)


def test_a_figure_draws_no_interval_of_a_mean_that_no_path_tells_of() -> None:
    ds = unscathed(200)
    left, right = loss(ds, "A", "scenario 1").axes
    assert {text.get_text() for text in left.texts} == {"VaR 99.9%: 0", "ES 99.9%: none"}
    assert intervals(left) == 1
    assert sum(line.get_marker() == "D" for line in left.lines) == 0
    assert "scenario 1: no loss" in [text.get_text() for text in right.get_legend().get_texts()]
    assert intervals(loss(ds, "A", "scenario 2").axes[0]) == 2


@pytest.mark.parametrize("width", [30, 40, 50, 60, 80, 100])
def test_a_terminal_however_narrow_shows_whole_numbers_or_none(width: int) -> None:
    """Of class A that loses 40% on every tenth path: what a cell says between blanks is whole, or away and named."""
    out = StringIO()
    Console(file=out, width=width).print(table(unscathed(640)))
    rows, _, below = out.getvalue().partition("640 paths")
    first = next(line for line in rows.splitlines() if " A " in line)
    start = first.index(" A ") + 2
    cells = [word for line in rows.splitlines()[4:] for word in line[start:].split()]
    whole = {"<", "0.47%", "4.00", "±", "0.19%", "10.0", "[7.8,", "12.6]%", "0.0%", "40.0%", "0", "none", "5.00%",
             "1.00%", "1.00", "1.0100", "0.9700", "0.999", "0.998"}  # fmt: skip
    assert {"4.00", "±", "0.19%"} <= set(cells)
    assert set(cells) - whole - {word for word in cells if set(word) <= {"…", "─"}} == set()
    assert "A wider terminal also shows" in " ".join(below.split())
    assert all(len(line) <= width for line in out.getvalue().splitlines())
