"""Scores that are numbers, cut into levels."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stress.cli import exit_code
from stress.inputs.load import load
from stress.inputs.pool import Pool
from stress.tape import gather
from stress.tape import source as source_module
from stress.tape.levels import by_score, names_of

N = 400
CUTS = (600.0, 660.0, 720.0)
NAMES = ("720 and above", "660 to 720", "600 to 660", "below 600")
AT_CUTS = (599.0, 600.0, 659.5, 660.0, 719.0, 720.0, 850.0)


def tape() -> pd.DataFrame:
    """400 loans with scores of 300 to 850, some at the cuts; one in eight late."""
    draw = np.random.default_rng(11)
    score = draw.integers(300, 851, N).astype(float)
    score[: len(AT_CUTS)] = AT_CUTS
    late = draw.choice([0, 15, 45, 75], N, p=[0.85, 0.07, 0.05, 0.03])
    return pd.DataFrame({
        "fico": score, "term": 12, "remaining": draw.integers(1, 13, N), "days_past_due": late,
        "balance": np.round(draw.uniform(800.0, 9_999.0, N), 2), "monthly_fee": 0.006,
    })  # fmt: skip


LOANS = tape()


def saved(path: Path, frame: pd.DataFrame = LOANS) -> str:
    frame.to_csv(path / "tape.csv", index=False)
    return str(path / "tape.csv")


def pool(file: str, *options: str, levels: str = "600,660,720") -> int:
    return exit_code(["pool", file, "--column", "level=fico", "--levels", levels, *options])


def named(score: float) -> str:
    return NAMES[0] if score >= 720 else NAMES[1] if score >= 660 else NAMES[2] if score >= 600 else NAMES[3]


def test_a_score_at_a_cut_belongs_to_the_level_above_it():
    assert names_of(CUTS) == NAMES
    assert by_score(np.array(AT_CUTS), CUTS).tolist() == [named(score) for score in AT_CUTS]
    assert by_score(np.array([np.nan, np.inf]), CUTS).isna().all()


def test_levels_of_scores_hold_what_levels_by_name_hold(tmp_path, capsys):
    out = tmp_path / "pool.toml"
    assert pool(saved(tmp_path), "-o", str(out), "--json") == 0
    said = json.loads(capsys.readouterr().out)
    want = LOANS.groupby(LOANS["fico"].map(named))["balance"].sum()
    assert tuple(said["levels"]) == NAMES
    for name in NAMES:
        assert sum(said["levels"][name].values()) == pytest.approx(want[name])
    assert "scores cut at 600, 660 and 720; a score at a cut belongs to the level above it" in " ".join(said["notes"])
    made = load(out)
    assert isinstance(made, Pool)
    assert tuple(s.name for s in made.segments) == NAMES


@pytest.mark.parametrize("kind", ["arrow", "plain", "comma", "parquet", "xlsx"])
def test_scores_in_many_chunks_and_kinds_are_the_same(tmp_path, monkeypatch, kind):
    want = gather(saved(tmp_path), {"level": "fico"}, cuts=CUTS).stock
    monkeypatch.setattr(source_module, "CHUNK", 37)
    monkeypatch.setattr(source_module, "BLOCK", 1_000)
    file = tmp_path / f"tape.{kind if kind in ('parquet', 'xlsx') else 'csv'}"
    if kind == "plain":
        monkeypatch.setattr(source_module, "arrow_module", lambda name: None)
    elif kind == "comma":
        LOANS.to_csv(file, index=False, sep=";", decimal=",")
    elif kind != "arrow":
        pytest.importorskip("pyarrow")
        getattr(LOANS, {"parquet": "to_parquet", "xlsx": "to_excel"}[kind])(file, index=False)
    got = gather(file, {"level": "fico"}, cuts=CUTS).stock
    assert got.level == want.level == NAMES
    np.testing.assert_allclose(got.late, want.late, rtol=1e-12)
    np.testing.assert_allclose(got.line, want.line, rtol=1e-12)


@pytest.mark.parametrize("levels", ["600,", "600,x", "720,660", "600,600", "nan", "1e400", ""])
def test_cuts_that_are_no_rising_numbers_are_refused(tmp_path, capsys, levels):
    assert pool(saved(tmp_path), levels=levels) == 2
    assert "must be numbers that rise" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "levels", "said"),
    [
        (lambda s: s, "200,600", "no loan of the pool scores below 200"),
        (lambda s: s, "600,900", "no loan of the pool scores 900 and above"),
        (lambda s: s, "600.1,600.2", "no loan of the pool scores 600.1 to 600.2"),
        (lambda s: s.astype(object).where(s.index != 30, "A"), "600", "column 'fico': row 32: 'A' is no number"),
        (lambda s: s.astype(object).where(s.index != 30, "=1+1"), "600", "row 32, column 'fico': '=1+1': is a spread"),
        (lambda s: s.astype(object).where(s.index != 30, "72%"), "600", "a percent sign stands on all scores or on"),
        (lambda s: s.where(s.index > 30), "600", "would be dropped"),
    ],
)
def test_what_cannot_be_cut_is_refused_by_file_and_column(tmp_path, capsys, change, levels, said):
    file = saved(tmp_path, LOANS.assign(fico=change(LOANS["fico"])))
    assert pool(file, levels=levels) == 3
    message = " ".join(capsys.readouterr().err.split())
    assert said in message
    assert "tape.csv" in message


def test_a_later_tape_keeps_the_levels_of_the_pool_it_is_like(tmp_path, capsys):
    base = tmp_path / "base.toml"
    assert pool(saved(tmp_path), "-o", str(base)) == 0
    file = saved(tmp_path, LOANS[LOANS["fico"] >= 600])
    assert pool(file) == 3
    assert pool(file, "--like", str(base), "-o", str(tmp_path / "later.toml")) == 0
    later = load(tmp_path / "later.toml")
    assert isinstance(later, Pool)
    assert {s.name: s.share for s in later.segments}["below 600"] == 0.0
    capsys.readouterr()
    assert pool(file, "--like", str(base), levels="600,700") == 2
    assert "is no segment of the other pool" in capsys.readouterr().err


def test_many_scores_by_name_are_told_how_to_be_cut(tmp_path, capsys):
    assert exit_code(["pool", saved(tmp_path), "--column", "level=fico"]) == 3
    assert "--levels CUT,CUT" in " ".join(capsys.readouterr().err.split())
