"""What a new user gets wrong: each slip is told in one line with what was given, what is allowed, what was meant."""

from pathlib import Path

import numpy as np
import pytest
from handed import Capture
from shipped import JOB, SCENARIOS
from synthetic import results_of

from stress import results
from stress.cli import exit_code

BOOK = SCENARIOS / "books/consumer.toml"
STRESSES = SCENARIOS / "stresses/example.toml"
REPORTS = SCENARIOS / "reports/baitiao-24m-made-up.toml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with results of a few paths."""
    folder = tmp_path_factory.mktemp("run")
    results.save(results_of(np.zeros((1, 1, 64)), notes=["A"], scenarios=["baseline"]), folder / "results.nc")
    return folder


def refused(arguments: str, run: Path, capsys: Capture) -> tuple[int, str]:
    """Exit code and the one message of a command line; JOB, BOOK, REPORTS and RUN stand for files."""
    files = {
        "JOB": JOB,
        "BOOK": BOOK,
        "REPORTS": REPORTS,
        "STRESSES": STRESSES,
        "RUN": run,
        "RUN/results.nc": run / "results.nc",
    }
    code = exit_code([str(files.get(word, word)) for word in arguments.split()])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return code, said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("run JOB --seed 1.5", "--seed 1.5: must be a whole number from 0 to 18,446,744,073,709,551,615 (see"),
        ("run JOB --threads 0", "--threads 0: must be a whole number from 1 to 1,024"),
        ("replay JOB --path -1", "--path -1: must be a whole number from 0"),
        ("replay JOB --quantile 99.9", "from 0 to 1; a fraction, not a percent: did you mean 0.999?"),
        ("book BOOK --level 99%", "--level 99%: must be a number from 0.5 to 0.99999; write a fraction: 0.99"),
        ("breakeven JOB --tranche A --to 150%", "--to 150%: must be a number; write a fraction: 1.5"),
        ("state JOB --month 0", "--month 0: must be a whole number of at least 1"),
        ("ecl JOB --date March", "--date March: must be a whole number"),
        ("run JOB --estimator", "requires an argument. (see stress run --help)"),
        ("import foo x -o y", "one of absbox"),
        ("run JOB --target-error EL=5%", "'5%' is not a number; write a fraction: 0.05"),
        ("run JOB --target-error EL=5", "between 0 and 1; a fraction, not a percent: did you mean 0.05?"),
        ("run JOB --target-error IR=0.1", "did you mean IRR?"),
        ("whatif JOB --over default_odds=1:300%", "'300%' is not a number; write a fraction: 3"),
        ("whatif JOB --over pd=1:3", "did you mean default_odds?"),
        ("whatif JOB --over share:A=70:80", "fractions, not percents: did you mean 0.7:0.8?"),
        ("whatif JOB --over share:a=0.1:0.2", "--over share:a=0.1:0.2: note a: the deal has no such note: A, B"),
        ("size JOB --target EL=5%", "--target EL=5%: the limit must be a fraction above 0 and below 1; write"),
        ("size JOB --target A:EL=0.01@nope", "--target: scenario nope: the job has no such scenario"),
        ("capital JOB --irb-capital 0.04 --lgd 85", "--lgd 85: must be a fraction above 0 and up to 1; a fraction, not "
                                                    "a percent: did you mean 0.85?"),
        ("capital JOB --pool-weight -1", "--pool-weight -1: must be a fraction from 0 to 12.5\n"),
        ("capital JOB --quality A=aaa", "did you mean AAA?"),
        ("rating JOB --stresses STRESSES --class A=hrad", "--class A=hrad: 'example stresses' has no category 'hrad'"),
        ("capital JOB --keep subordinated=5%", "must be a fraction from 0 to 1; write a fraction: 0.05"),
        ("capital JOB --keep subordinated=5", "did you mean 0.05?"),
        ("capital JOB --keep subordinated=1 --excess-spread 2", "a year from 0 to 0.5; a fraction, not a percent: did "
                                                                "you mean 0.02?"),
        ("reverse JOB --tranche A --loss 5", "from 0 to below 1; a fraction, not a percent: did you mean 0.05?"),
        ("book BOOK --reverse 10", "did you mean 0.1?"),
        ("book BOOK --fail-on ES99=10%", "write a fraction: 0.1"),
        ("table RUN --fail-on EL=5", "did you mean 0.05?"),
        ("table RUN --fail-on EL:a=0.1", "note: one of A; did you mean A?"),
        ("plot RUN defaults --mark r=4.63", "did you mean 0.0463?"),
        ("sensitivity JOB --measure DEFAULT --tranche A", "--tranche A: mean_default is a measure of the pool"),
        ("rating JOB --held A=x", "no such option --held (see stress rating --help)"),
        ("backtest JOB REPORTS --from 2020-12 --half-life -1", "--half-life -1.0: must be a number from 1 to 1000 ("),
    ],
)  # fmt: skip
def test_a_wrong_number_or_name_is_told_with_its_option(arguments: str, words: str, run: Path, capsys: Capture) -> None:
    code, said = refused(arguments, run, capsys)
    assert code == 2
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("run RUN", 2, "is a directory with the results of a run, a TOML file is needed"),
        ("check RUN/results.nc", 2, "results.nc: is the results of a run, a TOML file is needed"),
        ("export JOB", 3, "is an input file; the results of a run are needed: its folder, or its results.nc"),
        ("compare RUN JOB", 3, "is an input file; the results of a run are needed"),
        ("book RUN", 3, "holds the results of a run; `stress book FILE --out DIR` makes a book's folder"),
        ("export RUN -o JOB", 2, "is a file, a folder is needed"),
        ("table RUN --csv JOB", 2, "is a file, a folder is needed"),
        ("export RUN --schema", 2, "--schema stands alone"),
        ("explain JOB --tables", 2, "FILE and --tables: only one of them"),
        ("explain --keys deal --svg deal.svg", 2, "--svg deal.svg: draws a deal: give its FILE"),
        ("report RUN -o page.pdf", 2, "--out page.pdf: must end in .html or .htm"),
        ("pool tape.csv -o tape.csv", 2, "--out tape.csv: must end in .toml"),  # the tape would be written over
        ("state JOB --month 3 -o state.csv", 2, "--out state.csv: must end in .toml"),
        ("cashflows JOB --csv flows.xlsx", 2, "--csv flows.xlsx: must end in .csv"),
        ("book BOOK --report book.docx", 2, "--report book.docx: must end in .html or .htm"),
        ("follow JOB nowhere.csv", 3, "nowhere.csv: no such file\n"),
        ("follow JOB REPORTS --as-of 2035-01", 2, "--as-of 2035-01: the last report is of 2020-12"),
        ("backtest JOB REPORTS --from 2035-01", 2, "--from 2035-01: the last report is of 2020-12"),
        ("backtest JOB REPORTS --from 2020-06 --to 2020-03", 2, "--to 2020-03: lies before --from 2020-06"),
    ],
)
def test_a_wrong_file_or_date_is_told_with_what_is_needed(
    arguments: str, code: int, words: str, run: Path, capsys: Capture
) -> None:
    exit_status, said = refused(arguments, run, capsys)
    assert exit_status == code
    assert words in said


def test_a_table_whose_name_is_misspelt_is_told_the_right_one(tmp_path: Path, run: Path, capsys: Capture) -> None:
    (tmp_path / "chargeoffs.csv").write_text("2020-01,1\n")
    code, said = refused(f"calibrate rho {tmp_path / 'chargeofs.csv'}", run, capsys)
    assert code == 3
    assert f"no such file; did you mean {tmp_path / 'chargeoffs.csv'}?" in said


def edited(file: Path, old: str, new: str, folder: Path) -> Path:
    """A copy of a shipped file, which names others by their whole paths, with a slip in it."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    copy = folder / file.name
    copy.write_text(text.replace(old, new, 1).replace('"../', f'"{SCENARIOS}/'), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("paths = 50_000", "paths = 1000", "paths = 1000: must be a whole number from 1024 to"),
        ('deal = "2005-1"', 'deal = "2005-2"', "'2005-2' is not in deals: one of 2005-1, 2006-1\n"),
        ('note = "B"', 'note = "b"', "deal 2005-1 has A, B, C, seller; did you mean B?"),
        ('"the trust" = 1.0', '"trust" = 1.0', "one of the trust; did you mean the trust?"),
    ],
)
def test_a_slip_in_a_book_is_told(old: str, new: str, words: str, tmp_path: Path, run: Path, capsys: Capture) -> None:
    """A book of fewer paths than its tail needs was told that it was interrupted."""
    file = edited(SCENARIOS / "books/card-trust.toml", old, new, tmp_path)
    for command in ("check", "book"):
        code, said = refused(f"{command} {file}", run, capsys)
        assert code == 2
        assert words in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2020-02,", "2020-13,", "line 3, column 'month': '2020-13': must be a period such as 2025 Q1, 2025-01"),
        ("2020-03,1000000000", "2020-03,1000", "units?; 2020-03: 74,946,767.00 is past due of a balance of 1,000.00\n"),
    ],
)
def test_a_slip_in_reports_is_told_with_its_month(
    old: str, new: str, words: str, tmp_path: Path, run: Path, capsys: Capture
) -> None:
    edited(SCENARIOS / "data/made_up/baitiao_24m_reports.csv", old, new, tmp_path)
    file = edited(REPORTS, "../data/made_up/", "", tmp_path)
    code, said = refused(f"follow JOB {file} --paths 256 -q", run, capsys)
    assert code in (2, 3)
    assert words in said


@pytest.mark.parametrize("group", [[], ["calibrate"]])
def test_a_group_without_a_command_shows_its_help_in_lines(group: list[str], capsys: Capture) -> None:
    assert exit_code(group) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Usage: stress")
    assert said.err.count("\n") > 10


def test_a_folder_of_inputs_is_told_with_the_file_that_is_meant(tmp_path: Path, capsys: Capture) -> None:
    """`stress new job deal` writes deal/job.toml; its folder is no run's."""
    for kind, file in (("job", "job.toml"), ("book", "book.toml")):
        assert exit_code(["new", kind, kind, "-o", str(tmp_path)]) == 0
        capsys.readouterr()
        for command in ("run", "check"):
            assert exit_code([command, str(tmp_path / kind)]) == 2
            assert f"a TOML file is needed; did you mean {tmp_path / kind / file}?" in capsys.readouterr().err
        assert exit_code(["table", str(tmp_path / kind)]) != 0
        assert f"`stress run` writes it ({tmp_path / kind / file} is an input)" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert exit_code(["check", str(tmp_path / "empty")]) == 2
    assert capsys.readouterr().err.rstrip().endswith("a TOML file is needed")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["size", JOB, "--target", "A:EL=0.01", "--target", "A:PD=0.02"], "--target: A stands twice"),
        (["size", JOB, "--target", "EL=0.01", "--target", "PD=0.02"], "--target: all notes stands twice"),
        (["price", JOB, "--tranche", "A", "--zero", "1=0.02", "--zero", "1.0=0.03"], "--zero: 1.0 stands twice"),
        (["rating", JOB, "--stresses", STRESSES, "--class", "A=x", "--class", "A=y"], "--class: A stands twice"),
        (["capital", JOB, "--keep", "A=0.1", "--keep", "A=0.2"], "--keep: A stands twice"),
        (["capital", JOB, "--quality", "A=AAA", "--quality", "A=AA+"], "--quality: A stands twice"),
        (["capital", JOB, "--lgd", "0.4"], "--lgd 0.4: says nothing without --irb-capital"),
        (["capital", JOB, "--keep", "A=1", "--excess-kind", "trapped"], "says nothing without --excess-spread"),
        (["new", "job", "x", "--loans", "5"], "--loans: is of a tape"),
        (["new", "pool", "x", "--seed", "5"], "--seed: is of a tape"),
        (["new", "tape", "x", "--all"], "--all: a tape has no keys"),
    ],
)
def test_what_is_said_twice_or_changes_nothing_is_refused_in_one_sentence(command, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert exit_code([*map(str, command)]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
