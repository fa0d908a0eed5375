"""Notes paid pari passu, several conditions, index paths and certificates on tiny deals, worked out by hand."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stress
from hand_worked import INTEREST, LAST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B, deal, pool, run, same
from stress.errors import StressError
from stress.inputs.deal import Deal
from stress.inputs.job import Job, ScenarioCase

TOGETHER = {"step": "pay_interest", "notes": ["A", "B"]}
POOR = pool(annual_yield=0.06)
"""Income of 5, 4 and 3.2 against interest of 6 on A and 6 on B."""


def months(steps: list[Any], *arguments: Any, on: Any = None, **more: Any) -> Any:
    """The months of a deal."""
    return run(deal(steps, *arguments, **more), on)


def test_interest_paid_pari_passu_is_shared_by_what_is_due() -> None:
    """A 600 at 12% and B 300 at 12%: due are 6 and 3, there are 5: A gets 10/3 and B 5/3.

    Unpaid 8/3 and 4/3; A is repaid 200. Month 2 owes A 8/3 + 1% of (400 + 8/3) and B 4/3 + 1% of (300 + 4/3): together
    11.04; of income of 4 A gets 4 x (6.69333 / 11.04).
    """
    data = months([TOGETHER, *PRINCIPAL, *RESIDUAL], (A, {**B, "coupon": 0.12}, REST), on=POOR)
    due_a, due_b = 8.0 / 3.0 + 0.01 * (400.0 + 8.0 / 3.0), 4.0 / 3.0 + 0.01 * (300.0 + 4.0 / 3.0)
    same(data, "interest_due", "A", 6.0, due_a)
    same(data, "interest_paid", "A", 10.0 / 3.0, 4.0 * due_a / (due_a + due_b))
    same(data, "interest_paid", "B", 5.0 / 3.0, 4.0 * due_b / (due_a + due_b))


def test_interest_paid_pari_passu_from_a_second_source_keeps_the_proportion() -> None:
    """12 is due to A and B alike; 5 of income and then 7 of principal pay it in full: 7 is lent and A repaid 193."""
    steps = [{**TOGETHER, "source": ["income", "principal"]}, *PRINCIPAL, *RESIDUAL]
    data = months(steps, on=POOR)
    same(data, "interest_paid", "A", 6.0)
    same(data, "interest_paid", "B", 6.0)
    same(data, "principal_paid", "A", 193.0)
    same(data, "deficiency", None, 7.0)


def test_two_notes_of_one_rank_share_interest_and_principal_before_the_next() -> None:
    """A 600 and B 300 rank together before C of 50: of 5 A gets 2.5 and B 2.5 of their 6 each, C nothing of its 0.5.

    Principal of 200 is shared 2 : 1.
    """
    junior = {"name": "C", "amount": 50.0, "coupon": 0.12}
    steps = [
        TOGETHER,
        {"step": "pay_interest", "note": "C"},
        {**PRINCIPAL[0], "order": "pro_rata"},
        {**PRINCIPAL[0], "notes": ["C"]},
        *RESIDUAL,
    ]
    data = months(steps, (A, B, junior, {**REST, "amount": 50.0}), on=POOR)
    same(data, "interest_paid", "A", 2.5)
    same(data, "interest_paid", "B", 2.5)
    same(data, "interest_paid", "C", 0.0)
    same(data, "principal_paid", "A", 400.0 / 3.0)
    same(data, "principal_paid", "B", 200.0 / 3.0)
    same(data, "principal_paid", "C", 0.0)


def test_pro_rata_down_to_a_schedule_shares_what_the_schedule_leaves() -> None:
    """A and B are to stand at 840 together in month 1: 60 of 200 is paid, 40 and 20. In month 2 300, by 2 : 1."""
    step = {**PRINCIPAL[0], "order": "pro_rata", "to_balance": [[1, 840.0], [2, 0.0]]}
    data = months([*INTEREST, step, {**RESIDUAL[0], "source": ["income"]}, {**LAST, "source": ["principal"]}])
    same(data, "principal_paid", "A", 40.0, 200.0)
    same(data, "principal_paid", "B", 20.0, 100.0)
    same(data, "account_balance", "principal", 140.0, 0.0)


def test_a_cap_holds_over_both_sources_of_a_fee() -> None:
    """8 is due and 7 may be paid: 5 of income and 2 of principal, so A is repaid 198; its interest finds nothing."""
    fee = {"name": "servicer", "base": "fixed", "amount": 8.0}
    steps = [{"step": "pay_fee", "fee": "servicer", "cap": 7.0, "source": ["income", "principal"]}, *PLAIN]
    data = months(steps, on=POOR, fees=[fee])
    same(data, "fee_paid", "servicer", 7.0)
    same(data, "interest_paid", "A", 0.0)
    same(data, "principal_paid", "A", 198.0)


def test_a_transfer_of_an_amount_is_met_by_its_sources_in_order() -> None:
    """10 to the platform: 8 of income is left after interest, 2 comes from principal, so A is repaid 198."""
    steps = [
        *INTEREST,
        {"step": "transfer", "source": ["income", "principal"], "to": "platform", "amount": 10.0},
        *PRINCIPAL,
        {"step": "pay_residual", "note": "R", "source": ["platform", "income", "principal"]},
    ]
    data = months(steps, accounts=["platform"])
    same(data, "principal_paid", "A", 198.0)
    same(data, "principal_paid", "R", 10.0)


def test_a_step_with_two_conditions_runs_where_both_hold() -> None:
    """The pool factor is 0.8, 0.64, 0.512, 0.4096: between 0.5 and 0.7 in months 2 and 3 alone: 3 each."""
    between = [{"observable": "pool_factor", "above": 0.5}, {"observable": "pool_factor", "below": 0.7}]
    trap = {"step": "transfer", "to": "trap", "amount": 3.0, "when": between}
    late = [{**LAST, "source": ["trap"]}]
    data = months([*INTEREST, trap, *PRINCIPAL, *RESIDUAL, *late], accounts=["trap"])
    same(data, "account_balance", "trap", 0.0, 3.0, 6.0, 6.0)
    same(data, "principal_paid", "R", 8.0, 3.0, 1.4, 3.12)


def test_a_condition_on_a_trigger_and_one_on_an_observable_hold_together() -> None:
    """5% defaults a month: the pool factor falls below 0.7 in month 2, cumulative default rises above 10% in month 3.

    The trap needs both: 1 in month 3. In month 4 of income 0.02 x 95% x 438.976 there is left after 1% of 155.856 and 6
    less than 1: 0.781984.
    """
    trigger = {
        "name": "small",
        "observable": "pool_factor",
        "breach": "below",
        "thresholds": [{"limit": 0.7}],
        "effect": "none",
    }
    both = [{"trigger": "small"}, {"observable": "cumulative_default", "above": 0.1}]
    trap = {"step": "transfer", "to": "trap", "amount": 1.0, "when": both}
    late = [{**LAST, "source": ["trap"]}]
    steps = [*INTEREST, trap, *PRINCIPAL, *RESIDUAL, *late]
    data = months(steps, on=pool(default=0.05), accounts=["trap"], triggers=[trigger])
    assert data["tripped"].sel(trigger="small").values.tolist() == [0.0, 1.0, 1.0, 1.0]  # 0.76, 0.5776, ...
    same(data, "cumulative_default", None, 0.05, 0.088, 0.11688)
    same(data, "account_balance", "trap", 0.0, 0.0, 1.0, 1.781984)


def test_a_floating_coupon_follows_its_index_month_by_month() -> None:
    """1% over 11%, from month 2 over 5%, in month 4 over 23%: 1% of 600, 0.5% of 400 and of 240, 2% of 112."""
    floating = {**A, "index": "lpr", "coupon": 0.01}
    index = {"lpr": {"by_month": [[1, 0.11], [2, 0.05], [4, 0.23]]}}
    data = months(PLAIN, (floating, B, REST), indices=index)
    same(data, "interest_due", "A", 6.0, 2.0, 1.2, 2.24)


CSV = "date,lpr_1y\n2021-11-20,11.0\n2022-01-20,5\n2022-04-01,23\n"
"""In force on 1 January 11%, on 1 February and 1 March 5%, on 1 April 23%: the path of the test above."""


def written(folder: Path, text: str, index: str) -> Path:
    """A deal on disk whose index is a CSV file beside it."""
    (folder / "lpr.csv").write_text(text, encoding="utf-8")
    document = deal(notes=({**A, "index": "lpr", "coupon": 0.01}, B, REST), indices={"lpr": 0.05})
    lines = ['kind = "deal"', "version = 1", 'name = "small"', 'currency = "CNY"', "closing_date = 2021-12-31"]
    lines += ["issue_date = 2022-01-10", "payment_day = 10", 'day_count = "30/360"', "revolving_months = 0"]
    lines += ["scheduled_months = 4", "legal_maturity_months = 4", 'purchase = "none"', f"indices.lpr = {index}"]
    lines += [f"notes = [{', '.join(_table(note.model_dump(exclude_defaults=True)) for note in document.notes)}]"]
    lines += [f"priority.amortization = [{', '.join(_table(step) for step in PLAIN)}]"]
    file = folder / "deal.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def _table(values: dict[str, Any]) -> str:
    def value(x: Any) -> str:
        return (
            "[" + ", ".join(map(value, x)) + "]"
            if isinstance(x, list | tuple)
            else repr(x).lower()
            if isinstance(x, bool)
            else f'"{x}"'
            if isinstance(x, str)
            else repr(x)
        )

    return "{ " + ", ".join(f"{key} = {value(x)}" for key, x in values.items()) + " }"


@pytest.mark.parametrize(
    ("text", "index"),
    [
        (CSV, '{ file = "lpr.csv", percent = true }'),
        ("month,lpr\n1,0.11\n2,0.05\n4,0.23\n", '{ file = "lpr.csv", column = "lpr" }'),
        ("month,5y,lpr\n2021-12,0,0.11\n2022-02,0,0.05\n2022-04,0,0.23\n", '{ file = "lpr.csv", column = "lpr" }'),
        (
            "DATE,LPR\n1999-01-04,.\n2021-12-30,12\n2021-12-31,11.0\n2022-01-01,.\n2022-01-20,9\n2022-01-31,5\n"
            "2022-02-01,.\n2022-03-01,.\n2022-03-31,23\n2022-04-01,\n",
            '{ file = "lpr.csv", percent = true }',
        ),
        ("date,lpr\n2022-04-01,23%\n2022-02-01,5%\n2021-12-31,11%\n", '{ file = "lpr.csv" }'),
        ("date,lpr\n12/31/2021,0.11\n2/1/2022,0.05\n4/1/2022,0.23\n", '{ file = "lpr.csv" }'),
        (
            "Stand: 2022\nDatum;Satz\n31.12.2021;11,0\n01.02.2022;5,0\n01.04.2022;23,0\n",
            '{ file = "lpr.csv", percent = true }',
        ),
    ],
    ids=[
        "dates",
        "month numbers",
        "calendar months",
        "daily with holidays",
        "newest first",
        "US dates",
        "decimal comma",
    ],
)
def test_an_index_file_beside_the_deal_gives_the_same_months(tmp_path: Path, text: str, index: str) -> None:
    """6, 2, 1.2 and 2.24 as above; the deal read from disk holds the months and needs the file no more."""
    read = stress.load(written(tmp_path, text, index))
    assert isinstance(read, Deal)
    (tmp_path / "lpr.csv").unlink()
    same(run(Deal.model_validate_json(read.model_dump_json())), "interest_due", "A", 6.0, 2.0, 1.2, 2.24)


CERTIFICATE = {"name": "R", "amount": 0.0, "residual": True}


def test_a_certificate_takes_the_residual_and_has_no_yield_to_speak_of() -> None:
    """Notes of 900 on a pool of 1000: of 20 of income 8 is left, then 6, 4.4 and 3.12: 21.52, 2.152% of cut-off.

    It lent nothing, so it can lose nothing, and no rate of return can be solved for.
    """
    data = months(PLAIN, (A, B, CERTIFICATE))
    same(data, "residual_yield", "R", 8.0, 6.0, 4.4, 3.12)
    same(data, "principal_paid", "R", 0.0, 0.0, 0.0, 0.0)
    of = data.sel(tranche="R")
    assert float(of["loss"]) == 0.0
    assert float(of["multiple"]) == pytest.approx(0.02152, abs=1e-12)
    assert float(of["price"]) == pytest.approx(0.02152, abs=1e-12)  # no coupon, no spread: nothing is discounted
    assert math.isnan(float(of["irr"]))


def test_the_measures_of_a_certificate_divide_by_nothing() -> None:
    """Every measure is a number but its yield and its average life, and the notes above it are as without it."""
    job = Job(
        name="small",
        deal=deal(notes=(A, B, CERTIFICATE)),
        pool=pool(),
        scenarios=(ScenarioCase(name="base"),),
        paths=32,
        seed=1,
        clock="monthly",
    )
    of = stress.simulate(job).sel(tranche="R", scenario="base")
    assert [float(of[name]) for name in ("expected_loss", "loss_probability")] == [0.0, 0.0]
    assert float(of["multiple"]) == pytest.approx(0.02152, abs=1e-9)
    assert float(of["note_balance_mean"].max()) == 0.0
    assert math.isnan(float(of["irr"]))
    assert math.isnan(float(of["wal"]))
    plain = stress.simulate(job.model_copy(update={"deal": deal()}))
    notes = ["A", "B"]
    both = stress.simulate(job).sel(tranche=notes), plain.sel(tranche=notes)
    for name in ("expected_loss", "irr", "wal", "price"):
        np.testing.assert_array_equal(both[0][name].values, both[1][name].values, err_msg=name)


@pytest.mark.parametrize(
    ("text", "index", "said"),
    [
        (CSV, '{ file = "lpr.csv" }', "column 'lpr_1y': 11.0: must be a rate per annum.*percent = true"),
        (CSV, '{ file = "lpr.csv", column = "lpr", percent = true }', "has no column 'lpr'.*did you mean lpr_1y"),
        ("date,a,b\n2021-01,1,1\n", '{ file = "lpr.csv" }', "has 2 columns of levels; name one"),
        ("date,a\n2022-02,0.1\n", '{ file = "lpr.csv" }', "no level on or before 2022-01-01"),
        ("date,a\n2021-02,0.1\n2021-03,0.1\n2021-01,0.1\n", '{ file = "lpr.csv" }', "line 4, .*dates must go forward"),
        ("date,a\nsoon,0.1\n", '{ file = "lpr.csv" }', "'soon': must be a month from closing"),
        ("date,a\n2021-01,x\n", '{ file = "lpr.csv" }', "column 'a': 'x': must be a number"),
        (CSV, '{ file = "http://a.b/lpr.csv" }', "must be a local file"),
        (CSV, '{ file = "other.csv" }', "other.csv: no such file"),
    ],
)
def test_a_wrong_index_file_is_refused_with_its_row(tmp_path: Path, text: str, index: str, said: str) -> None:
    with pytest.raises(StressError, match=said):
        stress.load(written(tmp_path, text, index))
