"""Every class in one row: each number is that of the question that answers it alone, and the same everywhere."""

import html
import json
import math
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from shipped import JOB

import stress
from stress.analysis.class_numbers import UNSEEN, beside_counts, with_committee
from stress.cli import exit_code
from stress.inputs.load import load_job
from stress.report.cover import desks, structure
from stress.report.known_job import job_of
from stress.report.page.sweep import render
from stress.report.page.sweep_cover import covers
from stress.results import COMMITTEE
from stress.results.sweep import cells

PATHS = 512


@pytest.fixture(scope="module")
def job():
    return load_job(JOB).but(paths=PATHS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, no_drawings: None) -> Path:
    """A run of the main job under its first scenario and its worst, with a workbook."""
    where = tmp_path_factory.mktemp("run")
    chosen = ["--scenario", "baseline", "--scenario", "credit_contraction"]
    command = ["run", str(JOB), "--paths", str(PATHS), *chosen, "--out", str(where), "--xlsx", str(where / "w.xlsx")]
    assert exit_code([*command, "--quiet"]) == 0
    return where


@pytest.fixture(scope="module")
def dataset(folder: Path):
    return stress.open(folder)


def test_each_number_is_the_one_that_its_own_question_gives(job, dataset):
    capital = {w.note: w for w in stress.analysis.capital(job, paths=64).weights}
    prices = stress.analysis.price(job, "B", [100.0], [1.0], [1.0], paths=64).rows[0]
    losses = stress.analysis.ecl(job, (0,), scenarios=["baseline"]).rows
    for name, weight in capital.items():
        row = dataset.sel(tranche=name)
        assert float(row["risk_weight"]) == pytest.approx(weight.risk_weight, rel=1e-12)
        assert float(row["capital_charge"]) == pytest.approx(0.08 * weight.risk_weight, rel=1e-12)
        assert float(row["attachment"]) == pytest.approx(weight.attachment)
    assert float(dataset["yield_at_par"].sel(tranche="B")) == pytest.approx(prices.yield_, rel=1e-12)
    for loss in losses:
        if loss.book in capital:
            assert float(dataset["ecl_lifetime"].sel(tranche=loss.book)) == float(loss.lifetime.estimate)


def test_the_break_even_lies_where_the_class_begins_to_lose_as_the_odds_rise(job, dataset):
    """Between odds at which the deterministic class loses nothing and the next at which it does."""
    from stress.analysis import trials
    from stress.inputs.scenario import Shock

    base = json.loads(dataset.attrs["committee"])["base_net_loss"]
    multiple = float(dataset["breakeven_multiple"].sel(tranche="mezzanine"))
    assert float(dataset["breakeven_net_loss"].sel(tranche="mezzanine")) == pytest.approx(multiple * base)
    odds = np.linspace(2.0, 10.0, 65)
    moves = [[Shock.model_validate({"target": "default_odds", "multiply": float(x)})] for x in odds]
    run = trials.outcomes(trials.variants(job, job.scenarios[0], moves))
    net, lost = run.of_pool("net_loss") / base, run.of_notes("loss")[:, 2] > 0.0
    turns = np.flatnonzero(lost[1:] & ~lost[:-1])  # several: early amortization saves the class for a while
    ends = np.sort(np.stack([net[turns], net[turns + 1]]), axis=0)
    assert ((ends[0] * 0.999 <= multiple) & (multiple <= ends[1] * 1.001)).any()


def test_what_no_path_lost_is_bounded_and_what_has_no_number_says_so(dataset):
    senior = dataset.sel(tranche="A")
    assert float(senior["ecl_lifetime"]) == 0.0
    assert float(senior["ecl_lifetime_high"]) == pytest.approx(UNSEEN / 2048)
    last = dataset.sel(tranche="subordinated")
    assert np.isnan(last["breakeven_multiple"])
    assert np.isnan(last["ecl_12m"])


def test_the_first_page_holds_both_tables_and_no_cell_is_a_bare_estimate(dataset, folder):
    credit, desk = structure(dataset, job_of(dataset)), desks(dataset)
    assert credit.head[-1] == "× base CNL"
    assert desk is not None
    assert desk.head == ("Class", "Risk weight", "Capital", "12-month ECL", "Lifetime ECL", "Price", "Yield at par")
    for row in desk.rows:
        assert all(cell.endswith("exact") or cell == "–" for cell in row[1:3])
        assert all("±" in cell or cell.startswith("<") or cell == "–" for cell in row[3:6]), row
    assert all("±" in row[-1] or row[-1] == "–" for row in credit.rows)
    page = (folder / "report.html").read_text()
    assert page.index("Capital, expected credit loss and price") < page.index("<h2>Findings</h2>")
    assert "× base CNL" in page


def cells_of(page: str, title: str) -> list[list[str]]:
    """Rows of the first table after a heading of a page, as text."""
    table = page[page.index(title) :]
    table = table[table.index("<tbody>") : table.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[html.unescape(re.sub(r"<[^>]+>", "", x)) for x in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def says(cell: str, value: float) -> bool:
    """Whether a cell shows a number: within half of its last digit, in the cell's own unit."""
    number = re.search(r"-?[\d,]+(\.\d+)?", cell)
    if number is None:
        return math.isnan(value)
    unit = 100.0 if "%" in cell else 1e4 if "bp" in cell else 1.0
    shown = number[0].replace(",", "")
    digits = len(shown.partition(".")[2]) if "." in shown or len(shown) < 4 else 4 - len(shown)
    return abs(float(shown) - unit * value) <= 0.5001 * 10.0**-digits


def test_every_number_of_the_first_page_is_the_same_in_python_json_workbook_and_report(job, dataset, folder, capsys):
    assert exit_code(["table", str(folder), "--json"]) == 0
    measures = json.loads(capsys.readouterr().out)["measures"]
    sheet = openpyxl.load_workbook(folder / "w.xlsx")["tranche"]
    heads = [cell.value for cell in sheet[1]]
    rows = {row[0].value: dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(2)}
    complete = with_committee(dataset, stress.analysis.committee(job))
    names = [str(name) for name in dataset["tranche"].values]
    for name in (variable.name for variable in COMMITTEE):
        for note in names:
            value = float(dataset[name].sel(tranche=note))
            said = (float(complete[name].sel(tranche=note)), measures[name][note], rows[note][name])
            for number in said:
                assert number is None or math.isclose(number, value, rel_tol=1e-12) or math.isnan(number)
            assert {number is None or math.isnan(number) for number in said} == {math.isnan(value)}, (name, note)
    page = (folder / "report.html").read_text()
    for row in cells_of(page, "Capital, expected credit loss and price"):
        of = dataset.sel(tranche=row[0])
        shown = ("risk_weight", "capital_charge", "ecl_12m", "ecl_lifetime", "price", "yield_at_par")
        for cell, name in zip(row[1:], shown, strict=True):
            value = of[name].values.flat[0]
            assert says(cell, of[f"{name}_high"].values.flat[0] if cell.startswith("<") else value), (
                row[0],
                name,
                cell,
            )
    for row in cells_of(page, "<h2>Structure</h2>"):
        of = dataset.sel(tranche=row[0])
        assert says(row[-1], float(of["breakeven_multiple"])), row
        loss = of.isel(scenario=0)
        assert says(row[5], float(loss["expected_loss_high" if row[5].startswith("<") else "expected_loss"])), row


def test_a_sweep_has_a_cover_of_all_its_jobs_and_seeds_share_what_rests_on_no_paths(job):
    single, known = job.but(scenarios=job.scenarios[:1], paths=64), {}
    runs = [({"seed": k}, stress.simulate(single.but(seed=k))) for k in (1, 2, 3)]
    both = [(at, beside_counts(single.but(seed=at["seed"]), known)(ds)) for at, ds in runs[:2]]
    assert len(known) == 1
    swept = stress.results.combine([*both, runs[2], ({"seed": 4}, None)])
    assert json.loads(list(cells(swept))[1][1].attrs["committee"])["base_net_loss"] > 0.0
    structure_of, desks_of = covers(swept)
    assert structure_of.sheet.head[0] == desks_of.sheet.head[0] == "Seed"
    rows = [desks(ds).rows for _, ds in both]
    assert rows[0] != rows[1]  # expected credit losses are of each seed's own paths
    assert desks_of.sheet.rows[:8] == tuple((str(k + 1), *row) for k in (0, 1) for row in rows[k])
    assert len(structure_of.sheet.rows) == 12  # of the fourth job no path is counted
    assert {row[-2:] for row in structure_of.sheet.rows[8:]} == {("–", "–")}
    assert "Structure of every job" in render(swept)


def test_a_run_of_python_alone_holds_counts_alone_and_takes_the_numbers_on(job):
    ds = stress.simulate(job.but(scenarios=job.scenarios[:1]), paths=64)
    assert "risk_weight" not in ds
    assert desks(ds) is None
    complete = stress.analysis.with_committee(ds, stress.analysis.committee(job, paths=64))
    assert float(complete["risk_weight"].sel(tranche="A")) == 0.15
    assert complete["ecl_lifetime"].attrs["units"] == "1"


def test_a_desk_s_questions_become_chapters_with_their_figures(folder, tmp_path):
    out = tmp_path / "asked.html"
    asked = "capital,ecl,price,gradient"
    command = ["report", str(folder), "--with", asked, "--paths", "256", "--scenario", "credit_contraction"]
    assert exit_code([*command, "-o", str(out), "--quiet"]) == 0
    page = out.read_text()
    for title in (
        "Regulatory capital",
        "Expected credit loss",
        "Price of mezzanine under",
        "Derivatives of EL of mezz",
    ):
        assert title in page
