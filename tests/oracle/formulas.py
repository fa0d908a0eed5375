"""Formulas, slowly: the text by Python's own parser, each quantity by what the accounting page says it is."""

import ast
import math
import operator

from oracle.adjusted import adjusted_share
from oracle.observables import observe
from oracle.trust import level
from stress.inputs.deal.quantities import QUANTITIES

BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
COMPARED = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
FLOWS = {
    "defaults": ("defaults",),
    "recoveries": ("recoveries",),
    "collected_principal": ("scheduled_principal", "prepaid", "cured_paid"),
    "collected_income": ("fee_income", "late_charge"),
    "commingled_principal": ("commingled_principal",),
    "commingled_income": ("commingled_income",),
    "prepaid": ("prepaid",),
}
"""Flows of a month."""
DAYS = (1, 30, 60, 90)
PAST = ("mean", "ago")
AFTER_FEES = ("excess_spread", "excess_spread_3m", "portfolio_yield", "base_rate")
"""What fees are part of."""


class Formulas:
    """The formulas of a deal on a path: what they know of its determinations."""

    def __init__(self, path) -> None:
        self.path = path
        self.of_month: dict[str, float] = {}
        """What belongs to the month of the last determination."""
        self.past: dict[str, list[float]] = {}
        """Values at the determinations so far, by the text of what a mean is of."""
        self.month = 0
        self.tripped: dict[str, bool] = {}
        self.ties: set[int] = set()
        """Months in which a comparison looked at two values within rounding of each other."""

    def open(self, t: int) -> None:
        """What is known of the month before its fees are charged."""
        path = self.path
        self.month = t
        flows = {name: sum(getattr(path.flows, row)[-1] for row in rows) for name, rows in FLOWS.items()}
        late = {f"pool.overdue_{days}": sum(map(path.portfolio.late, range(k, 6))) for k, days in enumerate(DAYS)}
        self.of_month = {**flows, **late, **observe(path, t), "pool.month_start": path.month_start}
        if path.trust is not None:
            self.of_month |= path.trust.quantities()
        for name in AFTER_FEES:
            self.of_month.pop(name, None)

    def determine(self, t: int, observed: dict[str, float], cost: float) -> None:
        """Keep what is of the month; extend the means from the first payment's determination on."""
        path = self.path
        self.of_month |= {**observed, "senior_cost": cost}
        if path.trust is not None:
            self.of_month |= path.trust.quantities()
        if t >= path.first_payment:
            for text in means_of(path.deal):
                self.past.setdefault(text, []).append(self._value(ast.parse(text, mode="eval").body))

    def value(self, text: str) -> float:
        """A formula now."""
        return float(self._value(read(text)))

    def _value(self, node) -> float:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._quantity(ast.unparse(node), node)
            case ast.UnaryOp(op=ast.USub()):
                return -self._value(node.operand)
            case ast.UnaryOp(op=ast.Not()):
                return not self._value(node.operand)
            case ast.BoolOp():
                values = [self._value(part) for part in node.values]
                return all(values) if isinstance(node.op, ast.And) else any(values)
            case ast.Compare():
                return self._compared(node, self._value(node.left), self._value(node.comparators[0]))
            case ast.BinOp(op=ast.Div()):
                nothing = 1e-9 * (self.path.pool.balance if self._is_money(node.right) else 1.0)
                return quotient(self._value(node.left), self._value(node.right), nothing)
            case ast.BinOp():
                return BINARY[type(node.op)](self._value(node.left), self._value(node.right))
            case ast.Call():
                return self._called(node)
        raise AssertionError(ast.dump(node))

    def _compared(self, node, left: float, right: float) -> bool:
        """Whether a comparison holds; where rounding decides, the month is noted."""
        size = max(abs(left), abs(right), self.path.pool.balance if self._is_money(node) else 0.0)
        if abs(left - right) <= 1e-9 * size:
            self.ties.add(self.month)
        return COMPARED[type(node.ops[0])](left, right)

    def _is_money(self, node) -> bool:
        """Whether an expression is an amount of money, no share, count or bare number."""
        match node:
            case ast.Name() | ast.Attribute() | ast.Subscript():
                name = ast.unparse(node)
                if name in self.path.deal.quantities:
                    given = self.path.deal.quantities[name]
                    return isinstance(given, str) and self._is_money(read(given))
                row = QUANTITIES.get(name) or QUANTITIES[(node if isinstance(node, ast.Name) else node.value).id]
                return row.unit == "money"
            case ast.Compare():
                return self._is_money(node.left) or self._is_money(node.comparators[0])
            case ast.UnaryOp():
                return self._is_money(node.operand)
            case ast.BinOp(op=ast.Div()):
                return self._is_money(node.left) and not self._is_money(node.right)
            case ast.BinOp():
                return self._is_money(node.left) or self._is_money(node.right)
            case ast.Call():
                return any(self._is_money(part) for part in node.args)
        return False

    def _called(self, node) -> float:
        name = node.func.id
        if name in PAST:
            past, months = self.past.get(ast.unparse(node.args[0]), []), node.args[1].value
            if name == "ago":
                return past[-1 - months] if len(past) > months else 0.0
            return math.fsum(past[-months:]) / len(past[-months:]) if past else 0.0
        values = [self._value(part) for part in node.args]
        if name == "if_":
            return values[1] if values[0] else values[2]
        return {"min": min, "max": max}[name](values)

    def _quantity(self, name: str, node) -> float:
        path, deal, state = self.path, self.path.deal, self.path.state
        if name in self.of_month:
            return self.of_month[name]
        if name in deal.quantities:
            given, movable = deal.quantities[name], [n for n, given in deal.quantities.items() if is_movable(given)]
            if name in movable and path.months.quantity is not None:
                return float(path.months.quantity[self.month - 1][movable.index(name)])
            if isinstance(given, str):
                return self._value(read(given))
            return next((value for month, value in reversed(given) if month <= self.month), 0.0)
        if isinstance(node, ast.Name) or name in ("pool.cut_off", "pool.adjusted"):
            return {
                "pool": path.pool_balance,
                "pool.adjusted": lambda: adjusted_share(path.pool, deal.hurdle_rate, self.month) * path.pool_balance(),
                "pool.cut_off": lambda: path.pool.balance,
                "notes": lambda: sum(b for b, n in zip(state.balance, deal.notes, strict=True) if not n.residual),
                "purchased": lambda: sum(path.flows.purchases),
                "month": lambda: self.month,
                "year_fraction": lambda: path.fraction[self.month - 1],
                "invested": lambda: path.trust.invested,
                "seller_interest": lambda: path.trust.seller(self.month),
                "seller_share": lambda: quotient(
                    path.trust.seller(self.month), path.pool_balance(), 1e-9 * path.pool.balance
                ),
            }[name]()
        of = node.attr if isinstance(node, ast.Attribute) else node.slice.value
        match node.value.id:
            case "note":
                return state.balance[position(deal.notes, of)]
            case "unpaid":
                return path.interest_left(position(deal.notes, of))
            case "fee":
                return path.fee_left(position(deal.fees, of))
            case "account":
                return state.available[of]
            case "tripped":
                return state.tripped[position(deal.triggers, of)]
            case "received":
                return state.received[of]
            case "paid_this_year":
                return state.paid_this_year[of]
            case "paid":
                return state.paid[of]
            case "index":
                return path.index_level(of, self.month)
            case "phase":
                return state.phase == of
            case "series":
                return level(next(s for s in deal.trust.series if s.name == of).invested, self.month)
            case "segment":
                return path.portfolio.balance_of(position(path.pool.segments, of))
            case "charged_off":
                return path.trust.charged_off(position(deal.notes, of))
        raise AssertionError(name)


def read(text: str):
    """The tree of a formula; `if` is a word of Python."""
    return ast.parse(text.strip().replace("if(", "if_("), mode="eval").body


def is_movable(given) -> bool:
    """Whether an own quantity is a schedule or made of numbers alone, so that a scenario may move it."""
    return not isinstance(given, str) or not any(isinstance(n, ast.Name | ast.Call) for n in ast.walk(read(given)))


def quotient(a: float, b: float, nothing: float) -> float:
    """0 where the divisor is within `nothing` of 0; held within 1e9 of 0."""
    return 0.0 if abs(b) < nothing else min(1e9, max(-1e9, a / b))


def position(names, name: str) -> int:
    return [x.name for x in names].index(name)


def texts_of(deal) -> list[str]:
    """All formulas of a deal."""
    texts = [given for given in deal.quantities.values() if isinstance(given, str)]
    texts += [fee.amount for fee in deal.fees if isinstance(fee.amount, str)]
    for steps in deal.priority.values():
        for step in steps:
            parts = (getattr(step, key, None) for key in ("cap", "amount", "target", "until"))
            texts += [part for part in (*parts, *step.when) if isinstance(part, str)]
    call = deal.clean_up
    texts += [text for text in ((call.when, call.price) if call else ()) if text is not None]
    if deal.trust is not None and deal.trust.principal_needed is not None:
        texts.append(deal.trust.principal_needed)
    for trigger in deal.triggers:
        texts += [text for text in (trigger.condition, trigger.observable) if isinstance(text, str)]
    return texts


def means_of(deal) -> list[str]:
    """What means are taken of, and what `ago` looks back at, inner ones first; known by the text."""
    means: dict[str, None] = {}
    for text in texts_of(deal):
        for node in reversed(list(ast.walk(read(text)))):
            if isinstance(node, ast.Call) and node.func.id in PAST:
                means[ast.unparse(node.args[0])] = None
    return list(means)
