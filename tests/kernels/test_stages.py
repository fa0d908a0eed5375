"""Seasoning without a vintage: what the engine carries in two rows a purchase is what a book of vintages carries."""

from typing import Any

import hand_worked
import numpy as np
import pytest
from oracle.draws import counted_share

import stress
from stress.assemble.hazard import hazard_after_purchases, notes_of_seasoning
from stress.assemble.problem import assemble
from stress.assemble.stages import entry_by_month
from stress.assemble.statements import at_closing, times_of
from stress.inputs.job import Job, ScenarioCase

TERM, MONTHS, REVOLVES = 24, 60, 30
POOL: dict[str, Any] = {
    "payment_rate": None,
    "plans": [{"term": TERM, "share": 1.0}],
    "segments": [{"name": "all", "share": 1.0, "entry_rate": 0.004, "prepayment": 0.01}],
    "dependence": {"rho": 0.1, "rho_prepayment": 0.05, "phi": 0.8},
}
DEAL: dict[str, Any] = {
    "revolving_months": REVOLVES,
    "scheduled_months": MONTHS,
    "legal_maturity_months": MONTHS,
    "purchase": "each_step",
    "priority": {"revolving": [*hand_worked.INTEREST, *hand_worked.RESIDUAL]},
}


def seasoned(*stages: dict[str, Any]) -> Job:
    named = [{"name": f"stage {number}", **stage} for number, stage in enumerate(stages, 1)]
    return Job(
        name="seasoned",
        deal=hand_worked.deal(**DEAL),
        pool=hand_worked.pool(**{**POOL, "stages": named}),
        scenarios=(ScenarioCase(name="base"),),
        paths=64,
        seed=5,
        clock="monthly",
    )


def vintages(data: Any, on: list[float], opening: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Defaults and scheduled principal by month, every vintage on its own: (vintage, stage) balances of equal
    principal, under the path's own rates and purchases. A vintage bought in month j has TERM instalments from j + 1."""
    entry, smm = data["entry_rate"].to_numpy(), data["prepayment_rate"].to_numpy()
    bought = data["purchases"].to_numpy()
    k = len(on) + 1
    first = -np.arange(TERM)
    book = {int(j): opening[i] for i, j in enumerate(first)}
    defaults, due = np.zeros(MONTHS), np.zeros(MONTHS)
    for t in range(1, MONTHS + 1):
        for j, held in book.items():
            left = TERM - (t - j) + 1
            if left <= 0:
                continue
            lost = held * entry[t - 1]
            defaults[t - 1] += lost.sum()
            held = held - lost
            paid = held / left
            due[t - 1] += paid.sum()
            held = (held - paid) * (1.0 - smm[t - 1])
            moved = held[:-1] * on
            held[:-1] -= moved
            held[1:] += moved
            book[j] = held
        book[t] = np.eye(1, k)[0] * bought[t - 1]
    return defaults, due


@pytest.mark.parametrize(
    ("stages", "path"),
    [
        ([{"moves_on": 0.17, "default_odds": 0.03}, {"default_odds": 2.0}], 0),
        ([{"moves_on": 0.17, "default_odds": 0.03}, {"default_odds": 2.0}], 37),
        ([{"moves_on": 0.9, "default_odds": 8.0}, {"default_odds": 0.1}], 3),
        ([{"moves_on": 1.0, "default_odds": 2.0, "prepayment": 0.2}, {"moves_on": 0.4}, {"entry_rate": [0.03]}], 11),
        ([{"moves_on": 0.6}, {"moves_on": 0.5, "default_odds": 30.0}, {"moves_on": 0.2}, {"prepayment": 0.05}], 20),
    ],
)
def test_seasoned_purchases_default_and_fall_due_as_vintage_by_vintage(stages, path) -> None:
    job = seasoned(*stages)
    data = stress.replay(job, path=path)
    on = [stage["moves_on"] for stage in stages[:-1]]
    spread, mix = [], np.eye(1, len(stages))[0]
    for _ in range(TERM):
        spread.append(mix.copy())
        moved = mix[:-1] * on
        mix[:-1] -= moved
        mix[1:] += moved
    left = TERM - np.arange(TERM)
    opening = np.array(spread) * (left / left.sum() * job.pool.balance)[:, None]
    # a loan of age a in the steady state was bought a months before the cut-off
    defaults, due = vintages(data, on, opening)
    assert data["purchases"].to_numpy()[:REVOLVES].min() > 0.0
    np.testing.assert_allclose(data["defaults"], defaults, atol=1e-12 * job.pool.balance)
    np.testing.assert_allclose(data["scheduled_principal"], due, atol=1e-12 * job.pool.balance)


@pytest.mark.parametrize("buckets", [4, 5, 6])
def test_whole_obligors_move_in_each_stage_and_from_each_bucket_of_a_long_ladder(buckets: int) -> None:
    """Month 1: 200 tickets of 5; a segment of two stages counts as two, M1 .. M6 are buckets 1 .. 6."""
    base = seasoned({"moves_on": 0.2, "default_odds": 60.0}, {"default_odds": 90.0})
    ladder = [{"rolls": 0.2 + 0.1 * b, "cures": 0.1} for b in range(buckets)]
    late = {f"m{b}": 0.02 * b for b in range(1, buckets + 1)}
    job = base.but(pool=base.pool.but(obligors=200, ladder=ladder, delinquent=late))
    table = assemble(job).receivables.opening[0]
    for path in range(2):
        data = stress.replay(job, path=path)
        for row in range(2):
            calm = stress.replay(job.but(pool=job.pool.but(obligors=None)), path=path)
            given = [float(calm["entry_rate"][0, row]), *calm["roll_rate"][0, row].values.tolist()]
            rates = [float(data["entry_rate"][0, row]), *data["roll_rate"][0, row].values.tolist()]
            want = [
                counted_share(table[row, bucket], 5.0, rate, path, 1, row, bucket, job.seed)
                for bucket, rate in enumerate(given)
            ]
            assert rates == pytest.approx(want, abs=1e-12)


def test_two_stages_of_one_hazard_are_no_seasoning() -> None:
    """To rounding: the same cash as the pool without stages, on every path."""
    plain, staged = seasoned(), seasoned({"moves_on": 0.3}, {})
    for path in (0, 9):
        expected, actual = (stress.replay(job, path=path) for job in (plain, staged))
        for name in ("defaults", "scheduled_principal", "prepaid", "pool_balance", "note_balance"):
            np.testing.assert_allclose(expected[name], actual[name], atol=1e-11 * plain.pool.balance)


def test_the_hazard_that_check_tells_is_that_of_a_pool_that_buys_no_more() -> None:
    """Without prepayment, late balances and chance: the defaults of the engine over what is left."""
    job = seasoned({"moves_on": 0.17, "default_odds": 0.01}, {"default_odds": 0.5})
    pool = job.pool.but(
        dependence={"rho": 0.0, "phi": 0.0},
        segments=[{"name": "all", "share": 1.0, "entry_rate": 1e-5}],
    )
    data = stress.replay(job.but(pool=pool), path=0)
    hazard = (data["defaults"] / data["month_start_balance"]).to_numpy()[REVOLVES : REVOLVES + 13]
    np.testing.assert_allclose(hazard, hazard_after_purchases(pool, 12), rtol=1e-4)


def test_check_tells_how_the_hazard_moves_once_nothing_is_bought() -> None:
    """Receivables of which those that have moved on alone default: what was bought last is not there yet."""
    job = seasoned({"moves_on": 0.17, "default_odds": 0.01}, {"default_odds": 0.5})
    (note,) = notes_of_seasoning(job)
    hazard = hazard_after_purchases(at_closing(job.pool, times_of(job.deal)), 12)
    assert f"{hazard[0]:.3%} of a full pool defaults in a month" in note.says
    assert f"{hazard[2] / hazard[0]:.2f} times after 2, {hazard[6] / hazard[0]:.2f} times after 6" in note.says
    assert hazard[6] > 1.2 * hazard[0]
    ladder = {"roll_m1": 0.5, "roll_m2": 0.5, "roll_m3": 0.5}
    (late,) = notes_of_seasoning(job.but(pool=job.pool.but(ladder=ladder)))
    assert f"{hazard[0]:.3%} of a full pool enters M1 in a month" in late.says
    (term,) = job.pool.plans
    short = job.pool.but(plans=[term.model_copy(update={"term": 1})])
    assert list(notes_of_seasoning(job.but(pool=short))) == []  # nothing is left two months later


def test_cards_of_two_stages_tell_their_hazard_too() -> None:
    """Nothing is bought: each month 10% of the new cards move on, and balances of both stages fall alike."""
    stages = [{"name": "new", "moves_on": 0.1, "default_odds": 0.5}, {"name": "old"}]
    pool = hand_worked.pool(0.01, stages=stages)
    hazard = hazard_after_purchases(pool, 6)
    first = entry_by_month(pool, 1)[0]
    assert first[0] < hazard[0] < first[1]
    gap = first[1] - hazard
    assert gap[1:] / gap[:-1] == pytest.approx(np.full(6, 0.9), rel=1e-9)


def test_a_young_book_defaults_later_than_an_old_one() -> None:
    """New receivables hardly default: after purchases stop, the share of the pool that defaults in a month rises."""
    job = seasoned({"moves_on": 0.17, "default_odds": 0.03}, {"default_odds": 2.0})
    calm = job.but(pool=job.pool.but(dependence={"rho": 0.0, "phi": 0.0}))
    data = stress.replay(calm, path=0)
    hazard = (data["defaults"] / data["month_start_balance"]).to_numpy()
    assert hazard[REVOLVES + 6] > 1.2 * hazard[REVOLVES - 1]
    assert (np.diff(hazard[REVOLVES : REVOLVES + 12]) > 0.0).all()


def test_where_all_enter_all_do_in_every_stage() -> None:
    """Of a rate of 1 the odds are no number; a curve may end in one."""
    of = {"name": "all", "share": 1.0, "prepayment": 0.0, "entry_rate": 0.1, "entry_rate_curve": "10% for 2, 100%"}
    stages = [{"name": "new", "moves_on": 0.2}, {"name": "old", "default_odds": 0.3}]
    pool = hand_worked.pool(**{**POOL, "segments": [of], "stages": stages})
    rates = entry_by_month(pool, 4)
    assert rates[:2, 0] == pytest.approx(0.1)
    assert rates[:2, 1] == pytest.approx(0.03 / 0.93)
    assert rates[2:] == pytest.approx(1.0)
