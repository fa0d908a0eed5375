"""Mutants of the shipped tables that have no row for every period, each read by the command or file that takes it."""

import shutil
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from mutants import gapped, tables
from mutants.reading import NO_SERIES
from shipped import SCENARIOS

FEW, MANY, FIRST = 30, 1_000, 5_000
UNREAD = "published/four_deals.csv"
"""Figures that a notebook shows; no input of the package."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gapped")
    shutil.copytree(SCENARIOS, path / "scenarios")
    gapped.with_index(path)
    return path


def wrong_of(folder: Path, seeds: range, accepted: Counter[str]) -> Iterator[str]:
    """What is wrong with the way in which mutants are read."""
    for seed in seeds:
        rng = Random(seed)
        name = rng.choice(sorted(gapped.TABLES))
        text = (folder / name).read_text(encoding="utf-8-sig")
        mutant = tables.mutant_of(text, rng)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read = gapped.read(folder, name, mutant.content)
        at = f"{seed} {name}: {mutant}: "
        accepted[name] += not read.said and not read.crash
        if read.crash:
            yield f"{at}traceback: {read.crash}"
        elif read.said and Path(name).name not in read.said:
            yield f"{at}names no file: {read.said}"
        elif not read.said and not gapped.legal(name, text, mutant):
            yield f"{at}accepted wrongly"


def test_every_shipped_table_is_changed_by_some_test() -> None:
    without = {str(path.relative_to(SCENARIOS.parent)) for path in SCENARIOS.rglob("*.csv")}
    without = {name for name in without if any(part in name for part in NO_SERIES) and UNREAD not in name}
    assert without == set(gapped.TABLES)


@pytest.mark.parametrize("name", gapped.TABLES)
def test_the_shipped_table_itself_is_read(name: str, folder: Path) -> None:
    assert gapped.read(folder, name, (folder / name).read_bytes()) == ("", "")


def test_mutants_of_these_tables_are_refused_by_name_or_legal(folder: Path) -> None:
    accepted: Counter[str] = Counter()
    assert not list(wrong_of(folder, range(FIRST, FIRST + FEW), accepted))
    assert 0 < accepted.total() < FEW


@pytest.mark.slow
def test_a_thousand_mutants_of_these_tables(folder: Path, record_property) -> None:
    accepted: Counter[str] = Counter()
    wrong = list(wrong_of(folder, range(FIRST + FEW, FIRST + FEW + MANY), accepted))
    said = f"{MANY:,} mutants of {len(accepted)} tables, {accepted.total()} accepted with a legal meaning"
    print(said, *wrong, sep="\n")
    record_property("measured", f"{said}, {len(wrong)} faults")
    assert not wrong
    assert set(accepted) == set(gapped.TABLES)


UCI = "scenarios/data/uci_cards/transitions_2005.csv"
CLUB = "scenarios/data/lendingclub/36m_2015_by_payments.csv"
CITI = "scenarios/data/card_trusts/citi_master_trust_"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (UCI, "-2,-1,386,", "-2,-1,x,", "line 3, column 'accounts': 'x': must be a finite number"),
        (UCI, "-2,-1,386,", "-2,-1,nan,", "must be a number of 0 or more"),
        (UCI, "-2,-1,386,", "-2,-1,-386,", "must be a number of 0 or more"),
        (UCI, "-2,-1,386,", "-2,-2,386,", "2005-04 from -2 to -2 stands twice, first in line 2"),
        (UCI, "-2,-1,386,249282", "-2,-1,386,249282,1", "line 3: has 7 cells; the heading has 6"),
        (UCI, "2005-04,2005-05,-2,-1", "the fourth,2005-05,-2,-1", "line 3, column 'from_month'"),
        (UCI, "-2,-1,386,", "-2,99999,386,", "a status must be a whole number of at most 4 digits"),
        (CLUB, "0,8,100775.0", "0,8", "line 2: has 9 cells; the heading has 10"),
        (CLUB, "A,5915,83824525.0,0,", "A,58%,83824525.0,0,", "loans of 2015-04, A, "),
        (f"{CITI}annual.csv", "\n2008,", "\n2007,", "line 3, column 'period': 2007 stands twice, first in line 2"),
        (f"{CITI}annual.csv", "1233998", '"1,233998"', "decimal point"),
        (f"{CITI}monthly.csv", "76831635947", "76831635947%", "some numbers of the column have a percent sign"),
    ],
)
def test_what_a_table_may_not_hold(name: str, old: str, new: str, said: str, folder: Path) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    assert said in gapped.read(folder, name, text.replace(old, new, 1).encode()).said
