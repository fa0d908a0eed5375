"""One period, static pool: correlation none, whole, or unseen by the score. Closed forms are checked in `validate`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

import stress
from stress import measures
from stress.analysis import trials
from stress.analytic import default_count_distribution
from stress.validation.one_period import one_period_job


def test_with_no_correlation_every_path_is_the_same():
    ds = stress.simulate(one_period_job(0.04, 0.0, (0.9,)), paths=2048)
    assert np.count_nonzero(ds["default_count"].values) == 1


def test_near_perfect_correlation_the_pool_defaults_whole_or_not_at_all():
    ds = stress.simulate(one_period_job(0.04, 0.999, (0.9,)), paths=100_000, seed=2)
    count = ds["default_count"].isel(scenario=0).values
    assert count[0] + count[1:20].sum() + count[-20:].sum() > 0.97 * count.sum()
    mean = measures.mean(ds, "mean_default").isel(scenario=0)
    assert abs(float(mean["estimate"]) - 0.04) < 4 * float(mean["error"])


def test_what_the_score_does_not_see_keeps_the_mean_and_fattens_the_tail():
    """N(0, s^2) on the logit of one segment, rho 0: quantiles of the default rate have a closed form."""
    from scipy.special import expit, logit
    from scipy.stats import norm

    from stress.assemble.heterogeneity import centred_shift
    from stress.inputs.job import ScenarioCase
    from stress.inputs.scenario import Shock

    p, spread = 0.05, 0.5
    case = ScenarioCase(name="blind", shocks=(Shock(target="heterogeneity", set=spread),))
    job = one_period_job(p, 0.0, (0.9,)).model_copy(update={"scenarios": (case,)})
    ds = stress.simulate(job, paths=200_000, seed=4)
    mean = measures.mean(ds, "mean_default").isel(scenario=0)
    assert abs(float(mean["estimate"]) - p) < 4 * float(mean["error"])
    shift = float(centred_shift(np.array([p]), np.array([spread]))[0])
    for level in (0.95, 0.99, 0.999):
        var = measures.default_rate(ds, [level]).isel(scenario=0, level=0)
        closed = float(expit(logit(p) + shift + spread * norm.ppf(level)))
        assert abs(float(var["estimate"]) - closed) < 4 * float(var["error"]) + 1e-4


@settings(max_examples=12)
@given(
    p=st.floats(0.001, 0.5),
    rho=st.floats(0.0, 0.6),
    df=st.one_of(st.none(), st.floats(2.0, 200.0)),
    obligors=st.one_of(st.none(), st.integers(1, 5_000)),
    seed=st.integers(0, 2**32),
)
def test_no_dependence_moves_the_mean_default_rate(p, rho, df, obligors, seed):
    """Marginals are preserved: E[p(Y, W)] = p, and counting whole obligors is fair. 5 errors, a dozen of draws."""
    job = one_period_job(p, rho, (0.9,), df=df, obligors=obligors, paths=32_768, seed=seed)
    ds = trials.counted(job)
    mean = measures.mean(ds, "mean_default").isel(scenario=0)
    assert abs(float(mean["estimate"]) - p) < 5 * float(mean["error"]) + 1e-9


@pytest.mark.parametrize(("p", "rho", "n"), [(0.03, 0.04, 100), (0.05, 0.1, 1000), (0.1, 0.3, 20)])
def test_a_finite_pool_defaults_by_the_binomial_mixture(p, rho, n):
    """Vasicek (1987): the law of the count, its mean, its standard deviation and its quantiles."""
    ds = stress.simulate(one_period_job(p, rho, (0.8,), obligors=n), paths=200_000, seed=11)
    law, count = default_count_distribution(n, p, rho), np.arange(n + 1)
    bins = ds["default_count"].isel(scenario=0).values
    edge = 10_000 * count // n  # a whole count stands on the edge of two bins
    seen = bins[edge] + np.where(edge < 10_000, bins[np.minimum(edge + 1, 10_001)], bins[10_001])
    assert seen.sum() == bins.sum(), "defaults are whole obligors"
    often = law * bins.sum() > 20
    rest = [seen[~often].sum()], [law[~often].sum() * bins.sum()]
    assert chisquare(np.append(seen[often], rest[0]), np.append(law[often] * bins.sum(), rest[1])).pvalue > 1e-3
    share, total = seen / bins.sum(), bins.sum()
    mean, sd = float(count @ law), float(np.sqrt(count**2 @ law - (count @ law) ** 2))
    fourth = float((count - mean) ** 4 @ law)
    got = float(count @ share)
    assert abs(got - mean) < 4 * sd / np.sqrt(total)
    assert abs(float((count - got) ** 2 @ share) - sd**2) < 4 * np.sqrt((fourth - sd**4) / total)
    for level in (0.9, 0.99, 0.999):
        var = measures.default_rate(ds, [level]).isel(scenario=0, level=0)
        want = int(np.searchsorted(np.cumsum(law), level)) / n
        assert abs(float(var["estimate"]) - want) < 4 * float(var["error"]) + 1.0 / n


def test_a_million_obligors_are_a_pool_without_end():
    """The same factors: path for path, only the noise of counting remains."""
    p, rho, n = 0.05, 0.1, 1_000_000
    endless, counted = (
        stress.simulate(one_period_job(p, rho, (0.8,), obligors=o), paths=4_096, seed=2) for o in (None, n)
    )
    for level in (0.5, 0.9, 0.99):
        a, b = (float(measures.default_rate(ds, [level])["estimate"].squeeze()) for ds in (endless, counted))
        assert abs(a - b) < 4 * np.sqrt(a * (1.0 - a) / n) + 1.1e-4


def test_fewer_obligors_fatten_the_tail_and_leave_the_mean():
    tail = {}
    for n in (50, 500, None):
        ds = stress.simulate(one_period_job(0.04, 0.05, (0.8,), obligors=n), paths=100_000, seed=6)
        tail[n] = float(measures.default_rate(ds, [0.999])["estimate"].squeeze())
    assert tail[50] > 1.2 * tail[500] > 1.2 * tail[None]


def test_parameters_drawn_by_path_give_the_predictive_law():
    """Mean and quantiles of p(Y; p, rho) over Y and the drawn log odds of p and rho, by quadrature."""
    from scipy.optimize import brentq
    from scipy.special import expit, logit, ndtr, ndtri

    from stress.inputs.job import ScenarioCase
    from stress.inputs.job.parameters import Parameters

    covariance = np.array([[0.09, 0.01, 0.0], [0.01, 0.16, 0.02], [0.0, 0.02, 0.25]])
    rows = tuple(tuple(map(float, row)) for row in covariance)
    drawn = Parameters(version=1, kind="parameters", name="drawn", p=0.03, rho=0.1, phi=0.9, covariance=rows)
    p, rho = 0.03, 0.1
    cases = (ScenarioCase(name="base"), ScenarioCase(name="base_predictive", parameters=drawn))
    job = one_period_job(p, rho, (0.9,)).model_copy(update={"scenarios": cases})
    ds = stress.simulate(job, paths=400_000, seed=5)
    mean = measures.mean(ds, "mean_default")
    assert abs(float(mean["estimate"][0]) - p) < 4 * float(mean["error"][0])
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    want = float(weight @ expit(logit(p) + 0.3 * node) / weight.sum())
    assert abs(float(mean["estimate"][1]) - want) < 4 * float(mean["error"][1])
    both = np.outer(weight, weight).ravel() / weight.sum() ** 2
    shift = np.stack(np.meshgrid(node, node, indexing="ij"), axis=-1).reshape(-1, 2)
    shift = shift @ np.linalg.cholesky(covariance[:2, :2]).T
    odds = rho / (1.0 - rho) * np.exp(shift[:, 1])
    middle = ndtri(expit(logit(p) + shift[:, 0])) * np.sqrt(1.0 + odds)

    def chance_below(rate: float) -> float:
        return float(both @ ndtr((ndtri(rate) - middle) / np.sqrt(odds)))

    for level in (0.95, 0.99, 0.999):
        exact = brentq(lambda rate, level=level: chance_below(rate) - level, 1e-6, 1.0 - 1e-6)
        var = measures.default_rate(ds, [level]).isel(scenario=1, level=0)
        assert abs(float(var["estimate"]) - exact) < 5 * float(var["error"]) + 1e-4
