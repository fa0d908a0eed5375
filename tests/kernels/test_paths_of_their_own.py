"""Entry rates that differ by path beyond the factors, and whole obligors: the engine against the page, draw by draw."""

import numpy as np
import pytest
from oracle import draws
from scipy.stats import binom

import stress
from stress.assemble.by_path import mixing_polynomial
from stress.assemble.heterogeneity import centred_shift
from stress.inputs.job import ScenarioCase
from stress.inputs.job.parameters import Parameters
from stress.inputs.pool import Copula
from stress.inputs.scenario import Shock
from stress.kernels.entries import binomial_quantiles
from stress.kernels.header import HEADER_FIELDS

COVARIANCE = ((0.09, -0.01, 0.0), (-0.01, 0.16, 0.02), (0.0, 0.02, 0.25))
DRAWN = Parameters(version=1, kind="parameters", name="drawn", p=0.03, rho=0.04, phi=0.9, covariance=COVARIANCE)
BLIND = Shock(target="heterogeneity", set=0.4)
PATHS = (0, 45, 1_000_003, 2**33 + 5)


def base_job(case: ScenarioCase, copula: Copula | None = None, obligors: int | None = None):
    job = stress.load("scenarios/jobs/baitiao-12m.toml")
    dependence = job.pool.dependence.model_copy(update={"copula": copula})
    pool = job.pool.model_copy(update={"dependence": dependence, "obligors": obligors})
    return job.model_copy(update={"pool": pool, "scenarios": (case,), "seed": 2**40 + 11})


@pytest.mark.parametrize("df", [None, 2.0, 5.0, 40.0], ids=str)
@pytest.mark.parametrize("parameters", [None, DRAWN], ids=["known", "drawn"])
@pytest.mark.parametrize("spread", [0.0, 0.4])
def test_entry_rates_are_those_of_the_accounting_page(df, parameters, spread):
    shocks = (Shock(target="heterogeneity", set=spread),) if spread else ()
    case = ScenarioCase(name="one", shocks=shocks, parameters=parameters)
    job = base_job(case, None if df is None else Copula(kind="t", df=df))
    root = np.linalg.cholesky(np.array(COVARIANCE)).tolist() if parameters else np.zeros((3, 3)).tolist()
    base = np.array([s.entry_rate for s in job.pool.segments])
    centre = centred_shift(base, np.full(base.shape, spread)) if spread else np.zeros(base.shape)
    rho, phi = job.pool.dependence.rho, job.pool.dependence.phi
    for path in PATHS:
        data = stress.replay(job, path=path)
        d = draws.drawn_parameters(path, root, job.seed)
        own_phi = 1.0 / (1.0 + (1.0 - phi) / phi * np.exp(-d[2]))
        default_row, correlation = [1.0, 0.0], job.pool.dependence.correlation_prepayment
        factor = draws.factors(
            path, data.sizes["month"], own_phi, [default_row, [correlation, (1.0 - correlation**2) ** 0.5]], job.seed
        )
        np.testing.assert_allclose(data["factor_value"], factor, atol=1e-12)
        odds = rho / (1.0 - rho) * np.exp(d[1])
        mixing = draws.mixing_variable(path, df, job.seed)
        for s, p in enumerate(base):
            shift = d[0] + centre[s] + spread * draws.normal(path, s, 4, 0, job.seed)
            want = [draws.entry_rate(p, odds / (1.0 + odds), shift, mixing, z, df) for z, _ in factor]
            np.testing.assert_allclose(data["entry_rate"][:, s], want, atol=1e-8)


def test_whole_obligors_move_as_counted_on_the_page():
    """One segment, so that the pool's balances are the segment's."""
    job = base_job(ScenarioCase(name="one"), obligors=400)
    segment = job.pool.segments[1].model_copy(update={"share": 1.0, "new_share": None})
    job = job.model_copy(update={"pool": job.pool.model_copy(update={"segments": (segment,)})})
    ticket = job.pool.balance / 400
    for path in PATHS:
        data = stress.replay(job, path=path)
        endless = job.pool.model_copy(update={"obligors": None})
        plain = stress.replay(job.model_copy(update={"pool": endless}), path=path)
        late = job.pool.delinquent
        before = np.array([1.0 - late.m1 - late.m2 - late.m3, late.m1, late.m2, late.m3]) * job.pool.balance
        for t in range(data.sizes["month"]):
            rates = [float(plain["entry_rate"][t, 0]), *(float(plain["roll_rate"][t, 0, b]) for b in range(3))]
            got = [float(data["entry_rate"][t, 0]), *(float(data["roll_rate"][t, 0, b]) for b in range(3))]
            for bucket, (balance, rate) in enumerate(zip(before, rates, strict=True)):
                want = draws.counted_share(balance, ticket, rate, path, t + 1, 0, bucket, job.seed)
                assert got[bucket] == pytest.approx(want, abs=1e-12), (path, t, bucket)
            before = np.array([float(data[name][t]) for name in ("performing", "m1", "m2", "m3")])


@pytest.mark.parametrize("n", [1, 7, 250, 40_000])
def test_binomial_counts_are_exact_quantiles_and_rise_with_the_rate(n):
    random = np.random.default_rng(n)
    u = np.repeat(np.concatenate([random.random(62), [2.0**-54, 1.0]]), 8)
    p = np.tile([0.0, 1e-9, 0.0063, 0.0064, 0.3, 0.5, 0.97, 1.0], 64)
    count = np.zeros(u.size)
    binomial_quantiles(np.full(u.size, float(n)), p, u, count, u.size)
    inside = (u > 1e-12) & (u < 1.0 - 1e-12)
    np.testing.assert_array_equal(count[inside], np.maximum(binom.ppf(u, n, p), 0.0)[inside])
    assert (np.diff(count.reshape(64, 8)[:-1], axis=1) >= 0.0).all()
    top = count.reshape(64, 8)[-1]
    assert (top[1:6] <= 45.0 + n * p[1:6] + 12.0 * np.sqrt(n * p[1:6])).all()
    assert (count >= 0.0).all()
    assert (count <= n).all()


def test_the_mixing_variable_rises_with_its_normal_and_has_its_moments():
    e = np.linspace(-6.8, 6.8, 4001)
    node, weight = np.polynomial.hermite_e.hermegauss(120)
    weight = weight / weight.sum()
    for df in (2.0, 3.5, 10.0, 1000.0):
        power = mixing_polynomial(df)
        g = np.exp(np.polynomial.polynomial.polyval(e / 7.0, power))
        assert (np.diff(g) > 0.0).all()
        near = np.abs(node) < 6.8
        square = np.exp(2.0 * np.polynomial.polynomial.polyval(node[near] / 7.0, power))
        assert weight[near] @ square == pytest.approx(1.0, abs=1e-7)


def test_names_of_the_packed_header_are_unique():
    assert len(set(HEADER_FIELDS)) == len(HEADER_FIELDS)


def test_a_path_draws_the_same_alone_and_in_a_run():
    """Copula, parameters, heterogeneity and borrowers at once: blocks on their own add up to the run."""
    from stress.assemble.problem import assemble
    from stress.kernels import alone

    job = base_job(
        ScenarioCase(name="one", shocks=(BLIND,), parameters=DRAWN), Copula(kind="t", df=6.0), obligors=3_000
    )
    ds = stress.simulate(job, paths=96, threads=2)
    problem = assemble(job)
    blocks = [alone.run_block(problem, block, job.seed).tally() for block in range(3)]
    count = sum(tally.loss_count for tally in blocks)
    np.testing.assert_array_equal(count[0, -2], ds["default_count"].values[0])
    np.testing.assert_array_equal(count[0, :-2], ds["loss_count"].values[0])
