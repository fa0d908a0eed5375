"""Break-evens and stresses of a deal in mid-life: net loss of the months that are left, over the pool then."""

import numpy as np
import pytest
from scipy.stats import norm
from shipped import JOB, SCENARIOS

import stress
from stress.analysis import breakeven, gradient, rating, reverse, sensitivity, size, trials
from stress.analysis.break_even import PERCENTILES
from stress.analysis.class_numbers import UNSTRESSED
from stress.analysis.class_stresses import load_stresses
from stress.analysis.remaining import since_of
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.scenario import Shock
from stress.inputs.state import Lately, State
from stress.inputs.stresses import Stresses
from stress.measures.names import measured
from stress.report.cover import structure
from stress.report.page.chapters import breakeven_sheet
from stress.report.page.rating_chapter import rating_sheet
from stress.validation.one_period import BALANCE, one_period_job

P, RHO = 0.02, 0.1
MONTH = 14
TABLE = SCENARIOS / "stresses/example.toml"


def last_month(factor: float | None = None, phi: float = 0.9, **stands: float) -> Job:
    """One month before its end: half of the pool, 30% of the cut-off balance in A and 10% in B are left; 3% of it has
    defaulted and 0.5% was recovered. What does not default pays, and nothing is recovered any more."""
    job = one_period_job(P, RHO, (0.60, 0.20), paths=4096)
    pool = job.pool.but(dependence=job.pool.dependence.model_copy(update={"phi": phi}))
    job = job.but(deal=job.deal.but(scheduled_months=2, legal_maturity_months=2), pool=pool)
    left = {"A": 0.3, "B": 0.1, "equity": 0.1} | stands
    state = State.model_validate({
        "kind": "state", "version": 1, "name": "after a month", "as_of": "2020-01", "phase": "amortization",
        "notes": {name: {"balance": share * BALANCE} for name, share in left.items()},
        "accounts": {"income": 0.0, "principal": 0.0},
        "pool": ({"segment": "all", "performing": 0.5 * BALANCE},),
        "sums": {"defaults": 0.03 * BALANCE, "recoveries": 0.005 * BALANCE},
        "lately": {"defaults": (0.03 * BALANCE,)},
        "factors": () if factor is None else (factor,),
    })  # fmt: skip
    return job.but(state=state)


@pytest.fixture(scope="module")
def later() -> Job:
    """The 24-month deal from the state that its base case leaves after 14 months, when it buys nothing any more."""
    job = stress.load(JOB)
    job = job.but(scenarios=job.scenarios[:1], paths=512)
    return job.but(state=stress.state_at(job, MONTH))


def test_a_job_from_closing_counts_from_closing_and_over_the_cut_off_balance() -> None:
    since = since_of(stress.load(JOB))
    assert (since.as_of, since.pool, since.net_loss, since.default, since.told) == ("", 1.0, 0.0, 0.0, False)


def test_a_class_bears_what_ranks_below_it_now_in_multiples_of_the_loss_that_is_still_to_come() -> None:
    """A stands at 300 of 500: it bears 40% of the pool then, 20 times the 2% of the base; with the 2.5% lost before,
    22.5% of the cut-off balance. B: 20%, ten times, 12.5%."""
    answer = rating(last_month(), UNSTRESSED)
    assert (answer.since.as_of, answer.since.pool, answer.since.net_loss) == ("2020-01", 0.5, pytest.approx(0.025))
    assert answer.base_cnl == pytest.approx(P)
    assert answer.base_cnl_since_closing == pytest.approx(0.025 + 0.5 * P)
    for row, support in zip(answer.classes, (0.4, 0.2), strict=True):
        (stand,) = row.by_category
        assert row.enhancement == pytest.approx(support)
        assert stand.breakeven_cnl <= support <= stand.breakeven_cnl + stand.precision + 1e-12
        assert stand.precision < 0.002 * support
        assert stand.breakeven_multiple_cnl == pytest.approx(support / P, rel=2e-3)
        assert stand.breakeven_cnl_since_closing == pytest.approx(0.025 + 0.5 * support, rel=2e-3)


def test_the_break_even_of_one_note_is_that_of_the_stresses_with_the_defaults_told_apart() -> None:
    answer = breakeven(last_month(), "A", percentiles=[])
    (calm,) = answer.answers
    odds = 0.4 / 0.6 / (P / (1.0 - P))
    assert calm.value == pytest.approx(odds, rel=1e-5)
    assert calm.loss is not None
    assert (calm.loss.base_net_loss, calm.loss.base_default) == (pytest.approx(P), pytest.approx(P))
    assert (calm.loss.net_loss, calm.loss.default) == (pytest.approx(0.4, rel=1e-5), pytest.approx(0.4, rel=1e-5))
    assert calm.loss.net_loss_multiple == pytest.approx(20.0, rel=1e-5)
    assert calm.loss.default_multiple == pytest.approx(20.0, rel=1e-5)
    assert calm.loss.net_loss_since_closing == pytest.approx(0.025 + 0.2, rel=1e-5)


def test_half_of_the_paths_break_even_where_the_median_factor_does_and_the_loss_is_the_mean_over_paths() -> None:
    answer = breakeven(last_month(), "A", percentiles=[0.5]).answers[1]
    level = np.sqrt(1.0 - RHO) * norm.ppf(0.4)  # Phi of it defaults at a factor of 0 beyond 40%
    odds = norm.cdf(level) / norm.sf(level) / (P / (1.0 - P))
    assert answer.low <= odds <= answer.high
    loss = answer.loss
    assert loss is not None
    assert abs(loss.net_loss - norm.cdf(level)) < 4.0 * loss.net_loss_error
    assert loss.net_loss_since_closing == pytest.approx(0.025 + 0.5 * loss.net_loss)
    assert loss.net_loss_since_closing_error == pytest.approx(0.5 * loss.net_loss_error)
    assert loss.net_loss_multiple == pytest.approx(loss.net_loss / loss.base_net_loss)


def test_errors_of_the_remaining_loss_and_of_its_multiple_are_those_between_seeds() -> None:
    losses = [breakeven(last_month().but(seed=seed), "A", percentiles=[0.9]).answers[1].loss for seed in range(24)]
    for value, error in (("net_loss", "net_loss_error"), ("net_loss_multiple", "net_loss_multiple_error")):
        values, errors = (np.array([getattr(loss, name) for loss in losses]) for name in (value, error))
        assert 0.6 < values.std(ddof=1) / errors.mean() < 1.6


def test_with_a_factor_that_is_known_the_base_is_what_is_expected_of_it() -> None:
    mean, variance = 0.9 * -2.0, 1.0 - 0.9**2
    expected = norm.cdf((norm.ppf(P) - np.sqrt(RHO) * mean) / np.sqrt(1.0 - RHO + RHO * variance))
    job = last_month(factor=-2.0)
    answer = rating(job, UNSTRESSED)
    assert answer.base_cnl == pytest.approx(expected)
    assert answer.classes[0].breakeven_multiple_cnl == pytest.approx(0.4 / expected, rel=2e-3)
    drawn = breakeven(job, "A", percentiles=[0.5]).answers[1].loss
    assert drawn is not None
    assert drawn.base_net_loss == pytest.approx(expected, rel=0.05)
    assert "expected rates given what is known of the factors in 2020-01" in rating_sheet(answer).note


def test_from_the_state_of_the_base_case_a_note_breaks_even_where_whole_life_does(later: Job) -> None:
    """The same shock from month 15 on, of the deal from closing: it loses just above the break-even and not below, and
    all that the pool has lost by then is what the state says was lost before and what is lost after."""
    whole = later.but(state=None)
    (calm,) = breakeven(later, "mezzanine", percentiles=[]).answers
    assert calm.loss is not None
    around = [
        [Shock.model_validate({"target": "default_odds", "multiply": calm.value * near, "from_month": MONTH + 1})]
        for near in (1.0 - 1e-5, 1.0, 1.0 + 1e-5)
    ]
    run = trials.outcomes(trials.variants(whole, whole.scenarios[0], around))
    assert run.of_notes("any_loss")[[0, 2], 2].tolist() == [0.0, 1.0]
    assert run.of_pool("net_loss")[1] == pytest.approx(calm.loss.net_loss_since_closing, rel=1e-8)
    base = trials.outcomes(whole).of_pool("net_loss")[0]
    assert since_of(later).in_all(calm.loss.base_net_loss) == pytest.approx(base, rel=1e-9)
    assert calm.loss.net_loss > calm.loss.net_loss_since_closing > calm.loss.base_net_loss
    stand = rating(later, UNSTRESSED).classes[2].by_category[0]
    assert stand.breakeven_cnl <= calm.loss.net_loss <= stand.breakeven_cnl + stand.precision


@pytest.mark.parametrize("timing", ["front", "even", "back"])
def test_stresses_of_a_deal_in_mid_life_are_tilted_over_the_months_that_are_left(timing: str) -> None:
    table = UNSTRESSED.model_copy(update={"timing": timing})
    whole, rest = table.defaults(4.0, 10, 12), table.defaults(4.0, 14, 16, 4)
    assert rest.by_month == tuple((month + 4, value) for month, value in whole.by_month)
    assert rest.multiply == whole.multiply


def test_what_a_user_of_a_followed_deal_reads() -> None:
    from stress.analysis.loading import load_job

    job = load_job(SCENARIOS / "jobs/baitiao-24m-followed.toml").but(paths=2048)
    answer = rating(job, load_stresses(TABLE))
    assert answer.since.told
    sheet = rating_sheet(answer)
    assert sheet.head[3:6] == ("Stressed remaining CNL", "Break-even remaining CNL", "× base remaining CNL")
    assert [row[7] for row in sheet.rows] == ["not shown", "stands", "fails"]
    assert "over the pool then, 42.4% of the cut-off balance" in sheet.note
    assert "Not shown: paid in full to the end of the search" in sheet.note
    drawn = stress.simulate(job)
    mean = answer.since.remaining(float(measured(drawn, "mean_net_loss", np.nan).estimate[0]))
    assert answer.base_cnl == pytest.approx(mean, rel=0.01)  # expected rates are those that paths have on average
    page = structure(drawn, job, answer)
    assert page.head[-2:] == ("× base remaining CNL", "Gap, points")
    assert [row[2] for row in page.rows[:3]] == ["33.17%", "20.22%", "10.08%"]
    assert page.rows[0][1].endswith("35.1% left")
    assert job.state is not None
    assert job.state.notes["mezzanine"].worst_shortfall > 0.0
    (timely,) = breakeven(job, "mezzanine", interest=True, percentiles=[]).answers
    assert 1.0 < timely.value < 10.0  # late interest before the state is no shortfall of the months that are left
    lost = breakeven_sheet(breakeven(job, "mezzanine", percentiles=PERCENTILES[:1]))
    assert lost.head[4:7] == ("Remaining CNL there", "× base remaining CNL", "CNL since closing")
    assert lost.rows[0][6] == "14.0%"


def test_a_class_that_is_repaid_is_left_out_and_refused_by_name() -> None:
    job = last_month(A=0.0)
    answer = rating(job, load_stresses(TABLE))
    assert ([row.note for row in answer.classes], answer.repaid) == (["B"], ("A",))
    assert "Repaid by then: A." in rating_sheet(answer).note
    refused = r" A: is repaid in 2020-01: it can lose nothing and has no price"
    with pytest.raises(ConfigError, match="--class" + refused):
        rating(job, load_stresses(TABLE), held={"A": "hard"})
    for asked in (breakeven, reverse, gradient, lambda job, name: sensitivity(job, "EL", name)):
        with pytest.raises(ConfigError, match="--tranche" + refused):
            asked(job, "A") if asked is not gradient else asked(job, "EL", "A")
    with pytest.raises(ConfigError, match="every class is repaid"):
        rating(last_month(A=0.0, B=0.0), load_stresses(TABLE))


def test_a_class_that_is_under_water_already_has_no_break_even_above_the_softest_end() -> None:
    """400 of 500 in A and 150 in B: A has 20% below it, B loses whatever happens."""
    a, b = rating(last_month(A=0.4, B=0.15), UNSTRESSED).classes
    assert (a.enhancement, b.enhancement) == (pytest.approx(0.2), 0.0)
    assert (a.by_category[0].loses_already, b.by_category[0].loses_already) == (False, True)
    row = rating_sheet(rating(last_month(A=0.4, B=0.15), load_stresses(TABLE))).rows[1]
    assert row[4].startswith("< ")
    assert row[7] == "fails"


def test_sizes_and_a_pool_of_which_nothing_is_left_or_lost_are_refused() -> None:
    with pytest.raises(ConfigError, match="rating with --size sets notes that are issued already"):
        rating(last_month(), load_stresses(TABLE), size=True)
    job = last_month()
    assert job.state is not None
    gone = job.state.model_copy(update={"pool": (job.state.pool[0].model_copy(update={"performing": 0.0}),)})
    with pytest.raises(ConfigError, match="nothing is left of its pool"):
        breakeven(job.but(state=gone), "A")
    sound = job.but(pool=job.pool.but(segments=(job.pool.segments[0].model_copy(update={"entry_rate": 0.0}),)))
    with pytest.raises(ConfigError, match="the pool loses nothing after 2020-01"):
        rating(sound, Stresses.model_validate(UNSTRESSED.model_dump()))


def test_notes_of_a_deal_in_mid_life_are_judged_by_what_is_lost_of_what_is_left_of_them() -> None:
    """B stands at half of its size: a loss over the original is twice as much of what is left."""
    job = last_month(A=0.4, B=0.1)
    notes = {note.note: note for note in size(job, {}).notes}
    assert (notes["A"].share, notes["B"].share) == (pytest.approx(0.8), pytest.approx(0.2))
    assert (notes["A"].enhancement, notes["B"].enhancement) == (pytest.approx(0.2), 0.0)
    drawn = stress.simulate(job.but(paths=65_536)).isel(scenario=0)
    for name, times in (("A", 0.6 / 0.4), ("B", 2.0)):
        loss, error = (times * float(drawn[f"expected_loss{end}"].sel(tranche=name)) for end in ("", "_se"))
        measured = notes[name].measured
        assert abs(float(measured.estimate) - loss) < 5.0 * np.hypot(error, float(measured.error))
        assert float(measured.low) < float(measured.estimate) < float(measured.high)
    gone = {note.note: note for note in size(last_month(A=0.0), {}).notes}["A"]
    assert np.isnan(float(gone.measured.estimate))
    assert gone.band == ""
    with pytest.raises(ConfigError, match="nothing is left of its pool or its notes"):
        size(last_month(A=0.0, B=0.0, equity=0.0), {})


def test_answers_that_are_over_the_original_balance_say_what_was_before() -> None:
    from stress.report.desk_sheets import gradient_sheet
    from stress.report.page.chapters import chapter, tornado_sheet

    job, words = last_month(), "The deal after 2020-01, with 50.0% of the cut-off balance left: "
    assert words in tornado_sheet(sensitivity(job, "EL", "B")).note
    assert words in gradient_sheet(gradient(job, "EL", "B", paths=1024)).note
    assert any(words in said for said in chapter(reverse(job, "B")).says)


def test_a_run_in_mid_life_tells_on_its_cover_what_multiples_are_of_and_no_page_reads_another_shape() -> None:
    """Of a file of a later version other keys are passed over; of one that was tampered with all is refused."""
    from stress.analysis import committee, with_committee
    from stress.report.cover import since_of as told
    from stress.results.documents import is_document

    job = last_month()
    answer = committee(job, paths=64)
    assert answer.since == since_of(job)
    assert answer.base_net_loss == pytest.approx(P)
    a = answer.classes[0]
    assert a.breakeven_multiple == pytest.approx(20.0, rel=2e-3)
    ds = with_committee(stress.simulate(job), answer)
    page = structure(ds, job)
    assert page.head[-1] == "× base remaining CNL"
    assert page.rows[0][-1].startswith("20.0")
    assert "the pool's net loss after 2020-01 to maturity (over the pool then) (2.00% on expected rates)" in page.note
    text = str(ds.attrs["committee"])
    assert is_document("committee", text)
    assert told(ds.assign_attrs(committee=text.replace('"told"', '"later": 1, "told"'))) == since_of(job)
    for wrong in ('"since": 3', '"since": {"as_of": 1}', '"since": {}'):
        assert not is_document("committee", "{" + wrong + "}")


def test_a_state_that_does_not_tell_what_capital_counts_leaves_the_other_numbers_of_the_cover() -> None:
    """Break-evens, losses and yields went with it, without a word on the page."""
    from stress.analysis import committee, with_committee
    from stress.report.cover import desks
    from stress.results.documents import is_document

    job = last_month()
    assert job.state is not None
    silent = job.but(state=job.state.model_copy(update={"lately": Lately()}))
    whole, answer = (committee(of, paths=64) for of in (job, silent))
    assert [row.breakeven_multiple for row in answer.classes] == [row.breakeven_multiple for row in whole.classes]
    assert np.isnan(answer.classes[0].risk_weight)
    assert any("lately.defaults: has 0 months, 1 are needed" in why for why in answer.left_out)
    ds = with_committee(stress.simulate(silent), answer)
    assert is_document("committee", str(ds.attrs["committee"]))
    page = desks(ds)
    assert page is not None
    assert page.rows[0][1] == "–"
    assert "Left out: capital: job 'one period': state: lately.defaults" in page.note
    assert "SEC-SA" not in page.note
