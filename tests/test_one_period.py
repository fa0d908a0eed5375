"""One period, static pool: the engine against the large-pool closed forms (Vasicek 2002) within 4 standard errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from one_period import one_period_job

import stress
from stress import measures
from stress.analytic import loss_es, loss_quantile, tranche_el, tranche_pd

FORMS = json.loads((Path(__file__).parent / "data" / "closed_forms.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", FORMS["A7_lhp"]["rows"], ids=str)
def test_quantiles_and_tail_means_of_the_pool_are_those_of_the_large_pool_law(row):
    p, rho = row["p"], row["rho"]
    ds = stress.simulate(one_period_job(p, rho, (0.8,)), paths=400_000, seed=3)
    for level in (0.95, 0.99, 0.995, 0.999):
        var, es = (part.isel(scenario=0, level=0) for part in measures.pool_tails(ds, "default", [level]))
        assert abs(float(var["estimate"]) - float(loss_quantile(level, p, rho))) < 4 * float(var["error"]) + 1e-4
        assert abs(float(es["estimate"]) - float(loss_es(level, p, rho))) < 4 * float(es["error"]) + 1e-4
    mean = measures.mean(ds, "mean_default").isel(scenario=0)
    assert abs(float(mean["estimate"]) - p) < 4 * float(mean["error"])


@pytest.mark.parametrize(("p", "rho"), [(0.05, 0.1), (0.02, 0.3), (0.1, 0.02), (0.03, 0.6)])
def test_expected_loss_and_probability_of_loss_of_notes_have_closed_forms(p, rho):
    """Notes attach at 11 and 5%; loss given default is 1. Rho 0.6 uses the rational link."""
    ds = stress.simulate(one_period_job(p, rho, (0.89, 0.06)), paths=200_000, seed=5)
    edges = {"A": (0.11, 1.0), "B": (0.05, 0.11), "equity": (0.0, 0.05)}
    for name, (attach, detach) in edges.items():
        el = measures.expected_loss(ds).sel(tranche=name).isel(scenario=0)
        pd = measures.loss_probability(ds).sel(tranche=name).isel(scenario=0)
        assert abs(float(el["estimate"]) - float(tranche_el(attach, detach, p, rho))) < 4 * float(el["error"])
        if attach > 0.0:
            assert abs(float(pd["estimate"]) - float(tranche_pd(attach, p, rho))) < 4 * float(pd["error"])


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
