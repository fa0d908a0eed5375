"""Macro variables drawn around a scenario: the page's law path by path, their fans, and how files say it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from oracle import draws
from scipy.special import expit, logit, ndtr, ndtri

import stress
from stress.assemble.months import resolve
from stress.assemble.swing import fan_of, responses, swing_of
from stress.calibration.var import fit_var
from stress.cli import main
from stress.errors import ConfigError, DataError
from stress.inputs.macro.interpolate import at_months
from stress.inputs.macro.satellite import OwnLag
from stress.inputs.macro.var import Var
from stress.inputs.table import MacroTable
from stress.tables.periods import Period

JOB = "scenarios/jobs/baitiao-24m-uncertain.toml"
NAME = "fed2025_severely_adverse_random"


@pytest.fixture(scope="module")
def job():
    return stress.load(JOB)


def code(arguments: list[str]) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def case_of(job, name):
    return next(case for case in job.scenarios if case.name == name)


def with_own_lag(job, coefficient: float):
    """The job with a satellite that carries on a share of its own move a quarter before."""
    case = case_of(job, NAME)
    satellite = case.swing.satellite.model_copy(update={"own": (OwnLag(lag=1, coefficient=coefficient),)})
    moved = case.model_copy(update={"swing": case.swing.model_copy(update={"satellite": satellite})})
    return job.model_copy(update={"scenarios": (moved,)})


@pytest.mark.parametrize(("path", "own"), [(0, 0.0), (77, 0.0), (5_000_003, 0.0), (77, 0.6)])
def test_entry_rates_follow_the_drawn_unemployment_of_the_path(job, path, own):
    """Annual charge-off rate of the satellite at the drawn index, over that at the scenario's, as monthly odds."""
    job = with_own_lag(job, own) if own else job
    swing = case_of(job, NAME).swing
    data = stress.replay(job, path=path, scenario=NAME)
    names = list(swing.var.variables)
    terms = [(names.index(t.variable), t.lag, t.difference, t.coefficient) for t in swing.satellite.terms]
    root = np.linalg.cholesky(np.array(swing.var.covariance)).tolist()
    base, n_month = Period(*swing.base), data.sizes["month"]
    n_period = (swing.start + n_month - 1) // 3 - base.ordinal
    lags = [[list(row) for row in matrix] for matrix in swing.var.lags]
    deviation = draws.index_deviations(path, lags, root, terms, n_period, job.seed)
    for q in range(1, len(deviation)):
        deviation[q] += own * deviation[q - 1]
    by_month = np.array(at_months(deviation, base, swing.start, n_month, swing.interpolation))
    before = expit(logit(swing.rate) + np.array(swing.shift)) / 12.0
    after = expit(logit(swing.rate) + np.array(swing.shift) + swing.elasticity * by_month) / 12.0
    months = resolve(job.deal, job.pool, case_of(job, NAME))
    z = data["factor_value"].sel(factor="default").values
    for s in range(len(job.pool.segments)):
        rate = zip(months.entry[:, s], months.rho, logit(after) - logit(before), z, strict=True)
        want = [draws.entry_rate(p, rho, shift, 1.0, y, None) for p, rho, shift, y in rate]
        np.testing.assert_allclose(data["entry_rate"][:, s], want, atol=1e-8)


@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_rolls_with_an_elasticity_follow_the_drawn_unemployment_of_the_path(job, rho):
    """Their log odds move by half of what entry's move by, before the factor acts: the first roll, and not the second,
    which has none."""
    ladder = [{"rolls": 0.3, "elasticity": 0.5, "rho": rho}, {"rolls": 0.6}, {"rolls": 0.8, "elasticity": -1.0}]
    dependence = job.pool.dependence.but(rho=0.0, rho_roll=0.0)
    laddered = job.model_copy(update={"pool": job.pool.but(ladder=ladder, dependence=dependence)})
    data = stress.replay(laddered, path=77, scenario=NAME)
    months = resolve(laddered.deal, laddered.pool, case_of(laddered, NAME))
    moved = logit(data["entry_rate"].values) - logit(months.entry)
    assert np.abs(moved).max() > 0.05
    z = data["factor_value"].sel(factor="default").values[:, None]
    first = ndtr((ndtri(expit(logit(months.roll[..., 0]) + 0.5 * moved)) - np.sqrt(rho) * z) / np.sqrt(1.0 - rho))
    np.testing.assert_allclose(data["roll_rate"].sel(bucket=1), first, atol=1e-8)
    np.testing.assert_allclose(data["roll_rate"].sel(bucket=2), months.roll[..., 1], atol=1e-15)
    np.testing.assert_allclose(data["roll_rate"].sel(bucket=3), expit(logit(months.roll[..., 2]) - moved), atol=1e-8)


def test_the_median_path_is_the_scenario_itself(job):
    """Half of the paths lie above: Jensen moves means, not medians."""
    few = job.model_copy(update={"scenarios": tuple(case_of(job, n) for n in ("fed2025_severely_adverse", NAME))})
    ds = stress.simulate(few, paths=16_384)
    fixed, drawn = (ds["default_rate"].sel(scenario=n, level=0.95) for n in ("fed2025_severely_adverse", NAME))
    assert float(drawn) > float(fixed)
    medians = [float(ds["cumulative_default"].sel(scenario=s, month=24, quantile=0.5)) for s in ds["scenario"].values]
    assert medians[1] == pytest.approx(medians[0], rel=0.02)


def test_fans_of_macro_variables_have_the_law_of_simulated_paths(job):
    swing = case_of(job, NAME).swing
    mean, sd = fan_of(swing, 24)
    var, random = swing.var, np.random.default_rng(3)
    root = np.linalg.cholesky(np.array(var.covariance))
    d = [np.zeros((20_000, 2))]
    for _ in range(8):
        now = random.normal(size=(20_000, 2)) @ root.T
        for number, matrix in enumerate(var.lags, 1):
            if len(d) >= number:
                now = now + d[-number] @ np.array(matrix).T
        d.append(now)
    base = Period(*swing.base)
    by_period = np.array(d)
    for v in range(2):
        paths = np.array([at_months(list(x), base, swing.start, 24, "mid") for x in by_period[:, :4000, v].T])
        error = sd[v] / np.sqrt(2 * 4000)
        assert (np.abs(paths.std(axis=0) - sd[v]) < 4.5 * error + 1e-12).all()
    assert mean[0].max() == pytest.approx(10.0, abs=0.2), "unemployment peaks at 10%"


def test_responses_are_those_of_statsmodels():
    model = pytest.importorskip("statsmodels.tsa.vector_ar.var_model")
    random = np.random.default_rng(5)
    x = np.zeros((300, 2))
    for t in range(2, 300):
        x[t] = 0.5 * x[t - 1] + 0.2 * x[t - 2][::-1] + random.normal(size=2)
    fit = model.VAR(x).fit(2)
    rows = [tuple(tuple(map(float, row)) for row in matrix) for matrix in fit.coefs]
    sigma = 0.5 * (np.asarray(fit.sigma_u) + np.asarray(fit.sigma_u).T)
    var = Var(version=1, kind="var", name="x", per_year=4, variables=("a", "b"), lags=tuple(rows),
              covariance=tuple(tuple(map(float, row)) for row in sigma))  # fmt: skip
    response = responses(var, 6)
    wanted = fit.orth_ma_rep(6)
    for q in range(1, 7):
        for r in range(1, q + 1):
            np.testing.assert_allclose(response[q, :, r - 1], wanted[q - r], atol=1e-10)


def test_a_var_with_a_root_of_one_is_refused():
    var = Var(version=1, kind="var", name="walk", per_year=4, variables=("a", "b"),
              lags=(((1.0, 0.0), (0.0, 0.5)),), covariance=((1.0, 0.0), (0.0, 1.0)))  # fmt: skip
    with pytest.raises(ConfigError, match="largest root"):
        responses(var, 4)


def table(values: np.ndarray) -> MacroTable:
    rows = tuple(tuple(map(float, row)) for row in values)
    return MacroTable("made.csv", "", Period(1980, 1, 4), ("a", "b"), rows)


def test_calibration_finds_the_vector_autoregression_that_made_a_history():
    pytest.importorskip("statsmodels")
    random = np.random.default_rng(7)
    lag, x = np.array([[0.7, -0.2], [0.1, 0.4]]), np.zeros((600, 2))
    for t in range(1, 600):
        x[t] = np.array([1.0, 2.0]) + lag @ x[t - 1] + random.normal(size=2) * [0.5, 1.5]
    fit = fit_var(table(x), ["a", "b"])
    assert len(fit.lag) == 1
    assert (np.abs(fit.lag[0] - lag) < 4 * fit.error[0]).all()
    assert (np.abs(fit.constant - [1.0, 2.0]) < 4 * fit.constant_error).all()
    assert fit.whiteness > 1e-3
    np.testing.assert_allclose(fit.spread(1)[0], np.sqrt(np.diagonal(fit.covariance)))
    assert fit.largest_root == pytest.approx(float(np.abs(np.linalg.eigvals(lag)).max()), abs=0.1)


def test_calibration_refuses_what_it_cannot_fit():
    pytest.importorskip("statsmodels")
    random = np.random.default_rng(1)
    walk = np.cumsum(random.normal(size=(200, 2)), axis=0) * np.linspace(1.0, 30.0, 200)[:, None]
    with pytest.raises(DataError, match="dies out"):
        fit_var(table(walk), ["a", "b"], lags=1)
    with pytest.raises(DataError, match="too few"):
        fit_var(table(walk[:9]), ["a", "b"], lags=2)
    with pytest.raises(ConfigError, match="at least two"):
        fit_var(table(walk), ["a"])
    with pytest.raises(ConfigError, match="the same variable is named twice"):
        fit_var(table(walk), ["a", "a"])
    with pytest.raises(DataError, match="half-years: a VAR is fitted to years, quarters or months"):
        fit_var(table(walk)._replace(start=Period(2000, 1, 2)), ["a", "b"])
    holes = walk.copy()
    holes[5, 1] = np.nan
    with pytest.raises(DataError, match=r"column 'b': row .* is empty"):
        fit_var(table(holes), ["a", "b"])
    with pytest.raises(ConfigError, match="period"):
        fit_var(table(walk), ["a", "b"], first="yesterday")


def test_the_command_prints_every_coefficient_with_its_error(capsys, tmp_path):
    pytest.importorskip("statsmodels")
    history = "scenarios/data/dfast/2025-Table_1A_Historic_Domestic.csv"
    names = [
        "--variable",
        "Unemployment rate",
        "--variable",
        "Real GDP growth",
        "--first",
        "1990Q1",
        "--last",
        "2019Q4",
    ]
    out = tmp_path / "var.toml"
    assert code(["calibrate", "var", history, *names, "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Unemployment rate 1 before" in said
    assert "95% interval" in said
    written, shipped = stress.load(out), stress.load("scenarios/vars/us_unemployment_growth.toml")
    np.testing.assert_allclose(np.array(written.lags), np.array(shipped.lags), rtol=1e-5)
    np.testing.assert_allclose(np.array(written.covariance), np.array(shipped.covariance), rtol=1e-5)


def test_the_command_for_rho_writes_what_a_job_draws_from(capsys, tmp_path):
    history = "scenarios/data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv"
    out = tmp_path / "draws.toml"
    assert code(["calibrate", "rho", history, "--column", "CreditCards", "--draws", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    written, shipped = stress.load(out), stress.load("scenarios/parameters/us_cards.toml")
    np.testing.assert_allclose(np.array(written.covariance), np.array(shipped.covariance), rtol=1e-4)
    np.testing.assert_allclose(np.array(said["draws"]["covariance"]), np.array(written.covariance), rtol=1e-4)
    (p, rho, phi), (high_p, high_rho, high_phi) = said["draws"]["band"]
    assert p < written.p < high_p
    assert rho < written.rho < high_rho
    assert phi < written.phi < high_phi


@pytest.fixture
def folder(tmp_path):
    for part in ("data", "satellites", "vars"):
        shutil.copytree(Path("scenarios") / part, tmp_path / part)
    for file in (
        "fed2025_baseline.toml",
        "china_proxy_adverse.toml",
        "rate_shock.toml",
        "macro.toml",
        "clampdown_2021.toml",
    ):
        shutil.copy(Path("scenarios") / file, tmp_path)
    return tmp_path


HEAD = 'kind = "scenario"\nversion = 1\nname = "mine"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('extends = "macro.toml"', ["extends", "name one level", "severe"]),
        ('extends = "china_proxy_adverse.toml"\nvar = "vars/us_unemployment_growth.toml"', ["var", "at_least"]),
        ('var = "vars/us_unemployment_growth.toml"', ["var", "[macro]"]),
        ('extends = "macro.toml:severe"\nvar = "vars/us_unemployment_growth.toml"', ["var", "macro tables"]),
        ('extends = "fed2025_baseline.toml"\nvar = "satellites/china_growth.toml"', ["var", "kind"]),
        ('extends = "fed2025_baseline.toml"\nvar = "year.toml"', ["var", "has 1 periods a year, the satellite 4"]),
        (
            'extends = "fed2025_baseline.toml"\nvar = "other.toml"',
            ["var", "does not draw", "which the satellite reads"],
        ),
    ],
    ids=["no level", "bounds", "no macro", "no tables", "not a var", "yearly", "another"],
)
def test_a_scenario_that_cannot_draw_says_why(folder, capsys, text, words):
    file = folder / "mine.toml"
    var = (folder / "vars/us_unemployment_growth.toml").read_text(encoding="utf-8")
    (folder / "year.toml").write_text(var.replace("per_year = 4", "per_year = 1"), encoding="utf-8")
    (folder / "other.toml").write_text(var.replace('"Unemployment rate"', '"Prime rate"'), encoding="utf-8")
    file.write_text(HEAD + text + "\n", encoding="utf-8")
    assert code(["check", str(file)]) == 2
    said = capsys.readouterr().err
    for word in ("mine.toml", *words):
        assert word in said


def test_an_extended_scenario_adds_to_the_shocks_of_the_other(folder, job):
    from stress.inputs.files.expand import cases_of_file

    file = folder / "mine.toml"
    file.write_text(
        HEAD + 'extends = "macro.toml:mild"\nshocks = [{ target = "recovery", multiply = 0.5 }]\n', encoding="utf-8"
    )
    own = cases_of_file(file, stress.load(file))[0]
    mild = cases_of_file(folder / "macro.toml", stress.load(folder / "macro.toml"), ["mild"])[0]
    assert own.shocks[:-1] == mild.shocks
    assert own.shocks[-1].target == "recovery"
    random = case_of(job, NAME)
    assert random.shocks == case_of(job, "fed2025_severely_adverse").shocks
    assert random.swing is not None


def test_macro_paths_beside_the_whole_factor_are_noted_as_counted_twice(job):
    from stress.inputs.job.remarks import notes_of

    assert not [note for note in notes_of(job) if "twice" in note.says]
    case = case_of(job, NAME)
    whole = case.model_copy(update={"shocks": tuple(s for s in case.shocks if s.target != "rho")})
    said = notes_of(job.model_copy(update={"scenarios": (whole,)}))
    assert [note for note in said if NAME in note.key and "twice" in note.says]


@pytest.mark.parametrize(
    ("link", "annualised"), [("log", True), ("logit", False), ("logit", True), ("probit", False), ("probit", True)]
)
def test_odds_of_a_month_move_as_the_link_of_the_satellite_says(job, link, annualised):
    """By the index itself where the link is of monthly odds; else by the odds of the rate that the index has moved."""
    swing = case_of(job, NAME).swing
    satellite = swing.satellite.model_copy(update={"link": link, "annualised": annualised})
    swing = swing.model_copy(update={"satellite": satellite, "shift": (0.0,) * len(swing.shift)})
    by_month = swing_of(swing, ["all"], 12)
    to, back = (expit, logit) if link == "logit" else (ndtr, ndtri)
    wanted = []
    for index in (by_month.half_width, -by_month.half_width):
        if link == "log" or (link == "logit" and not annualised):
            wanted.append(index)
        else:
            rate = np.stack([to(back(swing.rate) + index), np.full(12, swing.rate)]) / (12.0 if annualised else 1.0)
            wanted.append(logit(rate[0]) - logit(rate[1]))
    assert by_month.half_width.max() > 0.1
    assert by_month.top == pytest.approx(np.abs(wanted).max(axis=0), rel=1e-9)
