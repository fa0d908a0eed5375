"""Formulas in a random deal: targets, caps, conditions and triggers over its own quantities."""

from collections.abc import Sequence
from random import Random
from typing import Any

from random_pool import flag

from stress.inputs.deal import Deal
from stress.inputs.pool import Pool

RATIOS = (
    *("cumulative_default", "default_stock", "excess_spread", "overdue_30", "overdue_60", "overdue_90"),
    *("pool_factor", "payment_rate", "senior_shortfall", "deficiency", "notes_outstanding"),
)
MONEY = (
    *("pool", "notes", "defaults", "recoveries", "collected_principal", "collected_income", "prepaid", "senior_cost"),
    *("pool.cut_off", "pool.month_start", "purchased"),
)
LATE = ("pool.overdue_1", "pool.overdue_30", "pool.overdue_60", "pool.overdue_90")
COMMINGLED = ("commingled_principal", "commingled_income")


def with_formulas(rng: Random, deal: Deal, segments: Sequence[str]) -> Deal:
    """The deal with some of its amounts, conditions and triggers as formulas, which may look at these segments; mostly
    as it is."""
    if not flag(rng, 0.5):
        return deal
    words = _Words(rng, deal, segments)
    fees = tuple(_fee(words, i, fee) for i, fee in enumerate(deal.fees))
    priority = {phase: tuple(_step(words, step) for step in steps) for phase, steps in deal.priority.items()}
    triggers = [_trigger(words, i, trigger) for i, trigger in enumerate(deal.triggers)]
    more: dict[str, Any] = {}
    if flag(rng, 0.4):
        more["parties"] = ("outside",)
        priority = {phase: (*_outside(words), *steps) for phase, steps in priority.items()}
    if deal.clean_up is not None and flag(rng, 0.6):
        price = rng.choice((None, words.money(), f"{rng.uniform(0.8, 1.1):.4f} * pool"))
        more["clean_up"] = {"when": f"pool < {rng.uniform(0.05, 0.6):.4f} * pool.cut_off", "price": price}
    if flag(rng, 0.25):
        names = tuple(note.name for note in deal.notes)[-rng.randint(1, len(deal.notes)) :]
        priority = {phase: _written(words, names, steps) for phase, steps in priority.items()}
    document = deal.model_dump(exclude_unset=True) | {"priority": priority, "triggers": tuple(triggers), "fees": fees}
    return Deal.model_validate(document | more | {"quantities": words.own})


def with_yearly_caps(rng: Random, deal: Deal) -> Deal:
    """Sometimes fees are capped a year, one of them or two together; what exceeds that is mostly due further down."""
    fees = [fee.name for fee in deal.fees]
    if not fees or flag(rng, 0.75):
        return deal
    chosen = rng.sample(fees, min(len(fees), rng.randint(1, 2)))
    paid = " - ".join(f'paid_this_year["{name}"]' for name in chosen)
    size = rng.choice(("pool.cut_off", "pool", "pool.cut_off"))
    cap, lower = f"{rng.uniform(0.0002, 0.01):.5f} * {size} - {paid}", flag(rng, 0.8)
    more: dict[str, Any] = {"year_begins": rng.randint(1, 12)} if flag(rng, 0.5) else {}
    priority = {}
    for phase, steps in deal.priority.items():
        firsts = {name: [s.step == "pay_fee" and s.fee == name for s in steps].index(True) for name in chosen}
        capped = [s.model_copy(update={"cap": cap}) if i in firsts.values() else s for i, s in enumerate(steps)]
        rest = [{"step": "pay_fee", "fee": name} for name in chosen if lower]
        empties = ("transfer", "purchase", "pay_principal", "pay_residual")  # income, for those behind them
        behind = [i for i, s in enumerate(capped) if i > max(firsts.values()) and s.step in empties]
        place = behind[0] if behind else len(capped)
        priority[phase] = (*capped[:place], *rest, *capped[place:])
    return Deal.model_validate(deal.model_dump(exclude_unset=True) | more | {"priority": priority})


def with_hurdle(rng: Random, deal: Deal, pool: Pool) -> Deal:
    """A static deal on plain loans sometimes repays its notes down to a share of the adjusted pool."""
    plain = all(p.floating is None and p.day_count == "30/360" and p.first_period_days == 30 for p in pool.plans)
    steps = list(deal.priority.get("amortization", ()))
    free = [i for i, step in enumerate(steps) if step.step == "pay_principal" and not (step.until or step.to_balance)]
    if deal.revolving_months > 0 or pool.payment_rate is not None or not plain or not free or flag(rng, 0.2):
        return deal
    first = free[0]
    steps[first] = steps[first].model_copy(update={"until": f"{rng.uniform(0.5, 1.0):.4f} * pool.adjusted"})
    document = deal.model_dump(exclude_unset=True)
    document |= {"priority": deal.priority | {"amortization": tuple(steps)}, "hurdle_rate": rng.uniform(0.01, 0.5)}
    return Deal.model_validate(document)


class _Words:
    """Writes formulas of a unit."""

    def __init__(self, rng: Random, deal: Deal, segments: Sequence[str]) -> None:
        self.rng, self.deal = rng, deal
        self.apart = Random(repr(deal.notes))
        self.parts = [*LATE, *COMMINGLED, *(f'segment["{name}"]' for name in segments)]
        """Parts of the pool and what was months ago, drawn apart: jobs that do not look at them stay what they were."""
        self.own: dict[str, Any] = {}

    def money(self, deep: int = 2) -> str:
        rng, form = self.rng, self.rng.choice(("share", "share", "min", "max", "sum", "less", "if", "mean", "own"))
        if deep == 0 or form == "share":
            return f"{rng.uniform(0.01, 1.0):.4f} * {self.amount()}"
        if form in ("min", "max"):
            return f"{form}({self.money(deep - 1)}, {self.money(deep - 1)})"
        if form in ("sum", "less"):
            return f"({self.money(deep - 1)} {'+' if form == 'sum' else '-'} {self.money(deep - 1)})"
        if form == "if":
            return f"if({self.condition(deep - 1)}, {self.money(deep - 1)}, {self.money(deep - 1)})"
        if form == "mean":
            share, of, months = rng.uniform(0.1, 3.0), rng.choice(MONEY), rng.randint(2, 12)
            return f"{share:.4f} * {'ago' if flag(self.apart, 0.3) else 'mean'}({of}, {months})"
        name = f"own_{len(self.own)}"
        months = sorted(rng.sample(range(1, 12), 2))
        given = tuple((month, rng.uniform(0.01, 0.9)) for month in months)
        self.own[name] = given if flag(rng, 0.5) else f"-{self.share()} * -1"
        return f"{name} * {self.amount()}"

    def amount(self) -> str:
        rng, deal = self.rng, self.deal
        named = [f'note["{rng.choice(deal.notes).name}"]', f"unpaid.{rng.choice(deal.notes).name}"]
        named.append(f"account.{rng.choice(('income', 'principal', *deal.accounts))}")
        if deal.fees:
            named.append(f'fee["{rng.choice(deal.fees).name}"]')
        chosen = rng.choice((*MONEY, *named))
        return self.apart.choice(self.parts) if flag(self.apart, 0.1) else chosen

    def share(self) -> str:
        rng = self.rng
        if flag(rng, 0.5):
            return rng.choice(RATIOS)
        if flag(rng, 0.5):
            return f"mean({rng.choice(RATIOS)}, {rng.randint(2, 6)})"
        return f"({rng.choice(MONEY)} / {rng.choice(MONEY)})"

    def condition(self, deep: int = 1) -> str:
        rng, form = self.rng, self.rng.choice(("share", "share", "month", "and", "not", "tripped", "phase", "money"))
        if deep > 0 and form == "and":
            return f"({self.condition(deep - 1)} {rng.choice(('and', 'or'))} {self.condition(deep - 1)})"
        if deep > 0 and form == "not":
            return f"not ({self.condition(deep - 1)})"
        if form == "tripped":
            return 'tripped["switch"]'
        if form == "phase":
            return f"phase.{rng.choice(('revolving', 'amortization', 'acceleration'))}"
        if form == "month":
            return f"month {rng.choice(('>', '<='))} {rng.randint(1, self.deal.legal_maturity_months - 1)}"
        if form == "money":
            return f"{self.money(0)} {rng.choice(('<', '>='))} {self.money(0)}"
        return f"{self.share()} {rng.choice(('>', '<'))} {rng.uniform(0.01, 0.5):.4f}"


def _outside(words: _Words) -> tuple[dict[str, Any], ...]:
    """What a party pays and is paid, before all else."""
    rng, to = words.rng, words.rng.choice(("income", "principal", *words.deal.accounts))
    level = f"max(index.{next(iter(words.deal.indices))}, 0) * notes" if words.deal.indices else words.money()
    pays = {"step": "receive", "party": "outside", "amount": f"0.01 * {rng.choice((words.money(0), level))}", "to": to}
    source = rng.choice((("income",), ("principal", "income"), ("income", *words.deal.accounts)))
    back = rng.choice(("received.outside - paid.outside", "0.005 * pool", f"0.01 * {words.money(1)}"))
    return pays, {"step": "pay_party", "party": "outside", "amount": back, "source": source}


def _written(words: _Words, names: tuple[str, ...], steps: tuple[Any, ...]) -> tuple[Any, ...]:
    """Some notes written down, from the most junior up, and mostly up again, from the most senior down."""
    rng, extended = words.rng, list(steps)
    amount = {"amount": f"{rng.uniform(0.2, 1.0):.4f} * defaults"} if flag(rng, 0.3) else {}
    extended.insert(rng.randint(0, len(extended)), {"step": "write_down", "notes": names[::-1], **amount})
    if flag(rng, 0.7):
        back = {"amount": rng.choice((f"{rng.uniform(0.2, 1.0):.4f} * recoveries", 5.0))} if flag(rng, 0.5) else {}
        back |= {"corrects": True} if back and flag(words.apart, 0.4) else {}
        extended.insert(rng.randint(0, len(extended)), {"step": "write_up", "notes": names, **back})
    return tuple(extended)


def _step(words: _Words, step: Any) -> dict[str, Any]:
    rng, fields = words.rng, step.model_dump(exclude_unset=True)
    if step.when and flag(rng, 0.7):
        fields["when"] = (words.condition(), *fields["when"][1:]) if flag(rng, 0.5) else words.condition()
    if step.step == "pay_fee" and step.cap is not None:
        fields["cap"] = words.money()
    elif step.step == "transfer" and step.amount is not None:
        fields["amount"] = words.money()
    elif step.step in ("top_up", "release") and flag(rng, 0.6):
        fields["target"] = words.money()
    elif step.step == "pay_principal" and step.to_balance:
        del fields["to_balance"]
        fields["until"] = words.money()
    return fields


def _fee(words: _Words, i: int, fee: Any) -> dict[str, Any]:
    """A fixed fee as a formula of what is known before fees are charged, of a fee above it among others."""
    rng, deal = words.rng, words.deal
    if fee.base != "fixed" or flag(rng, 0.3):
        return fee.model_dump(exclude_unset=True)
    known = [of for of in MONEY if of != "senior_cost"]
    known += [f'fee["{above.name}"]' for above in deal.fees[:i]] * 3
    known += [f"note.{deal.notes[0].name}", f"unpaid.{deal.notes[0].name}", "account.income"]
    first, second = (f"{rng.uniform(0.0005, 0.01):.4f} * {rng.choice(known)}" for _ in range(2))
    ratio = rng.choice([of for of in RATIOS if of != "excess_spread"])
    tests = (f"{ratio} > {rng.uniform(0.01, 0.5):.4f}", "month > 3", "tripped.switch", "phase.amortization")
    amount = rng.choice(
        (f"max({first}, {second})", f"{first} - {second}", f"if({rng.choice(tests)}, {first}, {second})")
    )
    return fee.model_dump(exclude_unset=True) | {"base": "formula", "amount": amount, "rate": 0.0}


def _trigger(words: _Words, i: int, trigger: Any) -> dict[str, Any]:
    """`switch`, the last, is a formula that looks at no trigger; so are those above it."""
    rng, fields = words.rng, trigger.model_dump(exclude_unset=True)
    if flag(rng, 0.5) and trigger.effect != "none":
        fields |= {"curable": True, "cure_months": rng.randint(1, 3)}
    if flag(rng, 0.4):
        return fields
    fields = {key: fields[key] for key in ("name", "months", "effect", "curable", "cure_months") if key in fields}
    fields["tested"] = rng.choice(("determination", "payment"))
    if flag(rng, 0.5):
        above = [other.name for other in words.deal.triggers[:i]]
        seen = f' or tripped["{rng.choice(above)}"]' if above and flag(rng, 0.5) else ""
        return fields | {"condition": f"{words.share()} > {rng.uniform(0.01, 0.5):.4f}{seen}"}
    limits = ({"limit": rng.uniform(0.01, 0.5)},)
    return fields | {"observable": f"max({words.share()}, 0)", "breach": "above", "thresholds": limits}
