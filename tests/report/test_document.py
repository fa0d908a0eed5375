"""The model document: every section from where it stands, every rule that it cites on the accounting page."""

import json
import re
from pathlib import Path

import pytest
import xarray as xr
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress import kernels
from stress.answers.validation_record import SHIPPED, read
from stress.cli import exit_code
from stress.digest import source_digest
from stress.explain import explain_job
from stress.inputs.job import Job
from stress.inputs.load import job_from_json, job_to_json
from stress.kernels import chance
from stress.report.document import as_page, document
from stress.report.document.sections import VERIFIED
from stress.report.document.theory import THEORY, used_by
from stress.report.inputs import illustrative, inputs
from stress.report.page.whole import scenario_rows
from stress.templates.inputs import documents_of


@pytest.fixture(scope="module")
def job() -> Job:
    return stress.load(JOB).but(paths=256)


@pytest.fixture(scope="module")
def ds(job: Job) -> xr.Dataset:
    return stress.simulate(job, scenarios=["baseline", "score_failure_severe"])


@pytest.fixture(scope="module")
def text(job: Job, ds: xr.Dataset) -> str:
    return document(job, ds, record=read(SHIPPED))


def test_every_rule_that_the_theory_cites_stands_on_the_accounting_page() -> None:
    assert kernels.__doc__ is not None
    assert chance.__doc__ is not None
    rules = set(re.findall(r"^\*\*([^*]+?)\.?\*\*", kernels.__doc__ + chance.__doc__, re.MULTILINE))
    assert {part.rule for part in THEORY if part.rule} <= rules


def test_the_theory_is_that_of_the_job() -> None:
    cards = {part.topic for part in used_by(stress.load(JOBS / "card-master-trust.toml"))}
    loans = {part.topic for part in used_by(stress.load(JOB))}
    assert "Cards" in cards
    assert "Instalment loans" not in cards
    assert "Instalment loans" in loans
    assert "Student t copula" not in loans
    assert "Master trusts" not in cards
    assert "Master trusts" in {part.topic for part in used_by(stress.load(JOBS / "card-trust-2005-1.toml"))}


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
    rows = register.partition("| --- |")[2].splitlines()[1:]
    assert all(row.split(" | ")[-2].strip() for row in rows if row.startswith("| A"))


def test_a_statement_that_names_several_keys_has_the_value_of_each(job: Job, ds: xr.Dataset) -> None:
    said = "cash_rate, dependence.rho and the ladder"
    money = document(job.but(pool=job.pool.but(illustrative=("balance",))), ds)
    assert f"| balance | {job.pool.balance:,.0f} |" in money
    text = document(job.but(pool=job.pool.but(illustrative=(said,))), ds)
    assert f"| {said} | cash_rate {job.pool.cash_rate:g}; dependence.rho {job.pool.dependence.rho:g} |" in text


def test_what_a_job_starts_from_and_draws_is_in_the_register_with_its_source() -> None:
    drawn = stress.load(JOBS / "baitiao-24m-uncertain.toml")
    swing = next(case.swing for case in drawn.scenarios if case.swing is not None)
    lived = stress.load(JOBS / "baitiao-24m-mid-life.toml")
    assert lived.state is not None
    for job, kind, part in (
        (drawn, "macro model", swing.var), (drawn, "satellite", swing.satellite), (lived, "state", lived.state),
    ):  # fmt: skip
        text = document(job, stress.simulate(job, paths=32, scenarios=["baseline"]))
        where = f"{kind} {part.name}"
        assert text.count(f"| {part.illustrative[0]} | Inputs in words | {where} |") == 1
        assert text.count(f"| {where} | {part.source} |") == 1
        assert (part.illustrative[0], where) in illustrative(json.loads(job.model_dump_json()))
        assert illustrative(job) == illustrative(json.loads(job.model_dump_json()))
    assert f"{lived.state.source}." not in text


def test_what_the_files_call_illustrative_that_shocks_came_from_is_kept() -> None:
    """A satellite whose draws are off, and what a scenario stands on: read for their shocks, they left no word."""
    job = stress.load(JOBS / "baitiao-24m-macro.toml")
    fed = next(case for case in job.scenarios if case.name == "fed2025_severely_adverse")
    assert fed.swing is None
    satellite = next(origin for origin in fed.made_of if origin.kind == "satellite")
    read = stress.load(SCENARIOS / "satellites" / f"{satellite.name}.toml")
    assert (satellite.source, satellite.illustrative) == (read.source, read.illustrative)
    assert (read.illustrative[0], f"satellite {read.name}") in illustrative(json.loads(job_to_json(job)))
    assert read.illustrative[0] in explain_job(job)
    (row,) = scenario_rows(stress.simulate(job, paths=32, scenarios=[fed.name]), json.loads(job_to_json(job)))
    assert read.source in row["source"]
    assert read.illustrative[0] in row["illustrative"]
    assert read.illustrative[0] in documents_of(job)[fed.name]["illustrative"]


def test_what_a_scenario_combines_is_in_the_register_once(job: Job) -> None:
    """Levels that the job runs too are the same statement; others say theirs."""
    combined = next(case for case in job.scenarios if case.name == "credit_contraction")
    assert [origin.name for origin in combined.made_of] == [
        "macro_severe",
        "clampdown_2021_severe",
        "score_failure_moderate",
    ]
    named = [part.name for kind, part in inputs(job) if kind == "scenario"]
    assert named == [*(case.name for case in job.scenarios), "score_failure_moderate"]


def test_what_the_job_itself_calls_illustrative_is_kept_and_in_the_register(tmp_path: Path, ds: xr.Dataset) -> None:
    """The key was read and dropped. A job without it has the JSON, and so the hash, that it had."""
    shipped = (JOB).read_text(encoding="utf-8")
    file = tmp_path / "job.toml"
    file.write_text(
        'illustrative = ["seed"]\n' + shipped.replace('"../', f'"{JOBS.parent.as_posix()}/'), encoding="utf-8"
    )
    job = stress.load(file)
    assert job_from_json(job_to_json(job)) == job
    assert "illustrative" not in json.loads(job_to_json(stress.load(JOB)))
    assert f"| seed | {job.seed} | job {job.name} |" in document(job, ds)
    assert documents_of(job)["job"]["illustrative"] == ["seed"]


def test_a_mixture_of_scenarios_stands_in_the_tables_and_its_weights_in_the_data() -> None:
    job = stress.load(JOBS / "baitiao-24m-mixture.toml")
    text = document(job, stress.simulate(job, paths=64))
    assert text.count("\n| mixture | ") == 1 + len(job.deal.notes)
    assert f"| job {job.name} | {job.source} |" in text


@pytest.mark.parametrize(
    ("estimator", "topics"),
    [("plain", {"Probabilities", "Tails"}), ("importance", {"Importance sampling", "Weighted paths"}),
     ("sobol", {"Quasi-Monte Carlo"})],
)  # fmt: skip
def test_the_theory_of_errors_is_that_of_the_run(job: Job, ds: xr.Dataset, estimator: str, topics: set[str]) -> None:
    text = document(job, ds.assign_attrs(estimator=estimator)).partition("## 4.")[0]
    every = {"Probabilities", "Tails", "Importance sampling", "Weighted paths", "Quasi-Monte Carlo"}
    assert {topic for topic in every if f"| {topic} |" in text} == topics


def test_the_theory_has_the_factors_beside_that_of_default_and_the_start_in_mid_life(job: Job) -> None:
    def topics(of: Job) -> set[str]:
        return {part.topic for part in used_by(of)}

    alone = job.pool.dependence.but(rho_prepayment=0.0, rho_recovery=0.0, correlation_prepayment=0.0)
    assert "Several factors" in topics(job)
    assert "Several factors" not in topics(job.but(pool=job.pool.but(dependence=alone)))
    followed = topics(stress.load(JOBS / "baitiao-24m-followed.toml"))
    assert {"Start in mid-life", "Factors given reports", "Expected rates in mid-life"} <= followed
    assert not {"Start in mid-life", "Factors given reports"} & topics(job)
    assert "Start in mid-life" in topics(stress.load(JOBS / "baitiao-24m-mid-life.toml"))


def test_a_handful_of_paths_estimates_nothing_with_precision(job: Job) -> None:
    text = document(job, stress.simulate(job, paths=1, scenarios=["baseline"]))
    assert "So few paths estimate nothing with any precision." in text
    assert "one path in" not in text.partition("## 7.")[0]


def test_it_says_how_much_of_the_record_was_measured_on_this_source(job: Job, ds: xr.Dataset) -> None:
    record = read(SHIPPED)
    here = {**record, "checks": [{**c, "source_digest": source_digest()} for c in record["checks"]]}
    many = sum(c["part"] in VERIFIED for c in record["checks"])
    assert f"Of {many} promises {many} were measured on the source named above" in document(job, ds, record=here)
    first = [{**c, "source_digest": source_digest() if c is here["checks"][0] else ""} for c in here["checks"]]
    older = [{**c, "source_digest": ""} for c in record["checks"]]
    assert f"Of {many} promises none was measured" in document(job, ds, record={**record, "checks": older})
    assert f"Of {many} promises 1 was measured" in document(job, ds, record={**record, "checks": first})


def test_headings_of_changes_stand_below_the_section(text: str) -> None:
    changes = text.partition("## 12. Changes")[2].partition("## 13.")[0]
    assert "\n### Unreleased\n" in changes
    assert "\n#### Fixed: figures that were wrong\n" in changes


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
    assert exit_code(["document", str(tmp_path / "results.nc"), "-o", str(out), "--paths", "64", "--quiet"]) == 0
    assert "7. Sensitivity</h2>" in out.read_text(encoding="utf-8")


def test_an_ending_that_is_no_document_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["document", str(JOB), "-o", str(tmp_path / "model.pdf")]) == 2
    assert "must end in .html or .md" in capsys.readouterr().err


def test_the_document_of_a_deal_of_ones_own_claims_no_data_of_the_shipped_cases(ds: xr.Dataset) -> None:
    """What it says of the worked case and of card histories is said of what ships, in the words before the register."""
    own = stress.load(JOBS / "auto-prime.toml").but(paths=64)
    text = document(own, stress.simulate(own), record=read(SHIPPED))
    section = re.search(r"^## \d+\. Data\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    first, shipped, *_ = section[1].strip().split("\n\n")
    assert "Xia" not in first
    assert "charge-off" not in first
    assert shipped.startswith("What ships with the engine, and stands behind a deal only where its inputs say so")
    assert "revolving or static" in text
