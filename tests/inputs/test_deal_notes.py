"""What a deal may do and still surprise its author is said by `stress check`, and by nothing else."""

from pathlib import Path
from typing import Any

import pytest
from hand_worked import INTEREST, PLAIN, REST, A, B, deal, pool, run
from shipped import JOBS, SCENARIOS

import stress
from stress.cli import exit_code
from stress.inputs.deal import Deal
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.job.remarks import notes_of
from stress.inputs.load import load

QUARTERLY = {**A, "payment_months": {"amortization": 3}}
GATHER = {"step": "top_up", "account": "liquidity", "target": {"months_of_senior_cost": 3.0}}


def gathered(source: list[str]) -> Deal:
    """A's quarterly interest paid from these accounts, B's next, then an account is filled."""
    steps: list[Any] = [{**INTEREST[0], "source": source}, INTEREST[1], GATHER, *PLAIN[2:-1]]
    rest = {"step": "pay_residual", "note": "R", "source": ["income", "principal", "liquidity"]}
    late = {**rest, "when": {"observable": "pool_factor", "below": 0.01}}
    return deal([*steps, late], (QUARTERLY, B, REST), accounts=["liquidity"])


def of(terms: Deal) -> Job:
    """A deal on its pool of 1,000."""
    case = ScenarioCase(name="base")
    return Job(name="small", deal=terms, pool=pool(), scenarios=(case,), paths=32, seed=1, clock="monthly")


def test_quarterly_interest_that_nothing_gathers_is_noted_and_does_fall_short() -> None:
    """Month 3 owes 12.4 and has income of 12.8: B's 6 finds 0.4, for the residual took what was left before."""
    quarterly = deal(notes=(QUARTERLY, B, REST))
    (note,) = notes_of_deal(quarterly)
    assert note.key == 'notes["A"].payment_months'
    assert "its interest is due every 3 months in the amortization phase" in note.says
    assert "step 4 (pay_residual) takes the income of the months between" in note.says
    assert float(run(quarterly)["interest_unpaid"].sel(tranche="B", month=3)) == pytest.approx(5.6)


def test_an_account_that_pays_after_income_is_noted_and_does_leave_the_next_note_short() -> None:
    """Month 3 owes A 12.4: income first leaves B 0.4 of 12.8, the account first leaves B all of its 6."""
    first, last = gathered(["liquidity", "income"]), gathered(["income", "liquidity"])
    assert notes_of_deal(first) == []
    (note,) = notes_of_deal(last)
    assert "name liquidity before income" in note.says
    unpaid = [float(run(order)["interest_unpaid"].sel(tranche="B", month=3)) for order in (first, last)]
    assert unpaid == pytest.approx([0.0, 5.6])


def filled_later(*of_principal: str) -> Deal:
    """The small deal with 100 of cash beside its pool, which buys in month 1."""
    buys = [{"step": "purchase", "source": ["later", "principal"]}, *INTEREST, {"step": "pay_residual", "note": "R"}]
    ends = {"step": "pay_residual", "note": "R", "source": ["later", "income", "principal"]}
    more = {"accounts": ["later"], "opening_cash": {"later": 100.0}, "principal_accounts": list(of_principal)}
    terms = {"revolving_months": 1, "purchase": "payment_date", "priority": {"revolving": buys}}
    return deal([*PLAIN[:-1], ends], **more, **terms)


def test_a_purchase_from_cash_that_is_no_principal_is_noted_and_does_hide_a_loss() -> None:
    """50 defaults in month 1, and R has 19 - 12 of income: 43 is missing, or nothing where 100 of other cash buys."""
    (note,) = notes_of_deal(filled_later())
    assert "name later in principal_accounts" in note.says
    assert notes_of_deal(filled_later("later")) == []
    missing = [
        float(run(variant, pool(0.05))["deficiency"].sel(month=1))
        for variant in (filled_later(), filled_later("later"))
    ]
    assert missing == pytest.approx([0.0, 43.0])


def test_a_call_between_interest_dates_pays_what_has_accrued() -> None:
    """Sold in month 2: 1% of 600 and then of 400 is due to A, whose date is month 3, before R takes the rest."""
    terms = deal(notes=(QUARTERLY, B, REST), clean_up={"when": "month >= 2"})
    data = run(terms)
    assert data["pool_balance"].values[1] == 0.0
    assert data["interest_paid"].sel(tranche="A").values[:2].tolist() == pytest.approx([0.0, 10.0])
    assert data["note_balance"].sel(tranche="A").values[:2].tolist() == pytest.approx([400.0, 0.0])
    assert float(data["interest_unpaid"].sel(tranche="A", month=3)) == 0.0


def test_a_reserve_that_the_residual_note_takes_is_noted_and_is_gone_at_once() -> None:
    """Income of 20 pays interest of 12: the reserve of 20 is taken in month 1, or stays."""
    fill = {"step": "top_up", "account": "reserve", "target": {"share_of_cut_off": 0.02}}
    drawn = [{**step, "source": ["income", "reserve"]} for step in INTEREST]
    rest = {"step": "pay_residual", "note": "R", "source": ["income", "principal"]}
    terms: dict[str, Any] = {"accounts": ["reserve"], "opening_cash": {"reserve": 20.0}}
    taken = deal([*drawn, fill, *PLAIN[2:-1], {**rest, "source": [*rest["source"], "reserve"]}], **terms)
    stays = deal([*drawn, fill, *PLAIN[2:-1], rest, {**rest, "source": ["reserve"], "when": "notes < 1"}], **terms)
    (note,) = notes_of_deal(taken)
    assert note.key == f"priority.amortization[{len(PLAIN) + 1}] (pay_residual)"
    assert "takes at every payment date what reserve holds" in note.says
    assert notes_of_deal(stays) == []
    held = [float(run(variant)["account_balance"].sel(account="reserve", month=1)) for variant in (taken, stays)]
    assert held == pytest.approx([0.0, 20.0])
    pot = deal(
        [
            fill,
            {"step": "cover_defaults", "source": ["reserve"]},
            *INTEREST,
            *PLAIN[2:-1],
            {**rest, "source": [*rest["source"], "reserve"]},
        ],
        **terms,
    )
    assert notes_of_deal(pot) == []  # filled and emptied at one date: nothing was to stay


@pytest.mark.parametrize(
    ("step", "more", "who"),
    [
        ({"step": "cover_defaults", "note": "A"}, {}, "cover_defaults"),
        ({"step": "cover_defaults"}, {"quantities": {"loss": "min(note.R, 50)"}}, "formulas"),
        ({"step": "cover_defaults", "when": "note.R > 3"}, {}, "formulas"),
        ({"step": "cover_defaults"}, {}, ""),
    ],
)
def test_a_first_loss_that_excess_spread_repays_is_noted_where_something_looks_at_it(step, more, who) -> None:
    """By the first payment the residual note has had income of the month as principal, and is smaller by as much."""
    odd = deal([*INTEREST, step, *PLAIN[2:]], (A, B, REST), **more)
    says = [note.says for note in notes_of_deal(odd) if note.key == 'notes["R"]']
    assert [f"its balance, as {who} see it" in note for note in says] == ([True] if who else [])
    lent = deal([*INTEREST, step, *PLAIN[2:]], (A, B, {**REST, "amount": 0.0}), **more)
    assert [note for note in notes_of_deal(lent) if note.key == 'notes["R"]'] == []


@pytest.mark.parametrize("months", [0, 2])
def test_a_first_payment_that_is_later_speaks_of_revolving_months_where_there_are_any(months: int) -> None:
    revolving = {"revolving": [*INTEREST, {"step": "pay_residual", "note": "R"}]} if months else {}
    more = {"revolving_months": months, "purchase": "each_step", "priority": revolving} if months else {}
    terms = deal([*INTEREST, *PLAIN[2:]], (A, B, REST), **more).but(first_payment_date="2022-03-10")
    (says,) = [note.says for note in notes_of_deal(terms) if note.key == "first_payment_date"]
    assert says.endswith("from the cut-off, those of revolving_months = 2 too" if months else "from the cut-off")


def test_losses_that_seniors_bear_first_or_that_leave_nothing_to_cover_are_noted_and_do() -> None:
    """5% defaults, 50: A, first in the list, bears them all; income of 7 covers none of it."""
    down, up = {"step": "write_down", "notes": ["A", "R"]}, {"step": "write_up", "notes": ["R", "A"]}
    odd = deal([*INTEREST, down, up, {"step": "cover_defaults"}, *PLAIN[2:]])
    says = {note.key: note.says for note in notes_of_deal(odd)}
    assert says["priority.amortization[3] (write_down)"].startswith("A bears losses before R, which is listed below it")
    assert says["priority.amortization[4] (write_up)"].startswith("R is written up before A, which is listed above it")
    assert says["priority.amortization[5] (cover_defaults)"].startswith("step 3 has written the deficiency down before")
    data = run(odd, pool(default=0.05))
    assert data["written_down"].sel(tranche="A").values[0] == pytest.approx(50.0)
    assert data["step_paid"].values[0, 4] == 0.0
    good = deal(
        [*INTEREST, {"step": "cover_defaults"}, {**down, "notes": ["R", "A"]}, {**up, "notes": ["A", "R"]}, *PLAIN[2:]]
    )
    assert notes_of_deal(good) == []


def test_an_account_that_never_helps_a_note_is_noted_and_does_not() -> None:
    """Interest of 12 and an income of 5: the reserve of 20 stands by, or pays 7."""
    terms: dict[str, Any] = {"accounts": ["reserve"], "opening_cash": {"reserve": 20.0}}
    last = {"step": "pay_residual", "note": "R", "source": ["reserve"], "when": "notes < 1"}
    idle = deal([*PLAIN, last], **terms)
    (note,) = notes_of_deal(idle)
    assert note.key == "account reserve"
    assert "no step pays a fee, interest, a loss or principal from it" in note.says
    release = {"step": "release", "account": "reserve", "target": {}, "to": "income"}
    drawn = [{**step, "source": ["income", "reserve"]} for step in INTEREST]
    for helps in ([release, *PLAIN, last], [*drawn, *PLAIN[2:], last], [*PLAIN, release, last]):
        assert notes_of_deal(deal(helps, **terms)) == []
    (taken,) = notes_of_deal(deal([*PLAIN[:-1], release, PLAIN[-1], last], **terms))
    assert taken.key == "account reserve"


def test_a_reserve_as_large_as_what_it_stands_behind_is_noted() -> None:
    drawn = [{**step, "source": ["income", "reserve"]} for step in INTEREST]
    last = {"step": "pay_residual", "note": "R", "source": ["reserve"], "when": "notes < 1"}
    for share, noted in ((1.0, True), (0.01, False)):
        fill = {"step": "top_up", "account": "reserve", "target": {"share_of_cut_off": share}}
        notes = notes_of_deal(deal([*drawn, fill, *PLAIN[2:], last], accounts=["reserve"]))
        assert ["reserve shall hold 100% of the cut-off balance"] * noted == [note.says for note in notes]


def test_a_junior_note_repaid_first_by_a_step_with_a_condition_is_noted() -> None:
    upside = {"step": "pay_principal", "notes": ["B", "A"], "source": ["principal"], "when": "month > 1"}
    (note,) = notes_of_deal(deal([*PLAIN[:2], upside, *PLAIN[2:]]))
    assert note.says == "A gets its principal after B, which is listed below it among the notes"
    assert notes_of_deal(deal([*PLAIN[:2], {**upside, "notes": ["A", "B"]}, *PLAIN[2:]])) == []


@pytest.mark.parametrize(
    ("terms", "key"),
    [
        ({"opening_cash": {"reserve": 0.0005}}, "deal.opening_cash.reserve"),
        ({"fees": [{"name": "agent", "base": "fixed", "amount": 0.0005}]}, 'deal.fees["agent"].amount'),
        ({"until": "0.0005"}, "deal.priority.amortization[5] (pay_principal): until"),
        ({"target": {"floor": 0.0005}}, "deal.priority.amortization[4] (top_up): target.floor"),
    ],
)
def test_an_amount_that_looks_like_a_share_of_the_pool_is_noted(terms: dict[str, Any], key: str) -> None:
    """Of 1,000: 0.0005 would be 0.5."""
    fees = [{"step": "pay_fee", "fee": "agent"}]
    drawn = [{**step, "source": ["income", "reserve"]} for step in INTEREST]
    fill = {"step": "top_up", "account": "reserve", "target": terms.pop("target", "1 * pool")}
    repay = {"step": "pay_principal", "notes": ["A", "B"], "source": ["principal"]}
    until = terms.pop("until", None)
    steps = [*fees, *drawn, fill, repay | ({"until": until} if until else {}), *PLAIN[2:]]
    last = {"step": "pay_residual", "note": "R", "source": ["reserve"], "when": "notes < 1"}
    rest = {"accounts": ["reserve"], "fees": [{"name": "agent", "base": "fixed", "amount": 2.0}], **terms}
    notes = [note for note in notes_of(of(deal([*steps, last], **rest))) if "amount of money" in note.says]
    assert [note.key for note in notes] == [key]
    assert notes[0].says.startswith("0.0005 is an amount of money, not a share")


def test_an_amount_in_millions_beside_a_pool_in_units_is_noted() -> None:
    """Of 1,000,000,000: 5 of cash at closing is nothing; 5 of a fee a month may be."""
    drawn = [{**step, "source": ["income", "reserve"]} for step in INTEREST]
    last = {"step": "pay_residual", "note": "R", "source": ["reserve"], "when": "notes < 1"}
    fees = {"fees": [{"name": "agent", "base": "fixed", "amount": 5.0}]}
    for floor, cash, noted in (
        (5.0, 5.0, ["deal.opening_cash.reserve", "deal.priority.amortization[4] (top_up): target.floor"]),
        (5e6, 5e6, []),
    ):
        fill = {"step": "top_up", "account": "reserve", "target": {"floor": floor}}
        steps = [{"step": "pay_fee", "fee": "agent"}, *drawn, fill, *PLAIN[2:], last]
        terms = deal(steps, accounts=["reserve"], opening_cash={"reserve": cash}, **fees)
        job = of(terms)
        job = job.model_copy(update={"pool": job.pool.model_copy(update={"balance": 1e9})})
        notes = [note for note in notes_of(job) if "millionth" in note.says]
        assert [note.key for note in notes] == noted
        assert {note.says for note in notes} <= {
            "5 is less than a millionth of the pool's balance, 1,000,000,000: is it in millions?"
        }


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("note.A + pool * (1 - 15)", ["1 - 15 is -14; if 15% is meant, write 1 - 0.15"]),
        ("if(month > 2, pool * (0.1 * 5 - 2), pool)", ["0.5 - 2 is -1.5"]),
        ("left * note.A", ["1 - 40 is -39; if 40% is meant, write 1 - 0.4"]),
        ("pool * (1 - 0.15)", []),
        ("note.A - 0.15 * pool + -1 * pool", []),
        ("pool - 15", []),
    ],
)
def test_numbers_alone_that_come_to_less_than_0_in_a_formula_are_noted(until: str, said: list[str]) -> None:
    """Of the deal's own quantities too; a minus sign of its own, and 0 - 1, are meant."""
    repay = {"step": "pay_principal", "notes": ["A", "B"], "source": ["principal"]}
    own = {"quantities": {"left": "(1 - 40) * (0 - 1)"}} if "left" in until else {}
    notes = notes_of_deal(deal([*PLAIN[:2], {**repay, "until": until}, *PLAIN[2:]], **own))
    assert [note.says for note in notes if " is -" in note.says] == said


def test_interest_that_principal_lends_is_not_noted() -> None:
    steps = [{**INTEREST[0], "source": ["income", "principal"]}, *PLAIN[1:]]
    assert notes_of_deal(deal(steps, (QUARTERLY, B, REST))) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (600.0, []),
        (650.0, ["the notes sum to 1,050 and the pool to 1,000: 50 has nothing behind it"]),
        (500.0, ["the notes sum to 900 and the pool to 1,000: overcollateralization of 0.1"]),
    ],
)
def test_notes_that_are_larger_or_smaller_than_the_pool_are_noted(size: float, said: list[str]) -> None:
    job = of(deal(notes=({**A, "amount": size}, B, REST)))
    assert [note.says for note in notes_of(job)] == said


MEANT = {
    "microcredit-late-issue": ["first_payment_date"],
    "card-trust-2005-1": ["trust.series"],
    "card-trust-2006-1": ["trust.series"],
}


@pytest.mark.parametrize("path", sorted((SCENARIOS / "deals").glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_deal_is_noted_for_what_it_is_there_to_show_and_for_nothing_else(path: Path) -> None:
    model = load(path)
    assert isinstance(model, Deal)
    assert [note.key for note in notes_of_deal(model)] == MEANT.get(path.stem, [])


def test_check_prints_the_notes_of_a_deal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (SCENARIOS / "deals/baitiao-2015.toml").read_text(encoding="utf-8")
    file = tmp_path / "deal.toml"
    file.write_text(text.replace('["liquidity", "income", "principal"]', '["income"]'), encoding="utf-8")
    assert exit_code(["check", str(file)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        'note: notes["priority-01"].payment_months: its interest is due every 3 months in the revolving phase' in said
    )


def test_every_note_of_the_2015_deal_is_paid_its_interest_in_the_base_case() -> None:
    """Quarterly interest on priority-01, monthly on priority-02: both on time on every path."""
    job = load(JOBS / "baitiao-2015.toml")
    assert isinstance(job, Job)
    ds = stress.simulate(job, paths=512, scenarios=["baseline"])
    assert ds["shortfall_probability"].values.tolist() == [[0.0, 0.0, 0.0]]
