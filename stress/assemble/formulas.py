"""Formulas of a deal -> rows of (what it does, of which) that the kernel computes on lanes."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from stress.assemble.calendar import calendar_of
from stress.assemble.monthly import by_month
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import indices_in, names_of, quantities_in
from stress.inputs.deal.formula_text import Node, parse
from stress.inputs.deal.formula_values import PAST
from stress.inputs.deal.formulas import quantity_of, value
from stress.inputs.deal.quantities import OBSERVABLES, QUANTITIES
from stress.kernels import codes
from stress.kernels.row_records import ROWS, Cash, Pool, Trust
from stress.kernels.tables import Contract

_SIGNS = {
    "+": codes.ADD,
    "-": codes.SUBTRACT,
    "*": codes.MULTIPLY,
    "min": codes.SMALLER,
    "max": codes.LARGER,
    "and": codes.SMALLER,
    "or": codes.LARGER,
    "<": codes.LESS,
}
_FOLDED = {"+": operator.add, "-": operator.sub, "*": operator.mul}
"""What is computed once where both sides are numbers."""
_POOL_ROWS = {
    "pool": ("balance",),
    "pool.overdue_1": ("late_1", "late_2", "late_3", "late_beyond"),
    "pool.overdue_30": ("late_2", "late_3", "late_beyond"),
    "pool.overdue_60": ("late_3", "late_beyond"),
    "pool.overdue_90": ("late_beyond",),
    "pool.month_start": ("month_start",),
    "purchased": ("total_bought",),
    "defaults": ("defaulted",),
    "recoveries": ("recovered",),
    "collected_principal": ("scheduled", "prepaid", "cured"),
    "collected_income": ("fee_income", "late_charge"),
    "commingled_principal": ("commingled",),
    "commingled_income": ("commingled_income",),
    "prepaid": ("prepaid",),
}
"""Quantities that are sums of rows of the pool."""
_CASH_ROWS = {"senior_cost": "senior_cost"}
_TRUST_ROWS = {
    "invested": "invested",
    "allocation_floating": "floating",
    "allocation_fixed": "fixed",
    "series_income": "income",
    "series_principal": "principal",
    "series_defaults": "defaulted",
    "portfolio_yield": "portfolio_yield",
    "base_rate": "base_rate",
    "shared_principal": "shared_principal",
    "shared_income": "shared_income",
    "shared_shortfall": "shared_shortfall",
}
_ONE_OF = {
    "note": codes.NOTE_BALANCE,
    "unpaid": codes.NOTE_UNPAID,
    "fee": codes.FEE_UNPAID,
    "account": codes.ACCOUNT,
    "tripped": codes.TRIPPED,
    "phase": codes.IN_PHASE,
    "index": codes.INDEX_LEVEL,
    "received": codes.RECEIVED,
    "paid": codes.PAID,
    "paid_this_year": codes.PAID_THIS_YEAR,
    "charged_off": codes.CHARGED_OFF,
}
Row = tuple[int, int]


class Programs:
    """All formulas of a deal, one after another; what stands twice is kept once."""

    def __init__(
        self,
        deal: Deal,
        cut_off: float,
        n_month: int,
        segments: Sequence[str],
        adjusted: np.ndarray | None = None,
        moved: Sequence[str] = (),
    ) -> None:
        """`moved`: own quantities that some scenario moves, which are levels beside the indices."""
        self.deal, self.cut_off, self.segments, self.names = deal, cut_off, segments, names_of(deal)
        self.rows: list[Row] = []
        self.numbers: list[float] = []
        self.schedules: list[np.ndarray] = [np.arange(1.0, n_month + 1.0)]
        self.schedule_of: dict[str, int] = {}
        self.spans: dict[tuple[Row, ...], int] = {}
        self.kept: dict[tuple[int, int, int], int] = {}
        self.at_payment = False
        self.level_of = {name: len(indices_in(deal)) + at for at, name in enumerate(moved)}
        for name, given in self.names.own.items():
            if not isinstance(given, Node):
                self.schedule_of[name] = len(self.schedules)
                self.schedules.append(by_month(given, n_month))
        for series in deal.trust.series if deal.trust is not None else ():
            self.schedule_of[f"series.{series.name}"] = len(self.schedules)
            self.schedules.append(by_month(series.invested, n_month))
        if adjusted is not None:
            self.schedule_of["pool.adjusted"] = len(self.schedules)
            self.schedules.append(adjusted)
        if ("year_fraction", "") in quantities_in(deal):
            self.schedule_of["year_fraction"] = len(self.schedules)
            self.schedules.append(calendar_of(deal).fraction)
        self.shown = [self._placed(self._of(Node("name", 0, name=name))) for name in deal.quantities]

    def add(self, text: str, at_payment: bool) -> int:
        """The number of a formula's program, used when a step runs (`at_payment`) or at a determination."""
        self.at_payment = at_payment
        return self._placed(self._of(parse(text)))

    def tables(self) -> dict[str, Any]:
        """Tables of the contract."""
        ends = np.cumsum([len(rows) for rows in self.spans], dtype=np.int64)
        return {
            "code": np.array(self.rows, np.int64).reshape(-1, 2),
            "number": np.array(self.numbers, np.float64),
            "schedule": np.array(self.schedules, np.float64),
            "formula": np.stack([ends - [len(rows) for rows in self.spans], ends], axis=1)
            .astype(np.int64)
            .reshape(-1, 2)
            if self.spans
            else np.zeros((0, 2), np.int64),
            "kept_of": np.array(list(self.kept), np.int64).reshape(-1, 3),
            "shown_of": np.array(self.shown, np.int64),
        }

    def _placed(self, rows: list[Row]) -> int:
        program = tuple(rows)
        if program not in self.spans:
            self.spans[program] = len(self.spans)
            self.rows += program
        return self.spans[program]

    def _keep(self, rows: list[Row], months: int, ago: int = 0) -> list[Row]:
        """What was at the determination, its mean, or what was so many determinations ago."""
        key = (self._placed(rows), months, ago)
        return [(codes.KEPT, self.kept.setdefault(key, len(self.kept)))]

    def _number(self, value: float) -> Row:
        if value not in self.numbers:
            self.numbers.append(value)
        return codes.NUMBER, self.numbers.index(value)

    def _of(self, tree: Node) -> list[Row]:
        """Rows of a tree, in reverse Polish order."""
        if tree.does == "number":
            return [self._number(tree.value)]
        if tree.does == "name":
            return self._name(tree)
        if tree.does == "call" and tree.name in PAST:
            later, self.at_payment = self.at_payment, False
            rows = self._of(tree.parts[0])
            self.at_payment = later
            months, ago = int(tree.parts[1].value), int(tree.name == "ago")
            return self._keep(rows, months + ago, ago)
        parts = [self._of(part) for part in tree.parts]
        if tree.does in _FOLDED and all(len(part) == 1 and part[0][0] == codes.NUMBER for part in parts):
            a, b = (self.numbers[part[0][1]] for part in parts)
            return [self._number(_FOLDED[tree.does](a, b))]
        if tree.does in (">", "<="):
            parts.reverse()
        rows = [*parts[0], *parts[1], (codes.DIVIDE, self._divisor(tree))] if tree.does == "/" else _joined(parts, tree)
        if tree.does in ("<=", ">="):
            return [self._number(1.0), *rows, (codes.SUBTRACT, 0)]
        return [self._number(1.0), *rows, (codes.SUBTRACT, 0)] if tree.does == "not" else rows

    def _divisor(self, tree: Node) -> int:
        """Of what a quotient's divisor is: what counts as 0 of money grows with the deal."""
        return codes.OF_MONEY if value(tree.parts[1], self.names).unit == "money" else 0

    def _name(self, tree: Node) -> list[Row]:
        own = self.names.own.get(tree.name) if not tree.of else None
        if own is not None and tree.name in self.level_of:
            return [(codes.INDEX_LEVEL, self.level_of[tree.name])]
        if isinstance(own, Node):
            return self._of(own)
        if own is not None:
            return [(codes.SCHEDULE, self.schedule_of[tree.name])]
        pair = quantity_of(tree)
        assert pair is not None
        name, quantity = pair
        rows = self._quantity(name, tree.of)
        return self._keep(rows, 1) if quantity.monthly and self.at_payment else rows

    def _quantity(self, name: str, of: str) -> list[Row]:
        if name == "segment":
            return [(codes.SEGMENT_BALANCE, self.segments.index(of))]
        if name in _ONE_OF:
            return [(_ONE_OF[name], list(self.names.of[QUANTITIES[name].of]).index(of))]
        if name in OBSERVABLES:
            return [(codes.OBSERVED, 3 * codes.OBSERVABLES.index(name) + codes.CUT_OFF)]
        if name in _POOL_ROWS:
            return _summed([(codes.POOL_ROW, ROWS[Pool].index(row)) for row in _POOL_ROWS[name]])
        if name in _CASH_ROWS:
            return [(codes.CASH_ROW, ROWS[Cash].index(_CASH_ROWS[name]))]
        if name in _TRUST_ROWS:
            return [(codes.TRUST_ROW, ROWS[Trust].index(_TRUST_ROWS[name]))]
        if name in ("seller_interest", "seller_share"):
            over = [] if name == "seller_interest" else [*self._quantity("pool", ""), (codes.DIVIDE, codes.OF_MONEY)]
            return [(codes.SELLER, 0), *over]
        if name == "pool.adjusted":
            return [*self._quantity("pool", ""), (codes.SCHEDULE, self.schedule_of[name]), (codes.MULTIPLY, 0)]
        if name == "year_fraction":
            return [(codes.SCHEDULE, self.schedule_of[name])]
        if name == "series":
            return [(codes.SCHEDULE, self.schedule_of[f"series.{of}"])]
        if name == "notes":
            return [(codes.ALL_NOTES, 0)]
        return [(codes.SCHEDULE, 0) if name == "month" else self._number(self.cut_off)]


def past_flows(contract: Contract) -> tuple[str, ...]:
    """What each mean and `ago` of a deal is of, in the order of a state's: "defaults" or "recoveries" where it is of
    such a flow alone, else nothing."""
    flows = {(codes.POOL_ROW, ROWS[Pool].index(_POOL_ROWS[name][0])): name for name in ("defaults", "recoveries")}
    spans = [contract.formula[formula].tolist() for formula, months, _ in contract.kept_of.tolist() if months > 1]
    return tuple(
        flows.get(tuple(contract.code[first].tolist()), "") if end == first + 1 else "" for first, end in spans
    )


def _joined(parts: list[list[Row]], tree: Node) -> list[Row]:
    """Values, each followed by what makes it one with those before."""
    sign = tree.name if tree.does == "call" else tree.does
    if sign == "if":
        return [*(row for part in parts for row in part), (codes.CHOOSE, 0)]
    if sign == "not":
        return parts[0]
    does = _SIGNS.get(sign, codes.LESS)
    return [*parts[0], *(row for part in parts[1:] for row in [*part, (does, 0)])]


def _summed(rows: list[Row]) -> list[Row]:
    return [rows[0], *(row for other in rows[1:] for row in (other, (codes.ADD, 0)))]
