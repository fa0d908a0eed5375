"""What if: surfaces agree with runs at places that were held out, and refuse what a job cannot be."""

import json
import threading
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import JOB, JOBS

import stress
from stress import measures
from stress.analysis import trials
from stress.analysis.break_even import breakeven
from stress.analysis.ranges import axes_of
from stress.analysis.what_if import design, whatif
from stress.analytic.spline import POWERS, at, best_spline, spline
from stress.answers import WhatIf
from stress.cli import exit_code
from stress.errors import ConfigError, StressError
from stress.inputs.job import Job
from stress.inputs.scenario import Shock
from stress.report.page.whatif import ends, render, shown_at, written

OVER = ["default_odds=1:3", "payment=0.6:1"]


@pytest.fixture(scope="module")
def job() -> Job:
    return stress.load(JOB).but(paths=2_048)


@pytest.fixture(scope="module")
def answer(job: Job) -> WhatIf:
    return whatif(job, OVER, points=24)


@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from(POWERS))
@settings(max_examples=30)
def test_a_spline_goes_through_its_points_and_leaving_one_out_is_the_spline_without_it(
    n_axis: int, seed: int, power: int
) -> None:
    random = np.random.default_rng(seed)
    cells = np.stack([random.permutation(12) for _ in range(n_axis)], axis=1)  # apart, as points of a surface are
    place, value = (cells + random.uniform(0.25, 0.75, cells.shape)) / 12.0, random.random((12, 2))
    whole = spline(place, value, power)
    assert np.allclose(at(whole.weight, place, place, power), value, atol=1e-7)
    k = int(random.integers(12))
    rest = np.arange(12) != k
    without = spline(place[rest], value[rest], power)
    assert np.allclose(at(without.weight, place[rest], place[[k]], power) - value[[k]], whole.missed[[k]], atol=1e-6)


def test_what_is_taken_off_is_no_sum() -> None:
    (axis,) = axes_of(stress.load(JOBS / "auto-swapped.toml"), ["index_rate=-0.01:0.03"])
    assert [shown_at(axis, x) for x in (-0.01, 0.0, 0.03)] == ["− 0.01", "+ 0", "+ 0.03"]


def test_few_points_over_an_edge_are_joined_straight_and_no_wave_goes_beyond_them() -> None:
    """A loss that is nothing up to the middle and all beyond it: straight from point to point, 1/2 in the middle."""
    place = np.linspace(0.0, 1.0, 6)[:, None]
    fine = np.linspace(0.0, 1.0, 101)[:, None]
    edge = (place > 0.5).astype(float)
    cubes, best = spline(place, edge), best_spline(place, edge)
    assert at(cubes.weight, place, fine).min() < -0.05
    assert best.power.tolist() == [1]
    between = at(best.weight, place, fine, 1)
    assert between[:, 0] == pytest.approx(np.interp(fine[:, 0], place[:, 0], edge[:, 0]), abs=1e-12)


def test_each_surface_is_smooth_where_that_misses_less_of_points_left_out(answer: WhatIf) -> None:
    for surface in answer.surfaces:
        root = {p: (spline(answer.place, surface.value[:, None], p).missed ** 2).mean() for p in POWERS}
        assert root[surface.power] == min(root.values())
    assert {surface.power for surface in answer.surfaces} == set(POWERS)


def test_a_range_that_leaves_the_job_out_is_not_said_to_start_where_it_stands(job: Job, answer: WhatIf) -> None:
    away = whatif(job.but(paths=64), ["default_odds=2:3"], points=4)
    assert away.start() == [0.0]
    assert ends(away).head == ("Measure", "at default odds × 2", "default odds × 2", "default odds × 3")
    assert "The job itself lies outside" in render(away)
    assert "job stands" not in render(away)
    assert ends(answer).head[1] == "as it stands"
    assert "The job itself lies outside" not in render(answer)


def test_a_surface_is_within_its_stated_errors_of_runs_at_places_held_out(job: Job, answer: WhatIf) -> None:
    """Common draws: what is missed is interpolation alone. A root mean square is exceeded now and then: 4 of them."""
    places = np.random.default_rng(3).random((6, 2)).tolist()
    case = job.scenarios[0]
    cases = []
    for k, place in enumerate(places):
        values = (axis.value(u) for axis, u in zip(answer.axes, place, strict=True))
        more = [Shock.model_validate({"target": a.name, a.how: x}) for a, x in zip(answer.axes, values, strict=True)]
        cases.append(case.model_copy(update={"name": f"held {k}", "shocks": (*case.shocks, *more)}))
    ds = stress.simulate(job.model_copy(update={"scenarios": tuple(cases)}))
    read = {"EL": measures.expected_loss(ds), "PD": measures.loss_probability(ds), "Yield": measures.irr(ds)}
    for surface in (s for s in answer.surfaces if s.measure in read and s.note):
        for k, place in enumerate(places):
            reading = answer.read(surface, place)
            true = float(read[surface.measure]["estimate"].sel(tranche=surface.note)[k])
            assert abs(reading.value - true) <= 4.0 * reading.between + 1e-9, (surface.measure, surface.note, place)


def test_a_quantile_that_the_paths_do_not_reach_is_not_said_to_be_below_all_of_a_note(answer: WhatIf) -> None:
    """2,048 paths bound the probability of a loss by 3 in 2,048, and the loss at 99.9% by nothing."""
    of_a = {s.measure: written(s, answer.read(s, answer.start())) for s in answer.surfaces if s.note == "A"}
    assert of_a["VaR 99.9%"] == ("0", "too few paths for a bound")
    assert of_a["PD"] == ("< 14.6 bp", "none seen")


def test_a_note_that_loses_the_whole_on_every_path_has_the_bound_of_so_many_paths(job: Job) -> None:
    """0.05^(1/512) = 99.417%; a quantile of which the paths show no other end is the whole."""
    lost = whatif(job.but(paths=512), ["default_odds=60:90"], points=5)
    texts = {s.measure: written(s, lost.read(s, [1.0])) for s in lost.surfaces if s.note == "subordinated"}
    assert texts["EL"] == texts["PD"] == ("> 99.41%", "on every path")
    assert texts["VaR 99%"][0] == "100.00%"
    assert texts["Break-even"] == ("< 0.1 ×", "")  # where the search ends, whatever the surface strays by rounding
    assert not any(np.isfinite(lost.read(s, [1.0]).floor) for s in lost.surfaces if not s.note)


def test_at_the_points_that_were_run_a_surface_is_the_run_itself(job: Job, answer: WhatIf) -> None:
    ds = stress.simulate(job, scenarios=["baseline"])
    for surface in answer.surfaces:
        reading = answer.read(surface, answer.start())
        assert reading.between == 0.0
        assert reading.value == pytest.approx(surface.value[0], abs=1e-9)
    (loss,) = (s for s in answer.surfaces if (s.measure, s.note) == ("EL", "subordinated"))
    assert loss.value[0] == pytest.approx(float(measures.expected_loss(ds)["estimate"].sel(tranche="subordinated")[0]))


def test_break_evens_of_all_points_are_those_of_the_search_for_one(job: Job, answer: WhatIf) -> None:
    for note in ("A", "mezzanine"):
        (surface,) = (s for s in answer.surfaces if (s.measure, s.note) == ("Break-even", note))
        multiple = breakeven(job, note, percentiles=()).answers[0]
        assert surface.value[0] == pytest.approx(multiple.value, rel=2e-3)


def test_a_larger_senior_note_leaves_less_below_it(job: Job) -> None:
    answer = whatif(job.but(paths=512), ["share:A=0.78:0.84"], points=5)
    (loss,) = (s for s in answer.surfaces if (s.measure, s.note) == ("EL", "subordinated"))
    assert answer.read(loss, [0.0]).value < answer.read(loss, [1.0]).value
    assert answer.axes[0].start == pytest.approx(next(n.share for n in job.deal.notes if n.name == "A"))


def test_an_interrupted_run_keeps_the_points_that_are_done(job: Job) -> None:
    stop = threading.Event()
    few = whatif(job.but(paths=64), OVER[:1], points=40, stop=stop, progress=lambda done, total: stop.set())
    assert (len(few.place), few.planned) == (16, 40)
    with pytest.raises(KeyboardInterrupt):
        whatif(job.but(paths=64), OVER[:1], points=40, stop=stop)


@pytest.mark.parametrize("kind", ["sobol", "grid"])
def test_the_design_holds_where_the_job_stands_and_every_corner(kind: Literal["sobol", "grid"], job: Job) -> None:
    place = design(axes_of(job, OVER), 9, kind, 1)
    corners = {(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)}
    assert corners <= {tuple(row) for row in place.round(9).tolist()}
    assert tuple(place[0]) == (0.0, 1.0)
    assert len(np.unique(place.round(9), axis=0)) == len(place) == 9


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ([], "at least one range"),
        (["default_ods=1:3"], "did you mean default_odds"),
        (["default_odds=3:1"], "FROM must lie below TO"),
        (["purchase_lag_days=0:9"], "these days are whole: set them in scenarios"),
        (["default_odds=2:3"] * 7, "--over: 7 ranges; at most 6"),
        (["default_odds=1"], "write TARGET=FROM:TO"),
        (["default_odds=1:x"], "'x' is not a number"),
        (["payment=0.5:90"], "must be from 0 to 10"),
        (["share:C=0.1:0.2"], "no such note"),
        (["share:A=0.5:0.999"], "leaves subordinated a share of"),
        (["share:A=78:84"], "between 0 and 1"),
        (["payment=0.6:1", "payment=0.7:1"], "stands twice"),
        (["index_rate=0:0.01"], "no index rates"),
        (["ineligible_share=0.01:0.1"], "no segment with eligible = false"),
    ],
)
def test_a_range_that_a_job_cannot_take_is_refused_in_words(over: list[str], said: str, job: Job) -> None:
    with pytest.raises(ConfigError, match=said):
        whatif(job, over)


@pytest.mark.parametrize(
    ("faults", "off", "words"),
    [(0, 1e-3, r"off by 0\.001, 0 not a number"), (2, 0.0, "2 not a number"), (0, np.nan, "off by nan")],
)
def test_a_run_that_breaks_a_law_of_the_model_tells_no_number(faults: int, off: float, words: str, job: Job) -> None:
    single = job.model_copy(update={"scenarios": job.scenarios[:1]})
    trials._refuse_broken(single, np.zeros(1, np.int64), np.array([1e-12]))
    with pytest.raises(StressError, match=f"baseline: a law of the model is broken .*{words}"):
        trials._refuse_broken(single, np.array([faults]), np.array([off]))


def test_a_dry_run_says_what_would_run_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    command = ["whatif", str(JOB), "--over", OVER[0], "--points", "9", "--dry-run", "--json", "-o", str(page)]
    assert exit_code(command) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["points"], plan["path_runs"]) == (9, 9 * 32_768)
    assert not page.exists()
