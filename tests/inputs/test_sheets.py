"""Input files as sheets of a workbook: what is typed there is what the text says, and what is wrong is told by cell."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import tomli
from shipped import JOBS, SCENARIOS, loaded

from stress.errors import ConfigError, DataError
from stress.inputs.deal import Deal
from stress.inputs.files.parse import KINDS, document_of, validated
from stress.inputs.job import Job, Sweep
from stress.inputs.load import job_from_json, job_hash, job_to_json, load, load_job
from stress.inputs.sheets.cells import cell_of, schemas_of, value_of
from stress.inputs.sheets.laid_out import sheets_of
from stress.inputs.sheets.paths import joined, parts_of
from stress.inputs.sheets.written import write
from stress.inputs.text.read import read_document
from stress.inputs.text.schema import root_of
from stress.inputs.text.write import text_of
from stress.report.inputs import illustrative
from stress.report.workbook import of_job
from stress.report.workbook import write as write_results
from stress.templates.inputs import Documents, as_texts, documents_at, documents_of

FILES = sorted(SCENARIOS.rglob("*.toml"))
FOLDERS = sorted({file.parent.relative_to(SCENARIOS).as_posix() for file in FILES})


def jobs_of(path: Path) -> list[Job]:
    """The jobs of a file, several of a sweep."""
    read = loaded(path) if path.parent == JOBS else load(path)
    assert isinstance(read, Job | Sweep)
    return list(read.jobs) if isinstance(read, Sweep) else [read]


@pytest.fixture
def book(tmp_path: Path, cli: Callable[[list[str]], int]) -> Path:
    """The workbook of a template."""
    assert cli(["new", "job", "mine", "--xlsx", "-o", str(tmp_path)]) == 0
    return tmp_path / "mine.xlsx"


def typed(book: Path, place: str, value: Any) -> None:
    """Type a value into a cell, as a user does: SHEET!A4, SHEET!HEADING:ROW, SHEET!=KEY for its value."""
    opened = openpyxl.load_workbook(book)
    name, _, where = place.partition("!")
    sheet = opened[name]
    if where.startswith("="):
        where = next(f"B{row[0].row}" for row in sheet.iter_rows() if row[0].value == where[1:])
    elif ":" in where:
        head, _, row = where.partition(":")
        where = f"{next(cell.column_letter for cell in sheet[1] if cell.value == head)}{row}"
    sheet[where] = value
    opened.save(book)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_shipped_file_says_the_same_as_sheets_and_as_text(folder: str, tmp_path: Path) -> None:
    for file in (file for file in FILES if file.parent == SCENARIOS / folder):
        document = read_document(file)
        model: Any = KINDS[document["kind"]]
        again = document_of(write(tmp_path / f"{file.stem}.xlsx", sheets_of("x", document, model)))
        assert validated(file, again, model) == validated(file, document, model), file.name
        assert tomli.loads(text_of(document)) == document, file.name


SLOW = ["card-trust-2006-1", "baitiao-24m-uncertain", "baitiao-sweep"]


@pytest.mark.parametrize("name", ["point-of-sale", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_a_job_goes_into_a_workbook_and_back_to_text_unchanged(
    name: str, tmp_path: Path, cli: Callable[[list[str]], int]
) -> None:
    job = [job_hash(job) for job in jobs_of(JOBS / f"{name}.toml")]
    assert cli(["new", "--from", str(JOBS / f"{name}.toml"), "--xlsx", "-o", str(tmp_path)]) == 0
    (book,) = tmp_path.glob("*.xlsx")
    assert [job_hash(job) for job in jobs_of(book)] == job
    assert cli(["new", "--from", str(book), "-o", str(tmp_path)]) == 0
    assert [job_hash(job) for job in jobs_of(book.with_suffix("") / "job.toml")] == job


@pytest.mark.parametrize("name", ["card-trust-2006-1", "auto-prime", "microcredit-late-issue"])
def test_the_assumptions_of_a_workbook_of_results_are_the_job_again(
    name: str, tmp_path: Path, cli: Callable[[list[str]], int]
) -> None:
    job = load_job(JOBS / f"{name}.toml")
    write_results(tmp_path / "results.xlsx", [], of_job(job), {})
    assert cli(["new", "--from", str(tmp_path / "results.xlsx"), "-o", str(tmp_path)]) == 0
    (made,) = tmp_path.glob("*/job.toml")
    assert unlabelled(load_job(made)) == unlabelled(job)
    assert {line for line, _ in illustrative(load_job(made))} == {line for line, _ in illustrative(job)}


def unlabelled(job: Job) -> str:
    """Its hash without what scenarios say of their facts: one file says it for all that its shocks came from."""
    cases = [case.model_copy(update={"source": "", "illustrative": ()}) for case in job.scenarios]
    return job_hash(job.model_copy(update={"scenarios": tuple(cases)}))


@pytest.mark.parametrize("path", sorted(JOBS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_saved_job_is_read_back_whatever_its_deal_has(path: Path) -> None:
    for job in jobs_of(path)[:1]:
        assert job_hash(job_from_json(job_to_json(job))) == job_hash(job)


def test_a_template_is_a_workbook_to_start_from(book: Path, cli: Callable[[list[str]], int], tmp_path: Path) -> None:
    assert cli(["check", str(book), f"{book}#deal", "--no-base-case"]) == 0
    assert cli(["new", "job", "mine", "-o", str(tmp_path)]) == 0
    assert job_hash(load_job(book)) == job_hash(load_job(tmp_path / "mine" / "job.toml"))
    assert cli(["new", "pool", "mine", "--xlsx", "--all", "-o", str(tmp_path / "b")]) == 0
    assert load(tmp_path / "b" / "mine.xlsx") == load(f"{book}#pool")


def job_of(folder: Path, **keys: str) -> Path:
    """A job that refers to shipped files; the same scenario file under two of its levels."""
    said = {
        "deal": f'"{SCENARIOS}/deals/baitiao-24m.toml"',
        "pool": f'"{SCENARIOS}/pools/baitiao.toml"',
        "scenarios": f'["{SCENARIOS}/baseline.toml", "{SCENARIOS}/card_stress.toml:severe",'
        f' "{SCENARIOS}/card_stress.toml:moderate"]',
        **keys,
    }
    text = "".join(f"{key} = {value}\n" for key, value in said.items())
    (folder / "mine.toml").write_text(f'kind = "job"\nversion = 1\nname = "mine"\nsource = ""\n{text}')
    return folder / "mine.toml"


def again(documents: Documents, folder: Path) -> Job:
    """The job of documents, read from the files that they become."""
    for name, text in as_texts(documents).items():
        (folder / name).write_text(text, encoding="utf-8")
    return load_job(folder / "job.toml")


def test_what_a_run_saved_is_the_job_again_with_what_is_drawn_and_its_state(tmp_path: Path) -> None:
    """A scenario whose parameters are drawn comes back from the one that it is drawn around."""
    drawn = f'{{ file = "{SCENARIOS}/parameters/us_cards.toml", scenarios = ["baseline"] }}'
    job = load_job(job_of(tmp_path, predictive=drawn))
    documents = documents_of(job)
    assert list(documents) == ["job", "deal", "pool", "baseline", "card_stress_severe", "card_stress_moderate",
                               "parameters"]  # fmt: skip
    assert job_hash(again(documents, tmp_path)) == job_hash(job)
    later = load_job(JOBS / "baitiao-24m-mid-life.toml")
    assert documents_of(later)["job"]["state"] == "#state"
    assert job_hash(again(documents_of(later), tmp_path)) == job_hash(later)
    swings = later.scenarios[0].model_copy(update={"swing": "drawn around tables"})
    with pytest.raises(ConfigError, match=r"scenario '.*' draws macro variables around tables, which a run does not"):
        documents_of(later.model_copy(update={"scenarios": (swings,)}))


def test_a_file_that_is_referred_to_twice_is_one_document_and_one_sheet_of_a_workbook_is_another(
    book: Path, tmp_path: Path
) -> None:
    there = documents_at(job_of(tmp_path, deal=f'"{book}#deal"', pool=f'"{book}#pool"'), lambda name: tmp_path)
    assert list(there) == ["job", "deal", "pool", "baseline", "card_stress"]
    said = there["job"]
    assert (said["deal"], said["pool"], said["source"]) == ("#deal", "#pool", "")
    assert said["scenarios"] == ["#baseline", "#card_stress:severe", "#card_stress:moderate"]
    assert again(there, tmp_path).deal == load_job(tmp_path / "mine.toml").deal


def test_a_table_is_no_document_and_is_named_from_the_folder_that_documents_go_to(tmp_path: Path) -> None:
    name = "us_cards_unemployment.toml"
    (tmp_path / name).write_bytes((SCENARIOS / "satellites" / name).read_bytes())
    quarters = "".join(f"{year} Q{k},4\n" for year in (2023, 2024) for k in (1, 2, 3, 4))
    (tmp_path / "before.csv").write_text(f"Date,Unemployment rate\n{quarters}")
    table = openpyxl.Workbook()
    for row in ("Date,Unemployment rate", "2025 Q1,4.5", "2025 Q2,5.5"):
        table.active.append([float(cell) if cell[0] in "45" else cell for cell in row.split(",")])
    table.save(tmp_path / "path.xlsx")
    (tmp_path / "s.toml").write_text(
        'kind = "scenario"\nversion = 1\nname = "s"\nmacro = { tables = [{ file = "path.xlsx#Sheet", history = '
        '"before.csv" }], start = "2025 Q1" }\n'
        'satellites = [{ file = "us_cards_unemployment.toml", target = "default_odds" }]\n'
    )
    there = documents_at(tmp_path / "s.toml", lambda name: tmp_path / "out" / name)
    (table_of,) = there["s"]["macro"]["tables"]
    assert table_of == {"file": "../../path.xlsx#Sheet", "history": "../../before.csv"}
    assert there["s"]["satellites"][0]["file"] == "#us_cards_unemployment"


def test_cells_may_be_formulas_over_sheets_of_ones_own(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    opened.create_sheet("Term sheet")["B7"] = 0.75
    opened["deal.notes"]["B2"] = "='Term sheet'!B7"
    opened.save(book)
    with pytest.raises(ConfigError, match=r"sheet 'deal.notes', cell B2: a formula that was never calculated"):
        load_job(book)  # a program that calculates nothing wrote it
    typed(book, "deal.notes!share:2", 0.75)
    assert load_job(book).deal.notes[0].share == 0.75


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("deal.notes!coupon:2", 3, r"notes\[\"A\"\]\.coupon = 3 \(sheet 'deal\.notes', cell D2\).*did you mean 0\.03"),
        ("deal.notes!coupon:2", "3%", r"\(sheet 'deal\.notes', cell D2\): must be a number.*write a fraction: 0\.03"),
        (
            "deal.notes!coupon:1",
            "cupon",
            r"notes\[\"A\"\]\.cupon \(sheet 'deal\.notes', cell D2\).*did you mean coupon",
        ),
        ("deal.notes!name:3", "A", r"deal: .*'A'|notes: .*A"),
        ("deal.notes!coupon:2", "#REF!", r"sheet 'deal\.notes', cell D2: #REF! is an error"),
        ("deal.notes!H2", 1, r"sheet 'deal\.notes', cell H2: stands below no heading"),
        ("deal.priority!step:2", "pay_fees", r"\(sheet 'deal\.priority'.*step = \"pay_fees\".*did you mean pay_fee"),
        (
            "deal.priority!source:4",
            '["income", 3]',
            r"source\[2\] = 3 \(sheet 'deal\.priority', cell .4\): must be text",
        ),
        ("deal.priority!phase:2", None, r"sheet 'deal\.priority', cell B2: the row lacks its phase"),
        (
            "deal.priority!phase:2",
            "revolvin",
            r"priority\.revolvin \(sheet 'deal\.priority'.*no such key: one of .*did you mean revolving",
        ),
        ("deal!A4", "nam[e", r"sheet 'deal', cell A4: 'nam\[e': is not the path of a key"),
        ("deal!A4", "currency", r"sheet 'deal', cell .*: currency stands in sheet 'deal', cell .* too"),
        ("deal!A4", None, r"sheet 'deal', cell B4: a value without a key"),
        (
            "deal!=closing_date",
            "31.12.2025",
            r"closing_date = \"31\.12\.2025\" \(sheet 'deal', cell B\d+\): must be a date",
        ),
        (
            "deal.triggers!thresholds[1].limit:2",
            None,
            r"triggers\[\"cumulative default\"\].thresholds\[1\]\.limit .*missing",
        ),
        ("deal!A6", "name.of", r"sheet 'deal', cell .*: name is a value already, no table"),
        ("deal!A4", "indices.lpr.by_month[2]", r"indices\.lpr\.by_month\[1\] is missing: a list has no gaps"),
        ("job!=deal", "#dael", r"deal: .*no sheet 'dael'.*did you mean deal"),
        ("pool!=version", 2, r"version = 2: must be 1"),
        ("pool!=kind", "pol", r"kind = \"pol\": must be \"pool\""),
    ],
)
def test_what_is_wrong_is_told_by_sheet_and_cell(place: str, value: Any, says: str, book: Path) -> None:
    typed(book, place, value)
    with pytest.raises((ConfigError, DataError), match=says):
        load_job(book)


def test_a_list_in_a_cell_is_told_by_commas_lines_or_as_text_has_it(book: Path) -> None:
    for said in ("income, reserve", "income\nreserve", '["income", "reserve"]'):
        typed(book, "deal.priority!source:4", said)
        assert load_job(book).deal.priority["revolving"][2].source == ("income", "reserve")
    typed(book, "deal.priority!source:4", '["income", ')
    with pytest.raises(ConfigError, match=r"sheet 'deal\.priority', cell .4\): is no list or table as TOML writes it"):
        load_job(book)


@pytest.mark.parametrize(
    "said",
    ["A, [B, C]", 'A, ["B", "C"]', '["A", ["B", "C"]]', "[A, [B, C]]", "A\n[B, C]", "[A], [B, C]"],
)
def test_a_list_within_a_list_in_a_cell_needs_no_quotes(said: str) -> None:
    root = root_of(Deal)
    schemas = schemas_of(root, ("priority", "amortization", 0, "notes"), lambda _: "pay_principal")
    asked = ["A", ["B", "C"]]
    assert value_of(said, root, schemas) == ([["A"], asked[1]] if said.startswith("[A],") else asked)
    assert cell_of(asked, root, schemas) == 'A, ["B", "C"]'
    assert value_of(cell_of([asked[1], "A"], root, schemas), root, schemas) == [asked[1], "A"]


@pytest.mark.parametrize("said", ['["A", [B', "A, [B, C", '["A", B]', "[[A], B"])
def test_a_list_within_a_list_that_is_not_closed_is_no_list(said: str) -> None:
    root = root_of(Deal)
    schemas = schemas_of(root, ("priority", "amortization", 0, "notes"), lambda _: "pay_principal")
    with pytest.raises(ValueError, match="is no list or table as TOML writes it"):
        value_of(said, root, schemas)


def test_a_sheet_is_meant_by_its_name_or_is_the_only_one(book: Path, tmp_path: Path) -> None:
    opened = openpyxl.load_workbook(book)
    del opened["job"]
    opened.save(book)
    with pytest.raises(DataError, match=r"has 3 sheets with an input file: 'deal', 'pool', 'scenario'; say which"):
        load(book)
    with pytest.raises(DataError, match="no sheet 'dael'"):
        load(f"{book}#dael")
    text = (JOBS / "turnover.toml").read_text(encoding="utf-8")
    (tmp_path / "job.toml").write_text(re.sub("^deal = .*$", 'deal = "#deal"', text, flags=re.MULTILINE))
    with pytest.raises(ConfigError, match=r"deal = \"#deal\": names a sheet of this workbook"):
        load(tmp_path / "job.toml")


def test_a_workbook_without_an_input_file_says_so(tmp_path: Path) -> None:
    empty = openpyxl.Workbook()
    empty.active["A1"] = "figures"
    empty.save(tmp_path / "x.xlsx")
    with pytest.raises(DataError, match="no sheet begins with Key and Value and says its kind: it holds no input file"):
        load(tmp_path / "x.xlsx")


def test_a_number_where_text_is_meant_and_a_truth_value_as_text_are_read(book: Path) -> None:
    typed(book, "deal!=name", 2026)
    typed(book, "deal.notes!residual:4", "TRUE")
    deal = load_job(book).deal
    assert deal.name == "2026"
    assert deal.notes[-1].residual is True


def test_a_workbook_is_not_overwritten_and_holds_no_tape(book: Path, cli: Callable[[list[str]], int]) -> None:
    for words in (["job", "mine"], ["tape", "mine"], ["job", "x", "--example", "baitiao"], ["deal"]):
        assert cli(["new", *words, "--xlsx", "-o", str(book.parent)]) == 2
    assert cli(["new", "pool", "x", "--from", f"{book}#deal", "-o", str(book.parent)]) == 2


def test_paths_of_keys_are_read_as_they_are_written() -> None:
    for parts in (("a",), ("notes", 0, "step_up", "add"), ("indices", "SOFR 1.M"), ("x", 'a"b', 2, 0), ("价", "é f")):
        assert parts_of(joined(parts)) == parts
    for wrong in (".a", "a.", "a[0]", "a[x]", "a b]", '"a', "a..b"):
        with pytest.raises(ValueError, match="path of a key"):
            parts_of(wrong)


@pytest.mark.parametrize("what", ["inputs", "results"])
def test_a_workbook_for_which_there_is_no_room_is_told_as_a_file_is_and_leaves_nothing(
    what: str, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    path, sheets = tmp_path / "x.xlsx", sheets_of("x", {"kind": "job"}, Job)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(path, sheets) if what == "inputs" else write_results(path, [], [], {"made": "here"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_a_workbook_is_opened_once_for_kinds_values_and_formulas(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[object] = []
    load = openpyxl.load_workbook
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *a, **k: times.append(a) or load(*a, **k))
    load_job(book)
    assert len(times) == 1
