"""What goes into each account and out of it by month: the collections of a month, and the payment made from them.

On the daily and the payment-date clocks that payment falls into the next month. The accounts at a month's end are then
what the payment before left, with what the month collected, less what collections bought in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from stress.arrays import Array
from stress.assemble.priority import account_names
from stress.inputs.deal.dates import first_payment
from stress.inputs.job import Job
from stress.kernels import codes
from stress.kernels.tables import STEP, Problem

Rows = Callable[[str], Array]
"""The rows of a trace by name, (T, ...)."""
WITHIN = (codes.COVER_DEFAULTS, codes.TOP_UP, codes.RELEASE, codes.TRANSFER)
"""Steps that move cash from one account to another."""
NO_CASH = (codes.WRITE_DOWN, codes.WRITE_UP)
NOTHING = 1e-12
"""Share of the pool at closing below which cash is rounding."""


def fees_due(job: Job, so_far: Array) -> Array:
    """(month, fee) what is due of each fee: nothing before the first payment. What a path holds until then has accrued,
    and falls due with it."""
    month = np.arange(1, len(so_far) + 1)
    return np.where((month >= first_payment(job.deal))[:, None], so_far, 0.0)


def ledger_of(job: Job, problem: Problem, at: Rows) -> dict[str, tuple[tuple[str, ...], Array]]:
    """(dims, values) by name, money; of months that are data nothing moves.

    `account_opening`, `account_in`, `account_out`, `account_after` (month, account): opening + in - out = after, which
    the payment of the month leaves and the next month opens with; below 0 where a payment took what the month in which
    it is made had collected by then. Where that is the next month, `bought_in_month` and `bought_at_payment` (month,):
    what receivables cost that were bought in the month with collections, and those that its payment bought.
    """
    into, out, at_payment = _by_steps(problem, at("step_paid"))
    after = _after(job, problem, at("account_balance"), into - out)
    in_month = _in_month(problem, at("purchase_cost"), at_payment)
    into[:, codes.INCOME] += _income(problem, at)
    into[:, codes.PRINCIPAL] += _principal(problem, at)
    out[:, codes.PRINCIPAL] += in_month
    opening = np.concatenate([opening_cash(job)[None], after[:-1]])
    by_account = {"account_opening": opening, "account_in": into, "account_out": out, "account_after": after}
    bought = {"bought_in_month": in_month, "bought_at_payment": at_payment} if problem.sizes.payment_step >= 0 else {}
    return {name: (("month", "account"), array) for name, array in by_account.items()} | {
        name: (("month",), array) for name, array in bought.items()
    }


def opening_cash(job: Job) -> Array:
    """(account,) cash at closing, or at the end of the month of the job's state."""
    held = job.deal.opening_cash if job.state is None else job.state.accounts
    return np.array([held.get(name, 0.0) for name in account_names(job.deal)])


def paid_by_step(paid: Array, step_of_row: Sequence[int]) -> Array:
    """(T, step) what each step paid from all its sources, from (T, row)."""
    by_step = np.zeros((len(paid), max(step_of_row) + 1))
    for row, step in enumerate(step_of_row):
        by_step[:, step] += paid[:, row]
    return by_step


def left_by_payments(problem: Problem, held: Array, paid: Array) -> Array:
    """(T, ...) all cash of the deal less what each payment pays notes, fees and parties; purchases leave it as it is.

    `held` (T, ...): cash at the month's end, as a trace has it; `paid` (T, row, ...): by the rows of the steps. So cash
    goes with the notes after the payment and with the pool at the month's end, where that payment is made later.
    """
    if problem.sizes.payment_step < 0:
        return held
    kind = problem.contract.step[:, STEP.index("kind")]
    sign = np.where(np.isin(kind, (*WITHIN, *NO_CASH, codes.PURCHASE)), 0.0, np.where(kind == codes.RECEIVE, 1.0, -1.0))
    gained = np.tensordot(sign, paid, axes=(0, 1))
    gained[-1] = 0.0  # the last payment does not wait for another month
    return np.asarray(held + gained)


def _by_steps(problem: Problem, paid: Array) -> tuple[Array, Array, Array]:
    """(T, A) into and out of the accounts at payments, and (T,) what was bought there."""
    into, out = np.zeros((2, len(paid), problem.sizes.n_account))
    bought = np.zeros(len(paid))
    for row, step in enumerate(problem.contract.step):
        kind, source, to = (int(step[STEP.index(name)]) for name in ("kind", "source", "to"))
        if kind in WITHIN or kind == codes.RECEIVE:
            into[:, to] += paid[:, row]
        if kind != codes.RECEIVE and kind not in NO_CASH:
            out[:, source] += paid[:, row]
        if kind == codes.PURCHASE:
            bought += paid[:, row]
    return into, out, bought


def _after(job: Job, problem: Problem, held: Array, gained: Array) -> Array:
    """(T, A) cash after each payment; a trace has it at the end of the month, in which the payment may still wait."""
    if problem.sizes.payment_step < 0:
        return held
    after = held + gained
    after[-1] = held[-1]  # the last payment does not wait for another month
    return np.where(np.abs(after) < NOTHING * job.pool.balance, 0.0, after)


def _in_month(problem: Problem, cost: Array, at_payment: Array) -> Array:
    """(T,) cost of what a month bought, but for what the payments made in it did."""
    if problem.sizes.trust:
        return np.zeros_like(cost)  # its receivables join at no cost
    if problem.sizes.payment_step < 0:
        return cost - at_payment
    made = np.concatenate([[0.0], at_payment[:-1]])
    made[-1] += at_payment[-1]
    return np.asarray(cost - made)


def _income(problem: Problem, at: Rows) -> Array:
    """(T,) what a month collects for the income account."""
    if problem.sizes.trust:
        return at("series_income") + at("cash_interest")
    return at("fee_income") + at("late_charge") + at("cash_interest") - at("commingled_income")


def _principal(problem: Problem, at: Rows) -> Array:
    """(T,) what a month collects for the principal account, before anything is bought."""
    if problem.sizes.trust:
        return at("series_principal") + at("sale_proceeds")
    names = ("scheduled_principal", "prepaid", "cured_paid", "recoveries", "dilution", "sale_proceeds")
    return np.asarray(sum(map(at, names)) - at("dilution_lost") - at("commingled"))
