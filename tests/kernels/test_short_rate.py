"""The random short rate: moments, the curve as the mean of the discount factors, correlation, the slow model."""

import json
from random import Random
from typing import Any

import agreement
import hand_worked
import numpy as np
import pytest
from oracle.short_rate import variance_of_sum, vasicek
from strategies import random_job

import stress
from stress.assemble.calendar import calendar_of
from stress.assemble.problem import assemble
from stress.assemble.short_rate import own_curve, steps_of
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario.short_rate import ShortRate
from stress.kernels.codes import SHIFT, STATE
from stress.runs.trace import block_rows

CURVE = ((1, 0.02), (3, 0.05))
HULL_WHITE = ShortRate(mean_reversion=0.5, volatility=0.15, correlation=-0.6, forward=CURVE)
VASICEK = ShortRate(model="vasicek", mean_reversion=0.8, volatility=0.03, start=0.01, mean=0.06)
BLOCKS = 256


def job_of(law: ShortRate | None, pool: Any = None, paths: int = 8192, **of_deal: Any) -> Job:
    return Job(
        name="rates",
        deal=hand_worked.deal(**of_deal),
        pool=pool if pool is not None else hand_worked.pool(),
        scenarios=(ScenarioCase(name="base", short_rate=law),),
        paths=paths,
        seed=7,
        clock="monthly",
    )


def rows_of(job: Job) -> dict[str, np.ndarray]:
    """(T, ...) of all paths of 256 blocks."""
    by_name: dict[str, list[np.ndarray]] = {}
    for block in block_rows(job, assemble(job), BLOCKS, ["short_rate", "factor_value"]):
        for name, values in block.items():
            by_name.setdefault(name, []).append(values)
    return {name: np.concatenate(parts, axis=-1) for name, parts in by_name.items()}


@pytest.mark.parametrize("law", [HULL_WHITE, VASICEK], ids=["hull_white", "vasicek"])
@pytest.mark.parametrize("seed", range(8))
def test_a_path_with_a_random_rate_is_that_of_the_slow_model(seed: int, law: ShortRate) -> None:
    job = random_job(Random(seed))
    if job.deal.indices and law.model == "hull_white":
        law = ShortRate(mean_reversion=0.5, volatility=0.05, correlation=-0.6)
    first = job.scenarios[0].model_copy(update={"short_rate": law})
    job = job.model_copy(update={"scenarios": (first, *job.scenarios[1:])})
    compared = agreement.compared(job, first.name, path=11 * seed % 64)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    assert not compared.near_threshold
    assert not compared.violations


def test_the_mean_discount_factor_is_the_curve_to_the_last_digit_of_the_errors() -> None:
    """A note that loses nothing is worth what the forward curve says; without the convexity it would not be."""
    job = job_of(HULL_WHITE, legal_maturity_months=60, scheduled_months=60, amortization=[*hand_worked.PLAIN])
    problem, fraction = assemble(job), calendar_of(job.deal).fraction
    curve = 1.0 / np.cumprod(1.0 + own_curve(HULL_WHITE, fraction) * fraction)
    shift = rows_of(job)["short_rate"][:, SHIFT]
    factor = 1.0 / np.cumprod(1.0 + (own_curve(HULL_WHITE, fraction)[:, None] + shift) * fraction[:, None], axis=0)
    error = factor.std(axis=1, ddof=1) / np.sqrt(factor.shape[1])
    z = (factor.mean(axis=1) - curve)[1:] / error[1:]
    assert np.abs(z).max() < 4.0
    plain = np.exp(-steps_of(HULL_WHITE, fraction).variance / 2.0)  # what leaving the convexity out would give
    assert (np.abs(curve / plain - curve)[-1] / error[-1]) > 10.0
    ds = stress.simulate(job)
    flat = stress.replay(job, path=3)
    paid = (flat["interest_paid"] + flat["principal_paid"]).to_numpy()
    worth = (paid * curve[:, None]).sum(axis=0)[:2] / np.array([600.0, 300.0])
    prices = [(float(ds["price"][0, n]), float(ds["price_se"][0, n])) for n in range(2)]
    assert all(abs(mean - value) < 4.0 * error for (mean, error), value in zip(prices, worth, strict=True))
    assert problem.short_rate.rate_law[0, 0] == 1.0


def test_moments_of_the_state_are_those_of_vasicek() -> None:
    job = job_of(VASICEK, legal_maturity_months=48, scheduled_months=48)
    fraction = calendar_of(job.deal).fraction
    state = rows_of(job)["short_rate"][:, STATE]
    a, sigma, elapsed = 0.8, 0.03, np.concatenate([[0.0], np.cumsum(fraction)[:-1]])
    wanted = sigma**2 * -np.expm1(-2.0 * a * elapsed) / (2.0 * a)
    n = state.shape[1]
    assert (state[0] == 0.0).all()
    assert np.abs(state[1:].mean(axis=1) / np.sqrt(wanted[1:] / n)).max() < 4.0
    assert np.abs(state[1:].var(axis=1) / wanted[1:] - 1.0).max() < 4.0 * np.sqrt(2.0 / n)
    steps = steps_of(VASICEK, fraction)
    assert steps.variance == pytest.approx(variance_of_sum(a, sigma, fraction.tolist()), rel=1e-12)
    assert own_curve(VASICEK, fraction) == pytest.approx(vasicek(VASICEK, fraction.tolist()), rel=1e-12)


def test_the_zero_curve_of_vasicek_is_the_published_bond_price() -> None:
    """Vasicek (1977), equation 27, is the limit of ever shorter periods: the difference falls with their length."""
    a, sigma, r, mean = 0.8, 0.03, 0.01, 0.06
    apart = []
    for periods in (12, 120):
        fraction = np.full(10 * periods, 1.0 / periods)
        price = 1.0 / np.cumprod(1.0 + own_curve(VASICEK, fraction) * fraction)
        t = np.cumsum(fraction)
        b = -np.expm1(-a * t) / a
        closed = np.exp((b - t) * (mean - sigma**2 / (2.0 * a * a)) - sigma**2 * b * b / (4.0 * a) - b * r)
        apart.append(float(np.abs(price / closed - 1.0).max()))
    assert apart[0] < 2.5e-3
    assert apart[1] == pytest.approx(apart[0] / 10.0, rel=0.02)


def test_innovations_correlate_with_those_of_the_default_factor() -> None:
    pool = hand_worked.pool(default=0.01, dependence={"rho": 0.1, "phi": 0.0})
    rows = rows_of(job_of(HULL_WHITE, pool, legal_maturity_months=24, scheduled_months=24))
    fraction = 1.0 / 12.0
    state, factor = rows["short_rate"][:, STATE], rows["factor_value"][:, 0]
    step = state[1:] - np.exp(-0.5 * fraction) * state[:-1]
    correlations = [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(step, factor[1:], strict=True)]
    assert np.mean(correlations) == pytest.approx(-0.6, abs=4.0 * (1.0 - 0.36) / np.sqrt(step.size))


def test_floating_notes_cash_and_formulas_read_it_and_a_fixed_note_does_not() -> None:
    notes = (
        {"name": "A", "amount": 600.0, "coupon": 0.01, "index": "base", "cap": 0.055, "floor": 0.012},
        {"name": "B", "amount": 300.0, "coupon": 0.24},
        hand_worked.REST,
    )
    steps = [
        {"step": "pay_interest", "note": "A"},
        {"step": "pay_interest", "note": "B"},
        {
            "step": "receive",
            "party": "swap",
            "amount": "max(index.base - 0.02, 0) * pool.cut_off / 100",
            "to": "income",
        },
        *hand_worked.PRINCIPAL,
        *hand_worked.RESIDUAL,
    ]
    law = ShortRate(mean_reversion=0.1, volatility=0.1)
    job = job_of(
        law, hand_worked.pool(cash_rate=0.03), amortization=steps, notes=notes, indices={"base": 0.02}, parties=["swap"]
    )
    data = stress.replay(job, path=1)
    level = 0.02 + data["rate_shift"].to_numpy()
    balance = np.concatenate([[600.0], data["note_balance"].sel(tranche="A").to_numpy()[:-1]])
    due = np.clip(0.01 + level, 0.012, 0.055) / 12.0 * balance
    assert data["interest_due"].sel(tranche="A").to_numpy() == pytest.approx(due, abs=1e-9)
    received = data["received"].sel(party="swap").to_numpy()
    assert np.diff(received, prepend=0.0) == pytest.approx(np.maximum(level - 0.02, 0.0) * 10.0, abs=1e-9)
    assert np.ptp(level) > 0.01
    fixed = balance * 0.0 + np.concatenate([[300.0], data["note_balance"].sel(tranche="B").to_numpy()[:-1]]) * 0.02
    assert data["interest_due"].sel(tranche="B").to_numpy() == pytest.approx(fixed, abs=1e-9)


def test_a_scenario_without_it_keeps_its_bits_beside_one_that_has_it() -> None:
    plain = job_of(None, hand_worked.pool(default=0.02, dependence={"rho": 0.1, "phi": 0.5}), paths=512)
    beside = plain.model_copy(
        update={"scenarios": (*plain.scenarios, ScenarioCase(name="random", short_rate=HULL_WHITE))}
    )
    ds, both = stress.simulate(plain), stress.simulate(beside)
    for name in ("expected_loss", "price", "irr", "wal"):
        assert np.array_equal(ds[name][0].to_numpy(), both[name][0].to_numpy(), equal_nan=True), name


REFUSED = [
    ({"mean_reversion": 0.1, "volatility": 0.01}, {}, "has no index to fit to"),
    ({"mean_reversion": 0.1, "volatility": 0.01}, {"indices": {"a": 0.02, "b": 0.03}}, "say which index"),
    ({"mean_reversion": 0.1, "volatility": 0.01, "index": "c"}, {"indices": {"a": 0.02}}, "no index 'c'"),
    (
        {"mean_reversion": 0.1, "volatility": 0.01, "forward": [[1, 0.02]]},
        {"indices": {"a": 0.02, "b": 0.03}},
        "several indices",
    ),
]


@pytest.mark.parametrize(("law", "of_deal", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_a_curve_that_is_not_one_is_refused(law: dict[str, Any], of_deal: dict[str, Any], words: str) -> None:
    notes = hand_worked.deal().notes
    if of_deal:
        used = list(of_deal["indices"])
        notes = tuple(
            note.model_dump(exclude_none=True) | ({"index": used[i % len(used)]} if not note.residual else {})
            for i, note in enumerate(notes)
        )
    job = job_of(None, **({"notes": notes, **of_deal} if of_deal else {}))
    rate = ShortRate.model_validate_json(json.dumps(law))
    with pytest.raises(ConfigError, match=words):
        job.but(scenarios=(ScenarioCase(name="base", short_rate=rate),))


@pytest.mark.parametrize(
    "law",
    [
        {"model": "vasicek", "mean_reversion": 0.1, "volatility": 0.01},
        {"mean_reversion": 0.1, "volatility": 0.01, "start": 0.02, "mean": 0.02},
        {"mean_reversion": 0.1, "volatility": 0.0},
        {"mean_reversion": 0.1, "volatility": 1.0},
        {"mean_reversion": 0.1, "volatility": 0.01, "forward": [[2, 0.03]]},
        {"mean_reversion": 0.1, "volatility": 0.01, "forward": [[1, 0.03]], "index": "a"},
    ],
)
def test_words_that_contradict_each_other_are_refused(law: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ShortRate.model_validate(law)


def test_a_rate_that_no_cash_flow_reads_is_told() -> None:
    from stress.inputs.job.remarks import notes_of

    def warned(job: Job) -> bool:
        return any("prices of the notes alone" in remark.says for remark in notes_of(job))

    assert warned(job_of(HULL_WHITE))
    assert not warned(job_of(HULL_WHITE, hand_worked.pool(cash_rate=0.02)))
    assert not warned(job_of(None))
