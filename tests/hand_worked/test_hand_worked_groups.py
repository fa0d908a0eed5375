"""Notes in turn with some of them pari passu, in one step with one target: tiny deals, worked out by hand."""

from typing import Any

import pytest

from hand_worked import REST, deal, pool, run, same
from stress.inputs.deal import Deal

NOTES = (
    {"name": "A1", "amount": 300.0, "coupon": 0.0},
    {"name": "A2", "amount": 200.0, "coupon": 0.0},
    {"name": "A3", "amount": 100.0, "coupon": 0.0},
    {"name": "B", "amount": 300.0, "coupon": 0.0},
    REST,
)
TURNS = ["A1", ["A2", "A3"], "B"]
REPAY = {"step": "pay_principal", "notes": TURNS}
LATE = {"observable": "pool_factor", "below": 0.01}
IN_THE_END = [
    {**REPAY, "source": ["principal"], "when": LATE},
    {"step": "pay_residual", "note": "R", "source": ["principal", "income"], "when": LATE},
]


def small(*steps: dict[str, Any]) -> Deal:
    return deal([*steps, *IN_THE_END], notes=NOTES)


def test_a_group_has_all_that_it_is_owed_before_the_next_and_shares_by_balance() -> None:
    """200 of 300 to A1. Of 160 it has 100, the group 60, as 200 : 100. Then 128 and 102.40 to the group, so that 6.40
    and 3.20 are short at maturity, the same part of each; B has nothing."""
    residual = {"step": "pay_residual", "note": "R"}
    data = run(small({**REPAY, "source": ["principal"]}, residual))
    same(data, "principal_paid", "A1", 200.0, 100.0, 0.0, 0.0)
    same(data, "principal_paid", "A2", 0.0, 40.0, 256.0 / 3.0, 204.8 / 3.0)
    same(data, "principal_paid", "A3", 0.0, 20.0, 128.0 / 3.0, 102.4 / 3.0)
    same(data, "principal_paid", "B", 0.0, 0.0, 0.0, 0.0)
    loss = data["loss"]
    assert [float(loss.sel(tranche=name)) for name in ("A1", "A2", "A3", "B")] == pytest.approx(
        [0.0, 0.032, 0.032, 1.0]
    )


def test_a_target_that_looks_at_the_notes_themselves_is_worked_out_once_and_binds_within_a_group() -> None:
    """A fifth of 900, 720, 576 and 460.80 each month: 180, 144, 115.20 and 92.16, of income first.

    A1 has 180 and 120 of it, the group the 24 that are left of 144 as 16 : 8, then all: 76.80 : 38.40,
    61.44 : 30.72.
    Income has 20, 16, 12.80 and 10.24 and gives all of it; the rest of each month's principal stays.
    """
    data = run(small({**REPAY, "source": ["income", "principal"], "until": "0.8 * notes"}))
    same(data, "principal_paid", "A1", 180.0, 120.0, 0.0, 0.0)
    same(data, "principal_paid", "A2", 0.0, 16.0, 76.8, 61.44)
    same(data, "principal_paid", "A3", 0.0, 8.0, 38.4, 30.72)
    same(data, "account_balance", "income", 0.0, 0.0, 0.0, 0.0)
    same(data, "account_balance", "principal", 40.0, 72.0, 97.6, 118.08)


def test_a_schedule_binds_within_the_first_group_and_two_accounts_run_dry_within_the_next() -> None:
    """All notes stand at 720 from month 1 and at 0 from month 3, A1 and A2 in the first group, A3 and B in the second.

    Month 1 pays 180 of 200, as 108 : 72. Month 2 has 20 + 160 and 16 and pays nothing: 36 of income so far. Month 3 has
    308 and 48.80: 192 and 128 to the first group; the 36.80 that are left to the second as 9.20 : 27.60. Month 4 has
    102.40 and 10.24: 112.64 as 28.16 : 84.48.
    """
    step = {**REPAY, "notes": [["A1", "A2"], ["A3", "B"]], "source": ["principal", "income"]}
    data = run(small({**step, "to_balance": [[1, 720.0], [3, 0.0]]}))
    same(data, "principal_paid", "A1", 108.0, 0.0, 192.0, 0.0)
    same(data, "principal_paid", "A2", 72.0, 0.0, 128.0, 0.0)
    same(data, "principal_paid", "A3", 0.0, 0.0, 9.2, 28.16)
    same(data, "principal_paid", "B", 0.0, 0.0, 27.6, 84.48)
    same(data, "account_balance", "income", 20.0, 36.0, 0.0, 0.0)


def test_groups_only_while_a_condition_holds() -> None:
    """The pool factor is 0.8, 0.64, ..; below 0.7 the notes are paid one after another: A2 alone behind A1."""
    large = {"observable": "pool_factor", "above": 0.7}
    grouped = {**REPAY, "notes": [["A1", "A2"], "A3", "B"], "source": ["principal"], "when": large}
    data = run(small(grouped, {**REPAY, "notes": ["A1", "A2", "A3", "B"], "source": ["principal"]}))
    same(data, "principal_paid", "A1", 120.0, 160.0, 20.0, 0.0)
    same(data, "principal_paid", "A2", 80.0, 0.0, 108.0, 12.0)
    same(data, "principal_paid", "A3", 0.0, 0.0, 0.0, 90.4)


def test_one_list_within_the_list_is_pro_rata() -> None:
    paid = [
        run(small({**REPAY, **words, "source": ["principal", "income"], "to_balance": [[1, 600.0]]}))["principal_paid"]
        for words in ({"notes": [["A1", "A2", "B"]]}, {"notes": ["A1", "A2", "B"], "order": "pro_rata"})
    ]
    assert float(paid[0].sum()) > 100.0
    assert paid[0].equals(paid[1])


TRANCHES = (
    {"name": "senior", "amount": 920.0, "coupon": 0.0},
    {"name": "P1", "amount": 40.0, "coupon": 0.0},
    {"name": "P2", "amount": 20.0, "coupon": 0.0},
    {**REST, "amount": 20.0},
)


@pytest.mark.parametrize(
    ("down", "written"),
    [
        (["R", ["P1", "P2"]], ((20.0, 116.0 / 3.0, 33.6), (10.0, 58.0 / 3.0, 16.8))),
        (["R", "P1", "P2"], ((30.0, 40.0, 40.0 - 7.6 * 40.0 / 58.0), (0.0, 18.0, 18.0 - 7.6 * 18.0 / 58.0))),
    ],
)
def test_a_group_bears_losses_by_balance_and_is_written_up_by_what_was_written_down(
    down: list[Any], written: tuple[tuple[float, ...], tuple[float, ...]]
) -> None:
    """5% defaults, 50 and 38; a fifth comes back a month later, 10 and 7.60, and the pool is sold in month 2.

    Of 50 the residual bears 20 and P1 and P2 30: as 40 : 20 or P1 alone; of 28 in month 2 the same 18.67 : 9.33, or P1
    its last 10 and P2 18. The 7.60 of month 3 goes back to both by what each was written down by.
    """
    repaid = {"step": "pay_principal", "notes": ["senior", ["P1", "P2"]], "source": ["principal"]}
    steps = [
        {"step": "write_down", "notes": down},
        {"step": "write_up", "notes": [["P1", "P2"], "R"]},
        repaid,
        {"step": "pay_residual", "note": "R", "source": ["income", "principal"]},
    ]
    call = {"when": "month >= 2", "price": "pool"}
    data = run(deal(steps, notes=TRANCHES, clean_up=call), pool(default=0.05, recovery=0.2))
    for name, amounts in zip(("P1", "P2"), written, strict=True):
        same(data, "written_down", name, *amounts)
