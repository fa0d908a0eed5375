"""Parts of a deal of AbsBox: what each becomes here, and the line that tells what could not be carried."""

import datetime
from typing import Any

import pytest
from absbox_deals import deal_of

from stress.foreign.absbox import Imported, convert

SERVICER = {"servicer": {"type": {"annualPctFee": [("poolBalance",), 0.01]}}}
THIN = {"condition": [("poolFactor",), "<", 0.2], "effects": ("newStatus", "Accelerated")}


def changed(*changes: tuple[str, Any], first: list[Any] | None = None) -> Imported:
    """The static deal with values put at dotted places, and with actions before all others."""
    deal = deal_of("static_cdr0")
    for place, value in changes:
        *way, last = place.split(".")
        part: Any = deal
        for key in way:
            part = part[int(key) if isinstance(part, list) else key]
        part[int(last) if isinstance(part, list) else last] = value
    deal["waterfall"]["amortizing"][:0] = first or []
    return convert(deal)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("dates.cutoff", "2022-01-15", "dates.cutoff 2022-01-15: collection periods are whole months here: the pool is "
                                       "taken as of 2021-12-31"),
        ("dates.poolFreq", "QuarterEnd", "dates.poolFreq 'QuarterEnd': collections are by month end here"),
        ("dates.firstPay", "2022-02-21", "dates.firstPay 2022-02-21: is not day 20 of a month"),
        ("waterfall.revolving", [["buyAsset", ["Current|Defaulted", 1.0, 0], "acc", None]],
         "waterfall 'revolving': no trigger ends it at a date"),
        ("accounts.acc.interest", {"fix": 0.01}, "accounts.acc.interest"),
        ("accounts.spare", {"balance": 0, "type": {"allReserve": 5}}, "accounts.spare: allReserve target 5"),
        ("accounts.spare", {"balance": 0}, "accounts.spare: no target"),
        ("accounts.spare", {"balance": 0, "type": {"fixReserve": 5}},
         "accounts.spare: no step that is carried fills it"),
        ("trigger", {"AfterCollect": {"t": {**THIN, "condition": [("bondBalance", "Z"), ">", 5]}}},
         "trigger AfterCollect.t: [('bondBalance', 'Z'), '>', 5] -> ['newStatus', 'Accelerated']"),
        ("bonds.A.bondType", {"Lockout": "2022-06-20"},
         "bonds.A.bondType {'Lockout': '2022-06-20'}: it is repaid as the waterfall says"),
        ("bonds.A.rateType", {"interim": 1},
         "bonds.A.rateType {'interim': 1}: its present rate 0.035 stands as a fixed coupon"),
        ("collect", [["CollectedCash", "acc"], ["CollectedRecoveries", "other"]],
         "collect 'Recoveries': comes with principal here, not to 'other'"),
        ("pool.assets.0", "Loan", "pool.assets[0]: is not [kind, description, status]"),
        ("pool.assets.0.1.freq", "Quarterly", "pool.assets[0]: paid Quarterly: loans here pay monthly"),
        ("pool.assets.0.2.status", ("Defaulted", None),
         "pool.assets[0]: status ('Defaulted', None): only what performs is carried"),
        ("pool.assets.0.1.feeRate", ["floater", 0.006],
         "pool.assets[0]: rate ['floater', 0.006]: only fixed rates are carried"),
        ("pool.assets.0.1.originDate", "2023-01-05", "pool.assets[0]: next due in month 14 from the cut-off: must be 1 "
                                                     "to 12"),
        ("fees", {"audit": {"type": {"recurFee": [["DayOfWeek", 1], 5]}}},
         "fees.audit: recurFee [['DayOfWeek', 1], 5]: the dates ['DayOfWeek', 1] have no word here"),
        ("fees", {"late": {"type": {"customFee": [["2030-01-01", 5]]}}},
         "fees.late: customFee [['2030-01-01', 5]]: falls due after legal maturity"),
    ],
)  # fmt: skip
def test_what_a_part_cannot_be_here_is_told(place: str, value: Any, message: str) -> None:
    changes = [(place, value)]
    if place.startswith("pool."):  # the pool is to be of the notes' size without the asset
        changes.append(("pool.assets.1.2.currentBalance", 5e5))
    assert message in changed(*changes).left


def test_a_waterfall_of_no_phase_here_is_told_if_it_does_anything() -> None:
    assert any("'endOfCollection': 1 actions" in line for line in changed(("waterfall.endOfCollection", [["x"]])).left)
    assert not any("endOfCollection" in line for line in changed(("waterfall.endOfCollection", [])).left)


def test_dates_that_say_no_first_payment_leave_it_to_the_payment_day() -> None:
    deal = deal_of("static_cdr0")
    assert convert(deal).deal.first_payment_date == datetime.date(2022, 2, 20)
    del deal["dates"]["firstPay"]
    imported = convert(deal)
    assert imported.deal.first_payment_date is None
    assert not any("firstPay" in line for line in imported.left)


def test_a_pool_taken_within_a_month_is_taken_as_of_the_month_end_before() -> None:
    assert changed(("dates.cutoff", "2022-01-15")).deal.closing_date == datetime.date(2021, 12, 31)
    assert changed(("dates.cutoff", "2021-12-31")).deal.closing_date == datetime.date(2021, 12, 31)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (["payInt", "acc", ["A"], {"limit": {"balPct": 0.5}}], "a limit of interest has no word here"),
        (["payPrin", "acc", ["A"], {"formula": ("poolWaRate",)}], "'poolWaRate' has no word here"),
        (
            ["payPrin", "acc", ["A"], {"formula": "poolBalance"}],
            "'poolBalance' stands alone: AbsBox writes ('poolBalance',)",
        ),
        (["payPrin", "acc", ["A"], {"support": ["facility", "bank"]}], "support by a facility has no word here"),
        (["If", ["isPaidOff", "A"], ["payPrin", "acc", ["B"]]], "['isPaidOff', 'A'] has no word here"),
        (["settleSwap", "acc", "swap9"], "names swap9, which the deal does not have"),
        (["liqRepay", "bal", "acc", "bank"], "no such step here"),
        ("payFee", "'payFee': is not an action"),
        (["payFee", "acc"], "is not laid out as AbsBox lays it out"),
        (["If", [">", "2022-13-01"], ["payPrin", "acc", ["B"]]], "lays it out: month must be in 1..12"),
        (["IfElse", [">", "2022-10-01"], [["payPrin", "acc", ["B"]]]], "is not laid out as AbsBox lays it out"),
        (["payPrin", "acc", ["A"], {"limit": {"balPrd": 5}}], "limit 'balPrd' has no word here"),
        (["payFee", "acc", ["x", "y"], {"limit": {"balPct": 0.5}}], "a limit of several fees together has no word"),
        (["payPrin", "acc", ["SUB"], {"limit": {"balPct": 0.5}}], "a limit of the residual note has no word here"),
        (["payIntResidual", "acc", "A"], "names A, which the deal does not have"),
        (["transfer", "acc", "acc"], "moves cash within one account here"),
        (["payPrin", "acc", ["A"], {"formula": None}], "names None, which the deal does not have"),
        (["payPrin", "acc", ["A"], {"formula": ("feeDue", "x")}], "names fee 'x', which the deal does not have"),
        (["payPrin", "acc", ["A"], {"formula": ("feeDue",)}], "a sum of nothing has no word here"),
        (["If", [("trigger", "AfterCollect", "t"), True], ["payPrin", "acc", ["A"]]], "names trigger 't', which the"),
        (["If", [("rateTest", "x"), True], ["payPrin", "acc", ["A"]]], "'rateTest' has no word here"),
    ],
)
def test_an_action_without_a_word_here_is_told_with_its_place(action: Any, said: str) -> None:
    deal = deal_of("static_cdr0")
    deal["waterfall"]["amortizing"].insert(0, action)
    lines = [line for line in convert(deal).left if line.startswith("waterfall 'amortizing'[0]")]
    assert len(lines) == 1
    assert said in lines[0]


def divided(*first: list[Any], reserve: Any = None, rest: Any = ("payPrinResidual", "prin", ["SUB"])) -> Imported:
    """A deal whose principal goes to an account of its own; a reserve with a target, filled and released."""
    accounts = {"acc": {"balance": 0}, "prin": {"balance": 0}}
    turns: list[Any] = []
    if reserve is not None:
        accounts["reserve"] = {"balance": 0, "type": reserve}
        turns = [["transfer", "acc", "reserve", {"reserve": "gap"}], ["payIntResidual", "reserve", "SUB"]]
    interest = [["accrueAndPayInt", "acc", ["A", "B", "M"]], *turns]
    principal = [["payPrin", "prin", ["A", "B", "M"]], rest]
    steps = [*first, *interest, *principal, ["payIntResidual", "acc", "SUB"]]
    collect = [["CollectedInterest", "acc"], ["CollectedPrincipal", "prin"], ["CollectedRecoveries", "acc"]]
    return changed(("accounts", accounts), ("collect", collect), ("waterfall", {"amortizing": steps}))


def test_accounts_of_income_and_of_principal_stay_apart() -> None:
    imported = divided()
    steps = imported.deal.priority["amortization"]
    assert [(step.step, step.source) for step in steps] == [
        ("pay_interest", ("income",)),
        ("pay_principal", ("principal",)),
        ("pay_residual", ("principal",)),
        ("pay_residual", ("income",)),
    ]
    assert "collect 'Recoveries': comes with principal here, not to 'acc'" in imported.left


@pytest.mark.parametrize(
    ("reserve", "target"),
    [
        ({"fixReserve": 7_000}, {"amount": 7_000.0}),
        ({"targetReserve": [("poolBalance",), 0.01]}, {"share_of_pool": 0.01}),
        ({"targetReserve": [("bondBalance",), 0.02]}, {"share_of_notes": 0.02}),
        ({"targetReserve": [("bondBalance", "A"), 0.02]}, "0.02 * note.A"),
        ({"targetReserve": [("max", ("poolBalance",), ("const", 5))]}, "max(pool, 5)"),
        ({"min": [{"fixReserve": 9}, {"targetReserve": [("originalBondBalance",), 0.5]}]}, "min(9, 0.5 * 1000000)"),
        ({"when": [[("poolFactor",), "<", 0.5], {"fixReserve": 1}, {"fixReserve": 2}]}, "if(pool_factor < 0.5, 1, 2)"),
    ],
)
def test_a_reserve_has_the_target_that_its_account_says(reserve: Any, target: Any) -> None:
    (step,) = (step for step in divided(reserve=reserve).deal.priority["amortization"] if step.step == "top_up")
    assert (step.target.model_dump(exclude_defaults=True) if isinstance(target, dict) else step.target) == target


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ([{"balPct": 0.25}], {"share": 0.25}),
        ([{"formula": ("accountBalance", "prin")}], {"amount": "account.principal"}),
        ([{"formula": ("accountBalance",)}], {"amount": "(account.income + account.principal)"}),
    ],
)
def test_cash_moves_between_accounts_in_part(how: list[Any], expected: dict[str, Any]) -> None:
    step = divided(["transfer", "prin", "acc", *how]).deal.priority["amortization"][0]
    assert (step.step, step.source, step.to) == ("transfer", ("principal",), "income")
    assert {key: getattr(step, key) for key in expected} == expected


def test_cash_moves_between_accounts_whole_unless_a_limit_is_given() -> None:
    step = divided(rest=["transfer", "prin", "acc"]).deal.priority["amortization"][2]
    assert (step.step, step.source, step.to, step.share, step.amount) == (
        "transfer", ("principal",), "income", None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("test", "when"),
    [
        (["not", [("poolFactor",), "<", 0.5]], "not (pool_factor < 0.5)"),
        (["status", "Accelerated"], "phase.acceleration"),
        ([("status", "Amortizing"), True], "phase.amortization"),
        ([("trigger", "AfterCollect", "thin"), True], "tripped.thin"),
        ([("trigger", "AfterCollect", "thin"), False], "not tripped.thin"),
        (["<=", "2022-06-20"], "month <= 4"),
        ([("feeDue", "servicer"), ">", 10], "fee.servicer > 10"),
        ([("feeDue",), ">", 10], "fee.servicer > 10"),
    ],
)
def test_conditions_are_ours_in_our_words(test: list[Any], when: str) -> None:
    steps = [["payFee", "acc", ["servicer"]], ["If", test, ["payPrin", "acc", ["B"]]]]
    imported = changed(("fees", SERVICER), ("trigger", {"AfterCollect": {"thin": THIN}}), first=steps)
    assert imported.deal.priority["amortization"][1].when == (when,)


def test_a_share_of_principal_leaves_the_rest_of_the_note() -> None:
    imported = changed(first=[["payPrin", "acc", ["A"], {"limit": {"balPct": 0.25}}]])
    assert imported.deal.priority["amortization"][0].until == "0.75 * (note.A)"


def test_interest_that_accrues_by_itself_has_no_step() -> None:
    plain = changed()
    assert changed(first=[["calcInt", ["A"]], ["calcFee", ["x"]]]) == plain


def test_support_of_several_accounts_pays_in_their_order() -> None:
    support = {"support": ["support", ["account", "reserve"], ["account", "prin"]]}
    imported = divided(["accrueAndPayInt", "acc", ["A"], support], reserve={"fixReserve": 7_000})
    assert imported.deal.priority["amortization"][0].source == ("income", "reserve", "principal")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("annualPctFee", [("bondBalance", "A"), 0.012], "0.012 / 12 * note.A"),
        ("recurFee", ["QuarterEnd", 30], [(3, 30.0), (6, 60.0), (9, 90.0), (12, 120.0), (15, 150.0), (18, 180.0)]),
        ("recurFee", ["YearFirst", 30], [(12, 30.0)]),
    ],
)
def test_a_fee_is_due_when_and_on_what_it_says(kind: str, value: Any, expected: Any) -> None:
    deal = changed(("fees", {"agent": {"type": {kind: value}}}), first=[["payFee", "acc", ["agent"]]]).deal
    assert (deal.fees[0].amount if deal.fees else list(deal.quantities["due_agent"])) == expected


SPARE = ("accounts.spare", {"balance": 0, "type": {"fixReserve": 5}})
BARE = ("accounts.spare", {"balance": 0})
UNPAID = ("fees", SERVICER)
GONE = "which the deal does not have or is left out"


def of(*parts: Any) -> tuple[str, Any]:
    """An accelerating trigger on a test of a formula."""
    return "trigger", {"AfterCollect": {"t": {**THIN, "condition": [parts, ">", 5]}}}


@pytest.mark.parametrize("spare", [SPARE, BARE])
@pytest.mark.parametrize(
    ("changes", "first", "message"),
    [
        ([], ["payPrin", "acc", ["A"], {"formula": ("accountBalance", "spare")}], f"names account 'spare', {GONE}"),
        ([], ["If", [("accountBalance", "spare"), ">", 5], ["payPrin", "acc", ["A"]]],
         f"names account 'spare', {GONE}"),
        ([of("accountBalance", "spare")], None, "trigger AfterCollect.t: [('accountBalance', 'spare'), '>', 5] -> "),
        ([("fees", {"x": {"type": {"pctFee": [("accountBalance", "spare"), 0.1]}}})], ["payFee", "acc", ["x"]],
         f"fees.x: pctFee [('accountBalance', 'spare'), 0.1]: names account 'spare', {GONE}"),
        ([("accounts.res", {"balance": 0, "type": {"targetReserve": [("accountBalance", "spare"), 2]}})],
         ["transfer", "acc", "res", {"reserve": "gap"}],
         "accounts.res: targetReserve target [('accountBalance', 'spare'), 2]"),
        ([("rateSwap", {"s": {"pair": (0.03, 0.04), "base": {"formula": ("accountBalance", "spare")}}})],
         ["settleSwap", "acc", "s"], f"rateSwap.s: names account 'spare', {GONE}"),
    ],
)  # fmt: skip
def test_what_names_an_account_that_no_step_fills_is_told_and_the_deal_is_carried(
    spare: tuple[str, Any], changes: list[tuple[str, Any]], first: Any, message: str
) -> None:
    imported = changed(spare, *changes, first=[first] if first else None)
    assert any(message in line for line in imported.left)
    assert sum(line.startswith("accounts.spare: no ") for line in imported.left) == 1
    assert "spare" not in str(imported.deal)


@pytest.mark.parametrize(
    ("changes", "first", "message"),
    [
        ([UNPAID], ["payPrin", "acc", ["A"], {"formula": ("feeDue", "servicer")}], f"names fee 'servicer', {GONE}"),
        ([UNPAID, of("feeDue", "servicer")], None, "trigger AfterCollect.t: [('feeDue', 'servicer'), '>', 5] -> "),
        ([("fees", SERVICER | {"x": {"type": {"pctFee": [("feeDue", "servicer"), 0.5]}}})], ["payFee", "acc", ["x"]],
         f"fees.x: pctFee [('feeDue', 'servicer'), 0.5]: names fee 'servicer', {GONE}"),
        ([("fees", {"servicer": {"type": {"pctFee": [("poolWaRate",), 0.5]}},
                    "x": {"type": {"pctFee": [("feeDue", "servicer"), 0.5]}}})], ["payFee", "acc", ["x"]],
         f"fees.x: pctFee [('feeDue', 'servicer'), 0.5]: names fee 'servicer', {GONE}"),
        ([("fees", {"servicer": {"type": {"pctFee": [("feeDue", "servicer"), 0.5]}}})], ["payFee", "acc", ["servicer"]],
         f"fees.servicer: pctFee [('feeDue', 'servicer'), 0.5]: names fee 'servicer', {GONE}"),
        ([UNPAID, ("accounts.servicer", {"balance": 0, "type": {"fixReserve": 5}})],
         ["payPrin", "acc", ["A"], {"formula": ("feeDue", "servicer")}], f"names fee 'servicer', {GONE}"),
    ],
)  # fmt: skip
def test_what_names_a_fee_that_no_step_pays_is_told_and_the_deal_is_carried(
    changes: list[tuple[str, Any]], first: Any, message: str
) -> None:
    imported = changed(*changes, first=[first] if first else None)
    assert any(message in line for line in imported.left)
    assert "servicer" not in str(imported.deal)


def test_a_fee_that_looks_at_one_below_it_is_charged_after_it() -> None:
    fees = {"admin": {"type": {"pctFee": [("feeDue", "trustee"), 0.5]}},
            "trustee": {"type": {"pctFee": [("feeDue", "servicer"), 0.5]}}, **SERVICER}  # fmt: skip
    imported = changed(("fees", fees), first=[["payFee", "acc", ["admin", "trustee", "servicer"]]])
    assert [fee.name for fee in imported.deal.fees] == ["servicer", "trustee", "admin"]
    assert [fee.amount for fee in imported.deal.fees] == [0.0, "0.5 * fee.servicer", "0.5 * fee.trustee"]


def test_what_is_due_of_a_fee_that_a_party_is_paid_can_be_named() -> None:
    fees = {"once": {"type": {"fixFee": 500}}, "audit": {"type": {"recurFee": [["MonthDayOfYear", 6, 1], 100]}}}
    steps: list[Any] = [
        ["payFee", "acc", ["once", "audit"]],
        ["payPrin", "acc", ["A"], {"formula": ("feeDue", "once")}],
    ]
    imported = changed(("fees", fees), of("feeDue", "audit"), first=steps)
    assert imported.deal.priority["amortization"][2].until == "max(note.A - max(500 - paid.once, 0), 0)"
    assert imported.deal.triggers[0].condition == "max(due_audit - paid.audit, 0) > 5"
    late = {"x": {"type": {"pctFee": [("feeDue", "once"), 0.5]}}}
    left = changed(("fees", fees | late), first=[*steps, ["payFee", "acc", ["x"]]]).left
    assert "fees.x: looks at itself, or at a fee that does not accrue here" in left
