"""Derivatives by likelihood-ratio scores: against closed forms, and against moved inputs on common random numbers."""

import json

import numpy as np
import pytest
from scipy import integrate
from scipy.special import ndtr, ndtri
from shipped import JOB, JOBS

from stress.analysis import trials
from stress.analysis.gradients import gradient, gradients
from stress.analysis.score_tornado import MOVES, gradient_tornado
from stress.answers.gradient import Gradient
from stress.assemble.months import asked as asked_of
from stress.assemble.problem import assemble
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.inputs.scenario import Shock
from stress.kernels import alone
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import NOTE_QUANTITIES
from stress.measures import batches, sums
from stress.measures.estimate import Interval
from stress.report.desk_sheets import gradient_sheet
from stress.validation.one_period import one_period_job

P, RHO, ENHANCEMENT = 0.05, 0.1, 0.12
NOTE = "subordinated"


@pytest.fixture(scope="module")
def job():
    whole = load_job(JOB)
    return whole.but(scenarios=whole.scenarios[:1], paths=16_384)


@pytest.fixture(scope="module")
def answer(job):
    return gradient(job, "EL", NOTE, paths=65_536)


def slope(answer, start):
    return next(s for s in answer.inputs if s.input.startswith(start))


def expected_loss(p, rho):
    """Of a senior note of one period, over its size (Vasicek 2002)."""
    c = ndtri(p)
    worst = (c - np.sqrt(1.0 - rho) * ndtri(ENHANCEMENT)) / np.sqrt(rho)

    def loss(y):
        rate = ndtr((c - np.sqrt(rho) * y) / np.sqrt(1.0 - rho))
        return (rate - ENHANCEMENT) / (1.0 - ENHANCEMENT) * np.exp(-0.5 * y * y) / np.sqrt(2.0 * np.pi)

    return integrate.quad(loss, -12.0, worst, epsabs=1e-12)[0]


def test_one_period_derivatives_by_rho_and_by_the_level_of_default_are_the_closed_ones():
    answer = gradient(one_period_job(P, RHO, (1.0 - ENHANCEMENT,)), "EL", "A", paths=131_072)
    h = 1e-4
    by_rho = (expected_loss(P, RHO + h) - expected_loss(P, RHO - h)) / (2.0 * h)
    up, down = (expected_loss(ndtr(ndtri(P) + d), RHO) for d in (h, -h))
    for start, truth in (("rho", by_rho), ("level", (up - down) / (2.0 * h))):
        by_score = slope(answer, start)
        assert abs(by_score.derivative - truth) < 4.0 * by_score.se
        assert 0.0 < by_score.se < 0.1 * abs(truth)
    for estimate in (answer.estimate, answer.controlled):
        assert abs(estimate.estimate - expected_loss(P, RHO)) < 4.0 * estimate.error
    assert answer.controlled.error < answer.estimate.error


def moved(job, down, up, h):
    """Difference quotient of a note's expected loss between two jobs on common random numbers, with its error."""
    totals = []
    for side in (down, up):
        total = sums.of_notes(trials.counted(side), "loss")
        at = [note.name for note in job.deal.notes].index(NOTE)
        totals.append(total.total[0, at])
        size = total.size
    parts = batches.symmetric(batches.ratio((totals[1] - totals[0]) / (2.0 * h), size), size)
    return float(parts.estimate), float(parts.error)


def with_rates(job, h):
    rates = [float(ndtr(ndtri(segment.entry_rate) + h)) for segment in job.pool.segments]
    segments = [
        segment.model_copy(update={"entry_rate": r}) for segment, r in zip(job.pool.segments, rates, strict=True)
    ]
    return job.model_copy(update={"pool": job.pool.model_copy(update={"segments": tuple(segments)})})


def with_dependence(job, **change):
    pool = job.pool.model_copy(update={"dependence": job.pool.dependence.model_copy(update=change)})
    return job.model_copy(update={"pool": pool})


CASES = {
    "level of the rates of arrears": (0.02, lambda job, h: with_rates(job, h)),
    "phi": (0.01, lambda job, h: with_dependence(job, phi=job.pool.dependence.phi + h)),
    "correlation": (0.05, lambda job, h: with_dependence(job, correlation_prepayment=0.3 + h)),
}


@pytest.mark.parametrize("start", CASES)
def test_a_score_agrees_with_the_moved_input_on_common_random_numbers(job, answer, start):
    h, move = CASES[start]
    value, error = moved(job, move(job, -h), move(job, h), h)
    by_score = slope(answer, start)
    assert abs(by_score.derivative - value) < 4.0 * np.hypot(by_score.se, error)


def test_the_mean_of_a_factor_in_one_month_agrees_with_its_innovations_moved(job, answer):
    """Y of month 6 alone is moved: the innovation of the month carries it, that of the next takes it back."""
    problem, phi, h, month = assemble(job), job.pool.dependence.phi, 0.25, 5
    gain, row = np.sqrt(1.0 - phi * phi), len(NOTE_QUANTITIES) * 3
    space, ends = Workspace(pack(problem, traced=True)), []
    inverse = np.linalg.inv(problem.market.cholesky[0])[:, 0]
    for sign in (-h, h):
        losses = []
        for block in range(256):
            normals = alone.drawn_normals(problem, block, job.seed).copy()
            normals[month] += (sign / gain * inverse)[:, None]
            normals[month + 1] -= (sign * phi / gain * inverse)[:, None]
            space.put_normals(normals)
            alone.run(space, 0, 1, 32, job.seed, drawn=True, first_path=32 * block)
            losses.append(space.outcomes()[row].mean())
        ends.append(np.array(losses))
    quotient = (ends[1] - ends[0]) / (2.0 * h)
    by_score = slope(answer, "mean of the default factor, month 6")
    assert abs(by_score.derivative - quotient.mean()) < 4.0 * np.hypot(by_score.se, quotient.std(ddof=1) / 16.0)


def test_the_cut_of_the_variance_is_that_of_the_errors_and_is_told(answer):
    assert answer.variance_cut == pytest.approx(1.0 - (answer.controlled.error / answer.estimate.error) ** 2)
    assert 0.2 < answer.variance_cut < 1.0
    assert f"{100.0 * answer.variance_cut:.0f}% of the variance cut" in gradient_sheet(answer).note


def test_months_add_up_to_all_months(answer):
    for factor in ("default", "prepayment"):
        whole = slope(answer, f"mean of the {factor} factor, all").derivative
        parts = [s.derivative for s in answer.inputs if s.input.startswith(f"mean of the {factor} factor, month")]
        assert sum(parts) == pytest.approx(whole)


def test_what_is_no_law_of_the_draws_alone_is_named_and_left_out(answer):
    assert any(text.startswith("rho: segments have different rates") for text in answer.left_out)
    assert not any(slope.input == "rho" for slope in answer.inputs)


def test_of_a_loss_that_no_path_showed_nothing_is_known(job):
    answer = gradient(job, "EL", "A", paths=1024)
    assert all(np.isnan(slope.derivative) for slope in answer.inputs)
    assert any("no path showed" in text for text in answer.left_out)


def test_under_a_scenario_that_moves_rho_the_level_has_that_rho():
    """Dropping the scenario's rho for the pool's would be off by the root of their ratio, 1.6."""
    job = trials.only(load_job(JOB), "credit_contraction").but(paths=8192)
    by_score = slope(gradient(job.but(seed=job.seed + 1), "CNL", paths=16_384), "level")
    value, error = all_moved(with_moved_rates(job, -0.02), with_moved_rates(job, 0.02), 0.02)["CNL", None]
    assert abs(by_score.derivative - value) < 4.0 * np.hypot(by_score.se, error)


def test_rates_that_segments_draw_themselves_have_no_level(job):
    own = Shock.model_validate({"target": "heterogeneity", "set": 0.5})
    case = job.scenarios[0].model_copy(update={"shocks": (*job.scenarios[0].shocks, own)})
    answer = gradient(job.model_copy(update={"scenarios": (case,)}), "CNL", paths=1024)
    assert not any(slope.input.startswith("level") for slope in answer.inputs)
    assert any("a rate of its own" in text for text in answer.left_out)


def test_net_loss_of_the_pool_has_derivatives_too_and_a_level_shift_raises_it(job):
    by_score = slope(gradient(job, "CNL", paths=8192), "level")
    assert by_score.derivative > 4.0 * by_score.se


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"measure": "ELL"}, "--measure ELL"),
        ({"tranche": "Z"}, "no such note"),
        ({"measure": "CNL", "tranche": "A"}, "measure of the pool"),
    ],
)
def test_a_measure_or_a_note_that_is_not_there_is_refused(job, options, words):
    with pytest.raises(ConfigError, match=words):
        gradient(job, **options)


def shortfall(p, rho, level):
    """Expected shortfall of the senior note of one period: its loss falls with the factor."""
    c = ndtri(p)

    def loss(y):
        rate = ndtr((c - np.sqrt(rho) * y) / np.sqrt(1.0 - rho))
        return max(rate - ENHANCEMENT, 0.0) / (1.0 - ENHANCEMENT) * np.exp(-0.5 * y * y) / np.sqrt(2.0 * np.pi)

    return integrate.quad(loss, -12.0, ndtri(1.0 - level), epsabs=1e-12)[0] / (1.0 - level)


@pytest.mark.parametrize("level", [0.9, 0.99])
def test_expected_shortfall_and_its_derivatives_are_the_closed_ones(level):
    job = one_period_job(P, RHO, (1.0 - ENHANCEMENT,))
    answer = gradient(job, f"ES{100.0 * level:g}", "A", paths=131_072)
    h = 1e-4
    by_rho = (shortfall(P, RHO + h, level) - shortfall(P, RHO - h, level)) / (2.0 * h)
    up, down = (shortfall(ndtr(ndtri(P) + d), RHO, level) for d in (h, -h))
    for start, truth in (("rho", by_rho), ("level", (up - down) / (2.0 * h))):
        by_score = slope(answer, start)
        assert abs(by_score.derivative - truth) < 4.0 * by_score.se
        assert 0.0 < by_score.se < 0.2 * abs(truth)
    for estimate in (answer.estimate, answer.controlled):
        assert abs(estimate.estimate - shortfall(P, RHO, level)) < 4.0 * estimate.error


def test_measures_asked_together_are_those_asked_alone(job):
    asked = [("EL", NOTE), ("ES95", NOTE), ("PD", "B"), ("CNL", None)]
    together = gradients(job, asked, paths=4096)
    for (measure, note), answer in zip(asked, together, strict=True):
        assert answer == gradient(job, measure, note, paths=4096)


def test_a_tail_that_loses_everything_has_no_derivative_and_says_so():
    sure = one_period_job(0.9999, 0.01, (0.5, 0.5))
    answer = gradient(sure, "ES99", "B", paths=1024)
    assert all(np.isnan(slope.derivative) for slope in answer.inputs)
    assert any("whole tail" in text for text in answer.left_out)
    assert answer.estimate.estimate == pytest.approx(1.0)


def test_the_tornado_of_one_run_is_derivative_times_move(job):
    answer = gradient_tornado(job, "EL", NOTE, paths=4096)
    slopes = {slope.input: slope for slope in gradient(job, "EL", NOTE, paths=4096).inputs}
    assert answer.estimator == "scores"
    assert {bar.name for bar in answer.bars} == {name for name in slopes if ", month " not in name}
    for bar in answer.bars:
        step = next(move.step for move in MOVES if bar.name.startswith(move.start))
        assert bar.up.estimate == pytest.approx(step * slopes[bar.name].derivative)
        assert bar.down.estimate == -bar.up.estimate
        assert bar.down.low <= bar.down.estimate <= bar.down.high


def test_the_command_asks_one_run_and_refuses_two_ways_at_once(capsys):
    command = ["sensitivity", str(JOB), "--gradients", "--paths", "2048"]
    assert exit_code([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["estimator"] == "scores"
    assert exit_code(command) == 0
    assert "likelihood-ratio scores" in " ".join(capsys.readouterr().out.split())
    parameters = JOBS.parent / "parameters/us_cards.toml"
    assert exit_code([*command, "--parameters", str(parameters)]) == 2


PAIR_PATHS = 32_768


def with_moved_rates(job, h):
    """The scenario's own rates of every month moved by h probits; the supply, which follows the deal's, stays."""
    case, rates = job.scenarios[0], asked_of(job.deal, job.pool, job.scenarios[0]).entry
    moved = ndtr(ndtri(rates) + h)
    shocks = tuple(
        Shock.model_validate({
            "target": "entry_rate", "how": "set", "segments": (segment.name,),
            "by_month": tuple((t + 1, float(moved[t, s])) for t in range(len(moved))),
        })
        for s, segment in enumerate(job.pool.segments)
    )  # fmt: skip
    return job.model_copy(update={"scenarios": (case.model_copy(update={"shocks": (*case.shocks, *shocks)}),)})


PAIRS = {**CASES, "level of the rates of arrears": (0.02, with_moved_rates)}
"""Inputs and how they are moved under any scenario."""


@pytest.mark.slow
def test_two_hundred_derivatives_agree_with_moved_inputs_on_common_random_numbers(record_property):
    """All scenarios, three inputs, four measures of every note and two of the pool; scores and moves on other paths.

    `python -m pytest -m slow tests/analysis/test_gradients.py --junitxml=FILE -o junit_family=xunit1` writes figures.
    """
    whole = load_job(JOB)
    scores = []
    for scenario in [case.name for case in whole.scenarios]:
        job = trials.only(whole, scenario).but(paths=PAIR_PATHS)
        notes = [note.name for note in job.deal.notes]
        asked = [(measure, note) for note in notes for measure in ("EL", "PD", "PRICE", "MULTIPLE")]
        asked += [("CNL", None), ("DEFAULT", None)]
        answers = gradients(job.but(seed=job.seed + 1), asked, paths=PAIR_PATHS)
        for start, (h, move) in PAIRS.items():
            quotients = all_moved(move(job, -h), move(job, h), h)
            for (measure, note), answer in zip(asked, answers, strict=True):
                value, error = quotients[measure, note]
                by_score = next((slope for slope in answer.inputs if slope.input.startswith(start)), None)
                if by_score is None:
                    continue
                spread = np.hypot(by_score.se, error)
                if np.isfinite(by_score.derivative) and error > 0.0:
                    scores.append((by_score.derivative - value) / spread)
    z = np.array(scores)
    record_property("measured", f"{z.size} pairs, largest |z| {np.abs(z).max():.2f}, sd {z.std():.2f}")
    assert z.size >= 200
    assert np.abs(z).max() < 4.0


def all_moved(down, up, h):
    """Difference quotients of every measure of every note, and of the pool, by (measure, note)."""
    names = {"EL": "loss", "PD": "any_loss", "PRICE": "price", "MULTIPLE": "multiple"}
    runs, quotients = [trials.counted(side) for side in (down, up)], {}
    notes = [note.name for note in down.deal.notes]
    for measure, quantity in names.items():
        low, high = (sums.of_notes(run, quantity) for run in runs)
        for n, note in enumerate(notes):
            quotients[measure, note] = quotient(high.total[0, n] - low.total[0, n], high.size, h)
    for measure, quantity in (("CNL", "net_loss"), ("DEFAULT", "default")):
        low, high = (sums.of_pool(run, quantity) for run in runs)
        quotients[measure, None] = quotient(high.total[0] - low.total[0], high.size, h)
    return quotients


def quotient(change, size, h):
    parts = batches.symmetric(batches.ratio(change / (2.0 * h), size), size)
    return float(parts.estimate), float(parts.error)


def test_a_measure_of_no_path_is_no_zero_and_controls_that_add_variance_cut_none() -> None:
    def note(estimate: float, error: float, controlled: float) -> str:
        plain, other = (Interval(*map(np.array, (estimate, e, 0.0, 1.0))) for e in (error, controlled))
        return gradient_sheet(Gradient("j", "s", "ES99", "A", plain, other, (), 1024, 1, ())).note

    assert note(0.0, 0.0, 0.0).startswith("ES99: seen on no path. 1,024 paths, seed 1;")
    assert "0.5 ± 0.1; with the scores as control variates 0.5 ± 0.06 (64% of the variance cut)." in note(
        0.5, 0.1, 0.06
    )
    assert "(44% of the variance added)." in note(0.5, 0.1, 0.12)
