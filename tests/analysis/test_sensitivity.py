"""The tornado: differences on common random numbers, sides in the direction that finance expects."""

import math

import pytest
from shipped import JOB, ROOT

import stress
from stress.analysis.inputs_moved import INPUTS, calibrated, note_share, with_shares
from stress.analysis.sensitivities import sensitivity
from stress.analysis.trials import variants
from stress.errors import ConfigError
from stress.inputs.files.parse import parse_as
from stress.inputs.job.parameters import Parameters
from stress.inputs.load import load_job
from stress.measures.names import long_name


@pytest.fixture(scope="module")
def job():
    return load_job(JOB).model_copy(update={"paths": 4096})


@pytest.fixture(scope="module")
def tornado(job):
    return sensitivity(job, "EL", "subordinated")


@pytest.fixture(scope="module")
def bars(tornado):
    return {bar.name: bar for bar in tornado.bars}


def test_the_bars_are_the_differences_of_separate_runs_on_the_same_draws(job, tornado, bars):
    moved = next(item for item in INPUTS if item.name == "default odds")
    assert moved.up is not None
    ds = stress.simulate(variants(job, job.scenarios[0], [[], [moved.up.shock]]))
    loss = ds["expected_loss"].sel(tranche="subordinated").values
    assert tornado.base == pytest.approx(loss[0], abs=1e-12)
    assert bars["default odds"].up.estimate == pytest.approx(loss[1] - loss[0], abs=1e-12)


def test_common_draws_make_the_error_of_a_difference_smaller_than_that_of_the_base(tornado, bars):
    assert bars["recovery"].up.error < 0.5 * tornado.base_error


@pytest.mark.parametrize(
    ("name", "down", "up"),
    [
        ("default odds", -1, 1),
        ("yield", 1, -1),
        ("recovery", 1, -1),
        ("asset correlation", -1, 1),
        ("subordination", 1, -1),
        ("fee-free share of purchases", -1, 1),
    ],
)
def test_the_residual_note_loses_more_where_finance_says_so(bars, name, down, up):
    assert bars[name].down.estimate * down > 4.0 * bars[name].down.error
    assert bars[name].up.estimate * up > 4.0 * bars[name].up.error


def test_the_largest_bar_comes_first_and_what_moves_nothing_is_named(tornado):
    reaches = [bar.reach for bar in tornado.bars]
    assert reaches == sorted(reaches, reverse=True)
    assert "discount spread" in tornado.unmoved
    assert tornado.left_out == ("days before cash buys", "purchase outage", "index rates")  # days: a monthly clock


def test_a_measure_of_the_pool_needs_no_note(job):
    tornado = sensitivity(job, "DEFAULT", inputs=INPUTS[:1])
    assert tornado.tranche is None
    assert tornado.bars[0].up.estimate > 0.0


def test_what_a_pool_has_not_is_not_moved(job):
    still = job.pool.dependence.model_copy(update={"phi": 0.0})
    calm = job.model_copy(update={"pool": job.pool.model_copy(update={"dependence": still})})

    def moved(of):
        both = ((item.name, side) for item in INPUTS for side in (item.down, item.up) if side is not None)
        return {name for name, side in both if side.edit is not None and side.edit(of) is not None}

    assert moved(job) - moved(calm) == {"persistence of factors"}
    assert moved(calm) < moved(job)


def test_an_unknown_measure_is_told_the_right_one():
    assert long_name("el", "--measure") == "expected_loss"
    with pytest.raises(ConfigError, match="--measure sharpe: one of EL, PD"):
        long_name("sharpe", "--measure")


def test_other_note_sizes_keep_the_deal_valid(job):
    sized = with_shares(job, [0.7, 0.1, 0.1, 0.1])
    assert [note.share for note in sized.deal.notes] == [0.7, 0.1, 0.1, 0.1]


def test_a_calibration_moves_its_parameters_to_the_ends_of_their_intervals(job):
    file = JOB.parent.parent / "parameters" / "us_cards.toml"
    known = parse_as(file, Parameters, "test")
    inputs = {item.name: item for item in calibrated(known)}
    assert list(inputs) == [item.name for item in INPUTS]
    error = known.covariance[1][1] ** 0.5
    before = job.pool.dependence.rho
    for side, sign in ((inputs["asset correlation"].down, -1.0), (inputs["asset correlation"].up, 1.0)):
        rho = side.edit(job).pool.dependence.rho
        move = math.log(rho / (1.0 - rho)) - math.log(before / (1.0 - before))
        assert move == pytest.approx(sign * 1.96 * error, rel=1e-4)
    odds = inputs["default odds"].up.shock.multiply
    assert math.log(odds) == pytest.approx(1.96 * known.covariance[0][0] ** 0.5, rel=1e-4)


def test_a_loss_that_no_plain_path_shows_has_a_tornado_on_one_mixture_of_shifts(job):
    """Odds and recovery move a loss of some 4 in 10 million the way finance expects, by several errors."""
    inputs = [item for item in INPUTS if item.name in ("default odds", "recovery")]
    answer = sensitivity(job, "EL", "mezzanine", inputs=inputs)
    assert answer.estimator == "importance"
    assert 0.0 < answer.base_error < 0.2 * answer.base < 1e-7
    bars = {bar.name: bar for bar in answer.bars}
    for side, sign in (("down", -1), ("up", 1)):
        odds, recovery = getattr(bars["default odds"], side), getattr(bars["recovery"], side)
        assert sign * odds.estimate > 4.0 * odds.error
        assert -sign * recovery.estimate > 4.0 * recovery.error


@pytest.mark.usefixtures("quick_search")
def test_moves_of_a_rare_loss_add_up_to_separate_weighted_runs(job):
    moved = next(item for item in INPUTS if item.name == "default odds")
    assert moved.up is not None
    answer = sensitivity(job, "PD", "mezzanine", inputs=[moved])
    worse = variants(job, job.scenarios[0], [[moved.up.shock]])
    apart = stress.simulate(worse, seed=3, estimator="importance").sel(tranche="mezzanine").isel(scenario=0)
    up = answer.bars[0].up
    gap = answer.base + up.estimate - float(apart["loss_probability"])
    assert abs(gap) < 4.0 * math.hypot(up.error, answer.base_error, float(apart["loss_probability_se"]))


@pytest.mark.usefixtures("quick_search")
def test_a_loss_rarer_than_anything_means_is_said_to_be_so(job):
    from stress.report.page.chapters import unmoved

    answer = sensitivity(job, "EL", "A", inputs=[item for item in INPUTS if item.name == "yield"])
    assert answer.base == 0.0
    assert answer.unmoved == ("yield",)
    assert unmoved(answer) == "Moves nothing that can be told of a loss rarer than one in 10^12"


def test_common_losses_are_left_to_plain_paths(tornado):
    assert tornado.estimator == "plain"


def test_notes_of_more_than_the_pool_can_be_sized() -> None:
    """Shares come to 1 at most: a deal that issues more says so in amounts, and so does one sized from it."""
    over = stress.load(ROOT / "tests/cases/misfits/job.toml")
    size = [note_share(over, k) for k in range(len(over.deal.notes))]
    assert sum(size) > 1.05
    moved = with_shares(over, [size[0] - 0.02, size[1] + 0.02])
    assert [note_share(moved, k) for k in range(2)] == pytest.approx([size[0] - 0.02, size[1] + 0.02])
    assert [note.share for note in moved.deal.notes] == [None, None]
