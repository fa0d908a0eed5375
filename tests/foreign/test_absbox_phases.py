"""Phases of a deal of AbsBox: claims that one of them alone pays, and which waterfall each has."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from absbox_deals import deal_of

import stress
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.foreign.absbox import Imported, convert

LOSSES = {"condition": [("cumPoolDefaultedRate",), ">", 0.05], "effects": ("newStatus", "Accelerated")}
EARLY = {"condition": [("poolFactor",), "<", 0.2], "effects": ("newStatus", "Amortizing")}
FEES = {
    "backup": {"type": {"annualPctFee": [("poolBalance",), 0.01]}},
    "agent": {"type": {"recurFee": ["MonthEnd", 50]}},
    "bonus": {"type": {"pctFee": [("poolBalance",), 0.001]}},
}


def revolving(*first: list[Any], **triggers: Any) -> dict[str, Any]:
    """The revolving deal with fees, which its amortization pays first, and triggers tested after collections."""
    deal = deal_of("revolve_one_cdr6")
    deal["fees"] = FEES if first else {}
    deal["waterfall"]["amortizing"][:0] = first
    deal["trigger"]["AfterCollect"] = triggers
    return deal


def accelerated(**triggers: Any) -> Imported:
    """The same, whose accelerated waterfall pays a fee that no other pays."""
    deal = revolving(**triggers)
    deal["fees"] = {"backup": FEES["backup"]}
    deal["waterfall"]["accelerated"] = [["payFee", "acc", ["backup"]], *deal["waterfall"]["amortizing"]]
    return convert(deal)


def lines_left(imported: Imported, part: str) -> list[str]:
    return [line for line in imported.left if part in line]


def test_a_fee_that_amortization_alone_pays_is_owed_until_then_and_a_share_arises_only_there(tmp_path: Path) -> None:
    deal = revolving(["payFee", "acc", ["backup", "agent", "bonus"]])
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(deal), encoding="utf-8")
    assert exit_code(["import", "absbox", str(file), "-o", str(tmp_path / "ours"), "--quiet"]) == 0
    path = stress.replay(stress.load(tmp_path / "ours" / "job.toml"), path=0)
    paid, current = path["fee_paid"], path["fee_current"]
    assert (paid.sel(month=slice(1, 6)) == 0.0).all()
    for fee in ("backup", "agent"):
        owed = current.sel(fee=fee, month=slice(1, 7)).sum()
        np.testing.assert_allclose(paid.sel(fee=fee, month=7), owed, rtol=1e-12)
    assert paid.sel(fee="agent", month=7) == 350.0
    np.testing.assert_allclose(paid.sel(fee="bonus", month=7), current.sel(fee="bonus", month=7), rtol=1e-12)
    imported = convert(deal)
    assert lines_left(imported, "fees.") == [
        "fees.backup: the revolving phase does not pay it: it accrues and is owed",
        "fees.agent: the revolving phase does not pay it: it accrues and is owed",
        "fees.bonus: the revolving phase does not pay it: it is not charged there; "
        "elsewhere, what is short is not owed",
    ]


def test_a_fee_that_every_phase_pays_carries_over_what_is_short() -> None:
    deal = deal_of("static_cdr0")
    deal["fees"] = FEES
    deal["waterfall"]["amortizing"][:0] = [["payFee", "acc", ["bonus"]]]
    (fee,) = convert(deal).deal.fees
    assert fee.carry_over


def test_a_waterfall_that_no_trigger_leads_to_is_told_with_the_fee_that_it_alone_pays() -> None:
    imported = accelerated()
    assert lines_left(imported, "waterfall") == ["waterfall 'accelerated': no trigger that is carried leads there"]
    assert lines_left(imported, "fees.") == ["fees.backup: no step that is carried pays it"]
    imported = accelerated(losses=LOSSES)
    assert not lines_left(imported, "waterfall")
    assert set(imported.deal.priority) == {"revolving", "amortization", "acceleration"}


def test_interest_that_the_revolving_phase_does_not_pay_accrues_and_principal_may_wait_for_ever() -> None:
    deal = revolving(losses=LOSSES)
    steps = deal["waterfall"]
    steps["revolving"] = [action for action in steps["revolving"] if action[-1] != ["M"]]
    steps["accelerated"] = [["accrueAndPayInt", "acc", ["A", "B", "M"]], ["payPrin", "acc", ["A"]],
                            ["payIntResidual", "acc", "SUB"]]  # fmt: skip
    assert lines_left(convert(deal), "bonds.") == [
        "bonds.B: the acceleration phase does not repay it",
        "bonds.M: the revolving phase pays it no interest: it accrues and is owed",
        "bonds.M: the acceleration phase does not repay it",
    ]


def test_a_trigger_to_amortization_runs_the_waterfall_of_amortization_not_the_accelerated_one() -> None:
    imported = accelerated(early=EARLY)
    assert imported.deal.priority["acceleration"] == imported.deal.priority["amortization"]
    assert lines_left(imported, "waterfall 'accelerated'")
    imported = accelerated(early=EARLY, losses=LOSSES)
    assert {t.name: t.effect for t in imported.deal.triggers} == {"early": "acceleration", "losses": "event_of_default"}
    backup = {phase: steps[0].cap for phase, steps in imported.deal.priority.items() if steps[0].step == "pay_fee"}
    assert backup == {"revolving": 0.0, "amortization": 0.0, "acceleration": 0.0, "event_of_default": None}


def test_a_deal_that_asks_for_its_status_is_amortizing_by_a_trigger_as_well() -> None:
    deal = revolving(early=EARLY)
    deal["waterfall"]["amortizing"].insert(0, ["If", [("status", "Amortizing"), True], ["payPrin", "acc", ["B"]]])
    assert convert(deal).deal.priority["amortization"][0].when == ("(phase.amortization or phase.acceleration)",)


def test_the_waterfall_of_the_rest_serves_each_status_without_its_own() -> None:
    deal = deal_of("static_cdr0")
    plain = convert(deal).deal
    deal["waterfall"] = {"default": deal["waterfall"]["amortizing"]}
    assert convert(deal).deal == plain


def test_the_residual_note_may_stand_last_in_turn_and_among_those_that_bear_interest() -> None:
    deal = deal_of("static_cdr0")
    every = ["A", "B", "M", "SUB"]
    deal["waterfall"]["amortizing"] = [["payInt", "acc", every], ["payPrinBySeq", "acc", every]]
    interest, principal, residual = convert(deal).deal.priority["amortization"]
    assert (interest.notes, principal.notes, residual.note) == (("A", "B", "M"), ("A", "B", "M"), "SUB")
    deal["waterfall"]["amortizing"][1] = ["payPrin", "acc", every]
    with pytest.raises(ConfigError, match=r"can repay it.*; not carried: waterfall 'amortizing'\[1\].*residual note"):
        convert(deal)


def test_cash_that_nothing_takes_in_the_end_goes_to_the_residual_note() -> None:
    deal = deal_of("static_cdr0")
    deal["accounts"] |= {"prin": {"balance": 0}}
    deal["collect"] = [["CollectedInterest", "acc"], ["CollectedPrincipal", "prin"]]
    deal["waterfall"]["amortizing"] = [["payInt", "acc", ["A", "B", "M"]], ["payPrin", "prin", ["A", "B", "M"]],
                                       ["payPrinResidual", "prin", ["SUB"]]]  # fmt: skip
    imported = convert(deal)
    assert lines_left(imported, "leaves") == [
        "the amortization phase leaves what is in income: SUB has it once the notes are repaid"
    ]
    assert imported.deal.priority["amortization"][-1].source == ("income",)


def test_a_coupon_of_the_residual_note_is_told() -> None:
    deal = deal_of("static_cdr0")
    assert not lines_left(convert(deal), "bonds.SUB")
    deal["bonds"]["SUB"]["rateType"] = {"Fixed": 0.08}
    assert lines_left(convert(deal), "bonds.SUB.rateType {'Fixed': 0.08}: a residual note bears no coupon")


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("waterfall", {"revolving": [["payInt", "acc", ["A"]]]}, "waterfall: has no 'amortizing'"),
        ("waterfall", {"amortizing": [["payInt", "acc", ["A"]]]}, "waterfall: has no 'revolving'"),
        ("dates", {"collect": ("2022-01-31", "2022-02-28"), "pay": ("2022-02-20", "2022-03-20")},
         "dates: collect and pay are those of a deal in mid-life"),
    ],
)  # fmt: skip
def test_a_deal_without_what_it_needs_is_refused_in_the_words_of_its_file(part: str, value: Any, said: str) -> None:
    deal = revolving()
    deal[part] = value
    with pytest.raises(ConfigError, match=said):
        convert(deal)
