"""Every shipped deal has a source, a job that runs, and explains itself."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from shipped import ROOT, loaded

import stress
from stress.explain import explain_deal
from stress.explain.drawing import picture
from stress.inputs.deal import Deal
from stress.inputs.deal.reading import phases
from stress.inputs.files.parse import parse
from stress.inputs.job import JobFile
from stress.inputs.load import load, load_job

DEALS = sorted((ROOT / "scenarios/deals").glob("*.toml"))
JOBS = sorted((ROOT / "scenarios/jobs").glob("*.toml"))


def named(path: Path) -> str:
    return path.stem


def read(path: Path) -> Deal:
    model = load(path)
    assert isinstance(model, Deal)
    return model


def jobs_of(path: Path) -> list[Path]:
    """Jobs that run a deal."""
    jobs = []
    for job in JOBS:
        file = parse(job)
        assert isinstance(file, JobFile)
        if isinstance(file.deal, str) and (job.parent / file.deal).resolve() == path:
            jobs.append(job)
    return jobs


@pytest.mark.parametrize("path", DEALS, ids=named)
def test_a_shipped_deal_says_where_its_facts_come_from_and_what_is_ours(path: Path) -> None:
    deal = read(path)
    assert deal.source
    assert deal.illustrative


@pytest.mark.parametrize("path", DEALS, ids=named)
def test_a_shipped_deal_has_a_job_that_runs(path: Path) -> None:
    jobs = jobs_of(path)
    assert jobs, f"no job runs {path.name}"
    job = loaded(jobs[0])
    ds = stress.simulate(job.model_copy(update={"scenarios": job.scenarios[:1]}), paths=512)
    assert ds.attrs["paths"] == 512
    loss = ds["expected_loss"].isel(scenario=0).values
    assert np.all((loss >= 0.0) & (loss <= 1.0))
    assert loss[0] <= 0.05  # the most senior holder of every shipped deal is safe in its first scenario


@pytest.mark.parametrize("path", DEALS, ids=named)
def test_a_shipped_deal_explains_itself(path: Path) -> None:
    deal = read(path)
    text, drawn = explain_deal(deal), picture(deal).findobj(Text)
    for words in (text, "\n".join(label.get_text() for label in drawn)):  # type: ignore[attr-defined]
        for name in [x.name for x in (*deal.notes, *deal.triggers)] + [fee.name for fee in deal.fees]:
            assert name in words or name[:12] in words
    assert text.count(": priority of payments\n") == len(phases(deal))


def test_the_card_trust_traps_excess_spread_below_its_first_step() -> None:
    """In each month the account is at its target for the three-month spread, or has taken all that was left."""
    job = load_job(ROOT / "scenarios/jobs/card-master-trust.toml")
    ladder = ((0.030, 0.065), (0.035, 0.045), (0.040, 0.030), (0.045, 0.015))
    seen = 0
    for path in range(12):
        data = stress.replay(job, path=path, scenario="card_stress_mild")
        spread = data["excess_spread"].to_numpy()
        held = data["account_balance"].sel(account="spread account").to_numpy() / job.pool.balance
        for t in range(2, 24):
            if data["phase"].values[t] not in (0, "revolving"):
                break
            mean = spread[t - 2 : t + 1].mean()
            target = next((size for limit, size in ladder if mean < limit), 0.0)
            if target == 0.0:
                assert held[t] == pytest.approx(0.0, abs=1e-12)
            else:
                seen += 1
                assert held[t] <= 0.065 + 1e-12
                assert held[t] >= min(target, held[t - 1]) - 1e-9 or spread[t] < 0.0
    assert seen > 0


def test_a_fixed_share_book_shares_every_loss_in_proportion() -> None:
    job = load_job(ROOT / "scenarios/jobs/bank-fixed-share.toml")
    data = stress.replay(job, path=3, scenario="score_failure_severe")
    loss = data["loss"].sel(tranche=["bank", "platform"]).values
    assert loss[0] > 0.0
    assert loss[0] == pytest.approx(loss[1], rel=1e-12)


def test_a_first_loss_book_spares_the_bank_until_the_platforms_share_is_gone() -> None:
    job = load_job(ROOT / "scenarios/jobs/bank-first-loss.toml")
    for path in range(20):
        bank, platform = stress.replay(job, path=path, scenario="score_failure_severe")["loss"].values
        assert bank == 0.0 or platform > 0.5


def test_a_prime_auto_trust_builds_its_target_overcollateralization_and_holds_it_until_the_notes_are_repaid() -> None:
    """1% at closing; 2% of cut-off by turbo before anything is released, and exactly that from then on."""
    job = load_job(ROOT / "scenarios/jobs/auto-prime.toml")
    data = stress.replay(job, path=0)
    names = [note.name for note in job.deal.notes[:-1]]
    notes = data["note_balance"].sel(tranche=names).sum("tranche").to_numpy()
    behind = (data["pool_balance"].to_numpy() - notes) / job.pool.balance
    released = data["residual_yield"].sel(tranche="certificate").to_numpy() > 1.0
    built = int(np.argmax(behind > 0.02 - 1e-12))
    alive = int(np.argmax(notes < 1.0))
    assert 0 < built < alive
    assert behind[0] > 0.01
    assert not released[:built].any()
    assert behind[built:alive] == pytest.approx(np.full(alive - built, 0.02), abs=1e-12)


def test_a_point_of_sale_trust_revolves_at_one_overcollateralization_and_amortizes_to_another() -> None:
    """2.65% of pool and principal cash while it revolves, 5.15% of the pool after, once it is reached."""
    job = load_job(ROOT / "scenarios/jobs/point-of-sale.toml")
    data = stress.replay(job, path=0)
    names = [note.name for note in job.deal.notes[:-1]]
    notes = data["note_balance"].sel(tranche=names).sum("tranche").to_numpy()
    assets = (data["pool_balance"] + data["principal_cash"]).to_numpy()
    alive = int(np.argmax(notes < 1.0))
    behind = 1.0 - notes[:alive] / assets[:alive]
    assert behind[:24] == pytest.approx(np.full(24, 0.0265), abs=1e-9)
    reached = 24 + int(np.argmax(behind[24:] > 0.0515 - 1e-9))
    assert behind[reached:alive] == pytest.approx(np.full(alive - reached, 0.0515), abs=1e-9)
    assert reached < 30


def test_the_swap_of_floating_notes_pays_the_index_less_its_fixed_leg_on_what_is_outstanding() -> None:
    """The level is read off the interest of A in month 31; a twelfth a month, on A and B before the payment."""
    job = load_job(ROOT / "scenarios/jobs/auto-swapped.toml")
    data = stress.replay(job, path=0, scenario="rate_shock_severe")
    notes = data["note_balance"].sel(tranche=["A", "B"]).sum("tranche").to_numpy()
    before = np.concatenate([[0.95 * job.pool.balance], notes[:-1]])
    net = np.diff((data["received"] - data["paid_out"]).sel(party="swap").to_numpy(), prepend=0.0)
    accrued = (
        data["interest_due"].sel(tranche="A").to_numpy()[30] / data["note_balance"].sel(tranche="A").to_numpy()[29]
    )
    level = 12.0 * accrued - 0.0045
    assert net[30] == pytest.approx((level - 0.021) / 12.0 * before[30], rel=1e-9)
    assert level > 0.03
