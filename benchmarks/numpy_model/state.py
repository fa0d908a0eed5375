"""A chunk of paths at one moment: balances, accounts, notes, totals; the last axis is always the path."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.numpy_model.profile import Profile, ScaledPurchases
from benchmarks.numpy_model.tables import Array, Tables

FLOWS = (
    "defaulted",
    "recovered",
    "recoverable",
    "dilution_lost",
    "commingled",
    "borrower_income",
    "cash_interest",
    "paid",
    "idle_most",
)
"""What starts each month at zero."""


class State:
    """n paths of a scenario at closing, then moved on by the other modules."""

    def __init__(self, tables: Tables, n: int, profile: Callable[[Tables, int], Profile] = ScaledPurchases) -> None:
        sizes, contract = tables.sizes, tables.contract
        notes, fees, triggers = (sizes.n_note, n), (sizes.n_fee, n), (sizes.n_trigger, n)
        self.n = n
        self.performing = np.repeat(tables.opening[:, :, 0, None], n, axis=2)
        self.late = np.repeat(tables.opening[:, :, 1:].transpose(0, 2, 1)[..., None], n, axis=3)
        self.profile = profile(tables, n)
        self.balance = np.full(n, tables.opening.sum())
        self.month_start = self.balance
        self.factor = np.zeros((sizes.n_factor, n))
        # cash
        self.account = np.repeat(contract.opening_cash[:, None], n, axis=1)
        self.income_collected, self.principal_collected = np.zeros(n), np.zeros(n)
        self.supply_left = np.zeros(n)
        self.locked, self.lock_ring = np.zeros(n), np.zeros((sizes.n_lock, n))
        self.need, self.retained = np.zeros(n), np.zeros(n)
        self.deficiency = np.zeros(n)
        # notes and fees
        self.outstanding = np.repeat(contract.original[:, None], n, axis=1)
        self.accrued, self.unpaid, self.interest_due = np.zeros(notes), np.zeros(notes), np.zeros(notes)
        self.interest_paid, self.principal_paid, self.residual_yield = np.zeros(notes), np.zeros(notes), np.zeros(notes)
        self.shortfall = np.zeros(notes, bool)
        self.first_loss = np.zeros(notes)
        self.received = np.zeros((sizes.n_month, *notes))
        self.principal_time = np.zeros(notes)
        self.fee_current, self.fee_due, self.fee_paid = np.zeros(fees), np.zeros(fees), np.zeros(fees)
        # the month and the totals
        self.defaulted, self.recovered, self.recoverable = np.zeros(n), np.zeros(n), np.zeros(n)
        self.dilution_lost, self.commingled, self.borrower_income = np.zeros(n), np.zeros(n), np.zeros(n)
        self.cash_interest, self.paid = np.zeros(n), np.zeros(n)
        self.recovery_ring: list[Array] = []
        self.default_ring: list[Array] = []
        self.total_defaulted, self.total_recovered = np.zeros(n), np.zeros(n)
        self.total_bought, self.total_income = np.zeros(n), np.zeros(n)
        self.excess = np.zeros((3, n))
        # triggers
        self.idle_days, self.idle_most = np.zeros(n), np.zeros(n)
        self.phase = np.zeros(n, np.int64)
        self.count, self.tripped_in = np.zeros(triggers, np.int64), np.zeros(triggers, np.int64)
        self.early_in = np.zeros(n, np.int64)

    def start_month(self) -> None:
        """Flows count from zero; arrays are new, so that what others keep of the last month stays."""
        self.month_start = self.balance.copy()
        for name in FLOWS:
            setattr(self, name, np.zeros(self.n))

    def book(self, change: Array, paths: slice | Array = slice(None)) -> None:
        """Move the deficiency, which stops at zero."""
        self.deficiency[paths] = np.maximum(self.deficiency[paths] + change, 0.0)


ALL = slice(None)
