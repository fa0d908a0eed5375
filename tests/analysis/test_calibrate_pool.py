"""The static pool and the entry rates solved from it."""

import numpy as np
import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import SCENARIOS

import stress
from stress.analysis.entry_rates import calibrate_pool
from stress.analysis.pool_file import pool_with_rates
from stress.analytic import run_off_default
from stress.calibration.static_pool import Draws, Loads, factor_paths, months_to_end, new_cohort, run_static_pool
from stress.errors import ConfigError
from stress.inputs.job import ScenarioCase
from stress.inputs.pool import Bucket, Copula, Dependence, Ladder, OpeningLine, PaymentRate, Plan, Pool, Segment
from stress.inputs.pool.stages import Stage
from stress.inputs.scenario import Shock
from stress.runs.static_default import notes_of_static_default
from stress.validation.one_period import one_period_job

FILE = SCENARIOS / "pools" / "baitiao.toml"


def baitiao() -> Pool:
    import json

    return Pool.model_validate_json(json.dumps(tomli.loads(FILE.read_text())))


def small_pool(**change) -> Pool:
    part = {
        "version": 1, "kind": "pool", "name": "one plan", "currency": "CNY", "balance": 1e6,
        "plans": (Plan(term=6, share=0.4), Plan(term=3, share=0.6)),
        "segments": (Segment(name="L", share=1.0, entry_rate=0.05, static_default=0.02, prepayment=0.02),),
        "ladder": Ladder(roll_m1=0.3, roll_m2=0.6, roll_m3=0.8),
        "dependence": Dependence(rho=0.023, phi=0.9736),
    }  # fmt: skip
    return Pool(**{**part, **change})


def month_by_month(due: list[float], entry: float, roll: tuple[float, ...], smm: float, dilution: float) -> float:
    """Cumulative default of a cohort, slot by slot as the accounting page says it."""
    slot, late, total = list(due), [0.0, 0.0, 0.0], 0.0
    for _ in range(len(due) + 3):
        balance = sum(slot)
        enters = entry * balance
        slot = [d * (1.0 - entry) for d in slot]
        after = sum(slot)
        cured = [(1.0 - r) * m for r, m in zip(roll, late, strict=True)]
        total += roll[2] * late[2]
        late = [enters, roll[0] * late[0], roll[1] * late[1]]
        rest = sum(c * (1.0 - min(1.0, sum(slot[: k + 1]) / after)) for k, c in enumerate(cured)) if after > 0 else 0.0
        grow = 1.0 + rest / after if after > 0 else 1.0
        slot = [d * grow * (1.0 - smm) * (1.0 - dilution) for d in slot[1:]]
    return total


@settings(max_examples=50)
@given(
    entry=st.floats(0.0, 0.9),
    roll=st.tuples(*[st.floats(0.0, 1.0)] * 3),
    smm=st.floats(0.0, 0.5),
    dilution=st.floats(0.0, 0.2),
)
def test_the_static_pool_follows_the_accounting_slot_by_slot(entry, roll, smm, dilution):
    pool = small_pool(
        ladder=Ladder(roll_m1=roll[0], roll_m2=roll[1], roll_m3=roll[2]),
        segments=(Segment(name="L", share=1.0, entry_rate=entry, prepayment=smm),),
        dilution=dilution,
    )
    cohort = new_cohort(pool)
    got = run_static_pool(cohort, np.array([entry]))
    want = month_by_month(cohort.due[:, 0].tolist(), entry, roll, smm, dilution)
    assert got.cumulative[0, 0] == pytest.approx(want, abs=1e-12)
    assert got.default.sum() == pytest.approx(want, abs=1e-12)


def test_a_constant_payment_rate_and_one_step_default_meet_the_run_off_formula():
    pool = small_pool(
        plans=(), payment_rate=PaymentRate(monthly=0.2, annual_yield=0.2), ladder=None,
        segments=(Segment(name="L", share=1.0, entry_rate=0.005),),
    )  # fmt: skip
    cohort = new_cohort(pool)
    got = run_static_pool(cohort, np.array([0.005]))
    assert got.cumulative[0, 0] == pytest.approx(run_off_default(0.005, 0.2), abs=1e-9)


def test_the_factor_paths_are_standard_normal_with_the_stated_persistence():
    path = factor_paths(0.9, 12, 4096)
    assert path.shape == (12, 4096)
    np.testing.assert_allclose(path.mean(axis=1), 0.0, atol=0.005)
    want = 0.9 ** np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    np.testing.assert_allclose(np.cov(path), want, atol=0.02)
    assert np.array_equal(path, factor_paths(0.9, 12, 4096))


def test_the_mean_static_default_agrees_with_plain_simulation_within_four_standard_errors():
    pool = baitiao()
    cohort = new_cohort(pool)
    entry = np.array([s.entry_rate for s in pool.segments])
    quadrature = run_static_pool(cohort, entry, Loads(0.05), Draws(factor_paths(0.9736, months_to_end(cohort), 4096)))
    draw, months, n_path = np.random.default_rng(5), months_to_end(cohort), 20_000
    path = np.empty((months, n_path))
    path[0] = draw.standard_normal(n_path)
    for t in range(1, months):
        path[t] = 0.9736 * path[t - 1] + np.sqrt(1.0 - 0.9736**2) * draw.standard_normal(n_path)
    plain = run_static_pool(cohort, entry, Loads(0.05), Draws(path)).cumulative
    error = np.hypot(plain.std(axis=1) / np.sqrt(n_path), quadrature.error())
    assert np.all(np.abs(plain.mean(axis=1) - quadrature.cumulative.mean(axis=1)) < 4.0 * error)


def test_the_shipped_baitiao_pool_is_calibrated():
    pool = baitiao()
    fit = calibrate_pool(pool)
    for segment, row in zip(pool.segments, fit.segments, strict=True):
        assert segment.entry_rate == pytest.approx(row.entry, rel=2e-3)
        assert row.static_default == pytest.approx(segment.static_default, rel=1e-9)
        assert row.error < 3e-4 * row.static_default
    assert fit.entry == pytest.approx(0.023, abs=5e-4)
    assert fit.static_default == pytest.approx(0.0101, abs=5e-5)


def test_solved_rates_give_the_target_from_any_starting_point():
    far = small_pool(segments=(Segment(name="L", share=1.0, entry_rate=0.4, static_default=0.02, prepayment=0.02),))
    near, away = calibrate_pool(small_pool(), points=512), calibrate_pool(far, points=512)
    assert near.segments[0].entry == pytest.approx(away.segments[0].entry, rel=1e-10)
    assert near.segments[0].static_default == pytest.approx(0.02, rel=1e-10)


def test_calibration_states_the_stocks_of_the_steady_pool():
    pool = baitiao()
    text = str(calibrate_pool(pool, points=512))
    assert "NPR" in text
    assert "ODR" in text
    assert "misfit" in text
    months = Pool.model_validate({**pool.model_dump(), "write_off_months": 1}, strict=False)
    given, by_month = calibrate_pool(pool, points=512), calibrate_pool(months, points=512)
    assert given.npr / (1.0 - given.npr) == pytest.approx(2.0 * by_month.npr / (1.0 - by_month.npr))


def test_one_path_has_no_error():
    run = run_static_pool(new_cohort(small_pool()), np.array([0.05]))
    assert run.cumulative.shape[1] == 1
    assert run.error().tolist() == [0.0]


def test_a_calibration_without_history_or_a_ladder_of_three_says_what_it_has():
    text = str(calibrate_pool(small_pool(), points=64))
    assert "roll rates 0.3 / 0.6 / 0.8, as given" in text
    assert "history" not in text
    free = str(calibrate_pool(small_pool(ladder=(Bucket(rolls=0.3, cures=0.5),) * 2), points=64))
    assert "roll rates" not in free
    assert "steady revolving pool: NPR" in free


def test_fitted_rolls_come_closer_to_history_and_static_default_still_binds():
    pool = baitiao()
    given, fitted = calibrate_pool(pool, points=512), calibrate_pool(pool, fit_rolls=True, points=512)
    target = np.mean(pool.history.overdue_ratio)
    assert abs(np.log(fitted.odr / target)) < 0.5 * abs(np.log(given.odr / target))
    for row in fitted.segments:
        assert row.static_default == pytest.approx(row.target, rel=1e-9)
    assert fitted.pool.ladder != pool.ladder


def all_loadings(**copula) -> Pool:
    """Entry, rolls and prepayment move together; plans of 1, 6 and 12 months, all bought new."""
    terms = {1: 0.5, 6: 0.3, 12: 0.2}
    segments = (
        Segment(name="x", share=0.5, entry_rate=0.01, static_default=0.008, prepayment=0.01),
        Segment(name="y", share=0.5, entry_rate=0.01, static_default=0.03, prepayment=0.02),
    )
    loads = {"rho": 0.05, "rho_roll": 0.08, "rho_prepayment": 0.1, "correlation_prepayment": 0.3, "phi": 0.95}
    return small_pool(
        plans=tuple(Plan(term=t, share=s) for t, s in terms.items()),
        opening=tuple(OpeningLine(term=t, remaining=t, share=s) for t, s in terms.items()),
        segments=segments,
        dependence=Dependence(**loads, **copula),
    )


@pytest.mark.parametrize("copula", [{}, {"copula": Copula(kind="t", df=6.0)}])
def test_a_new_cohort_defaults_by_its_target_in_the_engine_with_every_loading_on_and_at_any_rho(copula):
    """The mean over 32,768 paths of the engine; before, 0.8% was printed for a pool that defaulted by 1.135%."""
    pool = calibrate_pool(all_loadings(**copula)).pool
    base = one_period_job(0.02, 0.1, (0.8,), paths=2**15)
    shocks = {"own": (), "thrice": (Shock(target="rho", multiply=3.0),), "none": (Shock(target="rho", set=0.0),)}
    job = base.but(
        deal=base.deal.but(scheduled_months=16, legal_maturity_months=16),
        pool=pool,
        scenarios=tuple(ScenarioCase(name=name, shocks=shock) for name, shock in shocks.items()),
    )
    default = stress.measures.mean(stress.simulate(job), "mean_default")
    want = sum(segment.share * segment.static_default for segment in pool.segments)
    assert np.all(np.abs(default["estimate"] - want) < 4.0 * np.hypot(default["error"], 2e-3 * want))
    calm = calibrate_pool(pool.but(dependence=Dependence(rho=0.05, phi=0.95))).segments
    assert calm[0].entry > 1.2 * pool.segments[0].entry_rate  # what leaving the loadings out would have given


STAGED = {
    "stages": (
        Stage(name="new", moves_on=0.2, default_odds=0.1),
        Stage(name="middle", moves_on=0.3, prepayment=0.03),
        Stage(name="seasoned", entry_rate=(0.02, 0.05)),
    ),
    "ladder": (
        Bucket(rolls=0.4),
        Bucket(rolls=0.6, cures=0.2, pays_down=(0.1,)),
        Bucket(rolls=0.7, cures=0.1, pays_down=(0.05, 0.02), rho=0.15),
        Bucket(rolls=0.8),
    ),
}


@pytest.mark.parametrize("rho", [0.0, 0.05])
def test_the_static_pool_knows_stages_and_a_ladder_that_stays_and_pays_down(rho):
    """By simulation of a new cohort in the engine, deterministic to 1e-6 of it, and over the factors."""
    old = all_loadings()
    loads = {"rho": rho, "rho_roll": 0.08 if rho else 0.0, "phi": 0.95}
    pool = old.but(**STAGED, dependence=Dependence(**loads), segments=old.segments)
    if not rho:
        pool = pool.but(ladder=tuple(b.but(rho=None) for b in pool.ladder))
    fit = calibrate_pool(pool)
    base = one_period_job(0.02, 0.1, (0.8,), paths=2**14 if rho else 32)
    job = base.but(deal=base.deal.but(scheduled_months=60, legal_maturity_months=60), pool=fit.pool)
    default = stress.measures.mean(stress.simulate(job), "mean_default")
    want = sum(segment.share * segment.static_default for segment in pool.segments)
    error = 4.0 * np.hypot(float(default["error"][0]), 2e-3 * want) if rho else 2e-6 * want
    assert float(default["estimate"][0]) == pytest.approx(want, abs=error)


def test_a_note_on_static_default_counts_the_rolls_that_load_on_the_factor():
    pool = calibrate_pool(all_loadings()).pool
    assert notes_of_static_default(pool) == []
    plain = pool.but(dependence=Dependence(rho=0.05, phi=0.95))
    assert len(notes_of_static_default(plain)) == len(plain.segments)


def test_the_file_keeps_its_comments_and_changes_only_the_rates():
    text = FILE.read_text()
    pool = baitiao()
    moved = tuple(s.model_copy(update={"entry_rate": 2.0 * s.entry_rate}) for s in pool.segments)
    edited = pool_with_rates(text, pool.model_copy(update={"segments": moved}))
    changed = [(a, b) for a, b in zip(text.splitlines(), edited.splitlines(), strict=True) if a != b]
    assert len(changed) == len(pool.segments)
    assert all(b.startswith("entry_rate = ") for _, b in changed)
    assert pool_with_rates(text, pool) == text
    noted = text.replace("entry_rate = ", "entry_rate   =  ", 1).replace(
        "\nstatic_default", " # solved\nstatic_default", 1
    )
    again = pool_with_rates(noted, pool.model_copy(update={"segments": moved}))
    assert "entry_rate   =  " in again
    assert "# solved" in again


def test_segments_written_as_an_inline_array_are_edited_too():
    pool = small_pool().model_copy(update={"ladder": None})
    text = f'segments = [ {{ name = "{pool.segments[0].name}", entry_rate = 0.5 }}, # its own\n]\n'
    rate = float(f"{pool.segments[0].entry_rate:.6g}")
    assert pool_with_rates(text, pool) == text.replace("0.5", repr(rate))
    assert "# its own" in text


def test_a_target_out_of_reach_is_named():
    segment = Segment(name="L9", share=1.0, entry_rate=0.1, static_default=0.9)
    with pytest.raises(ConfigError, match="L9"):
        calibrate_pool(small_pool(segments=(segment,)), points=64)
    with pytest.raises(ConfigError, match="static_default"):
        calibrate_pool(small_pool(segments=(Segment(name="L", share=1.0, entry_rate=0.1),)))
    with pytest.raises(ConfigError, match="history"):
        calibrate_pool(small_pool(), fit_rolls=True)


def test_a_new_cohort_meets_a_curve_from_its_first_month_and_the_target_is_held():
    """Ten months' instalments, 20% of what is left prepaid in its first month alone: 0.8 of the later entries."""
    plans = (Plan(term=10, share=1.0),)
    curved = Segment(
        name="L", share=1.0, entry_rate=0.01, prepayment_curve="20% for 1, 0 at age 5", static_default=0.02
    )
    pool = small_pool(segments=(curved,), plans=plans, ladder=None, dependence=Dependence(rho=0.0, phi=0.0))
    run = run_static_pool(new_cohort(pool), np.array([0.01]))
    left = [1.0 - k / 10 for k in range(10)]
    wanted = 0.01 * left[0] + 0.8 * sum(0.01 * 0.99**k * left[k] for k in range(1, 10))
    assert run.cumulative[0, 0] == pytest.approx(wanted, rel=1e-12)
    assert calibrate_pool(pool, points=64).static_default == pytest.approx(0.02, rel=1e-9)
    assert calibrate_pool(pool, points=64).segments[0].entry > 0.02 / sum(left)
