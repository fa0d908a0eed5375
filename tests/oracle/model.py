"""A slow model of one path, month by month and step by step, written from the accounting page alone."""

import math

from oracle.dates import accrual_fractions, first_payment
from oracle.determination import determine, pay_period
from oracle.flows import Flows, StepRecord
from oracle.formulas import Formulas
from oracle.months import Rates, base_months, index_level, unconditional
from oracle.portfolio import Portfolio
from oracle.retention import Retention
from oracle.returns import returns
from oracle.short_rate import Rate
from oracle.state import opening_state
from oracle.trust import Trust


def run_path(
    deal, pool, months, clock: str, rates: Rates, supply: list[list[float]] | None, short_rate: Rate | None = None
) -> Flows:
    """One path at given conditional rates; no supply means that it never binds."""
    return Path(deal, pool, months, clock, rates, supply, triggers=True, short_rate=short_rate).run()


def need(deal, pool, clock: str) -> list[list[float]]:
    """Face that the deterministic run buys at each step: no shocks, no triggers, all the supply it wants."""
    months = base_months(deal, pool)
    return Path(deal, pool, months, clock, unconditional(months), None, triggers=False).run().bought


class Path:
    """A path in progress."""

    def __init__(self, deal, pool, months, clock, rates, supply, triggers: bool, short_rate: Rate | None = None):
        self.short_rate = short_rate
        self.deal, self.pool, self.months, self.clock, self.rates = deal, pool, months, clock, rates
        self.supply, self.triggers = supply, triggers
        self.last = deal.legal_maturity_months
        self.fraction = accrual_fractions(deal)
        self.note_fraction = [accrual_fractions(deal, note.day_count) for note in deal.notes]
        self.first_payment = first_payment(deal)
        self.flows, self.state = Flows(), opening_state(deal, pool)
        self.portfolio = Portfolio(deal, pool, months, clock)
        self.count = self.portfolio.count
        self.recoverable: list[float] = []
        self.principal_by_step: list[tuple[int, float]] = []
        self.pending = None
        """The period determined and not paid yet."""
        self.paying = None
        """The payment that is being made."""
        self.fees_determined: list[float] | None = None
        self.formulas = Formulas(self)
        self.retention = Retention(self)
        self.trust = None if deal.trust is None else Trust(self)
        self.first_gap = self.gap()

    def run(self) -> Flows:
        for t in range(1, self.last + 1):
            self.open_month(t)
            for c in range(self.count):
                self.step(t, c)
            self.end_month(t)
        self.flows.ties = self.formulas.ties
        returns(self.deal, self.months, self.flows, self.state.original, self.pool.balance, self.short_rate)
        return self.flows

    def open_month(self, t: int) -> None:
        self.flows.open_month()
        self.flows.bought.append([0.0] * self.count)
        self.recoverable.append(0.0)
        self.month_start = self.pool_balance()
        self.state.most_idle_days = 0.0
        self.retention.open_month(t)

    def step(self, t: int, c: int) -> None:
        """Move the cohort of the step, collect, buy, and pay what is pending."""
        self.t, self.c, opening, bought = t, c, self.pool_balance(), self.flows.purchases[-1]
        self.supply_left = math.inf if self.supply is None else float(self.supply[t - 1][c])
        self.earn_cash_interest(t)
        moved = self.portfolio.move(self.rates, t, c)
        self.tally(moved, t)
        recovered = self.recovered(t) if c == self.count - 1 else 0.0
        self.flows.add("recoveries", recovered)
        if self.trust is not None:
            self.book_commingled(t, sum(out.principal for out in moved) + recovered, sum(o.fee + o.late for o in moved))
            self.trust.month(t, recovered)
        else:
            self.collect(t, sum(out.principal for out in moved) + recovered, sum(out.fee + out.late for out in moved))
        if self.buys_now(t):
            self.release_collected("principal")
            self.buy(("principal",))
        limit = self.deal.idle_cash_share * self.pool_balance() + 1e-9 * self.pool.balance
        idle = self.state.available["principal"] > limit
        self.state.idle_days = self.state.idle_days + 30.0 / self.count if idle else 0.0
        self.state.most_idle_days = max(self.state.most_idle_days, self.state.idle_days)
        if self.pending is not None and c == self.payment_step():
            pay_period(self)
        self.record(
            opening,
            self.flows.purchases[-1] - bought,
            payments=sum(out.scheduled + out.prepaid + out.cured_paid for out in moved),
            defaults=sum(out.default for out in moved),
            dilution=sum(out.dilution for out in moved),
        )

    def end_month(self, t: int) -> None:
        """Determine period t; pay it at once with the monthly clock and at legal maturity."""
        opening, bought = self.pool_balance(), self.flows.purchases[-1]
        determine(self, t)
        if self.clock == "monthly" or t == self.last:
            pay_period(self)
        self.record(opening, self.flows.purchases[-1] - bought, payments=self.flows.sold[-1])
        self.close_month()

    def payment_step(self) -> int:
        """The step of the payment day."""
        return 1 if self.clock == "payment_date" else self.deal.payment_day - 1

    # cash in

    def earn_cash_interest(self, t: int) -> None:
        """Interest on all cash at the opening of the step."""
        cash = sum(self.state.account(name) for name in self.state.accounts)
        rate = float(self.months.cash_rate[t - 1])
        if rate != 0.0:
            rate = max(0.0, rate + self.rate_shift(t))
        interest = rate / 12.0 / self.count * cash
        self.flows.add("cash_interest", interest)
        self.state.collected["income"] += interest

    def tally(self, moved, t: int) -> None:
        """Book what the segments paid and lost."""
        for s, out in enumerate(moved):
            self.recoverable[-1] += out.default * float(self.rates.recovery[t - 1][s])
            self.flows.add("defaults", out.default)
            self.flows.add("scheduled_principal", out.scheduled)
            self.flows.add("prepaid", out.prepaid)
            self.flows.add("cured_paid", out.cured_paid)
            self.flows.add("dilution", out.dilution)
            self.flows.add("dilution_unpaid", out.dilution_unpaid)
            self.flows.add("fee_income", out.fee)
            self.flows.add("late_charge", out.late)

    def recovered(self, t: int) -> float:
        """Recoveries of month t on the defaults of the months before it."""
        lags = enumerate(self.pool.recovery_lag, start=1)
        return sum(share * self.recoverable[t - lag - 1] for lag, share in lags if lag < t)

    def collect(self, t: int, principal: float, income: float) -> None:
        """Collections reach the accounts, less what the servicer has lost."""
        lost = self.book_commingled(t, principal, income)
        self.state.collected["principal"] += (1.0 - lost) * principal
        self.state.collected["income"] += (1.0 - lost) * income
        lag = round(float(self.months.lag_days[t - 1]) * self.count / 30.0)
        became_available = (1.0 - lost) * principal if self.buys_now(t) else 0.0
        self.principal_by_step.append((lag, became_available))

    def book_commingled(self, t: int, principal: float, income: float) -> float:
        """Share of a step's collections that the servicer has lost."""
        days = 30.0 * float(self.months.commingled[t - 1])
        lost = min(1.0, max(0.0, days * self.count / 30.0 - self.c))
        self.flows.add("commingled_principal", lost * principal)
        self.flows.add("commingled_income", lost * income)
        return lost

    def principal_cash(self) -> float:
        """Cash of the accounts whose cash is principal, collected and available."""
        return sum(self.state.account(name) for name in self.state.principal)

    def release_collected(self, account: str) -> None:
        """What an account has collected becomes available."""
        self.state.available[account] += self.state.collected[account]
        self.state.collected[account] = 0.0

    # purchases

    def buys_now(self, t: int) -> bool:
        """Whether collections buy at this step."""
        revolving = self.state.phase == "revolving" and t <= self.deal.revolving_months
        return self.deal.purchase == "each_step" and self.clock != "payment_date" and revolving

    def held(self) -> float:
        """Principal cash that a purchase leaves: what the purchase lag locks, or senior costs need."""
        newest = enumerate(reversed(self.principal_by_step))
        locked = sum(amount for age, (lag, amount) in newest if age < lag)
        return max(locked, self.retention.held())

    def buy(self, sources: tuple[str, ...]) -> float:
        """Buy receivables with each source in turn, leaving some principal cash; returns what was paid."""
        if self.trust is not None:
            return self.trust.reinvest(sources)
        cost = 0.0
        for source in sources:
            cash = self.state.available[source] - (self.held() if source == "principal" else 0.0)
            face = min(max(0.0, cash) / self.deal.purchase_price, self.supply_left)
            cost += self.spend((source,), self.deal.purchase_price, face)
        return cost

    def spend(self, sources: tuple[str, ...], price: float, face: float) -> float:
        """Buy of a face offered what is eligible; returns what was paid."""
        if face <= 0.0:
            return 0.0
        total = self.portfolio.buy(face, self.t, self.c)
        cost = self.state.take(sources, price * total, "purchase")
        self.state.par_gained += (1.0 - price) * total
        self.state.book_deficiency((cost if sources[0] in self.state.principal else 0.0) - total)
        self.supply_left -= total
        self.flows.add("purchases", total)
        self.flows.add("purchase_cost", cost)
        self.flows.bought[-1][self.c] += total
        return cost

    # balances and records

    def pool_balance(self) -> float:
        """Current + M1..M3 of the whole pool."""
        return self.portfolio.balance()

    def index_level(self, name: str, t: int) -> float:
        """Level of an index in a month, as the scenario moves it."""
        if self.months.index_level is None:
            level = index_level(self.deal.indices[name], t)
        else:
            level = float(self.months.index_level[t - 1][list(self.deal.indices).index(name)])
        return level + self.rate_shift(t)

    def rate_shift(self, t: int) -> float:
        """What a random short rate adds to every index in a month."""
        return 0.0 if self.short_rate is None else self.short_rate.shift[t - 1]

    def interest_left(self, n: int) -> float:
        """Interest of a note that is due and not paid."""
        if self.paying is None:
            return self.state.unpaid[n]
        return self.paying.interest_due[n] - self.paying.interest_paid[n]

    def fee_left(self, f: int) -> float:
        """What is due of a fee and not paid."""
        if self.paying is not None:
            return self.paying.fee_due[f] - self.paying.fee_paid[f]
        return self.state.fee_owed[f] + (0.0 if self.fees_determined is None else self.fees_determined[f])

    def fee_accrued(self, f: int) -> float:
        """What has accrued of a fee so far, of a period too that is determined and waits for its payment date."""
        return self.state.fee_owed[f] if self.pending is None else self.pending.fee_due[f]

    def gap(self) -> float:
        """Notes - (pool, or what is invested in a trust, + principal cash)."""
        behind = self.pool_balance() if self.trust is None else self.trust.invested
        if self.trust is not None:  # what the month has collected is still in the invested amount
            behind -= self.state.collected["principal"]
        return sum(self.state.balance) - behind - self.principal_cash()

    def record(self, opening, purchases, payments, defaults=0.0, dilution=0.0) -> None:
        """Keep what the laws are tested on."""
        state, flows = self.state, self.flows
        cash = min(min(state.available.values()), *state.collected.values())
        smallest = min(self.portfolio.smallest(), cash, *state.balance, *state.unpaid)
        flows.steps.append(StepRecord(opening, purchases, payments, defaults, dilution, self.pool_balance(), smallest))
        lost = sum(flows.defaults) + sum(flows.dilution_unpaid) + sum(flows.commingled_principal)
        good = sum(flows.recoveries) + state.applied + state.par_gained
        if self.trust is not None:
            lost, good = sum(flows.series_lost), state.applied + state.par_gained
        flows.gap.append(self.gap())
        flows.explained.append(self.first_gap + lost + state.lent - good - sum(state.written))

    def close_month(self) -> None:
        """Balances at the end of the month."""
        flows, state = self.flows, self.state
        flows.performing[-1] = self.portfolio.performing()
        flows.m1[-1], flows.m2[-1], flows.m3[-1] = (self.portfolio.late(k) for k in range(3))
        flows.m4_on[-1] = sum(self.portfolio.late(k) for k in range(3, 6))
        flows.pool_balance[-1] = self.pool_balance()
        flows.cumulative_default.append(sum(flows.defaults) / self.pool.balance)
        flows.default_stock.append((sum(flows.defaults) - sum(flows.recoveries)) / self.pool.balance)
        flows.idle_cash_days.append(state.most_idle_days)
        flows.principal_cash.append(state.account("principal"))
        flows.income_cash.append(state.account("income"))
        flows.account_balance.append([state.account(name) for name in state.accounts])
        flows.month_end_note_balance.append(list(state.balance))
        flows.month_end_deficiency.append(state.deficiency)
        if self.trust is not None:
            self.trust.record(self.t)
