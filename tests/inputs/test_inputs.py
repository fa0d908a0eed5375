"""Jobs read from files: references, levels, combined scenarios, agreement of their parts, canonical text."""

from pathlib import Path

import pytest
from shipped import JOB, JOBS, ROOT, SCENARIOS, loaded

import stress
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.job import Job, Sweep
from stress.inputs.job.remarks import notes_of
from stress.inputs.load import job_from_json, job_hash, job_to_json, load, load_job
from stress.inputs.pool import Pool
from stress.inputs.reports import Reports
from stress.inputs.rules import Rules
from stress.inputs.scenario import Scenario
from stress.inputs.text.read import read_document

SHIPPED = sorted((SCENARIOS).rglob("*.toml"))
TEMPLATES = ROOT / "stress/templates"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The templates: a job with its deal, its pool and a scenario of three levels."""
    for path in TEMPLATES.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def scenario(path: Path, body: str) -> None:
    path.write_text(f'kind = "scenario"\nversion = 1\nname = "{path.stem}"\n{body}', encoding="utf-8")


def names(job: Job) -> list[str]:
    return [case.name for case in job.scenarios]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_shipped_file_is_right_and_names_its_source(path: Path) -> None:
    """Reports and rules are quoted: they have a source, and nothing of ours. Elsewhere what is ours is said."""
    model = loaded(path)
    if isinstance(model, Reports | Rules):
        assert model.source
    elif not isinstance(model, Job | Sweep):
        assert model.source or model.name == "baseline"
        facts_alone = getattr(model, "kind", "") in ("reports", "rules")
        assert facts_alone or model.illustrative or not model.source


def test_load_returns_the_model_of_the_kind() -> None:
    kinds = {"deals/baitiao-24m": Deal, "pools/baitiao": Pool, "macro": Scenario, "jobs/baitiao-24m": Job}
    for name, kind in kinds.items():
        assert isinstance(stress.load(SCENARIOS / f"{name}.toml"), kind)


def test_the_main_job_has_one_case_for_each_level_in_order() -> None:
    job = load_job(JOB)
    assert names(job) == [
        "baseline",
        "macro_mild",
        "macro_moderate",
        "macro_severe",
        "yield_squeeze_severe",
        "clampdown_2021_severe",
        "score_failure_severe",
        "credit_contraction",
    ]


def test_a_combined_scenario_has_the_other_files_shocks_first() -> None:
    job = load_job(JOB)
    shocks = {case.name: case.shocks for case in job.scenarios}
    combined = shocks["credit_contraction"]
    assert combined[: len(shocks["macro_severe"])] == shocks["macro_severe"]
    assert set(shocks["clampdown_2021_severe"]) < set(combined)
    assert [shock.target for shock in combined].count("default_odds") == 3


def test_levels_are_chosen_by_a_colon_or_by_a_list(folder: Path) -> None:
    job = folder / "job.toml"
    assert names(load_job(job)) == ["NAME_base", "NAME_moderate", "NAME_severe"]
    edit(job, '["scenario.toml"]', '["scenario.toml:severe"]')
    assert names(load_job(job)) == ["NAME_severe"]
    edit(job, '["scenario.toml:severe"]', '[{ file = "scenario.toml", levels = ["severe", "base"] }]')
    assert names(load_job(job)) == ["NAME_severe", "NAME_base"]


def test_shocks_of_a_file_come_before_those_of_its_level(folder: Path) -> None:
    edit(folder / "scenario.toml", "shocks = []", 'shocks = [{ target = "rho", set = 0.05 }]')
    cases = load_job(folder / "job.toml").scenarios
    assert [shock.target for shock in cases[1].shocks] == ["rho", "default_odds", "payment"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("job", '["scenario.toml"]', '["scenario.toml:sever"]', r'has no level "sever".*did you mean severe'),
        ("job", '["scenario.toml"]', '["scenario.toml", "scenario.toml:base"]', "'NAME_base' appears 2 times"),
        ("job", 'deal = "deal.toml"', 'deal = "pool.toml"', r'job\.toml: deal: .*kind = "pool": must be "deal"'),
        ("job", 'clock = "monthly"', 'clock = "payment_date"',
         r"clock = .payment_date. but the deal has purchase = .each_step."),
        ("pool", '"EUR"', '"USD"', "deal is in EUR and pool in USD"),
        ("scenario", 'note = "Nothing is moved."', "probability = 0.5",
         r"probabilities given must sum to 1, not 0\.5"),
    ],
)  # fmt: skip
def test_parts_of_a_job_that_do_not_fit_each_other_are_refused(
    file: str, old: str, new: str, says: str, folder: Path
) -> None:
    edit(folder / f"{file}.toml", old, new)
    with pytest.raises(ConfigError, match=says):
        load_job(folder / "job.toml")


def test_a_circle_of_combined_scenarios_is_refused(folder: Path) -> None:
    scenario(folder / "a.toml", 'combine = ["b.toml"]')
    scenario(folder / "b.toml", 'combine = ["./a.toml"]')
    with pytest.raises(ConfigError, match=r"circle: a\.toml -> b\.toml -> a\.toml"):
        load(folder / "a.toml")


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("scenario.toml:sever", 'has no level "sever": one of base, moderate, severe; did you mean severe'),
        ("plain.toml:severe", 'plain.toml: has no levels, but level "severe" is asked for'),
        ("scenario.toml", r"combine\[1\].*name one level.*base, moderate, severe"),
    ],
)
def test_a_combined_file_is_named_with_a_level_that_it_has(folder: Path, reference: str, says: str) -> None:
    scenario(folder / "plain.toml", "")
    scenario(folder / "a.toml", f'combine = ["{reference}"]')
    with pytest.raises(ConfigError, match=says):
        load(folder / "a.toml")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "[short_rate]\nmean_reversion = 0.5\nvolatility = 0.01\n",
            "2 of the files that it combines have a short_rate",
        ),
        ('extends = "{random}"\n', "2 of the files that it combines have a var; at most one can draw"),
    ],
)
def test_at_most_one_of_combined_files_draws(folder: Path, body: str, says: str) -> None:
    random = (SCENARIOS / "fed2025_severely_adverse_random.toml").as_posix()
    for name in ("a", "b"):
        scenario(folder / f"{name}.toml", body.replace("{random}", random))
    scenario(folder / "both.toml", 'combine = ["a.toml", "b.toml"]')
    edit(folder / "job.toml", '["scenario.toml"]', '["both.toml"]')
    with pytest.raises(ConfigError, match=says):
        load_job(folder / "job.toml")


def test_a_chain_of_combined_files_has_an_end(folder: Path) -> None:
    for i in range(20):
        scenario(folder / f"s{i}.toml", f'combine = ["s{i + 1}.toml"]')
    with pytest.raises(ConfigError, match="more than 8 files"):
        load(folder / "s0.toml")


def test_load_job_refuses_another_kind(folder: Path) -> None:
    with pytest.raises(ConfigError, match='kind = "deal": a job is needed'):
        load_job(folder / "deal.toml")


@pytest.mark.parametrize(
    ("shock", "said"),
    [
        ('target = "default_odds", multiply = 2.0, segments = ["prim"]', "no segment 'prim'.*did you mean prime"),
        ('target = "payment_rate", set = 0.2', "has instalment plans"),
        ('target = "purchase_lag_days", set = 5.0', 'clock = "daily"'),
        ('target = "purchase_outage_days", set = 10.0', 'clock = "daily"'),
        ('target = "ineligible_share", set = 0.1', "eligible = false"),
        ('target = "rho", set = 0.1, from_month = 90', "after the deal's legal maturity in month 36"),
    ],
)
def test_a_shock_that_could_move_nothing_is_refused(folder: Path, shock: str, said: str) -> None:
    edit(folder / "scenario.toml", "shocks = []", f"shocks = [{{ {shock} }}]")
    with pytest.raises(ConfigError, match=said):
        load_job(folder / "job.toml")


def test_billing_dates_need_the_daily_clock(folder: Path) -> None:
    edit(folder / "pool.toml", "# billing = {", "billing = {")
    with pytest.raises(ConfigError, match='billing dates need clock = "daily"; the monthly clock has no days'):
        load_job(folder / "job.toml")
    edit(folder / "job.toml", 'clock = "monthly"', 'clock = "daily"')
    assert load_job(folder / "job.toml").pool.billing.due_days == (10, 20, 30)


def test_days_of_outage_are_whole(folder: Path) -> None:
    edit(folder / "job.toml", 'clock = "monthly"', 'clock = "daily"')
    edit(folder / "scenario.toml", "shocks = []", 'shocks = [{ target = "purchase_outage_days", set = 2.5 }]')
    with pytest.raises(ConfigError, match=r"2\.5 must be a whole number of days"):
        load_job(folder / "job.toml")


def test_canonical_text_is_a_round_trip_and_its_hash_moves_with_every_input(folder: Path) -> None:
    job = load_job(folder / "job.toml")
    text = job_to_json(job)
    assert job_from_json(text) == job
    assert job_to_json(job_from_json(text)) == text
    assert job_hash(load_job(folder / "job.toml")) == job_hash(job)
    edit(folder / "pool.toml", "rho = 0.023", "rho = 0.0230000001")
    assert job_hash(load_job(folder / "job.toml")) != job_hash(job)


def test_a_file_that_changed_is_read_again(folder: Path) -> None:
    before = load_job(folder / "job.toml")
    edit(folder / "job.toml", "seed = 1", "seed = 11")
    edit(folder / "deal.toml", "payment_day = 20", "payment_day = 21")
    after = load_job(folder / "job.toml")
    assert (before.seed, before.deal.payment_day) == (1, 20)
    assert (after.seed, after.deal.payment_day) == (11, 21)


def test_what_is_done_to_a_document_stays_out_of_the_next(folder: Path) -> None:
    document = read_document(folder / "deal.toml")
    document["notes"][0]["name"] = "another"
    assert read_document(folder / "deal.toml")["notes"][0]["name"] != "another"


def test_comments_and_order_of_keys_do_not_move_the_hash(folder: Path) -> None:
    before = job_hash(load_job(folder / "job.toml"))
    edit(folder / "job.toml", "seed = 1  ", "")
    edit(folder / "job.toml", "paths = 20_000", "# another comment\nseed = 1\npaths = 20000")
    assert job_hash(load_job(folder / "job.toml")) == before


def test_a_note_tells_of_a_cash_rate_that_moves_next_to_nothing(folder: Path) -> None:
    shock = 'shocks = [{ target = "cash_rate", add = 0.02 }]'
    edit(folder / "scenario.toml", "shocks = []", shock)
    (note, *_) = notes_of(load_job(folder / "job.toml"))
    assert "cash_rate moves interest on" in note.says
    edit(folder / "job.toml", 'clock = "monthly"', 'clock = "daily"')
    assert notes_of(load_job(folder / "job.toml")) == []


def test_a_note_tells_of_a_purchase_lag_that_trips_the_idle_cash_trigger() -> None:
    (note,) = notes_of(load_job(JOBS / "baitiao-24m-daily.toml"))
    assert "scenario revolving_operations_severe: a purchase lag of 30 days" in str(note)
