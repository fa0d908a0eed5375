"""One period, static pool: correlation none, whole, or unseen by the score. Closed forms are checked in `validate`."""

from __future__ import annotations

import numpy as np

import stress
from stress import measures
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
