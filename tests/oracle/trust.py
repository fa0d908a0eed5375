"""A series of a master trust: what of a month is its own, what it takes from the seller (chapter "Master trusts")."""


def level(schedule, t: int) -> float:
    """A schedule in month t; 0 before the first month that it gives."""
    return next((amount for month, amount in reversed(schedule) if month <= t), 0.0)


def has_fallen(schedule, t: int) -> bool:
    return any(level(schedule, month) < level(schedule, month - 1) for month in range(1, t + 1))


def numerator(schedule, t: int) -> float:
    """What the principal of another series is shared out by."""
    if not has_fallen(schedule, t) or level(schedule, t) == 0.0:
        return level(schedule, t)
    first = next(month for month in range(1, t + 1) if has_fallen(schedule, month))
    return max(level(schedule, month) for month in range(1, first))


def over(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0


class Trust:
    """The trust of a path's deal."""

    def __init__(self, path) -> None:
        self.path, self.terms = path, path.deal.trust
        self.invested = sum(path.state.balance) - path.principal_cash()
        self.closing = self.numerator = self.invested
        self.principal = self.reinvested = self.portfolio_yield = self.base_rate = 0.0

    def others(self, t: int) -> float:
        return sum(level(series.invested, t) for series in self.terms.series)

    def seller(self, t: int) -> float:
        """The seller's interest."""
        return max(0.0, self.path.pool_balance() - self.invested - self.others(t))

    def month(self, t: int, recovered: float) -> None:
        """Rules 1 to 5 at the month's end: receivables, shares, allocation, additions; and 9."""
        path, flows, self.reinvested = self.path, self.path.flows, 0.0
        month_start, others = path.month_start, self.others(t)
        originations = float(path.months.originations[t - 1])
        self.grow(path.pool.payment_rate.purchase_rate * originations * month_start, t)
        self.opening, self.stood = self.invested, self.invested + path.principal_cash()
        revolves = path.state.phase == "revolving" and t <= path.deal.revolving_months
        if revolves:
            self.numerator = self.invested
        whole = max(month_start, self.invested + others)
        floating = over(self.invested, whole)
        of_others = sum(numerator(series.invested, t) for series in self.terms.series)
        fixed = over(self.numerator, max(month_start, self.numerator + of_others))
        kept = 1.0 - min(1.0, max(0.0, 30.0 * float(path.months.commingled[t - 1]) / 30.0))
        collected = flows.scheduled_principal[-1] + flows.prepaid[-1] + flows.cured_paid[-1]
        charges = flows.fee_income[-1] + flows.late_charge[-1] + recovered
        charge_off = min(self.invested, floating * flows.defaults[-1])
        principal = min(self.invested - charge_off, (floating if revolves else fixed) * collected)
        self.principal = kept * principal
        self.income, self.charge_off = floating * charges * kept, charge_off
        self.lost = charge_off + principal - self.principal
        self.invested -= self.lost
        flows.series_lost.append(self.lost)
        path.state.collected["income"] += self.income
        path.state.collected["principal"] += self.principal
        self.shared_principal = over(self.sharing(t), whole) * collected * kept
        excess = [
            over(level(series.invested, t), whole) * (charges * kept - flows.defaults[-1])
            - series.cost / 12.0 * level(series.invested, t)
            for series in self.terms.series
            if series.cost is not None
        ]
        self.shared_income = sum(max(0.0, x) for x in excess)
        self.shared_shortfall = sum(max(0.0, -x) for x in excess)
        self.floating, self.fixed = floating, fixed
        least = self.terms.seller_share
        short = (self.invested + others) / (1.0 - least) - path.pool_balance()
        self.grow(max(0.0, min(short, self.terms.additions * originations * month_start)), t)

    def sharing(self, t: int) -> float:
        """Invested amounts of the series of the group that revolve."""
        group = [series for series in self.terms.series if series.cost is not None]
        return sum(level(s.invested, t) for s in group if not has_fallen(s.invested, t))

    def grow(self, amount: float, t: int) -> None:
        """New receivables, at no cost."""
        path = self.path
        joined = path.portfolio.join(amount, t)
        path.flows.add("purchases", joined)
        path.flows.bought[-1][0] += joined

    def determine(self, cost: float) -> float:
        """Portfolio yield less base rate."""
        earned = self.income + self.path.flows.cash_interest[-1] - self.charge_off
        stands = self.stood >= 1e-3 * self.closing
        self.portfolio_yield = 12.0 * earned / self.stood if stands else 0.0
        self.base_rate = 12.0 * cost / self.stood if stands else 0.0
        return self.portfolio_yield - self.base_rate

    def take_principal(self) -> None:
        """Rule 7, and what becomes available leaves the invested amount."""
        path = self.path
        if self.terms.principal_needed is not None:
            lacks = max(0.0, path.formulas.value(self.terms.principal_needed) - self.principal)
            more = min(lacks, self.shared_principal, self.invested - self.principal)
            self.principal += more
            path.state.collected["principal"] += more
        self.invested -= self.principal

    def sell(self) -> float:
        """A call takes what is invested."""
        sold = self.invested - self.principal
        self.invested -= sold
        return sold

    def reinvest(self, sources: tuple[str, ...]) -> float:
        """Buy from the seller with each source in turn."""
        path, state, paid = self.path, self.path.state, 0.0
        for source in sources:
            room = path.pool_balance() * (1.0 - self.terms.seller_share) - self.invested - self.others(path.t)
            amount = state.take((source,), max(0.0, min(state.available[source], room)), "purchase")
            self.invested += amount
            if source not in state.principal:
                state.book_deficiency(-amount)
            paid += amount
        self.reinvested += paid
        return paid

    def quantities(self) -> dict[str, float]:
        """What belongs to the month of the determination."""
        return {
            "allocation_floating": self.floating,
            "allocation_fixed": self.fixed,
            "series_income": self.income,
            "series_principal": self.principal,
            "series_defaults": self.charge_off,
            "portfolio_yield": self.portfolio_yield,
            "base_rate": self.base_rate,
            "shared_principal": self.shared_principal,
            "shared_income": self.shared_income,
            "shared_shortfall": self.shared_shortfall,
        }

    def charged_off(self, n: int) -> float:
        """What of a note is charged off and not reimbursed."""
        balance = self.path.state.balance
        return min(balance[n], max(0.0, self.path.state.deficiency - sum(balance[n + 1 :])))

    def record(self, t: int) -> None:
        """Keep the month."""
        flows = self.path.flows
        for name, value in self.quantities().items():
            flows.of_series.setdefault(name, []).append(value)
        flows.of_series.setdefault("invested", []).append(self.invested)
        flows.of_series.setdefault("seller_interest", []).append(self.seller(t))
        flows.of_series.setdefault("reinvested", []).append(self.reinvested)
