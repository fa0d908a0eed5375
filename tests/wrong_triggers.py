"""Deals whose triggers, conditions or step-ups contradict them: what changes in the template, and what is then said."""

from collections.abc import Callable

from wrong_deals import Document, amortization, put


def limit(value: float, trigger: int = 0) -> Callable[[Document], None]:
    return put("triggers", trigger, "thresholds", [{"limit": value}])


FACTOR_ABOVE_60 = {"observable": "pool_factor", "above": 0.6}

CASES: dict[str, tuple[Callable[[Document], object], str]] = {
    "more idle days than the deal has": (
        lambda d: d["triggers"][1].update(observable="idle_cash_days", breach="above", thresholds=[{"limit": 1080.0}]),
        "can never fire: the deal has 1080 days to its legal maturity",
    ),
    "unpaid interest of a note that bears none": (put("notes", 0, "coupon", 0.0), "can never fire: note A bears no"),
    "limit as a percent": (limit(3.0), "can never be met.*did you mean 0.03"),
    "limit out of reach": (limit(1.0), "can never be met"),
    "limit always met": (limit(-0.1), "is always met"),
    "spread limit as a percent": (limit(-20.0, 1), "can never be met"),
    "tested too briefly": (
        put("triggers", 1, "thresholds", [{"from_month": 6, "to_month": 6, "limit": 0.0}]),
        "2 consecutive",
    ),
    "three-month mean too early": (
        put("triggers", 1, "thresholds", [{"from_month": 1, "to_month": 3, "limit": 0.0}]),
        "tested in 1 consecutive months",
    ),
    "tested after maturity": (
        put("triggers", 0, "thresholds", [{"from_month": 40, "limit": 0.1}]),
        "after legal maturity",
    ),
    "months in reverse": (
        put("triggers", 0, "thresholds", [{"from_month": 9, "to_month": 3, "limit": 0.1}]),
        "lies before from_month",
    ),
    "thresholds that overlap": (
        put("triggers", 0, "thresholds", [{"limit": 0.1}, {"from_month": 12, "limit": 0.2}]),
        "within or before the threshold above",
    ),
    "acceleration that changes nothing": (
        put("triggers", 0, "thresholds", [{"from_month": 13, "limit": 0.1}]),
        "changes nothing: it is tested from month 13, after the revolving period",
    ),
    "a party without a step": (lambda d: d.update(parties=["bank"]), "no step pays 'bank' or receives from it"),
    "a party that is not there": (
        put("priority", "revolving", 0, {"step": "receive", "party": "swp", "amount": 1.0, "to": "income"}),
        "party names 'swp', which does not exist",
    ),
    "two rules of a call": (put("clean_up", {"pool_factor": 0.1, "when": "notes < pool"}), "give pool_factor or when"),
    "months of a cure that never comes": (put("triggers", 0, "cure_months", 3), "cure_months = 3 needs curable"),
    "denominator of no ratio": (put("triggers", 1, "denominator", "current_pool"), "no choice of denominator"),
    "condition never true": (
        put("priority", "revolving", 2, "when", {"observable": "pool_factor", "below": 0.0}),
        "can never be met",
    ),
    "condition on a trigger that does not exist": (
        put("priority", "revolving", 2, "when", {"trigger": "excess spred"}),
        "when.trigger names 'excess spred'.*did you mean excess spread",
    ),
    "condition on a trigger that ends the phase": (
        put("priority", "revolving", 2, "when", {"trigger": "excess spread"}),
        "never runs: when 'excess spread' trips, the deal leaves the revolving phase",
    ),
    "condition on a trigger not yet tripped that ends the phase": (
        put("priority", "revolving", 2, "when", {"trigger": "excess spread", "tripped": False}),
        "always runs",
    ),
    "condition on nothing": (put("priority", "revolving", 2, "when", {}), "give observable or trigger"),
    "limit on a trigger": (
        put("priority", "revolving", 2, "when", {"trigger": "excess spread", "above": 0.1}),
        "above and below belong to an observable",
    ),
    "step-up twice": (
        put("notes", 0, "step_up", {"add": 0.01, "from_month": 13, "trigger": "excess spread"}),
        "give from_month or trigger",
    ),
    "step-up on a trigger that does not exist": (
        put("notes", 0, "step_up", {"add": 0.01, "trigger": "excess"}),
        "note A: step_up.trigger names 'excess'",
    ),
    "step-up after maturity": (
        put("notes", 0, "step_up", {"add": 0.01, "from_month": 50}),
        "note A: step_up: from_month = 50 lies after legal maturity in month 36",
    ),
    "step-up of the residual": (put("notes", 2, "step_up", {"add": 0.01, "from_month": 3}), "has no coupon"),
    "transfer of an amount and a share": (
        lambda d: amortization(d).insert(0, {"step": "transfer", "to": "principal", "amount": 1.0, "share": 0.5}),
        "give amount or share",
    ),
    "transfer of nothing": (
        lambda d: amortization(d).insert(0, {"step": "transfer", "to": "principal", "share": 0.0}),
        "moves nothing",
    ),
    "condition on both sides": (
        put("priority", "revolving", 2, "when", {"observable": "pool_factor", "below": 0.5, "above": 0.1}),
        "give above or below",
    ),
    "conditions that cannot hold at once": (
        put("priority", "revolving", 2, "when", [{"observable": "pool_factor", "below": 0.5}, FACTOR_ABOVE_60]),
        "can never hold: pool_factor above 0.6 and below 0.5 at once",
    ),
    "a condition that another implies": (
        put("priority", "revolving", 2, "when", [{"observable": "pool_factor", "above": 0.5}, FACTOR_ABOVE_60]),
        "says above twice of pool_factor",
    ),
    "a trigger tripped and not tripped": (
        lambda d: (
            d["triggers"][1].update(effect="none"),
            d["priority"]["revolving"][2].update(
                when=[{"trigger": "excess spread"}, {"trigger": "excess spread", "tripped": False}]
            ),
        ),
        "so the step never runs",
    ),
    "the second of two conditions never true": (
        put("priority", "revolving", 2, "when", [FACTOR_ABOVE_60, {"observable": "payment_rate", "above": 1.0}]),
        "can never be met",
    ),
    "interest of one and of several": (put("priority", "revolving", 2, "notes", ["A", "B"]), "give note, or notes"),
    "interest of nobody": (lambda d: d["priority"]["revolving"][2].pop("note"), "give note, or notes"),
    "interest of the residual among others": (
        lambda d: (
            d["priority"]["revolving"][2].pop("note"),
            d["priority"]["revolving"][2].update(notes=["A", "equity"]),
        ),
        "paid by pay_residual alone",
    ),
    "interest of a note twice": (
        lambda d: (d["priority"]["revolving"][2].pop("note"), d["priority"]["revolving"][2].update(notes=["A", "A"])),
        "names 'A' twice",
    ),
    "a note of size 0": (put("notes", 0, "share", 0.0), "only a residual note may have none"),
    "an index that starts late": (
        lambda d: (d.update(indices={"lpr": {"by_month": [[2, 0.03]]}}), d["notes"][0].update(index="lpr")),
        "month 1 needs a level",
    ),
    "an index that goes back": (
        lambda d: (d.update(indices={"lpr": {"by_month": [[1, 0.03], [1, 0.04]]}}), d["notes"][0].update(index="lpr")),
        "months of by_month must increase",
    ),
    "a trigger on nothing": (lambda d: d["triggers"][1].pop("observable"), "give observable, .* or condition, one of"),
    "a side beside a condition": (
        lambda d: (d["triggers"][1].pop("observable"), d["triggers"][1].update(condition="pool < 1")),
        "breach belongs to an observable; a condition says all by itself",
    ),
    "a trigger without a side": (lambda d: d["triggers"][1].pop("breach"), 'breach is missing: "above" or "below"'),
    "a trigger without a limit": (lambda d: d["triggers"][1].pop("thresholds"), "thresholds: must have at least 1"),
}
