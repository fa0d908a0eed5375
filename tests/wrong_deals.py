"""Deals that contradict themselves, or are silent about money: what changes in the template, and what is then said."""

import json
from collections.abc import Callable
from typing import Any

import tomli
from shipped import ROOT

from stress.inputs.deal import Deal

Document = dict[str, Any]


def template() -> Document:
    return tomli.loads((ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8"))


def read(document: Document) -> Deal:
    return Deal.model_validate_json(json.dumps(document, default=str))


def amortization(document: Document) -> list[Document]:
    return document["priority"]["amortization"]


def drop(document: Document, phase: str, **wanted: Any) -> None:
    steps = document["priority"][phase]
    kept = [step for step in steps if any(step.get(key) != value for key, value in wanted.items())]
    assert len(kept) < len(steps)
    document["priority"][phase] = kept


def put(*path: Any) -> Callable[[Document], None]:
    """Set the value at a path of keys: the last argument is the value."""

    def apply(document: Document) -> None:
        here: Any = document
        for key in path[:-2]:
            here = here[key]
        here[path[-2]] = path[-1]

    return apply


CASES: dict[str, tuple[Callable[[Document], object], str]] = {
    # names
    "note twice": (put("notes", 1, "name", "A"), "notes: 'A' is named 2 times"),
    "fee twice": (put("fees", 1, "name", "trustee"), "fees: 'trustee' is named 2 times"),
    "trigger twice": (put("triggers", 1, "name", "cumulative default"), "triggers: .* named 2 times"),
    "account that always exists": (put("accounts", ["reserve", "income"]), "'income' always exists"),
    "fee unknown": (
        put("priority", "revolving", 0, "fee", "truste"),
        r"priority.revolving\[1\] .*did you mean trustee",
    ),
    "note unknown": (put("priority", "revolving", 2, "note", "a"), r"priority.revolving\[3\] .*did you mean A"),
    "source unknown": (
        put("priority", "revolving", 2, "source", ["incom"]),
        "source names 'incom'.*did you mean income",
    ),
    "source twice": (put("priority", "revolving", 2, "source", ["income", "income"]), "names 'income' twice"),
    "index unknown": (put("notes", 0, "index", "lpr"), "note A: index names 'lpr'.*none is defined"),
    "opening cash nowhere": (put("opening_cash", {"reserv": 1.0}), "opening_cash names 'reserv'.*did you mean reserve"),
    # notes
    "residual in the middle": (lambda d: d["notes"].reverse(), "only the last note may be residual"),
    "shares above one": (put("notes", 0, "share", 0.9), r"shares .* sum to 1\.1"),
    "share and amount": (put("notes", 0, "amount", 1e6), "give share or amount"),
    "note of no size": (put("notes", 1, "share", 0.0), "note B: its size is 0"),
    "cap on a fixed coupon": (put("notes", 0, "cap", 0.05), "cap and floor need an index"),
    "residual with a coupon": (put("notes", 2, "coupon", 0.01), "a residual note has no coupon"),
    # dates
    "revolving beyond schedule": (put("revolving_months", 30), "must not exceed scheduled_months = 24"),
    "schedule beyond maturity": (put("scheduled_months", 40), "must not exceed legal_maturity_months"),
    "revolving to the end": (lambda d: d.update(revolving_months=36, scheduled_months=36), "must end before legal"),
    "closing in another age": (put("closing_date", "0019-12-31"), "between 1980 and 2200"),
    # phases and purchases
    "no amortization": (lambda d: d["priority"].pop("amortization"), "priority.amortization is missing"),
    "no revolving order": (lambda d: d["priority"].pop("revolving"), "priority.revolving is missing"),
    "revolving order of a static deal": (lambda d: d.update(revolving_months=0, purchase="none"), "never runs"),
    "empty order": (put("priority", "amortization", []), "has no steps"),
    "no purchase while revolving": (put("purchase", "none"), "must buy"),
    "purchase at dates without a step": (put("purchase", "payment_date"), "needs a purchase step"),
    "purchase after the revolving period": (
        lambda d: amortization(d).insert(0, {"step": "purchase"}),
        "only in the revolving phase",
    ),
    # steps
    "interest on the residual": (put("priority", "revolving", 2, "note", "equity"), "paid by pay_residual alone"),
    "residual step for a note": (put("priority", "revolving", -1, "note", "B"), "is not residual"),
    "principal covers itself": (put("priority", "revolving", 4, "source", ["principal"]), "cover its own deficiency"),
    "top up to nothing": (put("priority", "revolving", 5, "target", {}), "target of 'reserve' is 0"),
    "release with a source": (put("priority", "amortization", 5, "source", ["principal"]), "leave source out"),
    "fixed fee with a rate": (put("fees", 0, "base", "fixed"), "a fixed fee has an amount"),
    "rate fee with an amount": (put("fees", 0, "amount", 5.0), "has a rate, not an amount"),
    "fee by a formula with a rate": (put("fees", 0, "base", "formula"), "a fee by a formula has an amount, not a rate"),
    "fee by a formula without one": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": 5.0}),
        r"fee trustee: amount = 5.0: base = \"formula\" asks for a formula",
    ),
    "fixed fee with a formula": (
        put("fees", 0, {"name": "trustee", "base": "fixed", "amount": "0.01 * pool"}),
        "asks for a number; it is a formula where base",
    ),
    "fee of a fee below it": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": "0.1 * fee.servicer"}),
        r"fees.*trustee.*the fee 'servicer' is charged later: list it above this one",
    ),
    "fee of itself": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": "pool - fee.trustee"}),
        "the fee 'trustee' is charged later",
    ),
    "fee of excess spread": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": "excess_spread * pool"}),
        "excess_spread is known once fees are charged: a fee cannot look at it",
    ),
    "fee of a mean": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": "0.01 * mean(pool, 3)"}),
        "mean is taken once fees are charged",
    ),
    "fee of nothing": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": "-0.01 * pool"}),
        "is never above 0",
    ),
    "a target below 0": (
        lambda d: next(s for s in amortization(d) if s["step"] == "pay_principal").update({"until": "pool * (1 - 15)"}),
        r"until = .*: is never above 0, so that it holds nothing back: 1 - 15 is -14; if 15% is meant, write 1 - 0.15",
    ),
    "clean-up at once": (put("clean_up", {"pool_factor": 1.0}), "clean_up.pool_factor = 1"),
    "write-down of nobody": (
        lambda d: amortization(d).insert(4, {"step": "write_down", "notes": ["C"]}),
        r"priority.amortization\[5\] \(write_down\): note names 'C'",
    ),
    "write-down twice": (
        lambda d: amortization(d).insert(4, {"step": "write_down", "notes": ["B", "B"]}),
        "notes names 'B' twice",
    ),
    "write-down from an account": (
        lambda d: amortization(d).insert(4, {"step": "write_down", "notes": ["B"], "source": ["income"]}),
        "no cash moves; leave source out",
    ),
    "write-up of what is never written down": (
        lambda d: amortization(d).extend(
            [{"step": "write_down", "notes": ["B"]}, {"step": "write_up", "notes": ["A"]}]
        ),
        "no step writes 'A' down; there is nothing to write up",
    ),
    "write-down by a share": (
        lambda d: amortization(d).insert(4, {"step": "write_down", "notes": ["B"], "amount": "overdue_60"}),
        r"\(write_down\): amount = \"overdue_60\": is a share or rate; an amount of money is asked here",
    ),
    # silence about money
    "fee nobody pays": (lambda d: drop(d, "revolving", fee="servicer"), "fee servicer: no step of the revolving phase"),
    "fee nobody pays in default": (
        lambda d: drop(d, "event_of_default", fee="servicer"),
        "fee servicer: no step of an event of default",
    ),
    "interest nobody pays": (
        lambda d: drop(d, "revolving", step="pay_interest", note="B"),
        "note B: no step of the revolving phase pays its interest",
    ),
    "note nobody redeems": (put("priority", "amortization", 6, "notes", ["A"]), "note B: .* can repay it"),
    "note redeemed only in part": (
        put("priority", "amortization", 6, "to_balance", [[1, 1e6]]),
        "only down to a balance above 0",
    ),
    "residual nobody pays": (
        lambda d: drop(d, "amortization", step="pay_residual"),
        "note equity: .* a pay_residual step is missing",
    ),
    "reserve nobody empties": (
        lambda d: d["priority"].update(
            event_of_default=[
                {**s, "source": [a for a in s["source"] if a != "reserve"]} for s in d["priority"]["event_of_default"]
            ]
        ),
        "account reserve: receives cash that no step of an event of default ever takes",
    ),
    "principal nobody takes": (
        lambda d: d["priority"].update(
            amortization=[
                {**s, "source": [a for a in s.get("source", ["income"]) if a != "principal"] or ["income"]}
                if s["step"] != "release"
                else s
                for s in amortization(d)
            ]
        ),
        "account principal: receives cash that no step of the amortization phase",
    ),
    "reserve nothing fills": (put("accounts", ["reserve", "spare"]), "account spare: nothing fills it"),
    "step behind the residual": (
        lambda d: amortization(d).insert(-1, amortization(d).pop()),
        r"priority.amortization\[\d\] \(pay_principal\): never pays, because step \d \(pay_residual\)",
    ),
    "income left over when all is paid": (
        lambda d: amortization(d)[-1].update(source=["principal"]),
        "account income: what the amortization phase leaves in it when all that is due is paid, no step takes",
    ),
    "reserve left over in an event of default": (
        lambda d: d["priority"]["event_of_default"][-1].update(source=["principal", "income"]),
        r"account reserve: what an event of default leaves in it .* source = \[\"reserve\"\], when = \"notes < 1\"",
    ),
    "reserve of which a share always stays": (
        lambda d: amortization(d)[5].update(target={"share_of_notes": 0.01, "amount": 1e6}),
        "account reserve: what the amortization phase leaves",
    ),
    "interest months of a phase that never comes": (
        lambda d: (d["triggers"].pop(), d["notes"][0].update(payment_months={"event_of_default": 3})),
        "payment_months.event_of_default: the deal is never in this phase",
    ),
}
