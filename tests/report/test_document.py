"""The model document: every section from where it stands, every rule that it cites on the accounting page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xarray as xr

import stress
from stress import kernels
from stress.answers.validation_record import SHIPPED, read
from stress.cli import exit_code
from stress.inputs.job import Job
from stress.report.document import as_page, document
from stress.report.document.theory import THEORY, used_by

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "scenarios" / "jobs"


@pytest.fixture(scope="module")
def job() -> Job:
    return stress.load(JOBS / "baitiao-24m.toml").but(paths=256)


@pytest.fixture(scope="module")
def ds(job: Job) -> xr.Dataset:
    return stress.simulate(job, scenarios=["baseline", "score_failure_severe"])


@pytest.fixture(scope="module")
def text(job: Job, ds: xr.Dataset) -> str:
    return document(job, ds, record=read(SHIPPED))


def test_every_rule_that_the_theory_cites_stands_on_the_accounting_page() -> None:
    assert kernels.__doc__ is not None
    rules = set(re.findall(r"^\*\*([^*]+?)\.?\*\*", kernels.__doc__, re.MULTILINE))
    assert {one.rule for one in THEORY} <= rules


def test_the_theory_is_that_of_the_job() -> None:
    cards = {one.topic for one in used_by(stress.load(JOBS / "card-master-trust.toml"))}
    loans = {one.topic for one in used_by(stress.load(JOBS / "baitiao-24m.toml"))}
    assert "Cards" in cards
    assert "Instalment loans" not in cards
    assert "Instalment loans" in loans
    assert "Student t copula" not in loans


def test_the_sections_come_in_the_order_of_supervisory_guidance(text: str) -> None:
    titles = re.findall(r"^## \d+\. (.+)$", text, re.MULTILINE)
    assert titles == [
        "Identification", "Purpose and use", "Theory", "Assumptions", "Data", "Results", "Sensitivity",
        "Outcomes analysis", "Verification", "Limits", "Monitoring", "Changes", "Inputs in words",
        "The accounting, rule by rule",
    ]  # fmt: skip


def test_every_illustrative_statement_is_in_the_register_once_with_its_value(job: Job, text: str) -> None:
    register = text.partition("Register:")[2].partition("## 5.")[0]
    for line in {*job.deal.illustrative, *job.pool.illustrative, *(x for s in job.scenarios for x in s.illustrative)}:
        assert register.count(f"| {line} |") == 1, line
    assert f"| closing_date | {job.deal.closing_date} |" in register
    shares = ", ".join(f"{s.share:g}" for s in job.pool.segments)
    assert f"| {shares} |" in register


def test_every_promise_of_the_record_is_shown_kept_or_not(text: str) -> None:
    shown = ("re-implementation", "benchmarking", "estimates", "implementation", "outcomes")
    for entry in read(SHIPPED)["checks"]:
        if entry["part"] in shown:
            assert entry["measured"].replace("|", "\\|") in text, entry["name"]


def test_results_are_those_of_the_run(ds: xr.Dataset, text: str) -> None:
    results = text.partition("## 6. Results")[2].partition("## 7.")[0]
    for name in ds["tranche"].values:
        assert f"### Note {name}" in results
    assert "score_failure_severe" in results
    assert "macro_severe" not in results


def test_without_a_record_it_says_what_gives_it(job: Job, ds: xr.Dataset) -> None:
    assert "`stress validate` gives it" in document(job, ds)


def test_a_name_from_a_file_stays_text(job: Job, ds: xr.Dataset) -> None:
    named = job.but(deal=job.deal.but(source="<script>alert(1)</script> [a](http://b)"))
    page = as_page(document(named, ds))
    assert "<script" not in page
    assert "<a " not in page


def test_tables_scroll_on_a_phone(text: str) -> None:
    page = as_page(text)
    assert page.count("<table") == page.count('<div class="scroll"><table') > 10


def test_the_command_writes_a_page_of_saved_results(tmp_path: Path, ds: xr.Dataset) -> None:
    stress.results.save(ds, tmp_path / "results.nc")
    out = tmp_path / "model.html"
    assert exit_code(["document", str(tmp_path / "results.nc"), "-o", str(out), "--paths", "256", "--quiet"]) == 0
    assert "7. Sensitivity</h2>" in out.read_text(encoding="utf-8")


def test_an_ending_that_is_no_document_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["document", str(JOBS / "baitiao-24m.toml"), "-o", str(tmp_path / "model.pdf")]) == 2
    assert "must end in .html or .md" in capsys.readouterr().err
