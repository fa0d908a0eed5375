"""Macro tables through satellites: published paths, stated elasticities, and refusals that say what is missing."""

import datetime
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtr, ndtri
from shipped import SCENARIOS

from stress.errors import ConfigError, DataError, StressError
from stress.inputs.files.expand import cases_of_file
from stress.inputs.files.parse import parse
from stress.inputs.load import load, load_job
from stress.inputs.scenario.project import Horizon, horizon_of
from stress.inputs.table import read_table

SHIPPED = SCENARIOS
DFAST = SHIPPED / "data" / "dfast"

SATELLITE = """kind = "satellite"
version = 1
name = "s"
link = "logit"
per_year = 4
annualised = false
[[terms]]
variable = "x"
coefficient = 0.5
"""
SCENARIO = """kind = "scenario"
version = 1
name = "m"
[macro]
tables = [{ file = "path.csv" }]
start = "2025 Q1"
[[satellites]]
file = "s.toml"
target = "default_odds"
"""
TABLE = "Date,x\n2024 Q4,1\n2025 Q1,2\n2025 Q2,4\n2025 Q3,4\n2025 Q4,3\n"


def shocks(folder: Path, scenario: str = SCENARIO, satellite: str = SATELLITE, table: str = TABLE, **more):
    (folder / "path.csv").write_text(table)
    (folder / "s.toml").write_text(satellite)
    (folder / "m.toml").write_text(scenario)
    (case,) = cases_of_file(folder / "m.toml", parse(folder / "m.toml"), **more)
    return case.shocks


def values(shock) -> list[float]:
    assert [month for month, _ in shock.by_month] == list(range(1, len(shock.by_month) + 1))
    return [value for _, value in shock.by_month]


def test_a_logit_path_multiplies_the_odds_along_straight_lines_between_quarters(tmp_path):
    (shock,) = shocks(tmp_path)
    assert (shock.target, shock.how) == ("default_odds", "multiply")
    node = [0.0, 0.5, 1.5, 1.5, 1.0]  # of the log odds, at the middles of the quarters, from 2024 Q4
    want = np.exp(np.interp(np.arange(12) + 0.5, [-1.5, 1.5, 4.5, 7.5, 10.5], node))
    np.testing.assert_allclose(values(shock), want, rtol=1e-9)


def test_an_elasticity_scales_the_log_odds(tmp_path):
    whole = values(shocks(tmp_path)[0])
    half = values(shocks(tmp_path, SCENARIO + "elasticity = 0.5\n")[0])
    np.testing.assert_allclose(np.log(half), 0.5 * np.log(whole), atol=1e-9)


def test_ends_and_steps_are_other_rules(tmp_path):
    end = values(shocks(tmp_path, SCENARIO.replace("[[sat", 'interpolation = "end"\n[[sat'))[0])
    assert end[2] == pytest.approx(math.exp(0.5))
    step = values(shocks(tmp_path, SCENARIO.replace("[[sat", 'interpolation = "step"\n[[sat'))[0])
    assert step[:4] == pytest.approx([math.exp(0.5)] * 3 + [math.exp(1.5)])


def test_bounds_hold_the_multiple(tmp_path):
    bounded = values(shocks(tmp_path, SCENARIO + "at_least = 1.5\nat_most = 2.0\n")[0])
    assert (min(bounded), max(bounded)) == (1.5, 2.0)


def test_an_annualised_rate_shifts_there_and_turns_monthly_after(tmp_path):
    text = SATELLITE.replace("annualised = false", "annualised = true")
    (shock,) = shocks(tmp_path, SCENARIO.replace("[[sat", 'interpolation = "step"\n[[sat') + "base_rate = 0.04\n", text)
    moved = expit(logit(0.04) + 0.5) / 12.0
    assert values(shock)[0] == pytest.approx(moved / (1.0 - moved) / (0.04 / 12.0 / (1.0 - 0.04 / 12.0)), rel=1e-9)


def test_a_probit_moves_on_its_own_scale(tmp_path):
    text = SATELLITE.replace("logit", "probit")
    (shock,) = shocks(tmp_path, SCENARIO.replace("[[sat", 'interpolation = "step"\n[[sat') + "base_rate = 0.02\n", text)
    moved = ndtr(ndtri(0.02) + 0.5)
    assert values(shock)[0] == pytest.approx(moved / (1.0 - moved) * 0.98 / 0.02, rel=1e-9)
    with pytest.raises(ConfigError, match="base_rate is missing"):
        shocks(tmp_path, satellite=text)


def test_a_linear_satellite_adds_to_a_rate_and_a_log_one_multiplies_an_input(tmp_path):
    linear = SATELLITE.replace("logit", "linear").replace("0.5", "0.01")
    (shock,) = shocks(tmp_path, SCENARIO.replace("default_odds", "index_rate"), linear)
    assert (shock.how, values(shock)[4]) == ("add", pytest.approx(0.03))
    log = SATELLITE.replace("logit", "log").replace("0.5", "-0.1")
    (shock,) = shocks(tmp_path, SCENARIO.replace("default_odds", "payment"), log)
    assert (shock.how, values(shock)[4]) == ("multiply", pytest.approx(math.exp(-0.3)))


def test_years_across_drive_a_quarterly_satellite(tmp_path):
    table = "Country,Variable,2024,2025,2026,2027\nDE,x,1,2,4,4\n"
    text = SATELLITE.replace('"x"', '"DE, x"')
    (shock,) = shocks(tmp_path, SCENARIO.replace("2025 Q1", "2025"), text, table)
    year = np.interp(np.arange(-1, 12) * 3 + 1.5, [-6.0, 6.0, 18.0, 30.0], [1.0, 2.0, 4.0, 4.0])
    quarter = 0.5 * (year - year[0])
    want = np.interp(np.arange(36) + 0.5, np.arange(-1, 12) * 3 + 1.5, quarter)
    np.testing.assert_allclose(np.log(values(shock)), want, atol=1e-8)


def test_closing_aligns_the_deals_own_calendar(tmp_path):
    table = "Date,x\n" + "".join(f"{2019 + k // 4} Q{k % 4 + 1},{k}\n" for k in range(24))
    scenario = SCENARIO.replace("2025 Q1", "closing")
    assert shocks(tmp_path, scenario, table=table) == ()  # without a deal only the columns can be checked
    horizon = horizon_of(datetime.date(2020, 9, 1), 12)
    assert horizon == Horizon(2020 * 12 + 8, 12)
    assert horizon_of(datetime.date(2020, 8, 31), 12) == horizon
    (shock,) = shocks(tmp_path, scenario, table=table, horizon=horizon)
    # x grows by one a quarter; the start is 2020 Q3, whose middle is the middle of August
    np.testing.assert_allclose(np.log(values(shock)), 0.5 * (np.arange(12) + 1) / 3.0, atol=1e-9)


@settings(max_examples=30)
@given(level=st.floats(-50, 50), n=st.integers(2, 12), start=st.integers(1, 3))
def test_a_path_that_stays_where_it_starts_moves_nothing(tmp_path_factory, level, n, start):
    table = "Date,x\n" + "".join(f"{2020 + k // 4} Q{k % 4 + 1},{level:.6f}\n" for k in range(n + 4))
    (shock,) = shocks(tmp_path_factory.mktemp("m"), SCENARIO.replace("2025 Q1", f"2020 Q{start + 1}"), table=table)
    assert values(shock) == [1.0] * len(shock.by_month)


def test_the_path_must_last_as_long_as_the_deal_unless_held(tmp_path):
    horizon = Horizon(0, 18)
    with pytest.raises(DataError, match=r"m\.toml.*no row 2026 Q1.*after_end"):
        shocks(tmp_path, horizon=horizon)
    (shock,) = shocks(tmp_path, SCENARIO.replace("[[sat", 'after_end = "hold"\n[[sat'), horizon=horizon)
    assert len(shock.by_month) == 18
    assert values(shock)[-1] == pytest.approx(math.exp(1.0))


@pytest.mark.parametrize(
    ("scenario", "satellite", "table", "said"),
    [
        (SCENARIO, SATELLITE.replace('"x"', '"y"'), TABLE, r"m\.toml.*default_odds.*no column 'y'.*'x'"),
        (SCENARIO.replace("2025 Q1", "2024 Q4"), SATELLITE, TABLE, "no row 2024 Q3.*history"),
        (SCENARIO, SATELLITE + "difference = 4\n", TABLE, "no row 2023 Q4.*history"),
        (SCENARIO, SATELLITE, TABLE.replace("Q2,4", "Q2,"), "row 2025 Q2 is empty"),
        (SCENARIO, SATELLITE, TABLE.replace("2025 Q3", "2026 Q3"), r"m\.toml.*line 5.*must be 2025 Q3"),
        (SCENARIO, SATELLITE.replace("per_year = 4", "per_year = 1"), TABLE, "4 rows a year"),
        (SCENARIO.replace("2025 Q1", "soon"), SATELLITE, TABLE, "start = "),
        (SCENARIO.replace("path.csv", "none.csv"), SATELLITE, TABLE, r"m\.toml.*none\.csv: no such file"),
        (SCENARIO.replace("s.toml", "none.toml"), SATELLITE, TABLE, "no such file"),
        (SCENARIO.replace("s.toml", "m.toml"), SATELLITE, TABLE, 'must be "satellite"'),
        (SCENARIO.replace("path.csv", "http://x/y.csv"), SATELLITE, TABLE, "local file"),
        (SCENARIO, SATELLITE.replace("logit", "linear"), TABLE, "link logit, probit or log"),
        (SCENARIO.replace("default_odds", "index_rate"), SATELLITE, TABLE, "link linear"),
        (SCENARIO.replace("default_odds", "apr_cap"), SATELLITE, TABLE, "target"),
        (SCENARIO + "residual_rho = true\n", SATELLITE, TABLE, "needs a satellite with a .sample."),
        (SCENARIO + 'segments = ["L1"]\n', SATELLITE.replace("0.5", "9.0"), TABLE, "from 0 to 1000"),
        (SCENARIO, SATELLITE.replace("0.5", "900.0"), TABLE, "too large|beyond all bounds"),
        (SCENARIO.replace(SCENARIO[SCENARIO.index("[macro]") : SCENARIO.index("[[")], ""), SATELLITE, TABLE, "macro"),
        (SCENARIO.split("[[sat")[0], SATELLITE, TABLE, "moves nothing"),
        (SCENARIO, SATELLITE + "[constant]\ncoefficient = 800.0\n", TABLE, "puts the rate at the start at 1: coeff"),
        (
            SCENARIO,
            SATELLITE + "lag = 3\n",
            TABLE.replace("2024 Q4", "2024 Q1").replace("2025 Q1", "2024 Q2").replace("2025 Q2", "2024 Q3"),
            "must be 2024 Q4|has no row|history",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_or_impossible_is_said(tmp_path, scenario, satellite, table, said):
    with pytest.raises(StressError, match=said):
        shocks(tmp_path, scenario, satellite, table)


def test_a_level_may_have_its_own_elasticity(tmp_path):
    text = SCENARIO.split("[[satellites]]")[0]
    for name, elasticity in (("half", 0.5), ("full", 1.0)):
        use = f'{{ file = "s.toml", target = "default_odds", elasticity = {elasticity} }}'
        text += f'[[levels]]\nname = "{name}"\nsatellites = [{use}]\n'
    whole = shocks(tmp_path)[0]
    (tmp_path / "m.toml").write_text(text)
    half, full = cases_of_file(tmp_path / "m.toml", parse(tmp_path / "m.toml"))
    assert full.shocks == (whole,)
    np.testing.assert_allclose(np.log(values(half.shocks[0])), 0.5 * np.log(values(whole)), atol=1e-9)
    combined = text.split("[macro]")[0].replace('"m"', '"c"') + 'combine = ["m.toml:full"]\n'
    (tmp_path / "c.toml").write_text(combined)
    (case,) = cases_of_file(tmp_path / "c.toml", parse(tmp_path / "c.toml"))
    assert case.shocks == (whole,)


def test_the_severely_adverse_path_of_2025_triples_the_odds_by_the_published_satellite():
    (case,) = cases_of_file(SHIPPED / "fed2025_severely_adverse.toml", load(SHIPPED / "fed2025_severely_adverse.toml"))
    odds, rho = case.shocks
    history = (DFAST / "2025-Table_1A_Historic_Domestic.csv").read_text().splitlines()[-5:]
    ur = [float(line.split(",")[6]) for line in history] + [5.6, 6.8, 8.1, 9.2]

    def level(t: int) -> float:
        return -3.304132 + 0.047398 * ur[t] + 0.196065 * (ur[t] - ur[t - 4])

    start, fourth = expit(level(4)) / 12.0, expit(level(8)) / 12.0
    assert values(odds)[10] == pytest.approx(fourth / (1 - fourth) / (start / (1 - start)), rel=1e-5)
    assert 2.9 < max(values(odds)) < 3.1
    assert rho.multiply == pytest.approx(1.0 - 0.5325, abs=1e-4)


def test_the_china_proxy_doubles_the_odds_at_the_trough():
    (case,) = cases_of_file(SHIPPED / "china_proxy_adverse.toml", load(SHIPPED / "china_proxy_adverse.toml"))
    odds = next(s for s in case.shocks if s.target == "default_odds")
    assert values(odds)[1] == pytest.approx(math.exp(0.12 * (4.5 + 1.3)), rel=1e-9)
    assert min(values(odds)) == 1.0
    assert {s.target for s in case.shocks} == {"index_rate", "note_spread", "apr", "default_odds"}


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("fed2026*.toml")), ids=lambda f: f.stem)
def test_the_scenarios_of_2026_are_the_final_ones_and_say_so(file):
    """Their unemployment: 10.0% at the peak of the severely adverse one, in the third quarter of 2027."""
    model = load(file)
    assert "final" in model.description
    assert model.source.endswith("domestic variables.")
    (table,) = model.macro.tables
    unemployment = read_table(SHIPPED / table.file).column("Unemployment rate")
    assert max(unemployment) == (10.0 if "severely" in model.name else 4.6)


@pytest.mark.parametrize("name", ["baitiao-24m-macro", "baitiao-24m-score", "baitiao-24m-all", "baitiao-12m-all"])
def test_the_engine_sees_only_shocks_over_the_deals_months(name):
    job = load_job(SHIPPED / "jobs" / f"{name}.toml")
    for case in job.scenarios:
        for shock in case.shocks:
            assert len(shock.by_month) in (0, 3, job.deal.legal_maturity_months)


def test_a_job_weighs_its_scenarios_and_refuses_one_weight_for_several(tmp_path):
    job = load_job(SHIPPED / "jobs" / "baitiao-24m-mixture.toml")
    assert sum(case.probability for case in job.scenarios) == pytest.approx(1.0)
    text = (SHIPPED / "jobs" / "baitiao-24m-mixture.toml").read_text().replace("../", f"{SHIPPED}/")
    (tmp_path / "job.toml").write_text(text.replace('levels = ["mild"], ', ""))
    with pytest.raises(ConfigError, match=r"scenarios\[2\]\.probability: belongs to one scenario.*has 3"):
        load_job(tmp_path / "job.toml")
