"""Reverse stress against the one-period closed form, and its probability against simulation."""

import numpy as np
import pytest
from scipy.special import ndtri
from shipped import JOB, JOBS

from stress.analysis import design, likely_path
from stress.analysis.margin import holds, margin_of
from stress.analysis.reverse_stress import reverse
from stress.analytic import tranche_pd
from stress.assemble.problem import assemble
from stress.cli.reverse import _interval
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.inputs.pool import Copula
from stress.inputs.scenario import Shock
from stress.kernels import alone
from stress.measures.proportions import proportion
from stress.report.page import chapters
from stress.report.page.chapters import chapter
from stress.runs.trace import replay
from stress.validation.one_period import one_period_job

P, RHO, ENHANCEMENT = 0.02, 0.1, 0.12

RATES = JOB.parent / "auto-swapped.toml"


def beta_of(default_rate: float) -> float:
    """Distance of the factor at which the one-period pool defaults at this rate."""
    return float((np.sqrt(1.0 - RHO) * ndtri(default_rate) - ndtri(P)) / np.sqrt(RHO))


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.5])
def test_in_one_period_beta_is_the_factor_at_which_the_pool_eats_the_enhancement(loss):
    answer = reverse(one_period_job(P, RHO, (1.0 - ENHANCEMENT,)), "A", loss)
    rate = ENHANCEMENT + loss * (1.0 - ENHANCEMENT)
    assert answer.beta == pytest.approx(beta_of(rate), abs=1e-4)
    assert answer.first_order == pytest.approx(float(tranche_pd(rate, P, RHO)), rel=1e-3)
    assert abs(float(answer.aimed.estimate) - answer.first_order) < 4.0 * float(answer.aimed.error)
    assert answer.aimed.error < 0.1 * answer.aimed.estimate
    assert answer.path is not None
    assert float(answer.path["loss"].sel(tranche="A")) > loss
    assert answer.normals.shape == (1, 1)


def test_the_residual_note_loses_when_defaults_take_its_money():
    answer = reverse(one_period_job(P, RHO, (1.0 - ENHANCEMENT,)), "equity", 0.25)
    assert answer.beta == pytest.approx(beta_of(0.25 * ENHANCEMENT), abs=1e-3)
    assert answer.simulated.low <= answer.first_order <= answer.simulated.high


def test_a_note_in_the_middle_loses_before_the_one_above_it():
    job = one_period_job(P, RHO, (0.8, 0.1))
    assert reverse(job, "B").beta == pytest.approx(beta_of(0.1), abs=1e-3)
    assert reverse(job, "A").beta == pytest.approx(beta_of(0.2), abs=1e-3)


def test_a_note_that_loses_anyway_is_at_distance_zero():
    answer = reverse(one_period_job(0.3, RHO, (0.9,)), "A")
    assert answer.beta == 0.0
    assert "factors are drawn at 0" in answer.says
    assert 0.0 < answer.aimed.low <= answer.aimed.estimate <= answer.aimed.high
    sure = answer._replace(aimed=proportion(8_192, 8_192), simulated=proportion(0, 1_000))
    assert (_interval(sure.aimed), _interval(sure.simulated)) == ("> 0.999634", "< 0.00299")


def test_without_correlation_no_path_makes_a_safe_note_lose():
    answer = reverse(one_period_job(P, 0.0, (0.9,)), "A")
    assert np.isinf(answer.beta)
    assert answer.first_order == 0.0
    assert answer.path is None
    assert "no path" in answer.says


def test_on_the_worked_case_the_path_loses_and_its_probability_is_that_of_the_simulation(worked_job, monkeypatch):
    job = worked_job.model_copy(update={"paths": 32_768})
    answer = reverse(job, "subordinated", 0.25)
    assert answer.path is not None
    assert answer.path["loss"].sel(tranche="subordinated") > 0.25
    again = replay(job, 0, "baseline", answer.normals)
    np.testing.assert_array_equal(again["loss"], answer.path["loss"])
    error = float(np.hypot(answer.aimed.error, answer.simulated.error))
    assert abs(float(answer.aimed.estimate) - float(answer.simulated.estimate)) < 4.0 * error
    assert answer.first_order == pytest.approx(float(answer.aimed.estimate), rel=0.5)
    assert answer.weight.sum() == pytest.approx(1.0)
    assert answer.weight[0] == answer.weight.max()
    assert np.all(answer.normals[:12, 0] < 0.0)
    left = answer.path["month_start_balance"]
    drawn = chapter(answer)
    assert "<svg" in drawn.exhibit.svg
    assert drawn.exhibit.data.note == ""
    assert any("falls on months 1 to " in words and "so the first months carry most." in words for words in drawn.says)
    monkeypatch.setattr(chapters, "svg_of", lambda *_: "")  # what follows is of words and tables
    late = answer._replace(weight=np.where(np.arange(answer.weight.size) == 11, 1.0, 0.0))
    assert "100% of the squared distance falls on month 12." in chapter(late).says
    apart = answer._replace(weight=np.where(np.isin(np.arange(answer.weight.size), (3, 11)), 0.5, 0.0))
    assert "100% of the squared distance falls on 2 of the months 4 to 12." in chapter(apart).says
    gone = answer._replace(path=answer.path.assign(month_start_balance=left.where(left["month"] <= 30, 1e-5 * left[0])))
    notes = answer.path["note_balance"]
    repaid = answer._replace(path=answer.path.assign(note_balance=notes.where(notes["month"] <= 20, 0.0)))
    assert repaid.months()[-1].month == 21
    sheet = chapter(gone).exhibit.data
    assert [m.month for m in gone.months()] == list(range(1, 31))
    assert [row[0] for row in sheet.rows] == [str(month) for month in range(1, 31)]
    assert sheet.note == "Later months are left out: pool or notes are gone (below 0.01% of the cut-off balance)."


def test_the_nearest_point_of_a_plane_and_of_a_sphere():
    normal = np.array([3.0, 0.0, 4.0]) / 5.0
    plane = design.nearest(lambda e: 2.0 - e @ normal, 0.0, np.array([1.0, 1.0, 1.0]))
    np.testing.assert_allclose(plane.point, 2.0 * normal, atol=2e-3)
    assert plane.distance == pytest.approx(2.0, abs=2e-5)
    centre = np.array([0.0, 3.0, 0.0])
    ball = design.nearest(lambda e: np.sum((e - centre) ** 2, axis=1), 1.0, np.array([0.1, 1.0, 0.1]))
    assert ball.distance == pytest.approx(2.0, abs=2e-5)
    assert ball.alignment > 0.999


def test_a_random_search_finds_the_corner_that_rays_miss():
    def corner(e):
        return np.where((e[:, 0] >= 1.0) & (e[:, 1] >= 1.0), -1.0, 1.0)

    short = design.shortened(corner, 0.0, np.array([4.0, 2.5, 1.0, -2.0]), n_month=4)
    np.testing.assert_allclose(short, [1.0, 1.0, 0.0, 0.0], atol=0.05)


def test_a_search_may_be_cut_short():
    normal = np.array([3.0, 4.0]) / 5.0
    short, whole = (
        design.nearest(lambda e: 2.0 - e @ normal, 0.0, np.array([1.0, -0.2]), most=most) for most in (1, 40)
    )
    assert short.steps == 1 < whole.steps
    assert whole.distance == pytest.approx(2.0, abs=2e-5)
    assert whole.distance <= short.distance


def test_what_a_search_holds_still_is_named():
    job = load_job(JOBS / "baitiao-24m-uncertain.toml")
    drawn, case = (
        next(case for case in job.scenarios if getattr(case, what) is not None) for what in ("parameters", "swing")
    )
    shocks = (*case.shocks, Shock(target="heterogeneity", set=0.3))
    moved = case.model_copy(update={"shocks": shocks, "parameters": drawn.parameters})
    t = job.pool.dependence.model_copy(update={"copula": Copula(kind="t", df=5.0)})
    pool = job.pool.model_copy(update={"dependence": t})
    assert holds(job.model_copy(update={"scenarios": (moved,), "pool": pool})) == (
        "the t copula's mixing variable and drawn parameters and macro variables and heterogeneity held at the median"
    )
    assert holds(load_job(JOB)) == ""


class Corner:
    """Two months of one factor: lost at 4 bad in month 1, and within half of a point that no start points to."""

    shape = (2, 1)

    def __init__(self, corner, still=False):
        self.corner, self.still = np.array(corner), still

    def __call__(self, normals):
        near = np.linalg.norm(normals - self.corner, axis=1) < 0.5
        return np.where(near, -1.0, normals[:, 0] + 4.0)

    def drawn(self, block):
        if self.still:
            return np.ones((32, 2))
        return np.random.default_rng(block % 2**20).standard_normal((32, 2))


@pytest.mark.parametrize("restarts", [1, 4])
def test_a_nearer_path_that_only_samples_show_is_searched_from(restarts, monkeypatch):
    monkeypatch.setattr(likely_path, "RESTARTS", restarts)
    nearest, searches, _ = likely_path.search(Corner((2.2, 0.9)), 0.0)
    best = min(search.beta for search in searches if search.start != "a sampled path")
    assert best == pytest.approx(4.0, abs=1e-3)
    assert nearest.distance == pytest.approx(np.hypot(2.2, 0.9) - 0.5, abs=0.02)
    assert 1 <= sum(search.start == "a sampled path" for search in searches) <= restarts


def test_where_no_sampled_path_loses_the_search_stands():
    nearest, searches, probability = likely_path.search(Corner((40.0, 0.0), still=True), 0.0)
    assert nearest.distance == pytest.approx(4.0, abs=1e-3)
    assert not any(search.start == "a sampled path" for search in searches)
    assert float(probability.estimate) == 0.0


def test_the_short_rate_s_own_part_stands_still_while_factors_are_searched():
    job = load_job(RATES)
    job = job.model_copy(update={"scenarios": tuple(case for case in job.scenarios if case.short_rate is not None)[:1]})
    margin = margin_of(job, 0)
    rates = alone.run_block(margin.problem, 0, job.seed).rows("rate_normal")
    assert (rates == 0.0).all()
    assert alone.run_block(assemble(job), 0, job.seed).rows("rate_normal")[0].std() > 0.5
    assert "the short rate's own part held at the median" in holds(job)


def test_a_loss_is_a_share():
    with pytest.raises(ConfigError, match="from 0 to below 1"):
        reverse(one_period_job(P, RHO, (0.9,)), "A", 5.0)
