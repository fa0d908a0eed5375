"""A deal is named as its documents name it: a slash, a colon, Chinese signs reach folders, files and pages unharmed."""

from pathlib import Path

import pytest
from handed import Capture
from shipped import ROOT

import stress
from stress import results
from stress.cli import exit_code
from stress.file_names import escaped, unescaped
from stress.report.page.sweep import input_notes_of
from stress.results.sweep import cells

TITLE = "京东白条 2024/1: 优先 <A> & 50%"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sweep over two deals with different notes, one of them with such a name."""
    for path in (ROOT / "stress/templates").glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    deal = (tmp_path / "deal.toml").read_text(encoding="utf-8")
    other = deal.replace('"B"', '"mezzanine"').replace('"NAME"', f'"{TITLE}"').replace("rate = 0.01\n", "rate = 0.15\n")
    (tmp_path / "other.toml").write_text(other, "utf-8")
    job = tmp_path / "job.toml"
    text = job.read_text(encoding="utf-8").replace('deal = "deal.toml"', 'deal = ["deal.toml", "other.toml"]')
    job.write_text(text.replace('"scenario.toml"', '"scenario.toml:base"'), encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("no_figures")
def test_a_sweep_keeps_such_a_name_from_its_folder_to_its_figures(folder: Path, capsys: Capture) -> None:
    out = folder / "out"
    assert exit_code(["run", str(folder / "job.toml"), "--paths", "64", "--out", str(out), "--quiet"]) == 0
    assert [path.name for path in (out / "cells").iterdir() if path.name != "NAME"] == [escaped(TITLE)]
    ds = results.open_any(out)
    assert {labels["deal"] for labels, _ in cells(ds)} == {"NAME", TITLE}
    assert exit_code(["table", str(out), "--deal", "2024/1", "--csv", str(folder / "figures")]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "2024/1: 优先 &lt;A&gt; &amp; 50%" in page
    assert "<A>" not in page
    assert "Notes on the inputs" in page
    assert "0.15 is 15% of the pool a year" in page
    note = next(note for note in input_notes_of(ds) if "15% of the pool" in note)
    assert note.startswith(f'{TITLE}: deal: fees["servicer"].rate')
    assert exit_code(["run", str(folder / "job.toml"), "--paths", "64", "--out", str(out)]) == 0


def test_one_deal_of_such_a_name_is_written_checked_and_run(folder: Path, capsys: Capture) -> None:
    assert exit_code(["new", "deal", "2024/1: A", "-o", str(folder)]) == 0
    written = folder / "2024%2F1%3A A.toml"
    assert written.is_file()
    assert exit_code(["check", str(written)]) == 0
    model = stress.load(written)
    assert model.name == "2024/1: A"
    assert exit_code(["explain", str(written)]) == 0
    assert "# 2024/1: A" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a/b", "a:b", "100%", "..", ".x", "a\\b", "plain", "白条"])
def test_an_escaped_name_is_one_part_of_a_path_and_comes_back(name: str) -> None:
    part = escaped(name)
    assert len(Path(part).parts) == 1
    assert part not in (".", "..")
    assert unescaped(part) == name


def test_a_job_may_not_have_such_a_name(folder: Path, capsys: Capture) -> None:
    """Its name is the folder of its results."""
    assert exit_code(["new", "job", "2024/1", "-o", str(folder)]) == 2
    assert "without slash" in capsys.readouterr().err


def test_the_code_of_a_currency_is_asked_for_in_its_own_words(folder: Path, capsys: Capture) -> None:
    assert exit_code(["new", "tape", "loans", "--loans", "500", "-o", str(folder)]) == 0
    made = ["pool", str(folder / "loans.csv"), "--currency", "rmb", "-o", str(folder / "made.toml")]
    assert exit_code(made) == 2
    assert "--currency rmb: must be a currency code of three capitals, as CNY; the code of the renminbi is CNY" in (
        capsys.readouterr().err
    )
