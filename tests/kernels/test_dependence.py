"""Several factors, recoveries that fall when defaults rise, and the price of new receivables."""

import numpy as np
import pytest
from pydantic import ValidationError

import stress
from stress import measures
from stress.analytic.instalment import flat_fee_apr
from stress.assemble.market import factors_of
from stress.assemble.problem import assemble
from stress.assemble.profiles import Price, plan_fee
from stress.inputs.job import ScenarioCase
from stress.inputs.pool import Dependence, Loadings
from stress.inputs.scenario import Shock
from stress.kernels import alone
from stress.validation.one_period import one_period_job

JOB = "scenarios/jobs/baitiao-12m.toml"
LOADINGS = Loadings(
    default=(1.0, 0.0, 0.0),
    segment={"L4": (0.6, 0.8, 0.0)},
    prepayment=(0.28, 0.0, 0.96),
    recovery=(0.6, -0.8, 0.0),
)


def with_dependence(job, **update):
    dependence = job.pool.dependence.model_copy(update=update)
    return job.model_copy(update={"pool": job.pool.model_copy(update={"dependence": dependence})})


def test_factors_are_correlated_as_their_loadings_say():
    """Four rows on three factors: the correlation of two composites is the product of their rows."""
    job = with_dependence(stress.load(JOB), loadings=LOADINGS, correlation_prepayment=0.0)
    factors = factors_of(job.pool)
    rows = np.array([LOADINGS.default, LOADINGS.segment["L4"], LOADINGS.prepayment, LOADINGS.recovery])
    np.testing.assert_allclose(factors.root @ factors.root.T, rows @ rows.T, atol=1e-12)
    assert np.allclose(factors.root, np.tril(factors.root))
    problem = assemble(job.model_copy(update={"scenarios": job.scenarios[:1]}))
    data = np.hstack([alone.run_block(problem, block, job.seed).traced("factor_value")[0] for block in range(18)])
    drawn = np.corrcoef(data)
    assert data.shape == (4, 576)
    assert np.abs(drawn - rows @ rows.T).max() < 4.5 / np.sqrt(data.shape[1])


def test_a_table_of_loadings_may_say_what_the_correlations_say():
    """The same paths, whichever way the job is written."""
    job = stress.load(JOB)
    c = job.pool.dependence.correlation_prepayment
    row = (1.0, 0.0)
    same = Loadings(default=row, prepayment=(c, float(np.sqrt(1.0 - c * c))), recovery=row)
    other = with_dependence(job, loadings=same, correlation_prepayment=0.0)
    a, b = (stress.simulate(j, paths=512, scenarios=[job.scenarios[0].name]) for j in (job, other))
    np.testing.assert_allclose(a["default_rate_mean"], b["default_rate_mean"], rtol=1e-12)


def test_a_segment_on_a_factor_of_its_own_spreads_the_risk():
    job = stress.load(JOB)
    rows = {segment.name: tuple(np.eye(4)[i]) for i, segment in enumerate(job.pool.segments)}
    loadings = Loadings(default=(1.0, 0.0, 0.0, 0.0), segment=rows, prepayment=rows["L1"], recovery=rows["L1"])
    apart = with_dependence(job, loadings=loadings, correlation_prepayment=0.0)
    first = [job.scenarios[0].name]
    together, spread = (stress.simulate(j, paths=8_192, scenarios=first) for j in (job, apart))
    assert float(spread["default_rate"].sel(level=0.999).item()) < float(
        together["default_rate"].sel(level=0.999).item()
    )


@pytest.mark.parametrize(
    ("loadings", "words"),
    [
        ({"default": (1.0,), "prepayment": (0.5,), "recovery": (1.0,)}, "squares must sum to 1"),
        ({"default": (1.0, 0.0), "prepayment": (1.0,), "recovery": (1.0, 0.0)}, "has 1 weights"),
    ],
)
def test_loadings_that_are_no_correlation_are_refused(loadings, words):
    with pytest.raises(ValidationError, match=words):
        Loadings(**loadings)


def test_loadings_beside_correlations_are_refused():
    with pytest.raises(ValidationError, match="leave the correlation_ keys out"):
        Dependence(rho=0.1, phi=0.0, loadings=LOADINGS, correlation_prepayment=0.3)


def test_a_downturn_takes_recoveries_down_with_it():
    """Correlated recovery: the worst paths recover less than the others, so the tail of net losses is fatter."""
    from stress.inputs.pool import Segment

    base = one_period_job(0.05, 0.1, (0.8,))
    segment = Segment(name="all", share=1.0, entry_rate=0.05, recovery=0.4)
    tail = {}
    for correlation in (0.0, 0.8):
        job = with_dependence(base, rho_recovery=0.2, correlation_recovery=correlation)
        deal = job.deal.model_copy(update={"legal_maturity_months": 2})
        pool = job.pool.model_copy(update={"segments": (segment,), "recovery_lag": (1.0,)})
        job = job.model_copy(update={"deal": deal, "pool": pool})
        ds = stress.simulate(job, paths=100_000, seed=4)
        tail[correlation] = float(measures.pool_tails(ds, "net_loss", [0.999])[1]["estimate"].squeeze())
        mean = measures.mean(ds, "mean_default")
        assert abs(float(mean["estimate"].squeeze()) - 0.05) < 4 * float(mean["error"].squeeze()) + 0.003
    assert tail[0.8] > 1.1 * tail[0.0]


def test_a_rise_of_the_apr_reprices_what_is_bought_and_nothing_else():
    job = stress.load(JOB)
    pool, segment = job.pool, job.pool.segments[0]
    before, after = (plan_fee(pool, segment, Price(0.0, np.inf, change)) for change in (0.0, 0.03))
    for plan, low, high in zip(pool.plans, before, after, strict=True):
        if not plan.always_fee_free:
            assert flat_fee_apr(high, plan.term) == pytest.approx(float(flat_fee_apr(low, plan.term)) + 0.03, abs=1e-9)
    assert (plan_fee(pool, segment, Price(0.0, np.inf, -2.0)) <= 1e-12).all(), "an APR is not negative"
    case = ScenarioCase(name="up", shocks=(Shock(target="apr", add=0.03, from_month=4),))
    plain = ScenarioCase(name="plain")
    both = job.model_copy(update={"scenarios": (plain, case)})
    receivables = assemble(both).receivables
    np.testing.assert_array_equal(receivables.open_fee[0], receivables.open_fee[1])
    np.testing.assert_array_equal(receivables.first_due[0, :3], receivables.first_due[1, :3])
    ds = stress.simulate(both, paths=2_048)
    spread = ds["excess_spread_mean"]
    assert float(spread.sel(scenario="up", month=3)) == pytest.approx(float(spread.sel(scenario="plain", month=3)))
    assert float(spread.sel(scenario="up", month=10)) > float(spread.sel(scenario="plain", month=10)) + 0.005


def test_reverse_stress_holds_what_it_does_not_search():
    from stress.analysis.margin import holds, margin_of
    from stress.inputs.pool import Copula

    job = with_dependence(stress.load(JOB), copula=Copula(kind="t", df=5.0))
    pool = job.pool.model_copy(update={"obligors": 500})
    single = job.model_copy(update={"scenarios": job.scenarios[:1], "pool": pool})
    assert holds(single) == "the t copula's mixing variable held at the median; borrowers taken as without end"
    margin = margin_of(single, len(job.deal.notes) - 1)
    same = np.zeros((32, margin.shape[0] * margin.shape[1]))
    assert np.ptp(margin(same)) == 0.0, "all lanes are one path"


@pytest.mark.parametrize("name", ["baitiao-24m-all", pytest.param("baitiao-12m-all", marks=pytest.mark.slow)])
def test_every_shipped_scenario_runs_on_both_deals_and_keeps_the_laws(name):
    """`simulate` raises where a law is broken. A downturn costs the residual note more than the base case."""
    ds = stress.simulate(stress.load(f"scenarios/jobs/{name}.toml"), paths=32)
    loss = ds["expected_loss"].sel(tranche="subordinated")
    assert np.isfinite(loss).all()
    for scenario in ("macro_severe", "credit_contraction", "fed2025_severely_adverse", "pboc_npl_severe"):
        assert float(loss.sel(scenario=scenario)) > float(loss.sel(scenario="baseline"))


def test_explain_says_what_ties_borrowers_and_what_a_path_draws():
    from stress.explain.dependence import dependence, drawn
    from stress.inputs.pool import Copula

    job = with_dependence(stress.load(JOB), copula=Copula(kind="t", df=5.0), loadings=LOADINGS)
    said = " ".join(dependence(job.pool.model_copy(update={"obligors": 2_500})))
    for words in ("t copula of 5 degrees", "3 independent factors", "L4", "2,500 borrowers"):
        assert words in said
    cases = {case.name: case for case in stress.load("scenarios/jobs/baitiao-24m-uncertain.toml").scenarios}
    assert "Unemployment rate and Real GDP growth are drawn" in drawn(cases["fed2025_baseline_random"])[0]
    assert "(us_cards)" in drawn(cases["baseline_predictive"])[0]
    assert drawn(cases["baseline"]) == []
