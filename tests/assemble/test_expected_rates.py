"""Expected rates given what a state tells of the factors, by other integrals and from states of states."""

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import chi2, norm
from scipy.stats import t as student
from shipped import JOB, SCENARIOS

import stress
from stress.analysis import trials
from stress.assemble.expected import Mixed, Told, told_of
from stress.assemble.heterogeneity import centred_shift
from stress.assemble.told_factors import later_law, levels_of
from stress.links import conditional_rate

P, RHO = np.array([[0.002, 0.03], [0.1, 0.4]]), np.array([[0.05, 0.05], [0.2, 0.2]])
FACTOR = np.array([0, 1])
EVEN = (np.arange(200_000) + 0.5) / 200_000


@pytest.mark.parametrize("sign", [1, -1])
def test_a_rate_is_the_mean_of_the_conditional_rate_over_what_is_known_of_the_factor(sign: int) -> None:
    told = Told(np.array([[-2.0, 0.5], [-1.5, 0.4]]), np.array([[0.1, 0.6], [0.4, 0.0]]))
    rates = told.rates(P, RHO, sign, FACTOR, Mixed())
    for t in range(2):
        for s in range(2):
            z = told.mean[t, FACTOR[s]] + np.sqrt(told.variance[t, FACTOR[s]]) * norm.ppf(EVEN)
            assert rates[t, s] == pytest.approx(conditional_rate(P[t, s], RHO[t, s], z, sign).mean(), rel=1e-5)


def test_where_nothing_is_known_or_nothing_is_loaded_the_rate_is_its_own() -> None:
    nothing, known = Told(np.zeros((2, 2)), np.ones((2, 2))), Told(np.full((2, 2), -3.0), np.zeros((2, 2)))
    assert nothing.rates(P, RHO, 1, FACTOR, Mixed()) == pytest.approx(P)
    for mixed in (Mixed(df=4.0), Mixed(spread=np.array([0.3, 0.6])), Mixed(spread=np.array([0.0, 0.4]), df=8.0)):
        assert nothing.rates(P, RHO, 1, FACTOR, mixed) == pytest.approx(P, rel=1e-6)
    assert known.rates(P, np.zeros((2, 2)), 1, FACTOR, Mixed()) == pytest.approx(P)
    ends = np.array([[0.0, 1.0], [0.0, 1.0]])
    assert known.rates(ends, RHO, 1, FACTOR, Mixed()).tolist() == ends.tolist()


def test_a_t_copula_and_spread_segments_are_mixed_in() -> None:
    told, spread = Told(np.full((2, 2), -1.0), np.full((2, 2), 0.3)), np.array([0.5, 0.0])
    scale = np.sqrt(1.0 - RHO + 0.3 * RHO)
    g = np.sqrt(chi2.ppf(EVEN, 5.0) / 5.0)
    mixed = told.rates(P, RHO, 1, FACTOR, Mixed(df=5.0))
    e = norm.ppf(EVEN)
    spread_out = told.rates(P, RHO, 1, FACTOR, Mixed(spread=spread))
    shift = centred_shift(P, spread[:, None])
    for t in range(2):
        for s in range(2):
            loads = np.sqrt(RHO[t, s])
            by_t = norm.cdf((student.ppf(P[t, s], 5.0) * g + loads) / scale[t, s]).mean()
            assert mixed[t, s] == pytest.approx(by_t, rel=2e-3)
            rate = expit(logit(P[t, s]) + shift[t, s] * (spread[t] > 0.0) + spread[t] * e)
            by_spread = norm.cdf((norm.ppf(rate) + loads) / scale[t, s]).mean()
            assert spread_out[t, s] == pytest.approx(by_spread, rel=1e-4)


def test_the_law_of_a_level_fades_by_its_persistence() -> None:
    job = stress.load(JOB)
    state = stress.state_at(job, 6, path=3)
    told = told_of(state, 0.9, 6, 8)
    assert told.mean[6].tolist() == pytest.approx([0.9 * y for y in state.factors])
    assert told.variance[7].tolist() == pytest.approx([1.0 - 0.9**4] * 2)
    levels, law = later_law(state, 0.9, np.eye(2), 2)
    assert levels.tolist() == pytest.approx(told.mean[7].tolist())
    later = state.model_copy(update={"factors": tuple(levels), "known": law})
    again = told_of(later, 0.9, 8, 8 + 3)
    assert again.mean[10].tolist() == pytest.approx(told_of(state, 0.9, 6, 11).mean[10].tolist())
    assert again.variance[10].tolist() == pytest.approx(told_of(state, 0.9, 6, 11).variance[10].tolist())


def test_the_base_case_of_a_followed_deal_goes_on_from_its_own_later_state() -> None:
    """It was told nothing of the factors there, and defaulted at rates for all times."""
    from stress.analysis.loading import load_job

    job = load_job(SCENARIOS / "jobs/baitiao-24m-followed.toml")
    job = job.but(scenarios=job.scenarios[:1])
    later = job.but(state=stress.state_at(job, 15))
    assert later.state is not None
    assert np.linalg.norm(levels_of(later.state)[0, 1:]) > np.linalg.norm(levels_of(job.state)[0, 1:])
    lost, lost_later = (trials.outcomes(case).of_pool("net_loss")[0] for case in (job, later))
    assert lost_later == pytest.approx(lost, rel=1e-9)


def test_with_correlated_factors_of_a_table_of_loadings_the_law_stays_one() -> None:
    """Composite factors may outnumber the independent ones: their law has no full rank."""
    state = stress.state_at(stress.load(JOB), 6, path=1)
    root = np.array([[1.0, 0.0], [1.0, 0.0]])
    _, law = later_law(state, 0.8, root, 3)
    own = levels_of(state.model_copy(update={"known": law}))[:, 1:]
    assert own @ own.T == pytest.approx((1.0 - 0.8**6) * (root @ root.T))
