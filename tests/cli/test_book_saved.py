"""A book's folder under the commands that read results, and a book under those that want one deal."""

import json
from pathlib import Path

import openpyxl
import pytest
from handed import Capture
from shipped import SCENARIOS

import stress
from stress.cli import exit_code
from stress.errors import DataError

BOOK = """
kind = "book"
version = 1
name = "small"
currency = "CNY"
paths = 2048
scenarios = [{ name = "baseline" }, { name = "severe", file = "SHIPPED/pboc_npl_severe.toml" }]
factors = { names = ["consumer"], phi = [0.9736] }
deals = [{ name = "12m", job = "SHIPPED/jobs/baitiao-12m.toml", loads = { consumer = 0.9 } }]
positions = [{ deal = "12m", note = "mezzanine", share = 1.0 }]
"""
MORE = BOOK.replace("share = 1.0 }", 'share = 1.0 }, { deal = "12m", note = "subordinated", share = 0.5 }')


def write(file: Path, text: str) -> str:
    file.write_text(text.replace("SHIPPED", (SCENARIOS).as_posix()), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book counted with importance sampling into a folder."""
    out = tmp_path_factory.mktemp("book")
    asked = ["book", write(out / "book.toml", BOOK), "--estimator", "importance", "--level", "0.99", "-q"]
    assert exit_code([*asked, "--out", str(out / "kept")]) == 0
    return out / "kept"


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a position more, at another level."""
    out = tmp_path_factory.mktemp("more")
    asked = ["book", write(out / "book.toml", MORE), "--estimator", "importance", "-q"]
    assert exit_code([*asked, "--level", "0.99", "--out", str(out / "kept")]) == 0
    return out / "kept"


def said(capsys: Capture, *asked: str) -> dict[str, object]:
    assert exit_code([*asked, "--json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_a_folder_tells_what_its_count_told(folder: Path, capsys: Capture) -> None:
    file = str(folder.parent / "book.toml")
    counted = said(capsys, "book", file, "--estimator", "importance", "--level", "0.99")
    assert said(capsys, "book", str(folder)) == counted == said(capsys, "table", str(folder))
    assert counted["level"] == 0.99
    assert counted["partial"] is None
    assert counted["story"]


def test_a_folder_is_asked_other_questions_without_a_count(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    document = said(capsys, "book", str(folder), "--scenario", "baseline", "--level", "0.95", "--reverse", "0.2")
    assert (document["scenario"], document["level"]) == ("baseline", 0.95)
    assert document["reverse"]["lost"] > 0.2  # type: ignore[index]
    page = tmp_path / "page.html"
    assert exit_code(["report", str(folder), "-o", str(page), "--scenario", "baseline", "-q"]) == 0
    assert "under baseline" in page.read_text(encoding="utf-8")
    assert exit_code(["report", str(folder), "-q"]) == 0
    assert (folder / "report.html").is_file()
    assert exit_code(["table", str(folder), "-q", "--fail-on", "ES99=0.0001"]) == 7


def test_a_folder_that_is_not_over_says_how_much_it_rests_on(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    held = json.loads((folder / "checkpoint" / "book.json").read_text(encoding="utf-8"))
    held["book"]["paths"] = 4096
    (tmp_path / "checkpoint").mkdir()
    for file in (folder / "checkpoint").iterdir():
        (tmp_path / "checkpoint" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "checkpoint" / "book.json").write_text(json.dumps(held), encoding="utf-8")
    assert exit_code(["table", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert "PARTIAL: 2,048 of 4,096 paths" in printed.out
    assert "PARTIAL" in printed.err
    (tmp_path / "checkpoint" / "book.json").write_text("{}", encoding="utf-8")
    assert exit_code(["table", str(tmp_path)]) == 3
    assert "its book cannot be read" in capsys.readouterr().err


def test_a_folder_of_a_book_is_no_run(folder: Path) -> None:
    with pytest.raises(DataError, match="holds counts of a book"):
        stress.open(folder)


def test_two_books_are_compared_in_money(folder: Path, larger: Path, tmp_path: Path, capsys: Capture) -> None:
    same = said(capsys, "compare", str(folder), str(folder))
    assert {figure["difference"] for figure in same["figures"]} == {0.0}  # type: ignore[attr-defined]
    workbook = tmp_path / "change.xlsx"
    change = said(capsys, "compare", str(folder), str(larger), "--xlsx", str(workbook))
    assert change["same_draws"]
    before, after = (said(capsys, "table", str(path)) for path in (folder, larger))
    for figure in change["figures"]:  # type: ignore[attr-defined]
        if figure["figure"] == "Expected loss":
            mean = [run["amount"] * run["scenarios"][figure["scenario"]]["expected_loss"] for run in (before, after)]  # type: ignore[index, operator]
            assert figure["difference"] == pytest.approx(mean[1] - mean[0])
    new = next(row for row in change["positions"] if row["figure"] == "12m subordinated")  # type: ignore[attr-defined]
    assert new["before"] == 0.0 < new["difference"]
    assert openpyxl.load_workbook(workbook).sheetnames[0] == "Changes"
    assert exit_code(["compare", str(folder), str(larger)]) == 0
    assert "CNY million" in capsys.readouterr().out
    assert exit_code(["compare", str(folder), str(tmp_path)]) == 2
    assert "is no folder of a book" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["book", "FOLDER", "--paths", "4096"], "--paths: "),
        (["book", "FOLDER", "--threads", "1", "--dry-run"], "--threads, --dry-run: "),
        (["table", "FOLDER", "--deal", "x"], "--deal: for runs of jobs"),
        (["report", "FOLDER", "--with", "ecl"], "--with: for runs of jobs"),
        (["compare", "FOLDER", "FOLDER", "--measure", "IRR"], "--measure: for runs of jobs"),
        (["book", "FILE", "--queue", "slurm", "--workers", "2"], "goes with --workers N and --out DIR"),
        (["book", "FILE", "--threads", "2", "--workers", "2"], "only one of them"),
    ],
)
def test_what_is_not_for_a_book_s_folder_is_refused(asked: list[str], says: str, folder: Path, capsys: Capture) -> None:
    places = {"FOLDER": str(folder), "FILE": str(folder.parent / "book.toml")}
    assert exit_code([places.get(part, part) for part in asked]) == 2
    assert says in capsys.readouterr().err


ONE_DEAL = (
    *("run", "replay", "state", "cashflows", "breakeven", "rating", "size", "capital", "ecl", "price", "reverse"),
    *("sensitivity", "gradient", "whatif", "clocks", "follow", "backtest", "document", "export", "plot"),
)


@pytest.mark.parametrize("command", ONE_DEAL)
def test_a_command_of_one_deal_names_the_command_of_books(command: str, folder: Path, capsys: Capture) -> None:
    for given in (folder, folder.parent / "book.toml"):
        assert exit_code([command, str(given)]) == 2
        refused = capsys.readouterr().err
        assert f"`stress book {given}" in refused
        assert refused.count("\n") == 1


@pytest.mark.parametrize("command", ["table", "report"])
def test_a_book_that_was_not_counted_has_no_table(command: str, folder: Path, capsys: Capture) -> None:
    assert exit_code([command, str(folder.parent / "book.toml")]) == 2
    assert "tells what it can lose" in capsys.readouterr().err
