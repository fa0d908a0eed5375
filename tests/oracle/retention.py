"""Principal cash that purchases leave for the senior costs that the revolving priority may pay from principal."""

from oracle.accrual import fee_of_month, interest_of_month


class Retention:
    """What the month needs, and what the period determined and not paid yet still waits for."""

    def __init__(self, path):
        self.path, self.need, self.waiting, self.carried_in = path, 0.0, 0.0, 0.0
        deal = path.deal
        steps = [step for step in deal.priority.get("revolving", ()) if "principal" in step.source]
        active = deal.retain_senior_cost and deal.trust is None
        self.fees = {step.fee for step in steps if step.step == "pay_fee" and active}
        interest = [step for step in steps if step.step == "pay_interest" and active]
        self.notes = {name for step in interest for name in step.notes or (step.note,)}
        self.kept_of_income = 1.0 - sum(fee.rate for fee in deal.fees if fee.base == "interest_income")

    def open_month(self, t: int) -> None:
        """What the senior costs of month t come to, seen from its start."""
        path, self.need, self.carried_in = self.path, 0.0, 0.0
        if t > path.deal.revolving_months:
            return
        opening = t <= path.first_payment  # nothing has been paid yet
        self.carried_in = path.state.available["income"] if opening else 0.0
        at_once = path.clock == "monthly"  # in the other clocks the period before still waits for its payment date
        for n, note in enumerate(path.deal.notes):
            if note.name in self.notes:
                number = t - path.first_payment  # of the payment before
                paid_before = number > 0 and number % note.payment_months.get("revolving", 1) == 0
                carried = 0.0 if paid_before else path.state.accrued[n]
                self.need += interest_of_month(path, n, t) + carried + (path.state.unpaid[n] if at_once else 0.0)
        for f, fee in enumerate(path.deal.fees):
            if fee.name in self.fees:
                amount = 0.0 if fee.base == "formula" else fee_of_month(path, f, t, income=0.0)
                self.need += amount + (path.fee_accrued(f) if at_once or opening else 0.0)

    def short(self) -> float:
        """What the income collected since the last determination does not cover yet."""
        income = self.path.state.collected["income"] + self.carried_in
        return max(0.0, self.need - self.kept_of_income * income)

    def held(self) -> float:
        """Principal cash that a purchase must leave."""
        return self.waiting + self.short()

    def determine(self) -> None:
        """At the determination the month's need becomes what the payment waits for."""
        self.waiting, self.need = self.short(), 0.0
        self.carried_in = 0.0
