"""A deal that contradicts itself, or is silent about money, is refused with a sentence."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tomli
from pydantic import ValidationError
from shipped import ROOT

from stress.inputs.deal import Deal, Note
from stress.inputs.deal.reading import phases, steps_of

Document = dict[str, Any]


def template() -> Document:
    return tomli.loads((ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8"))


def read(document: Document) -> Deal:
    import json

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


def limit(value: float, trigger: int = 0) -> Callable[[Document], None]:
    return put("triggers", trigger, "thresholds", [{"limit": value}])


FACTOR_ABOVE_60 = {"observable": "pool_factor", "above": 0.6}

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
        "means are taken once fees are charged",
    ),
    "fee of nothing": (
        put("fees", 0, {"name": "trustee", "base": "formula", "amount": "-0.01 * pool"}),
        "is never above 0",
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
        "account reserve: what an event of default leaves in it when all that is due is paid, no step takes",
    ),
    "reserve of which a share always stays": (
        lambda d: amortization(d)[5].update(target={"share_of_notes": 0.01, "amount": 1e6}),
        "account reserve: what the amortization phase leaves",
    ),
    "interest months of a phase that never comes": (
        lambda d: (d["triggers"].pop(), d["notes"][0].update(payment_months={"event_of_default": 3})),
        "payment_months.event_of_default: the deal is never in this phase",
    ),
    # triggers
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
    "interest of nobody": (
        lambda d: d["priority"]["revolving"][2].pop("note"),
        "give note, or notes",
    ),
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
}


def test_the_template_is_a_right_deal() -> None:
    assert read(template()).name == "NAME"


def test_the_template_names_every_key_and_word_of_the_language() -> None:
    text = (ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8")
    words = {word for word in _words(Deal.model_json_schema()) if not word.isdecimal()}
    assert len(words) > 100
    assert sorted(word for word in words if not re.search(rf"\b{re.escape(word)}\b", text)) == []


def test_what_the_template_offers_in_comments_is_right_too() -> None:
    """Each `# key = value` of a deal or a note, put in the place of what stands there."""
    text = (ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8")
    found = [tomli.loads(line[2:]) for line in text.splitlines() if re.match(r"# [a-z_]+ = ", line)]
    assert len(found) >= 11
    for offer in found:
        document = template()
        (key,) = offer
        if key == "indices":
            document["notes"][0].update(index="euribor_1m", floor=0.0, cap=0.06)
        place = (
            document["notes"][-1 if key == "discount_rate" else 0]
            if key in Note.model_fields and key != "name"
            else document
        )
        place.update(offer)
        if offer.get("step_up", {}).get("trigger"):
            document["triggers"][1]["effect"] = "none"
        read(document)


def _words(schema: Any) -> Iterator[str]:
    """Keys of tables and words of enumerations in a JSON schema."""
    if isinstance(schema, list):
        for one in schema:
            yield from _words(one)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (str(word) for word in schema.get("enum", ()))
        for one in schema.values():
            yield from _words(one)


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_deal_is_refused(name: str) -> None:
    change, said = CASES[name]
    document = copy.deepcopy(template())
    change(document)
    with pytest.raises(ValidationError, match=said):
        read(document)


def test_phases_follow_from_the_calendar_and_the_triggers() -> None:
    deal = read(template())
    assert phases(deal) == ("revolving", "amortization", "acceleration", "event_of_default")
    assert steps_of(deal, "acceleration") == steps_of(deal, "amortization")


def test_a_static_deal_without_triggers_only_amortizes() -> None:
    document = template()
    document.update(revolving_months=0, purchase="none", triggers=[])
    del document["priority"]["revolving"]
    assert phases(read(document)) == ("amortization",)


def test_a_phase_no_trigger_leads_to_is_not_asked_for_money() -> None:
    document = template()
    document["triggers"] = document["triggers"][:2]
    document["priority"]["event_of_default"] = document["priority"]["event_of_default"][:1]
    assert "event_of_default" not in phases(read(document))
