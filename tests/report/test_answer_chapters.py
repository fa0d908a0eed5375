"""Chapters and figures of answers made by hand: what is said where a break-even, a path or a bar is not there."""

import io
import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from handed import Patch
from markupsafe import Markup
from rich.console import Console, RenderableType

from stress.answers.breakeven import Answer, Breakeven, Curve, PoolLoss
from stress.answers.capital import Capital, Excess, Months, Transfer, Weights
from stress.answers.rating import ClassRating, Rating, Stand
from stress.answers.reverse import Reverse
from stress.answers.tornado import Bar, Change, Tornado
from stress.cli.breakeven import _table as told_breakeven
from stress.cli.capital import _tables as told_capital
from stress.cli.report_questions import document as _document
from stress.cli.reverse import _tables as told_reverse
from stress.cli.reverse import document
from stress.cli.sensitivity import _table as told_tornado
from stress.errors import DataError
from stress.measures.estimate import Interval
from stress.measures.proportions import proportion
from stress.report import workbook_capital
from stress.report.cover import _stands
from stress.report.figures.answers import differences, figure
from stress.report.page import chapters
from stress.report.page.capital_chapter import transfer_sheet
from stress.report.page.chapters import breakeven_sheet, chapter, tornado_sheet

NAN = float("nan")


@pytest.fixture(autouse=True)
def no_svg(monkeypatch: Patch) -> None:
    """Figures are drawn and not written."""
    monkeypatch.setattr(chapters, "svg_of", lambda drawn, name: Markup("<svg></svg>"))


def breakeven(*answers: Answer, **more: Any) -> Breakeven:
    place = np.linspace(1.0, 3.0, 3)
    curve = Curve(place, *(np.array([0.0, 0.2, 0.6]) for _ in range(8)))
    about = {"job": "j", "scenario": "base", "tranche": "A", "shock": "defaults", "unit": "times", "neutral": 1.0}
    return Breakeven(**about, paths=64, seed=1, answers=answers, curve=curve, calm=curve, **more)


NOWHERE = Answer(0.99, NAN, NAN, NAN, NAN, (), monotone=True, says="whole up to 3 times")
CALM = PoolLoss(0.02, 0.05, 0.0, 2.5, 0.0, 0.03, 0.075, 0.0, 2.5, 0.0, 0.081, 0.05, 0.0)
DRAWN = PoolLoss(0.02, 0.05, 0.001, 2.5, 0.05, 0.03, 0.075, 0.001, 2.5, 0.05, None, 0.05, 0.001)


def test_a_note_that_never_fails_has_no_break_even_and_no_base_to_tell() -> None:
    sheet = breakeven_sheet(breakeven(NOWHERE))
    assert sheet.rows == (("99% of paths", *("–",) * 6, "whole up to 3 times"),)
    assert sheet.note == ""


def test_what_the_pool_loses_at_a_break_even_has_an_error_where_paths_are_drawn() -> None:
    calm = Answer(None, 2.0, 0.01, 1.99, 2.01, (), monotone=True, says="", loss=CALM)
    drawn = Answer(0.99, 2.5, NAN, 2.4, 3.0, (), monotone=True, says="", high_open=True, loss=DRAWN)
    sheet = breakeven_sheet(breakeven(calm, drawn, NOWHERE))
    assert sheet.rows[0][:7] == (
        "deterministic, rho = 0", "2.000", "0.01", "1.990 to 2.010", "5.00%", "2.500", "2.500",
    )  # fmt: skip
    assert sheet.rows[1][2:5] == ("–", "2.400 to > 3.000", "5.00 ± 0.10%")
    assert sheet.note == (
        "CNL: net loss over the cut-off balance, no call ending the deal. Base of base: deterministic 2.00% net loss, "
        "3.00% default; mean of paths 2.00% net loss, 3.00% default. Deterministic CDR at the first loss: 8.10% a year."
    )


def test_a_break_even_of_rare_losses_is_drawn_on_a_scale_of_powers() -> None:
    """And none is marked where none was found."""
    drawn = figure(breakeven(NOWHERE, estimator="importance"))
    above = drawn.axes[0]
    assert above.get_yscale() == "log"
    assert above.get_ylim()[0] == pytest.approx(0.001)
    labels = [text.get_text() for text in above.get_legend().get_texts()]
    assert labels == ["95% interval", "probability of a loss"]


def test_a_break_even_of_plain_paths_is_drawn_on_a_scale_of_shares_with_its_break_evens() -> None:
    calm = Answer(None, 2.0, 0.01, 1.99, 2.01, (), monotone=True, says="", loss=CALM)
    drawn = Answer(0.6, 2.5, 0.1, 2.4, 2.7, (), monotone=True, says="", loss=DRAWN)
    above = figure(breakeven(calm, drawn, interest=True)).axes[0]
    assert above.get_yscale() == "linear"
    assert above.get_ylim() == (-0.02, 1.02)
    labels = [text.get_text() for text in above.get_legend().get_texts()]
    assert labels == [
        "95% interval", "probability of unpaid interest", "deterministic 2", "60% of paths whole: 2.5",
    ]  # fmt: skip


@pytest.mark.parametrize("notes", [[], ["A", "B"]])
def test_differences_of_notes_are_told_apart_and_one_of_the_pool_needs_no_legend(notes: list[str]) -> None:
    dims = ("scenario", "tranche") if notes else ("scenario",)
    value = np.full((1, len(notes)) if notes else (1,), 0.01)
    parts = {name: (dims, value + moved) for name, moved in (("estimate", 0.0), ("low", -0.002), ("high", 0.003))}
    change = xr.Dataset(parts, {"scenario": ["base"]} | ({"tranche": notes} if notes else {}))
    axes = differences("mean_default", change).axes[0]
    assert axes.get_title(loc="left") == "mean default: second minus first"
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == notes if notes else legend is None


def reverse(**more: Any) -> Reverse:
    none = proportion(0, 1_000)
    about = {"job": "j", "scenario": "base", "tranche": "A", "loss": 0.1, "beta": math.inf, "first_order": 0.0}
    left = {"simulated": none, "aimed": none, "paths": 64, "seed": 1, "searches": (), "path": None, "expected": None}
    given = {**about, **left, "normals": np.zeros((2, 1)), "weight": np.zeros(2), "says": "no path of 12 loses", **more}
    return Reverse(**given)


def test_a_reverse_stress_without_a_path_says_so_and_draws_none() -> None:
    page = chapter(reverse())
    assert page.sheet.rows[0] == ("Distance beta", "–")
    assert page.sheet.rows[2][1] == page.sheet.rows[3][1] == "< 29.9 bp"
    assert page.says[-1] == "Search: no path of 12 loses."
    assert page.exhibit is not None
    assert page.exhibit.data.rows == ()
    drawn = figure(reverse())
    assert drawn.get_suptitle() == "A loses more than 10.0%: no path found"
    assert [len(axes.lines) for axes in drawn.axes] == [0] * 4


def test_the_json_of_a_page_tells_a_reverse_stress_as_the_command_does() -> None:
    """The path by month, not its whole replay."""
    assert _document(reverse()) == document(reverse())
    assert _document(reverse())["path"] is None
    assert _document(NOWHERE)["says"] == "whole up to 3 times"


def test_a_probability_far_below_a_basis_point_keeps_its_digits() -> None:
    tiny = Interval(*(np.float64(x) for x in (3.1e-9, 2e-10, 2.7e-9, 3.5e-9)))
    assert ("Sampled around the path [95%]", "3.1e-09 [2.7e-09, 3.5e-09]") in chapter(reverse(aimed=tiny)).sheet.rows


def test_months_that_are_told_may_carry_less_than_the_heavy_share_of_the_distance(monkeypatch: Patch) -> None:
    """The pool is gone after the first of two months; the second would carry most of it."""
    names = {"tranche": ["A"], "factor": ["entry"], "segment": ["all"], "month": [1, 2]}
    by = {"month_start_balance": ("month", [100.0, 0.0]), "note_balance": (("month", "tranche"), [[50.0], [0.0]]),
          "factor_value": (("month", "factor"), [[-1.0], [-2.0]]),
          "entry_rate": (("month", "segment"), [[0.02], [0.03]]),
          "loss": ("tranche", [0.2]), "final_default": 0.4}  # fmt: skip
    path = xr.Dataset(by, names, {"cut_off": 100.0})
    calm = xr.Dataset({"entry_rate": (("month", "segment"), [[0.0], [0.0]])}, {"month": [1, 2], "segment": ["all"]})
    answer = reverse(beta=2.0, weight=np.array([0.3, 0.7]), path=path, expected=calm)
    monkeypatch.setattr(chapters.answers, "reverse", lambda _: None)
    page = chapter(answer)
    assert page.says[-1].startswith("30% of the squared distance falls on month 1;")
    assert page.exhibit is not None
    assert page.exhibit.data.rows == (("1", "30.0%", "-1.00", "2.00%"),)
    assert ("Losses on the path", "A 20.0%") in page.sheet.rows


def tornado(*bars: Bar, **more: Any) -> Tornado:
    about = {"job": "j", "scenario": "base", "measure": "wal", "tranche": "A", "unit": "years", "base": 1.5}
    left = {"base_error": 0.01, "unmoved": (), "left_out": (), "paths": 64, "seed": 1}
    return Tornado(**{**about, **left, "bars": bars, **more})


def test_a_tornado_of_years_has_years_in_its_table_and_on_its_axis() -> None:
    moved = tornado(Bar("prepayment", Change("0.8 times", 0.12, 0.01, 0.1, 0.14), None))
    assert tornado_sheet(moved).rows == (("prepayment", "0.8 times", "0.1200 ± 0.0100", "", ""),)
    page = chapter(moved)
    assert page.says == (
        "Each input is moved alone, down and up by the amount in brackets; wal of A starts from 1.5000 ± 0.0100.",
        "It answers most to prepayment: 0.8 times moves it by 0.1200 ± 0.0100.",
    )
    axes = figure(moved).axes[0]
    assert axes.get_xlabel() == "change from 1.50"
    rare = tornado(*moved.bars, measure="expected_loss", unit="1", base=2.8e-8)
    assert figure(rare).axes[0].get_xlabel() == "change from 2.8e-06%"  # its ticks are percents
    assert "%" not in axes.xaxis.get_major_formatter()(0.1, 0)


@pytest.mark.parametrize(
    ("base", "estimator", "said"),
    [
        (0.2, "plain", "Moves nothing: yield."),
        (0.0, "plain", "Moves nothing that can be told of a loss that no path showed: yield."),
        (0.0, "importance", "Moves nothing that can be told of a loss rarer than one in 10^12: yield."),
    ],
)
def test_a_tornado_without_bars_names_what_moves_nothing(base: float, estimator: str, said: str) -> None:
    still = tornado(measure="expected_loss", unit="1", base=base, unmoved=("yield",), estimator=estimator)
    page = chapter(still)
    assert len(page.says) == 2
    assert page.says[1] == said
    assert page.sheet.rows == ()


@pytest.mark.parametrize(
    ("measure", "starts"),
    [("expected_loss", "none seen"), ("loss_probability", "none seen"), ("ES99", "none seen"), ("VAR99", "0")],
)
def test_a_tornado_of_a_loss_that_no_path_shows_starts_from_none_seen(measure: str, starts: str) -> None:
    """An error of a mean of nothing but zeros, 20 bp beside a loss rarer than one in 10^12, tells of the method alone;
    a quantile of zeros is 0."""
    error = 0.0 if measure == "VAR99" else 0.002
    still = tornado(measure=measure, unit="1", base=0.0, base_error=error, unmoved=("yield",), estimator="importance")
    assert chapter(still).says[0].endswith(f"starts from {starts}.")
    table = told_tornado(still)
    assert str(table).startswith(f"{measure} of A under base: {starts}\n")
    assert not hasattr(table, "columns")


@pytest.mark.parametrize("make", [chapter, figure])
def test_what_is_no_answer_has_neither_chapter_nor_figure(make: Any) -> None:
    with pytest.raises(DataError, match=r"no (chapter|figure) for a dict; there are .*Breakeven, Reverse, Tornado"):
        make({})


def stand(category: str, asked: float, level: float) -> Stand:
    gap = level - asked
    return Stand(
        category,
        asked,
        level,
        1e-6,
        level / 0.02,
        gap,
        passes=gap > 0.0,
        open=False,
        crossings=(level,),
        loses_already=False,
        breakeven_cnl_since_closing=level,
    )


def test_a_class_stands_as_high_as_its_break_even_and_is_marked_where_it_is_held() -> None:
    a, b = ((stand("AAA", 0.1, hard), stand("BBB", 0.05, soft)) for hard, soft in ((0.12, 0.13), (0.06, 0.07)))
    held = ClassRating("A", 0.1, "AAA", True, 0.02, 0.12, 6.0, "AAA", 0, a)
    free = ClassRating("B", 0.1, "", None, None, 0.07, 3.5, "BBB", None, b)
    assert _stands("A", Rating("j", "base", "table", "even", 0.02, (held, free))) == ("6.00", "+2.00 (AAA)")
    ended = held._replace(by_category=tuple(held_stand._replace(open=True) for held_stand in a))
    assert _stands("A", Rating("j", "base", "table", "even", 0.02, (ended,))) == ("> 6.00", "> +2.00 (AAA)")
    classes = (held, free)
    drawn = figure(Rating("j", "base", "table", "even", 0.02, classes)).axes[0]
    assert [bar.get_height() for bar in drawn.patches] == [0.12, 0.13, 0.06, 0.07]
    triangles = [line for line in drawn.lines if line.get_marker() == "^"]
    assert len(triangles) == 1  # B is held to nothing
    assert triangles[0].get_xdata()[0] == pytest.approx(drawn.patches[0].get_x() + drawn.patches[0].get_width() / 2)
    across = [line for line in drawn.lines if line.get_marker() != "^"]
    assert [tuple(line.get_ydata()) for line in across] == [(0.1, 0.1), (0.05, 0.05)]
    assert [text.get_text() for text in drawn.get_legend().get_texts()].count("asked by the category") == 1


def test_a_transfer_tells_its_test_its_excess_spread_and_that_its_capital_is_capped() -> None:
    some = Interval(*(np.float64(x) for x in (0.012, 0.001, 0.01, 0.014)))
    plain = Transfer({"R": 1.0, "A": 0.0}, NAN, 1.0, None, "no rule", (), 0.08, 0.02, False, 0.004, NAN)
    rows = dict(transfer_sheet(plain).rows)
    assert rows["Kept"] == "R 100.00%"
    assert rows["Mezzanine kept, of risk-weighted amounts"] == rows["Cost of released capital, a year"] == "–"
    assert rows["Mechanical test"] == "no test: no rule"
    assert rows["Capital of what is kept, SEC-SA"] == "2.00%"
    assert "Synthetic" not in transfer_sheet(plain).note
    made = plain._replace(
        kept={}, passes=True, capped=True, excess=Excess("trapped", 0.01, some, some, some)
    )  # fmt: skip
    cells = dict(transfer_sheet(made).rows)
    assert cells["Kept"] == "nothing"
    assert cells["Mechanical test"].startswith("passes: ")
    assert cells["Excess spread, trapped"] == "1.00% a year of the pool: 1.20 ± 0.10% until maturity"
    assert cells["Losses that it takes"] == cells["Net losses left to the tranches"] == "1.20 ± 0.10%"
    assert cells["Capital of what is kept, SEC-SA"].endswith("capped at K_P times the largest share kept")
    assert "Synthetic: tranches bear the pool's net losses" in transfer_sheet(made).note


def capital(transfer: Transfer | None) -> Capital:
    """Two classes over a year of four month ends; the senior one is repaid by the third."""
    month = np.arange(4.0)
    number = Interval(*(np.full(4, x) for x in (0.15, 0.01, 0.13, 0.17)))
    months = (
        Months("A", month, np.array([1.0, 1.0, 0.0, 0.0]), number, number, number, number),
        Months("", month, np.ones(4), number, number, number, number),
    )
    weights = (
        Weights("A", 0.1, 1.0, True, 0.09, 0.15, False, NAN, False, NAN, False, 1_200.0),
        Weights("R", 0.0, 0.1, False, 0.09, 12.5, True, NAN, False, NAN, False, 100.0),
    )
    about = ("j", "base", "the rules", "proposed", "2026-01-01", 64, 1, 0.75, 0.02)
    return Capital(*about, weights, months, transfer, ("SEC-ERBA is not asked",))


@pytest.mark.parametrize("with_transfer", [False, True])
def test_capital_is_told_at_closing_by_month_and_of_a_transfer_if_there_is_one(with_transfer: bool) -> None:
    transfer = (
        Transfer({"R": 1.0}, NAN, 1.0, True, "rule", (), 0.08, 0.02, False, 0.004, NAN) if with_transfer else None
    )
    answer = capital(transfer)
    sheets = {sheet.name: sheet for sheet in workbook_capital.tables(answer)}
    assert list(sheets) == ["Closing", "By month", "Transfer"][: 3 if with_transfer else 2]
    assert sheets["Closing"].rows[1][:2] == ("R", 0.0)
    assert sheets["Closing"].rows[1][-1] == 100.0
    assert [row[:3] for row in sheets["By month"].rows[3:5]] == [("A", 3, 0.0), ("all notes", 0, 1.0)]
    assert sheets["By month"].rows[0][3:5] == (0.15, 0.01)
    shown = printed(told_capital(answer))
    assert ("Transfer of risk" in shown) == with_transfer
    assert "PROPOSED, not in force" in shown
    assert "1,250.0%*" in shown
    assert "all notes, month 0" in shown


def printed(table: RenderableType) -> str:
    screen = Console(file=io.StringIO(), width=200)
    screen.print(table)
    return " ".join(screen.file.getvalue().split())  # type: ignore[attr-defined]


def test_a_question_that_was_interrupted_says_how_far_it_came() -> None:
    assert "Interrupted before: yield." in printed(told_tornado(tornado(undone=("yield",), left_out=("dilution",))))
    whole = printed(told_tornado(tornado()))
    assert "Interrupted" not in whole
    assert "Not in this job" not in whole
    assert "Three of 9 points. 64 paths at each point" in printed(
        told_breakeven(breakeven(NOWHERE, undone="three of 9 points"))
    )


def test_a_path_that_was_not_found_is_a_table_without_months() -> None:
    shown = printed(told_reverse(reverse(aimed=Interval(*(np.float64(NAN) for _ in range(4))))))
    assert "no path of 12 loses" in shown
    assert "sampled around the path [95%] –" in shown.replace("│", "").replace("  ", " ")
    assert "Month" not in shown
