"""The tables of a scenario as arrays that numba takes, and the small arrays of one path."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks.numpy_model.tables import Array, Tables
from stress.kernels.codes import NO_LIMIT


class ScalarTables(NamedTuple):
    """T months, S segments, R slots, J purchase months, N notes, P fees, X steps."""

    level: Array
    """(6, T, S) of entry, three rolls, prepayment, recovery: the rate itself where `loads` is 0."""
    slope: Array
    """(6, T, S)"""
    loads: Array
    """(6,) int64"""
    factor: Array
    """(6,) int64"""
    cholesky: Array
    chain: Array
    """(3,): phi, shift and gain of the first month."""
    month: Array
    supply: Array
    """(T,)"""
    opening: Array
    """(S, 4)"""
    open_profile: Array
    """(2, S, R)"""
    new_profile: Array
    """(J, 2, S, R)"""
    mix: Array
    """(J, S)"""
    lag: Array
    late_charge: Array
    accrual: Array
    fee_rate: Array
    discount: Array
    years: Array
    step: Array
    cap: Array
    """(X,)"""
    member: Array
    phase: Array
    trigger: Array
    threshold: Array
    payable: Array
    fee_base: Array
    fee_carry: Array
    senior_fee: Array
    senior_note: Array
    original: Array
    residual: Array
    guess: Array
    scalars: Array
    opening_cash: Array
    n_revolving: int
    interest_on_unpaid: int


def record(fields: NamedTuple) -> Array:
    """One record with the arrays inside: numba then passes a pointer, not some forty array descriptors a call."""
    layout = [(name, np.asarray(v).dtype, np.shape(v)) for name, v in fields._asdict().items()]
    row = np.zeros(1, dtype=layout)
    for name, value in fields._asdict().items():
        row[name] = value
    return row


class Path(NamedTuple):
    """Small arrays of the path at hand, overwritten from path to path."""

    alive: Array
    late: Array
    """(S, 3)"""
    slot: Array
    """(2, S, R) principal and fee by months ahead; slot 0 unused."""
    rate: Array
    """(6, S)"""
    z: Array
    account: Array
    note: Array
    """(N_ROW, N), see the indices below."""
    fee: Array
    """(3, P): current, due, paid."""
    recoverable: Array
    """(T,)"""
    count: Array
    """(G,)"""
    x: Array
    """Amounts of the path, see the indices below."""
    received: Array
    """(T, N)"""


OUTSTANDING, ACCRUED, UNPAID, INTEREST_DUE, INTEREST_PAID, PRINCIPAL_PAID, YIELD_PAID, SHORT, TIME, N_ROW = range(10)
(
    BALANCE,
    START,
    INCOME,
    PRINCIPAL,
    DEFICIENCY,
    NEED,
    RETAINED,
    SUPPLY,
    IDLE,
    PHASE,
    EARLY,
    DEFAULTED,
    RECOVERED,
    LOST,
    BORROWER,
    CASH_INTEREST,
    TOTAL_DEFAULTED,
    TOTAL_RECOVERED,
    TOTAL_BOUGHT,
    TOTAL_INCOME,
    EXCESS,
    N_X,
) = range(22)


def scalar_tables(tables: Tables) -> ScalarTables:
    """From the tables of the NumPy model. Monthly clock, no purchase lag, no clean-up, unlimited segments only."""
    sizes, contract = tables.sizes, tables.contract
    capped = bool((contract.step_value[contract.step[:, 0] == 0, 0] < NO_LIMIT).any())
    conditional = bool((contract.step[:, 4] >= 0).any())
    other_pool = sizes.n_cohort != 1 or sizes.n_lock != 1 or sizes.limits or not sizes.ladder
    if capped or conditional or other_pool or contract.deal[1] > 0.0:
        raise NotImplementedError("the scalar reference runs the monthly clock of the 24-month deal")
    slots = min(sizes.longest + 2, tables.open_profile.shape[2])
    links = (tables.entry, *tables.roll, tables.prepayment, tables.recovery)
    level = np.stack([np.broadcast_to(link.level[:, :, 0], (sizes.n_month, sizes.n_segment)) for link in links])
    slope = np.stack([np.zeros_like(level[0]) if link.slope is None else link.slope[:, :, 0] for link in links])
    return ScalarTables(
        level=level,
        slope=slope,
        loads=np.array([link.slope is not None for link in links], np.int64),
        factor=np.array([link.factor for link in links], np.int64),
        cholesky=tables.cholesky.copy(),
        chain=np.array([tables.phi, tables.start[0], tables.start[1]]),
        month=tables.month.copy(),
        supply=tables.supply[:, 0].copy(),
        opening=tables.opening[0].copy(),
        open_profile=tables.open_profile[..., :slots].copy(),
        new_profile=tables.new_profile[..., :slots].copy(),
        mix=tables.mix[:, :, 0].copy(),
        lag=tables.lag,
        late_charge=tables.late_charge,
        accrual=tables.accrual.copy(),
        fee_rate=tables.fee_rate.copy(),
        discount=tables.discount.copy(),
        years=tables.years,
        step=contract.step,
        cap=contract.step_value[:, 0].copy(),
        member=contract.member,
        phase=contract.phase,
        trigger=contract.trigger,
        threshold=contract.threshold,
        payable=contract.payable,
        fee_base=contract.fee_base,
        fee_carry=contract.fee_carry,
        senior_fee=contract.senior_fee,
        senior_note=contract.senior_note,
        original=contract.original,
        residual=contract.residual,
        guess=contract.guess[0],
        scalars=contract.deal,
        opening_cash=contract.opening_cash,
        n_revolving=sizes.n_revolving,
        interest_on_unpaid=sizes.interest_on_unpaid,
    )


def path_of(tables: ScalarTables) -> Path:
    """Room for one path."""
    n_month, n_segment = tables.level.shape[1:]
    n_note, n_fee = len(tables.original), len(tables.fee_base)
    return Path(
        alive=np.zeros(n_segment),
        late=np.zeros((n_segment, 3)),
        slot=np.zeros_like(tables.open_profile),
        rate=np.zeros((6, n_segment)),
        z=np.zeros(len(tables.cholesky)),
        account=np.zeros(len(tables.opening_cash)),
        note=np.zeros((N_ROW, n_note)),
        fee=np.zeros((3, n_fee)),
        recoverable=np.zeros(n_month),
        count=np.zeros(len(tables.trigger)),
        x=np.zeros(N_X),
        received=np.zeros((n_month, n_note)),
    )
