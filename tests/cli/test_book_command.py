"""`stress book`: what it prints, writes and refuses."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from click.exceptions import Exit
from handed import Capture, Patch
from markupsafe import Markup
from shipped import SCENARIOS

from stress.cli import exit_code
from stress.cli.book_counted import HERE, Subject, counted
from stress.cli.output import Output
from stress.errors import ConfigError
from stress.inputs.book import redrawn
from stress.inputs.text.remark import Remark

SHIPPED = SCENARIOS / "books" / "consumer.toml"
SMALL = """
kind = "book"
version = 1
name = "small"
currency = "CNY"
paths = 1024
scenarios = [{ name = "baseline" }]
factors = { names = ["consumer"], phi = [0.9736] }
deals = [{ name = "12m", job = "JOBS/baitiao-12m.toml", group = "China", loads = { consumer = 0.9 } }]
positions = [{ deal = "12m", note = "mezzanine", share = 1.0 }, { deal = "12m", note = "subordinated", share = 0.5 }]
"""
FEW = ["--paths", "2048"]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped jobs under one scenario each: a book brings its own, and those of its jobs take long to read."""
    folder = tmp_path_factory.mktemp("jobs")
    for file in (SHIPPED.parents[1] / "jobs").glob("*.toml"):
        text = re.sub(r"(?m)^scenarios = \[[^\]]*\]", 'scenarios = ["../baseline.toml"]', file.read_text("utf-8"))
        (folder / file.name).write_text(text.replace('"../', f'"{SHIPPED.parents[1]}/'), encoding="utf-8")
    return folder


def moved(text: str, jobs: Path) -> str:
    """A shipped book whose references hold from any folder, under scenarios without tables, which take long to read."""
    for tables, none in (("china_proxy_adverse.toml", "pboc_npl_severe.toml"),
                         ("fed2025_severely_adverse.toml", "card_stress.toml:severe")):  # fmt: skip
        text = text.replace(f'"../{tables}"', f'"../{none}"')
    return text.replace('"../jobs/', f'"{jobs}/').replace('"../', f'"{SHIPPED.parents[1]}/')


def changed(tmp_path: Path, jobs: Path, old: str, new: str) -> str:
    """The shipped book with one change."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "book.toml"
    file.write_text(moved(text.replace(old, new, 1), jobs), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def consumer(jobs: Path) -> str:
    """The shipped book, quicker to read."""
    file = jobs / "consumer-book.toml"
    file.write_text(moved(SHIPPED.read_text(encoding="utf-8"), jobs), encoding="utf-8")
    return str(file)


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Two notes of one deal on one factor."""
    file = tmp_path / "small.toml"
    file.write_text(SMALL.replace("JOBS", str(SHIPPED.parents[1] / "jobs")), encoding="utf-8")
    return str(file)


def test_the_document_of_a_book_holds_what_the_interface_says(capsys: Capture) -> None:
    assert exit_code(["book", str(SHIPPED), *FEW, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"expected_loss", "expected_loss_se", "value_at_risk", "expected_shortfall", "positions"} <= set(document)
    assert {"name", "deal", "note", "contribution_es", "se"} <= set(document["positions"][0])
    total = sum(position["contribution_es"] for position in document["positions"])
    assert total == pytest.approx(document["expected_shortfall"]["0.999"]["estimate"], rel=1e-6)
    assert len(document["scenarios"]) == 4
    assert document["story"]


def test_a_book_is_told_as_tables_page_and_workbook(tmp_path: Path, capsys: Capture) -> None:
    page, workbook = tmp_path / "book.html", tmp_path / "book.xlsx"
    arguments = ["book", str(SHIPPED), *FEW, "--scenario", "Fed 2025", "--report", str(page), "--xlsx", str(workbook)]
    assert exit_code(arguments) == 0
    said = capsys.readouterr().out
    assert "Positions under Fed 2025" in said
    assert "The worst path" in said
    assert "Illustrative" in said
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == 3
    assert "Illustrative" in html
    sheets = openpyxl.load_workbook(workbook)
    assert sheets.sheetnames[:4] == ["Scenarios", "VaR and ES", "Positions", "Concentration"]
    assert sheets["Positions"].max_row == 1 + 4 * 8 + 1
    path = sheets["Worst path"]
    head = [cell.value for cell in path[1]]
    assert head[:4] == ["Month", "consumer China", "consumer US", "JD"]
    left = [column for column, name in enumerate(head) if str(name).endswith(": left")]
    assert left
    assert all(path.cell(2, column + 1).value <= 1.0 for column in left)


@pytest.mark.parametrize(
    ("limit", "code", "says"),
    [
        ("EL=0.9", 0, ""),
        ("EL=0.00001", 7, "EL=0.00001: under"),
        ("ES99=0.0001", 7, "ES99=0.0001: under"),
        ("SHARE:cards B=0.001", 7, "cards B under"),
        ("SHARE:card B=0.1", 2, "did you mean"),
        ("VAR=0.1", 2, "one of EL="),
        ("ES99.9=10", 2, "fraction from 0 to below 1"),
    ],
)
def test_a_limit_that_is_breached_fails_the_command(
    limit: str, code: int, says: str, consumer: str, capsys: Capture
) -> None:
    assert exit_code(["book", consumer, *FEW, "-q", "--fail-on", limit]) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('note = "C"', 'note = "D"', "deal cards has A, B, C, seller"),
        ("amount = 3_000_000.0", "amount = 90_000_000.0", "the note has 65000000 in all"),
        ('deal = "cards"', 'deal = "card"', "'card' is not in deals"),
        ('loads = { "consumer US" = 0.9 }', 'loads = { "consumer UK" = 0.9 }', "is not in factors.names"),
        ('"consumer China" = 0.8, JD = 0.4', '"consumer China" = 0.9, JD = 0.6', "at most 1"),
        ("[0.3, 1.0, 0.0]", "[0.4, 1.0, 0.0]", "must be symmetric"),
        ("exchange = { CNY = 0.14 }", "", "give exchange = { CNY = ... }"),
        ('"../clampdown_2021.toml:severe"', '"../clampdown_2021.toml"', "holds 3 scenarios, one is needed"),
        ("share = 0.15", "share = 0.15\namount = 1.0", "either amount or share"),
        ('China = "../pboc', 'Chine = "../pboc', "is not in the deals' groups"),
        ('name = "baseline"', 'name = "Fed 2025"', "appears twice"),
        ("share = 1.0", "share = 1.5", "must be"),
        ("share = 1.0", "share = -1.5", "must be"),
        ("share = 1.0", "share = 0.0", "must be above 0 (held) or below 0 (short)"),
        ("amount = 3_000_000.0", "amount = -90_000_000.0", "the note has 65000000 in all"),
        ("seed = 20200901", 'seed = 20200901\nestimator = "aimed"', "estimator"),
    ],
)
def test_a_book_that_contradicts_itself_is_refused_in_words(
    old: str, new: str, says: str, jobs: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = changed(tmp_path, jobs, old, new)
    assert exit_code(["check", file]) == 2
    refused = capsys.readouterr().err
    assert says in refused
    assert "book.toml" in refused
    assert exit_code(["book", file]) == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("baitiao-12m.toml", "baitiao-sweep.toml", "lists several deals, pools or seeds: a book needs one job a deal"),
        (
            "share = 0.5 }",
            'share = 0.5 }, { name = "more", deal = "12m", note = "subordinated", share = 0.6 }',
            'those in note "subordinated" of "12m" sum to 1.1 of it: at most 1',
        ),
        (
            'group = "China", loads = { consumer = 0.9 }',
            "segments = { L1 = {} }",
            'deals["12m"].segments.L1: the book has no [factors]',
        ),
        (
            "JOBS/baitiao-12m.toml",
            "at-a-value.toml",
            "starts its factors at 0.5; a deal that shares factors needs factor_st",
        ),
        (
            "JOBS/baitiao-12m.toml",
            "sellerless.toml",
            'note = "subordinated": has no original balance: a book cannot weigh it',
        ),
    ],
)
def test_a_deal_that_no_book_can_hold_is_refused_in_words(
    old: str, new: str, says: str, tmp_path: Path, capsys: Capture
) -> None:
    scenarios = SHIPPED.parents[1]
    deal, pool = ((scenarios / name).read_text("utf-8") for name in ("deals/baitiao-12m.toml", "pools/baitiao.toml"))
    assert 'factor_start = "stationary"' in pool
    (tmp_path / "pool.toml").write_text(pool.replace('factor_start = "stationary"', "factor_start = 0.5"))
    (tmp_path / "deal.toml").write_text(re.sub(r'(name = "subordinated"\n)share = [\d.]+', r"\1share = 0.0", deal))
    job = 'kind = "job"\nversion = 1\nname = "j"\ndeal = "{deal}"\npool = "{pool}"\nscenarios = ["{base}"]\n'
    base = scenarios / "baseline.toml"
    parts = {"at-a-value": (scenarios / "deals/baitiao-12m.toml", "pool.toml"),
             "sellerless": ("deal.toml", scenarios / "pools/baitiao.toml")}  # fmt: skip
    for name, (of, on) in parts.items():
        (tmp_path / f"{name}.toml").write_text(job.format(deal=of, pool=on, base=base))
    text = SMALL.replace(old, new)
    assert text != SMALL
    if "segments" in new:
        text = text.replace('factors = { names = ["consumer"], phi = [0.9736] }\n', "")
    file = tmp_path / "book.toml"
    file.write_text(text.replace("JOBS", str(scenarios / "jobs")), encoding="utf-8")
    assert exit_code(["check", str(file)]) == 2
    assert says in capsys.readouterr().err


def test_paths_of_a_book_aim_at_its_tail_when_they_are_asked_to(small: str, capsys: Capture) -> None:
    assert exit_code(["book", small, "--estimator", "importance", "--level", "0.99"]) == 0
    assert "times the variance of the expected shortfall" in " ".join(capsys.readouterr().out.split())


def test_the_common_path_that_hurts_most_is_told_drawn_and_written(small: str, tmp_path: Path, capsys: Capture) -> None:
    page, workbook = tmp_path / "book.html", tmp_path / "book.xlsx"
    satellite = f"China={SHIPPED.parents[1] / 'satellites' / 'china_growth.toml'}"
    asked = ["book", small, "--level", "0.99", "--reverse", "0.1", "--satellite", satellite]
    assert exit_code([*asked, "--report", str(page), "--xlsx", str(workbook), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["reverse"]["lost"] > 0.1
    assert document["reverse"]["simulated"]["estimate"] == document["exceedance"]["0.1"]["estimate"]
    assert min(move[0] for move in document["reverse"]["macro"]["12m"]["move"]) < 0.0  # growth falls
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == 4
    assert "loses more than 10.0%" in html
    assert openpyxl.load_workbook(workbook)["Common path"].max_row > 12


def test_the_common_path_to_the_value_at_risk_stands_in_the_tables(small: str, capsys: Capture) -> None:
    assert exit_code(["book", small, "--level", "0.95", "--reverse"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The common path that hurts most" in said
    assert "Loses on the path" in said


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (["--reverse", "1.5"], 2, "from 0 to below 1"),
        (["--reverse", "much"], 2, "from 0 to below 1"),
        (["--satellite", "US=x.toml"], 2, "goes with --reverse"),
        (["--reverse", "0.1", "--satellite", "UK=x.toml"], 2, "one of China, US"),
        (["--reverse", "0.1", "--satellite", "US=none.toml"], 2, "none.toml"),
    ],
)
def test_a_reverse_stress_of_a_book_that_makes_no_sense_is_refused(
    asked: list[str], code: int, says: str, consumer: str, capsys: Capture
) -> None:
    assert exit_code(["book", consumer, *FEW, *asked]) == code
    assert says in capsys.readouterr().err


def test_a_book_is_checked_as_a_book(capsys: Capture) -> None:
    assert exit_code(["check", str(SHIPPED)]) == 0
    assert capsys.readouterr().out.startswith("ok  book ")


def test_a_book_may_begin_with_a_template(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["new", "book", "mine", "-o", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.split()) == 5
    file = str(tmp_path / "mine" / "book.toml")
    assert exit_code(["check", file]) == 0
    assert exit_code(["explain", file]) == 0
    assert exit_code(["book", file, "--paths", "1024", "--level", "0.99"]) == 0
    assert exit_code(["new", "book", "mine", "-o", str(tmp_path)]) == 2
    assert exit_code(["new", "book", "other", "--xlsx", "-o", str(tmp_path)]) == 2
    assert "a workbook holds a" in capsys.readouterr().err


def test_a_book_is_explained(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["explain", str(SHIPPED.parent / "cards-hedged.toml")]) == 0
    said = capsys.readouterr().out
    assert "| cards B hedge | cards | B | 4,000,000 short |" in said
    assert "consumer US and consumer China 0.3" in said
    assert "| cards | US bank | 1 | consumer US 0.9 | 81% | 19% |" in said
    assert "| cards | 1 | 0.22 |" in said  # 0.9 x 0.8 x 0.3
    assert "| baseline | all |" in said
    assert exit_code(["explain", str(SHIPPED), "--svg", str(tmp_path / "book.svg")]) == 2
    assert "draws a deal" in capsys.readouterr().err


def test_a_hedged_book_is_told_with_its_shorts(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.setattr("stress.report.page.book.svg_of", lambda *_: Markup("<svg></svg>"))
    page, workbook = tmp_path / "book.html", tmp_path / "book.xlsx"
    asked = ["book", str(SHIPPED.parent / "cards-hedged.toml"), *FEW, "--level", "0.99", "--reverse"]
    assert exit_code([*asked, "--report", str(page), "--xlsx", str(workbook)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Without the short (cards B hedge) expected shortfall would be" in said
    assert "−4,000,000" in said
    assert "Short: USD 4.0 million" in page.read_text(encoding="utf-8")
    rows = list(openpyxl.load_workbook(workbook, read_only=True)["Positions"].values)
    assert any(-4e6 in row for row in rows)


NOTE = Remark("book", "deals", "A: without loads")
PACKS = SimpleNamespace(book=SimpleNamespace(paths=4096, seed=1), level=0.99)


@pytest.mark.parametrize(
    ("ended", "raised", "said"),
    [
        (KeyboardInterrupt("1,024 paths are kept in DIR"), Exit, "stress: 1,024 paths are kept in DIR\n"),
        (KeyboardInterrupt(), KeyboardInterrupt, ""),
        (512, KeyboardInterrupt, ""),
        (2048, None, ""),
    ],
)
def test_an_interrupted_book_says_what_is_kept_and_answers_with_enough_paths(
    ended: KeyboardInterrupt | int,
    raised: type[BaseException] | None,
    said: str,
    monkeypatch: Patch,
    capsys: Capture,
) -> None:
    def count(*_: object) -> SimpleNamespace:
        if isinstance(ended, KeyboardInterrupt):
            raise ended
        return SimpleNamespace(tally=SimpleNamespace(path=[ended]), sha256="0")

    monkeypatch.setattr("stress.runs.book.driven.counted", count)
    subject = Subject(SimpleNamespace(), 0.99)
    monkeypatch.setattr("stress.runs.book.aims.ready", lambda book, level: PACKS)
    monkeypatch.setattr("stress.inputs.book.remarks.notes_of_book", lambda book: [NOTE])
    if raised is None:
        answer = counted(subject, HERE, dry_run=False, output=Output(log_json=True))
        assert answer is not None
        assert answer.partial == "2,048 of 4,096 paths"
        (note,) = (json.loads(line) for line in capsys.readouterr().err.splitlines())
        assert (note["event"], note["says"]) == ("note", "deals: A: without loads")
        return
    with pytest.raises(raised) as error:
        counted(subject, HERE, dry_run=False, output=Output(quiet=True))
    assert getattr(error.value, "exit_code", 130) == 130
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("paths", [1023, 10**12])
def test_a_book_has_so_many_paths_and_no_others(paths: int) -> None:
    with pytest.raises(ConfigError, match=rf"^paths = {paths}: must be a whole number from 1,024 to [\d,]+$"):
        redrawn(SimpleNamespace(), paths)  # type: ignore[arg-type]


def test_a_dry_run_plans_and_counts_nothing(consumer: str, capsys: Capture) -> None:
    assert exit_code(["book", consumer, "--paths", "1e7", "--workers", "16", "--dry-run", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["paths"] == 10_000_000
    assert plan["workers"] == 16
    assert plan["memory_per_worker"] > 1_000_000
    assert plan["cpu_seconds"] > plan["seconds"] > 0.0
