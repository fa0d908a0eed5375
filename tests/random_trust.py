"""Random series of master trusts: a random deal on cards becomes one series of a trust."""

from random import Random
from typing import Any

from random_pool import flag, shares

from stress.inputs.deal import Deal
from stress.inputs.pool import Pool

OF_MONTH = ("series_income", "series_principal", "series_defaults", "shared_principal", "shared_income")
SHARES = ("seller_share", "portfolio_yield", "base_rate", "allocation_floating", "allocation_fixed")


def with_trust(rng: Random, deal: Deal, pool: Pool) -> tuple[Deal, Pool]:
    """The deal as a series of a trust, on the pool with purchases of cardholders."""
    assert pool.payment_rate is not None
    least, own = rng.choice((0.0, rng.uniform(0.0, 0.3))), rng.uniform(0.05, 0.95)
    room = pool.balance * (1.0 - least)
    others = random_series(rng, (1.0 - own) * room * 0.99, deal.legal_maturity_months)
    sizes = [note.amount if note.share is None else note.share * pool.balance for note in deal.notes]
    scale, document = own * room * 0.99 / sum(sizes), deal.model_dump(exclude_unset=True)
    for note, size in zip(document["notes"], sizes, strict=True):
        note.pop("share", None)
        note["amount"] = size * scale
    if deal.clean_up is not None and deal.clean_up.pool_factor is not None:
        document["clean_up"] = {"when": f"invested < {deal.clean_up.pool_factor} * {sum(sizes) * scale}"}
    for key in ("issue_date", "first_payment_date", "purchase_price", "retain_senior_cost"):
        document.pop(key, None)
    document["opening_cash"] = {name: cash * own / 2.0 for name, cash in deal.opening_cash.items()}
    trust: dict[str, Any] = {"seller_share": least, "series": others}
    if flag(rng, 0.5):
        trust["additions"] = rng.choice((1.0, rng.uniform(0.0, 0.2)))
    if any("cost" in series for series in others) and flag(rng, 0.7):
        trust["principal_needed"] = rng.choice(("notes", "0.3 * notes - account.principal", "1.5 * series_principal"))
    revolves = deal.revolving_months > 0
    document |= {
        "trust": trust,
        "purchase": "payment_date" if revolves else "none",
        "principal_accounts": deal.accounts[:1] if flag(rng, 0.5) else (),
        "priority": {phase: _order(rng, phase, steps) for phase, steps in document["priority"].items()},
        "triggers": tuple(_trigger(rng, trigger) for trigger in document["triggers"]),
        "quantities": deal.quantities | _own(rng, deal, others),
    }
    rate = pool.payment_rate.model_copy(
        update={"purchase_rate": rng.choice((0.0, 1.0, 1.1)) * pool.payment_rate.monthly}
    )
    return Deal.model_validate(document), pool.model_copy(update={"payment_rate": rate})


def random_series(rng: Random, room: float, last: int) -> tuple[dict[str, Any], ...]:
    """Up to three other series that rise, stay or fall."""
    count = rng.randint(0, 3)
    series = []
    for i, part in enumerate(shares(rng, count) if count else ()):
        months = sorted({1, *rng.sample(range(1, last + 1), min(2, last))})
        levels = [part * room, *(rng.choice((0.0, rng.uniform(0.0, 1.5))) * part * room for _ in months[1:])]
        cost = {"cost": rng.choice((0.0, rng.uniform(0.0, 0.5)))} if flag(rng, 0.6) else {}
        series.append({"name": f"series {i}", "invested": tuple(zip(months, levels, strict=True)), **cost})
    return tuple(series)


def _order(rng: Random, phase: str, steps: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """What is collected is reinvested: always while the deal revolves, and at times after."""
    buys = {"step": "purchase", "source": rng.choice((("principal",), ("principal", "income")))}
    if phase == "revolving":
        has = any(step["step"] == "purchase" and "principal" in step["source"] for step in steps)
        return steps if has else (*steps, buys | {"source": ("principal",)})
    if flag(rng, 0.5):
        return steps
    at = rng.randint(0, len(steps) - 1)
    return (*steps[:at], buys | {"when": f"invested < {rng.uniform(0.1, 1.0):.3f} * notes"}, *steps[at:])


def _trigger(rng: Random, trigger: dict[str, Any]) -> dict[str, Any]:
    """At times a test of what a trust has."""
    if trigger["name"] == "switch" or flag(rng, 0.5):
        return trigger
    fields = {key: trigger[key] for key in ("name", "months", "effect", "curable", "cure_months") if key in trigger}
    tests = ("mean(portfolio_yield - base_rate, 3) < 0.01", "seller_share < 0.1", "seller_interest < 0.1 * invested")
    return fields | {"condition": rng.choice(tests), "tested": rng.choice(("determination", "payment"))}


def _own(rng: Random, deal: Deal, others: tuple[dict[str, Any], ...]) -> dict[str, str]:
    """Own quantities over those of a trust."""
    quantities = {f"of_{name}": name for name in (*rng.sample(OF_MONTH, 2), *rng.sample(SHARES, 2))}
    quantities["written_off"] = f'charged_off["{rng.choice(deal.notes).name}"]'
    if others:
        quantities["of_other"] = f'series["{rng.choice(others)["name"]}"] + shared_shortfall'
    return quantities
