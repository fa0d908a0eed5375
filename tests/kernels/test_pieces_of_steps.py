"""Steps of a priority of payments, each on its own, lane by lane (`test_without_a_compiler` runs this file)."""

from typing import Any

import numpy as np
import pytest
from hand_worked import INTEREST, RESIDUAL
from pieces import memory, plain

from stress.kernels import redemption, steps, written
from stress.kernels.codes import (
    INCOME,
    PAY_INTEREST_TOGETHER,
    PAY_PARTY,
    PAY_PRINCIPAL,
    PAY_PRO_RATA,
    PAY_RESIDUAL,
    PRINCIPAL,
    RECEIVE,
    WRITE_DOWN,
    WRITE_UP,
)
from stress.kernels.layout import LANES
from stress.kernels.records import Memory

pytestmark = plain
BOTH = ["income", "principal"]
CASH = np.arange(LANES) / 2.0
"""In the account of each lane, from 0 to 15.5."""
ACTS = (np.arange(LANES) % 4 > 0).astype(float)
REPAYS = {"step": "pay_principal", "notes": ["A", "B"], "source": BOTH}
LENT, REPAID = 1.0, -1.0
"""What a step does to the deficiency by what it pays."""


def ready(kind: int, source: int, *first: dict[str, Any]) -> tuple[Memory, int]:
    """A deal with some steps first, and where one of a kind and a source stands; the lanes that act, and 50 lacking."""
    m = memory(amortization=[*first, *INTEREST, REPAYS, *RESIDUAL])
    table = m.t.step
    rows = [x for x in range(m.p.n_step) if (table[x].kind, table[x].source) == (kind, source)]
    m.cash.mask, m.cash.deficiency, m.account[source] = ACTS, 50.0, CASH
    return m, rows[0]


def paid(m: Memory, source: int, wanted: Any, change: Any) -> None:
    """So much has left the account, on the lanes that act, and the deficiency has moved."""
    np.testing.assert_allclose(m.account[source], CASH - wanted, atol=1e-12)
    np.testing.assert_allclose(m.cash.deficiency, 50.0 + change, atol=1e-12)


TARGETS = {
    "to nothing": ({}, 0.0),
    "to a schedule": ({"to_balance": [[1, 4.0], [4, 0.0]]}, 4.0),
    "to a formula": ({"until": "0.5 * pool"}, 4.0),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("source", "change"), [(PRINCIPAL, 0.0), (INCOME, REPAID)])
def test_notes_are_repaid_one_after_another_down_to_a_target(target: str, source: int, change: float) -> None:
    """A of 5, then B of 4; principal that repays them moves no deficiency, other cash reduces it. Income comes first: a
    formula is read before it pays."""
    more, left = TARGETS[target]
    m, x = ready(PAY_PRINCIPAL, source, {**REPAYS, **more})
    m.pool.balance = 2.0 * left
    m.note[0].outstanding, m.note[1].outstanding = 5.0, 4.0
    for row in range(x - source, x + 1):
        redemption.pay_sequential(m, row, 0)
    budget = np.minimum(CASH, 9.0 - left) * ACTS
    first = np.minimum(budget, 5.0)
    for n, amount in enumerate((first, budget - first)):
        np.testing.assert_allclose(m.note[n].outstanding, (5.0, 4.0)[n] - amount, atol=1e-12)
        np.testing.assert_allclose(m.log[0, n], amount, atol=1e-12)
    paid(m, source, budget, change * budget)


@pytest.mark.parametrize(("source", "change"), [(PRINCIPAL, 0.0), (INCOME, REPAID)])
@pytest.mark.parametrize("unit", [1.0, 0.01])
def test_notes_are_repaid_by_balance_down_to_a_target(source: int, change: float, unit: float) -> None:
    """6 and 3 units, two thirds and a third of what is paid down to 2; less than a unit of money is shared too."""
    m, x = ready(PAY_PRO_RATA, source, {**REPAYS, "order": "pro_rata", "to_balance": [[1, 2.0 * unit], [4, 0.0]]})
    m.note[0].outstanding, m.note[1].outstanding = 6.0 * unit, 3.0 * unit
    redemption.pay_pro_rata(m, x, 0)
    budget = np.minimum(CASH, 7.0 * unit) * ACTS
    for n, share in enumerate((2.0 / 3.0, 1.0 / 3.0)):
        np.testing.assert_allclose(m.log[0, n], budget * share, atol=1e-12)
        np.testing.assert_allclose(m.note[n].outstanding, (6.0, 3.0)[n] * unit - budget * share, atol=1e-12)
    paid(m, source, budget, change * budget)


def test_notes_without_a_balance_take_nothing() -> None:
    for order in ("pro_rata", "sequential"):
        m, x = ready(PAY_PRO_RATA if order == "pro_rata" else PAY_PRINCIPAL, PRINCIPAL, {**REPAYS, "order": order})
        (redemption.pay_pro_rata if order == "pro_rata" else redemption.pay_sequential)(m, x, 0)
        assert (m.log[0, 0] == 0.0).all()
        paid(m, PRINCIPAL, 0.0, 0.0)


@pytest.mark.parametrize("source", [PRINCIPAL, INCOME])
def test_the_residual_note_takes_all_as_principal_first(source: int) -> None:
    """Of 4 outstanding: what it takes of principal beyond them is lacking, what of income up to them is not."""
    m, x = ready(PAY_RESIDUAL, source)
    m.note[2].outstanding = 4.0
    redemption.pay_residual(m, x, 0)
    taken = CASH * ACTS
    repaid = np.minimum(taken, 4.0)
    np.testing.assert_allclose(m.note[2].outstanding, 4.0 - repaid)
    np.testing.assert_allclose(m.log[0, 2], taken)
    paid(m, source, taken, taken - repaid if source == PRINCIPAL else -repaid)


@pytest.mark.parametrize(("source", "change"), [(PRINCIPAL, LENT), (INCOME, 0.0)])
@pytest.mark.parametrize("unit", [1.0, 0.01])
def test_interest_is_paid_together_by_what_is_due(source: int, change: float, unit: float) -> None:
    """6 and 3 units are due; principal that pays interest is lent."""
    together = {"step": "pay_interest", "notes": ["A", "B"], "source": BOTH}
    m, x = ready(PAY_INTEREST_TOGETHER, source, together)
    m.note[0].unpaid, m.note[1].unpaid = 6.0 * unit, 3.0 * unit
    steps.pay_together(m, x, 0)
    budget = np.minimum(CASH, 9.0 * unit) * ACTS
    for n, share in enumerate((2.0 / 3.0, 1.0 / 3.0)):
        np.testing.assert_allclose(m.log[0, n], budget * share, atol=1e-12)
        np.testing.assert_allclose(m.note[n].unpaid, (6.0, 3.0)[n] * unit - budget * share, atol=1e-12)
    paid(m, source, budget, change * budget)


def written_notes(kind: int, corrects: bool = False) -> tuple[Memory, int]:
    """R of 2, B of 3 and A of 5 are written down by at most 12, A up by as much; 7 of B and 1 of A have been before."""
    down, up = ({"step": f"write_{direction}", "amount": 12.0} for direction in ("down", "up"))
    m, x = ready(kind, PRINCIPAL, {**down, "notes": ["R", "B", "A"]}, {**up, "notes": ["A"], "corrects": corrects})
    for n, (stands, lost) in enumerate(((5.0, 1.0), (3.0, 7.0), (2.0, 0.0))):
        m.note[n].outstanding, m.written[n] = stands, lost
    return m, x


def test_notes_are_written_down_one_after_another_by_what_is_lacking() -> None:
    """Of 12 of the 50 that are lacking they bear all that they have, 10."""
    m, x = written_notes(WRITE_DOWN)
    written.write_down(m, x, 1)
    years = m.t.years[1].paid
    for n, amount in ((0, 5.0), (1, 3.0), (2, 2.0)):
        np.testing.assert_array_equal(m.note[n].outstanding, (5.0, 3.0, 2.0)[n] - amount * ACTS)
        np.testing.assert_array_equal(m.written[n], (1.0, 7.0, 0.0)[n] + amount * ACTS)
        np.testing.assert_allclose(m.note[n].principal_time, -amount * years * ACTS)
    np.testing.assert_array_equal(m.cash.deficiency, 50.0 - 10.0 * ACTS)
    np.testing.assert_array_equal(m.step_paid[x], 10.0 * ACTS)


def test_a_note_is_written_up_by_no_more_than_it_was_written_down_by() -> None:
    """Of 4 that came back A has 1; the other 3 stand against what is lost next."""
    m, x = written_notes(WRITE_UP)
    m.cash.deficiency, m.surplus[0] = 0.0, 4.0
    written.write_up(m, x, 1)
    np.testing.assert_array_equal(m.note[0].outstanding, 5.0 + ACTS)
    np.testing.assert_array_equal(m.written[0], 1.0 - ACTS)
    np.testing.assert_array_equal(m.surplus[0], 4.0 - ACTS)
    np.testing.assert_array_equal(m.step_paid[x], ACTS)
    assert (m.log[1, 0] == 0.0).all()


def test_what_corrects_an_estimate_is_written_up_though_nothing_came_back() -> None:
    """Of 4 a correction gives A its 1; what is lacking rises by as much."""
    m, x = written_notes(WRITE_UP, corrects=True)
    written.write_up(m, x, 1)
    np.testing.assert_array_equal(m.note[0].outstanding, 5.0 + ACTS)
    np.testing.assert_array_equal(m.cash.deficiency, 50.0 + ACTS)
    np.testing.assert_array_equal(m.step_paid[x], ACTS)


@pytest.mark.parametrize(("to", "change"), [(INCOME, 0.0), (PRINCIPAL, REPAID)])
def test_a_party_pays_in_what_its_formula_says_on_the_lanes_that_act(to: int, change: float) -> None:
    """A tenth of a pool of -4 to 11.5: nothing where that is below 0; principal that comes in lessens what lacks."""
    step = {"step": "receive", "party": "bank", "amount": "0.1 * pool", "to": BOTH[to]}
    m = memory(amortization=[step, *INTEREST, REPAYS, *RESIDUAL], parties=["bank"])
    (x,) = (x for x in range(m.p.n_step) if m.t.step[x].kind == RECEIVE)
    before = m.cash.cash_in + 0.0
    m.cash.mask, m.cash.deficiency, m.pool.balance = ACTS, 50.0, CASH - 4.0
    m.account[to], m.received[0] = CASH, 2.0
    steps.receive(m, x, 0)
    amount = np.maximum(0.1 * (CASH - 4.0), 0.0) * ACTS
    np.testing.assert_allclose(m.account[to], CASH + amount, atol=1e-12)
    np.testing.assert_allclose(m.received[0], 2.0 + amount, atol=1e-12)
    np.testing.assert_allclose(m.cash.cash_in, before + amount, atol=1e-12)
    np.testing.assert_allclose(m.cash.deficiency, 50.0 + change * amount, atol=1e-12)


def test_a_party_is_paid_from_one_source_after_another_up_to_its_amount() -> None:
    """6 in all, from income and then from principal, which lends it; on the lanes that act."""
    step = {"step": "pay_party", "party": "bank", "amount": "6", "source": BOTH}
    m = memory(amortization=[step, *INTEREST, REPAYS, *RESIDUAL], parties=["bank"])
    rows = [x for x in range(m.p.n_step) if m.t.step[x].kind == PAY_PARTY]
    before = m.cash.cash_out + 0.0
    m.cash.mask, m.cash.deficiency, m.paid[0] = ACTS, 50.0, 1.0
    m.account[INCOME], m.account[PRINCIPAL] = CASH, 4.0
    for x in rows:
        steps.pay_party(m, x, 0)
    income = np.minimum(CASH, 6.0) * ACTS
    principal = np.minimum(4.0, 6.0 - income) * ACTS
    np.testing.assert_allclose(m.account[INCOME], CASH - income, atol=1e-12)
    np.testing.assert_allclose(m.account[PRINCIPAL], 4.0 - principal, atol=1e-12)
    np.testing.assert_allclose(m.paid[0], 1.0 + income + principal, atol=1e-12)
    np.testing.assert_allclose(m.cash.cash_out, before + income + principal, atol=1e-12)
    np.testing.assert_allclose(m.cash.deficiency, 50.0 + LENT * principal, atol=1e-12)
