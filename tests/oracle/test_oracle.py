"""The laws of the model on random deals, with the slow plain-Python model."""

import functools
import math
from collections import Counter
from random import Random
from typing import get_args

import pytest
from strategies import Case, random_job, seeded_case

from oracle.flows import Flows
from oracle.model import need, run_path
from oracle.months import base_months, supply_of, unconditional
from oracle.state import PHASES
from stress.inputs.deal import Deal, Purchase
from stress.inputs.job.rules import check_job
from stress.inputs.scenario import Target

FEW = range(24)
"""Seeds of the random deals of a quick test: the same in every run; the slow tests take thousands."""
SOME = [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(len(FEW), 400))]
"""Seeds of a law that has deals of its own."""
USES = {
    "fee": "fee_paid",
    "interest": "interest_paid",
    "note_principal": "principal_paid",
    "residual_yield": "residual_yield",
}


def run(case: Case):
    """A case with the supply that its own deterministic run needs."""
    supply = supply_of(need(case.deal, case.pool, case.clock), case.pool, case.months)
    return run_path(case.deal, case.pool, case.months, case.clock, case.rates, supply)


@functools.cache
def seeded(seed: int) -> tuple[Case, Flows]:
    """The case of a seed and its flows, worked out once for all laws."""
    case = seeded_case(seed)
    return case, run(case)


def check_pool_identity(case, flows):
    for step in flows.steps:
        closing = step.opening + step.purchases - step.payments - step.defaults - step.dilution
        assert math.isclose(closing, step.closing, abs_tol=1e-12 * case.pool.balance)
        assert step.smallest >= -1e-15 * case.pool.balance


def check_sources_equal_uses(case, flows):
    """At each payment date, in every account; and what left is what fees, notes and sellers got."""
    for t, payment in enumerate(flows.payments):
        after, used = Counter(payment.before), Counter()
        for account, amount, use in payment.ledger:
            after[account] += amount
            used[use] -= amount
        for account, balance in payment.after.items():
            assert math.isclose(after[account], balance, abs_tol=1e-12 * case.pool.balance)
            assert balance >= -1e-12 * case.pool.balance
        for use, name in USES.items():
            assert math.isclose(used[use], sum(getattr(flows, name)[t]), abs_tol=1e-12 * case.pool.balance)
        assert abs(used["to_principal"]) + abs(used["to_account"]) < 1e-12 * case.pool.balance


def check_cash_is_conserved(case, flows):
    """Over the path, cash in = cash out + what the accounts still hold."""
    collected = ("scheduled_principal", "prepaid", "cured_paid", "dilution", "recoveries", "fee_income", "late_charge")
    lost = ("dilution_unpaid", "commingled_principal", "commingled_income")
    cash_in = sum(sum(getattr(flows, name)) for name in (*collected, "cash_interest", "sale_proceeds"))
    cash_in += sum(case.deal.opening_cash.values()) - sum(sum(getattr(flows, name)) for name in lost)
    if case.deal.trust is not None:
        of_series = ("series_income", "series_principal")
        cash_in = sum(case.deal.opening_cash.values()) + sum(flows.cash_interest) + sum(flows.sale_proceeds)
        cash_in += sum(sum(flows.of_series[name]) for name in of_series) - sum(flows.of_series["reinvested"])
    outside = [entry for payment in flows.payments for entry in payment.ledger]
    cash_in += sum(amount for _, amount, use in outside if use == "received")
    cash_in += sum(amount for _, amount, use in outside if use == "party")  # out: negative
    cash_out = sum(flows.purchase_cost) + sum(sum(sum(row) for row in getattr(flows, name)) for name in USES.values())
    assert math.isclose(cash_in, cash_out + sum(flows.account_balance[-1]), rel_tol=1e-9)


def check_gap_is_explained(case, flows):
    """Notes - (pool + principal cash) is what was lost or lent, less what was made good."""
    for gap, explained in zip(flows.gap, flows.explained, strict=True):
        assert math.isclose(gap, explained, abs_tol=1e-10 * case.pool.balance)


def check_only_what_is_due_is_paid(case, flows):
    size = 1e-12 * case.pool.balance
    for due, paid in ((flows.interest_due, flows.interest_paid), (flows.fee_due, flows.fee_paid)):
        assert all(
            -size <= p <= d + size for ds, ps in zip(due, paid, strict=True) for d, p in zip(ds, ps, strict=True)
        )
    for n, note in enumerate(case.deal.notes):
        repaid = sum(row[n] for row in flows.principal_paid)
        original = note.amount if note.amount is not None else note.share * case.pool.balance
        left = flows.note_balance[-1][n] + flows.written_down[-1][n]
        assert math.isclose(repaid + left, original, rel_tol=1e-12)
        assert -1e-12 <= flows.loss[n] <= 1.0 + 1e-12
        assert flows.irr[n] >= -1.0 or original == 0.0  # a certificate has no yield


def check_phases_return_by_a_cure_alone(case, flows):
    if any(trigger.curable and trigger.effect != "none" for trigger in case.deal.triggers):
        return
    if case.deal.trust is not None:
        return  # cardholders buy in every phase
    order = ["revolving", "amortization", "acceleration", "event_of_default"]
    rank = [order.index(phase) for phase in flows.phase]
    assert rank == sorted(rank)
    bought = [face for face, phase in zip(flows.purchases[1:], flows.phase[:-1], strict=True) if phase != "revolving"]
    assert case.clock != "monthly" or not any(bought)


LAWS = (
    check_pool_identity,
    check_sources_equal_uses,
    check_cash_is_conserved,
    check_gap_is_explained,
    check_only_what_is_due_is_paid,
    check_phases_return_by_a_cure_alone,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("check_"))
def test_random_deals_obey_the_law(law):
    for seed in FEW:
        law(*seeded(seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_ten_thousand_random_deals_obey_all_laws(block):
    for seed in range(100 * block, 100 * block + 100):
        case = seeded_case(seed)
        flows = run(case)
        for law in LAWS:
            law(case, flows)


def test_the_random_deals_reach_every_part_of_the_language():
    seen = Counter()
    others = (seed for seed in range(len(FEW), 73) if seeded_case(seed).clock != "daily")  # of 30 steps a month: dear
    for seed in (*FEW, *others):
        case, flows = seeded(seed)
        seen.update({case.clock, case.deal.purchase, case.deal.day_count, *flows.phase})
        seen.update(step.step for steps in case.deal.priority.values() for step in steps)
        happened = {
            "early amortization": flows.early_amortization_month > 0,
            "clean-up": any(flows.sale_proceeds),
            "senior loss": flows.loss[0] > 1e-9,
            "every note whole": max(flows.loss) < 1e-9,
            "interest shortfall": any(max(row) > 0.0 for row in flows.interest_shortfall),
            "discount": flows.purchase_cost and sum(flows.purchases) > sum(flows.purchase_cost) + 1e-9,
            "opening by line": bool(case.pool.opening),
            "payment rate": case.pool.payment_rate is not None,
            "series of a trust": case.deal.trust is not None,
            "ladder": case.pool.ladder is not None,
            "pari passu": any(s.step == "pay_interest" and s.notes for s in steps_of(case.deal)),
            "two conditions": any(len(s.when) > 1 for s in steps_of(case.deal)),
            "index by month": any(not isinstance(index, float) for index in case.deal.indices.values()),
            "certificate": case.deal.notes[-1].amount == 0.0,
            "step-up": any(note.step_up for note in case.deal.notes),
            "formula": any(isinstance(x, str) for step in steps_of(case.deal) for x in step.when),
            "target formula": any(getattr(s, "until", None) for s in steps_of(case.deal)),
            "condition of a trigger": any(trigger.condition for trigger in case.deal.triggers),
            "tested after payment": any(trigger.tested == "payment" for trigger in case.deal.triggers),
            "cured phase": [rank_of(phase) for phase in flows.phase] != sorted(rank_of(phase) for phase in flows.phase),
            "received": any(u == "received" for p in flows.payments for *_, u in p.ledger),
            "paid to a party": any(u == "party" for p in flows.payments for *_, u in p.ledger),
            "call by a rule": case.deal.clean_up is not None
            and case.deal.clean_up.when is not None
            and any(flows.sold),
            "share moved": any(s.step == "transfer" and s.share for s in steps_of(case.deal)),
        }
        seen.update(name for name, is_so in happened.items() if is_so)
    expected = {"monthly", "daily", "payment_date", "each_step", "none", "ACT/365F", "ACT/360", "30/360"}
    expected |= {"revolving", "amortization", "acceleration", "event_of_default", *happened}
    expected |= {"pay_fee", "pay_interest", "cover_defaults", "top_up", "release", "transfer", "purchase"}
    assert not {name for name in expected | {"pay_principal", "pay_residual"} if seen[name] < 3}


def rank_of(phase: str) -> int:
    return PHASES.index(phase)


def steps_of(deal: Deal) -> list:
    return [step for steps in deal.priority.values() for step in steps]


def test_random_jobs_are_valid_jobs():
    targets = Counter()
    for seed in range(48):
        job = random_job(Random(seed))
        check_job(job)
        targets.update(shock.target for shock in job.scenarios[1].shocks)
    assert set(targets) == set(get_args(Target))


def no_income_leaves(deal: Deal) -> Deal:
    """The deal without fees, coupons and triggers, whose income buys or repays like principal."""
    cash = ("principal", "income")
    names = tuple(note.name for note in deal.notes if not note.residual)
    rest = [{"step": "pay_residual", "note": note.name, "source": cash} for note in deal.notes if note.residual]
    order = ({"step": "pay_principal", "notes": names, "source": cash}, *rest)
    priority = {"amortization": order}
    if deal.revolving_months > 0:
        priority["revolving"] = (Purchase(step="purchase", source=cash),)
    notes = [{"name": n.name, "share": n.share, "amount": n.amount, "residual": n.residual} for n in deal.notes]
    plain = deal.model_dump() | {
        "fees": (),
        "triggers": (),
        "clean_up": None,
        "hurdle_rate": None,
        "indices": deal.indices,  # a floating loan may follow one
        "accounts": (),
        "principal_accounts": (),
        "parties": (),
    }
    plain |= {"quantities": {}, "notes": tuple(notes), "priority": priority, "opening_cash": {}, "purchase_price": 1.0}
    return Deal.model_validate(plain | {"purchase": "payment_date" if deal.revolving_months else "none"})


@pytest.mark.parametrize("seed", SOME)
def test_nothing_goes_to_a_junior_note_before_its_seniors_are_repaid(seed):
    """In an order that repays in sequence and has neither targets nor conditions (law 3)."""
    case = seeded_case(seed)
    deal = no_income_leaves(case.deal)
    flows, dust = run(case._replace(deal=deal)), 1e-12 * case.pool.balance
    for t, phase in enumerate(flows.phase):
        for n in range(1, len(deal.notes)):
            junior = flows.principal_paid[t][n] + flows.residual_yield[t][n]
            seniors = sum(flows.note_balance[t][:n])
            assert junior <= dust or (phase != "revolving" and seniors <= dust)


@pytest.mark.parametrize("seed", SOME)
def test_more_defaults_never_help_a_note(seed):
    case = seeded_case(seed)
    deal = no_income_leaves(case.deal)
    pool = case.pool.model_copy(update={"ladder": None, "delinquent": type(case.pool.delinquent)(), "cash_rate": 0.0})
    pool = pool.model_copy(update={"eligibility": type(pool.eligibility)(), "billing": None})  # months alone
    months = base_months(deal, pool)
    lost = [[0.0] * len(row) for row in case.rates.recovery]
    rates = unconditional(months)._replace(smm=case.rates.smm, recovery=lost)
    worse = rates._replace(entry=[[min(1.0, 1.3 * p + 0.001) for p in row] for row in rates.entry])
    base, hit = (run_path(deal, pool, months, "monthly", r, None) for r in (rates, worse))
    for n in range(len(deal.notes)):
        assert hit.loss[n] >= base.loss[n] - 1e-9
