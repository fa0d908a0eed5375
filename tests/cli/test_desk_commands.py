"""Commands of the desks on answers made by hand: what they print, and the sheets of their workbooks."""

import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from handed import Capture, Patch
from shipped import JOB, SCENARIOS

from stress.answers.capital import Capital, Months, Transfer, Transferred, Weights
from stress.answers.rating import ClassRating, Rating, Stand, StressSize
from stress.cli import exit_code
from stress.measures.estimate import Interval
from stress.report.page.capital_chapter import transfer_sheet
from stress.report.page.chapters import chapter


def interval(*parts: float) -> Interval:
    return Interval(*(np.float64(part) for part in parts))


def capital() -> Capital:
    """One class that is kept, its transfer with the losses that go with it."""
    by_month = Interval(*(np.full(2, x) for x in (0.15, 0.01, 0.13, 0.17)))
    month = Months("A", np.arange(2.0), np.ones(2), by_month, by_month, by_month, by_month)
    weights = Weights("A", 0.1, 1.0, True, 0.09, 0.15, False, np.nan, False, np.nan, False, 1_200.0)
    lost = Transferred("expected loss", interval(0.8, 0.02, 0.76, 0.84), interval(0.02, 0.001, 0.018, 0.022))
    moved = Transfer({"A": 0.05}, 0.2, 1.0, True, "at most 50%", (lost,), 0.08, 0.02, False, 0.004, 0.1)
    about = ("j", "base", "the rules", "in force", "2026-01-01", 64, 1, 0.75, 0.02)
    return Capital(*about, (weights,), (month, month._replace(note="")), moved, ())


def test_capital_is_a_document_by_class_and_a_workbook(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.setattr("stress.analysis.capital_needs.capital", lambda *_: capital())
    file = tmp_path / "capital.xlsx"
    assert exit_code(["capital", str(JOB), "--xlsx", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["notes"]["A"]["risk_weight"] == 0.15
    assert document["months"]["A"]["outstanding"] == [1.0, 1.0]
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[:3] == ["Closing", "By month", "Transfer"]
    assert [cell.value for cell in book["Closing"][2]][:3] == ["A", 0.1, 1.0]


def test_losses_that_are_transferred_stand_in_the_chapter_on_capital(monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.report.page.capital_chapter.svg_of", lambda drawn, name: "")
    rows = dict(transfer_sheet(capital().transfer).rows)  # type: ignore[arg-type]
    said = "80.0 ± 2.0% (of 2.00 ± 0.10% of the cut-off balance that notes bear)"
    assert rows["Transferred of the expected loss"] == said
    assert f"Transferred of the expected loss: {said}." in chapter(capital()).says


@pytest.mark.parametrize("sized", [False, True])
def test_a_rating_is_a_document_by_class_and_a_workbook(
    sized: bool, tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    stand = Stand(
        "hard",
        0.1,
        0.12,
        1e-6,
        6.0,
        0.02,
        passes=True,
        open=False,
        crossings=(0.12,),
        loses_already=False,
        breakeven_cnl_since_closing=0.12,
    )
    rated = ClassRating("A", 0.1, "hard", True, 0.02, 0.12, 6.0, "hard", 0, (stand,))
    sizes = (StressSize("A", "hard", 0.8, 0.82, 0.18, True),) if sized else ()
    answer = Rating("j", "base", "mine", "even", 0.02, (rated,), sizes)
    monkeypatch.setattr("stress.analysis.class_stresses.rating", lambda *_: answer)
    asked = ["rating", str(JOB), "--stresses", str(SCENARIOS / "stresses/example.toml"), "--xlsx"]
    file = tmp_path / "gaps.xlsx"
    assert exit_code([*asked, str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"]["A"]["gap"] == 0.02
    assert "classes" in openpyxl.load_workbook(file).sheetnames
    assert exit_code([*asked, str(file)]) == 0
    shown = capsys.readouterr().out
    assert "stresses of 'mine'" in shown
    assert ("Largest sizes that stand their stress" in shown) == sized
