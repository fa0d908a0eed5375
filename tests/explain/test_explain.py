"""A deal in words and in one picture says what the deal does."""

import copy
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import tomli
from hand_worked import PLAIN, REST, A, B, deal
from handed import Capture, Patch
from rich.console import Console
from shipped import JOB, JOBS, ROOT, SCENARIOS

from stress.cli import exit_code
from stress.cli.explain import _show
from stress.explain import explain_deal, explain_job
from stress.explain.dates import date_lines
from stress.explain.drawing import picture, picture_svg
from stress.explain.notes import shares_of, support_of
from stress.explain.pool import after_default, plan_words, stages
from stress.explain.shocks import shock_words
from stress.explain.steps import condition_sign, condition_words, headline, sentence
from stress.inputs.book import Book
from stress.inputs.deal import Condition, Deal, PayPrincipal, Transfer
from stress.inputs.deal.trust import OtherSeries
from stress.inputs.load import load, load_job
from stress.inputs.pool import Eligibility, Plan, Stage, Supply
from stress.inputs.scenario import Shock

CARD = SCENARIOS / "deals/card-master-trust.toml"


@pytest.mark.parametrize(
    ("by_deal", "of_a", "said"),
    [
        (True, None, "Unpaid interest bears interest."),
        (True, False, "Unpaid interest bears interest at the note's coupon; that of A bears none."),
        (False, None, "Unpaid interest bears no interest."),
    ],
)
def test_whose_unpaid_interest_bears_interest(by_deal: bool, of_a: bool | None, said: str) -> None:
    a, b = {**A, "interest_on_unpaid_interest": of_a}, B
    assert f"- {said}" in date_lines(deal(notes=(a, b, REST), interest_on_unpaid_interest=by_deal))


@pytest.mark.parametrize(("more", "years"), [({}, "calendar years"), ({"year_begins": 4}, "years that begin in April")])
def test_when_the_year_of_a_cap_begins_and_what_it_counts(more: dict[str, Any], years: str) -> None:
    fee = {"name": "trustee", "base": "fixed", "amount": 3.0}
    steps = [{"step": "pay_fee", "fee": "trustee", "cap": "20 - paid_this_year.trustee"}, *PLAIN]
    lines = date_lines(deal(steps, fees=(fee,), **more))
    assert f"- `paid_this_year` counts what steps with a cap pay of trustee at the payment dates of {years}." in lines
    assert not [line for line in date_lines(deal()) if "paid_this_year" in line]


def shipped(name: str) -> Deal:
    model = load(SCENARIOS / f"deals/{name}.toml")
    assert isinstance(model, Deal)
    return model


def template(**changes: Any) -> Deal:
    document = tomli.loads((ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8"))
    return Deal.model_validate_json(json.dumps({**copy.deepcopy(document), **changes}, default=str))


def test_a_conditional_step_says_when_it_runs() -> None:
    text = explain_deal(shipped("card-master-trust"))
    assert (
        "8. Only while three-month average annualised excess spread is below 4.5%: "
        "fill spread account up to 1.5% of the cut-off balance, from income." in text
    )


def test_a_risk_transfer_says_who_bears_a_loss_and_who_has_what_comes_back() -> None:
    text = explain_deal(shipped("risk-transfer"))
    assert "6. Write down first loss, then protected by the principal deficiency.\n" in text
    assert "7. Write up protected, then first loss by principal that has come back, each no further than it was" in text
    assert "loss allocated" in picture_svg(shipped("risk-transfer"))


def test_a_fee_by_a_formula_says_what_it_is() -> None:
    text = explain_deal(shipped("auto-swapped"))
    assert "- trustee: `max(0.0003 / 12 * notes, 1_500)` USD a payment date, as it stands at the month's end." in text


def test_a_trigger_says_what_against_which_limit_when_and_to_what_effect() -> None:
    text = explain_deal(shipped("platform-consumer"))
    assert "over the cut-off balance plus purchases above 1.5% in months 3 to 5 and 2% from month 6" in text
    assert "in 2 consecutive months: while revolving, purchases stop and early amortization begins; later " in text
    assert "the new priority of payments applies at the payment date that follows" in text


def test_acceleration_is_a_phase_and_early_amortization_what_ends_the_revolving_period() -> None:
    kept, changed = (explain_deal(shipped(name)) for name in ("baitiao-24m", "card-master-trust"))
    assert "later payments stay as they are" in kept
    assert "later only the priority of payments changes" in changed
    assert "Acceleration (early" not in kept + changed


def test_a_curable_trigger_without_effect_is_reported_only() -> None:
    assert "reported only, until the test passes again" in explain_deal(shipped("card-master-trust"))


def test_idle_cash_names_the_deals_own_share() -> None:
    trigger = {"name": "idle", "observable": "idle_cash_days", "breach": "above", "effect": "acceleration"}
    deal = template(idle_cash_share=0.25, triggers=[{**trigger, "thresholds": [{"limit": 30.0}]}])
    deal_words = explain_deal(deal)
    assert "days in a row with principal cash above 25% of the pool above 30 days" in deal_words


def test_interest_accrues_from_the_issue_date_where_it_is_given() -> None:
    assert "interest and fees accrue from here" in explain_deal(template())
    assert "interest and fees accrue from the issue date, 2026-01-10" in explain_deal(template(issue_date="2026-01-10"))


def test_quarterly_interest_says_whether_an_account_gathers_it() -> None:
    assert "Interest on priority-01 is paid every 3 months; liquidity gathers it." in explain_deal(
        shipped("baitiao-2015")
    )
    notes = [note.model_dump(exclude_defaults=True) for note in shipped("platform-small-business").notes]
    notes[2]["payment_months"] = {"revolving": 3}
    document = shipped("platform-small-business").model_dump(mode="json", exclude_defaults=True)
    deal = Deal.model_validate_json(json.dumps({**document, "version": 1, "kind": "deal", "notes": notes}))
    assert "Interest on mezzanine is paid every 3 months; no account gathers it in between." in explain_deal(deal)


def test_notes_that_are_repaid_pro_rata_rank_together() -> None:
    deal = shipped("bank-fixed-share")
    assert support_of(deal, None) == pytest.approx([0.01, 0.01, 0.0], abs=1e-12)
    assert support_of(shipped("bank-first-loss"), None) == pytest.approx([0.06, 0.0], abs=1e-12)


def test_notes_of_one_class_share_its_enhancement_though_they_are_repaid_in_turn() -> None:
    """A-1 to A-4 are repaid one after another and their interest is paid pari passu: 11.7% stand below each of them.

    With principal pro rata only after an event of default it is the same class; with interest in turn it is not.
    """
    shares = {"A-1": 0.145, "A-2": 0.321, "A-3": 0.322, "A-4": 0.095, "B": 0.05}
    assert support_of(_classes(shares, together=True), None) == pytest.approx([0.117] * 4 + [0.067, 0.0])
    assert support_of(_classes(shares, in_default="pro_rata"), None) == pytest.approx([0.117] * 4 + [0.067, 0.0])
    in_turn = [0.855, 0.534, 0.212, 0.117, 0.067, 0.0]
    assert support_of(_classes(shares), None) == pytest.approx(in_turn)


def _classes(shares: dict[str, float], together: bool = False, in_default: str = "sequential") -> Deal:
    """A deal of these notes over a residual one: sequential principal, class A's interest in one step or in turn."""
    rated, first = list(shares), [name for name in shares if name.startswith("A")]
    alone = [{"step": "pay_interest", "note": name} for name in rated]
    interest = [{"step": "pay_interest", "notes": first}, *alone[len(first) :]] if together else alone
    cash = ["principal", "income"]
    principal = {"step": "pay_principal", "notes": rated, "source": cash}
    rest = {"step": "pay_residual", "note": "R", "source": cash}
    default = [*alone, {**principal, "notes": first, "order": in_default}, {**principal, "notes": rated[len(first) :]}]
    unpaid = {"name": "unpaid", "observable": "senior_shortfall", "breach": "above", "effect": "event_of_default"}
    notes = [{"name": name, "share": share, "coupon": 0.03} for name, share in shares.items()]
    document = {
        "version": 1,
        "kind": "deal",
        "name": "classes",
        "currency": "USD",
        "purchase": "none",
        "payment_day": 15,
        "closing_date": "2021-01-31",
        "revolving_months": 0,
        "scheduled_months": 60,
        "legal_maturity_months": 60,
        "notes": [*notes, {"name": "R", "share": 1.0 - sum(shares.values()), "residual": True}],
        "priority": {"amortization": [*interest, principal, rest], "event_of_default": [*default, rest]},
        "triggers": [{**unpaid, "thresholds": [{"limit": 1e-6}]}],
    }
    return Deal.model_validate_json(json.dumps(document))


def test_notes_by_amount_are_shares_of_the_pool_or_else_of_their_sum() -> None:
    deal = shipped("card-master-trust")
    assert support_of(deal, None)[0] == pytest.approx(135.0 / 1010.0)
    assert support_of(deal, 1_100e6)[0] == pytest.approx(1.0 - 875.0 / 1100.0)


def test_the_picture_is_one_svg_that_depends_on_the_deal_alone() -> None:
    first, second = picture_svg(shipped("baitiao-2015")), picture_svg(shipped("baitiao-2015"))
    assert first == second
    root = ET.fromstring(first)
    words = " ".join("".join(node.itertext()) for node in root.iter())
    for wanted in ("priority-01", "25% below it", "early amortization", "Release liquidity", "> 3%", "month 12"):
        assert wanted in words


def test_a_hostile_name_stays_text_in_the_picture() -> None:
    notes = [note.model_dump(exclude_defaults=True) for note in template().notes]
    notes[2]["name"] = "<script>$x^2$"
    priority = json.loads(json.dumps(template().model_dump(mode="json", exclude_defaults=True)["priority"]))
    for steps in priority.values():
        for step in steps:
            if step.get("note") == "equity":
                step["note"] = "<script>$x^2$"
    deal = template(notes=notes, priority=priority)
    drawn = picture_svg(deal)
    assert "<script>" not in drawn
    assert "&lt;script&gt;$x^2$" in drawn


def test_a_long_name_and_many_thresholds_keep_within_the_sheet() -> None:
    steps = [{"from_month": month, "to_month": month, "limit": 0.01 + 0.001 * month} for month in range(1, 37)]
    trigger = {**template().triggers[0].model_dump(exclude_defaults=True), "thresholds": steps, "name": "x" * 80}
    figure = picture(template(triggers=[trigger], name="y" * 80))
    width = figure.get_size_inches()[0] * figure.dpi
    figure.draw_without_rendering()
    for text in figure.axes[0].texts:
        assert text.get_window_extent().x1 <= width


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_explain_writes_the_picture(ending: str, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / f"deal.{ending}"
    assert exit_code(["explain", str(CARD), "--svg", str(target)]) == 0
    assert target.stat().st_size > 1000
    assert capsys.readouterr().out.startswith("# Card master trust")


def test_explain_refuses_another_format(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["explain", str(CARD), "--svg", str(tmp_path / "deal.docx")]) == 2
    assert "must end in .svg, .png" in capsys.readouterr().err


def test_a_pool_says_what_follows_a_default_and_what_may_be_bought() -> None:
    job = load_job(JOB)
    changed = {
        "recovery_lag": (0.25, 0.0, 0.75),
        "dilution": 0.01,
        "dilution_unpaid_share": 0.2,
        "write_off_months": 3,
        "supply": Supply(multiple=1.5),
        "eligibility": Eligibility(months_before_legal_maturity=6, segment_limit={"L1": 0.4}, plan_limit={"24": 0.3}),
    }
    text = explain_job(job.model_copy(update={"pool": job.pool.model_copy(update=changed)}))
    for said in (
        "Recoveries come after default, 25% in month 1 and 75% in month 3.",
        "A default counts as overdue for 3 months, then it is written off.",
        "Refunds: 1% of the performing balance a month, of which the originator leaves 20% unpaid.",
        "Offered each month: 1.5 times what the undisturbed pool needs.",
        "Bought are only receivables that end 6 months before legal maturity.",
        "Limits on purchases: segment L1 at most 40% of the pool and 24 months at most 30% of purchases.",
    ):
        assert said in text
    assert "in equal parts in months 1 to 12" in explain_job(job)


def test_a_curve_is_told_a_month_where_it_is_a_rate_a_month():
    assert shock_words(Shock(target="prepayment", curve="6% CPR")) == "prepayment set to 6% CPR a month"
    assert shock_words(Shock(target="index_rate", curve="3% to 5% in 12")) == "index rate set to 3% to 5% in 12"


def test_stages_of_a_pool_are_told_by_what_each_has_of_its_own() -> None:
    """The odds of the segment where a stage says nothing, its multiple, or rates or curves of its own."""
    given = [
        {"name": "new", "moves_on": 0.1, "default_odds": 2.5},
        {"name": "seasoned", "moves_on": 0.05, "entry_rate": (0.01, 0.002), "prepayment": 0.02},
        {"name": "old", "entry_rate_curve": ("6% CDR", "3% CDR"), "prepayment_curve": "6% CPR"},
        {"name": "oldest"},
    ]
    pool = load_job(JOB).pool
    assert stages(pool) == []
    pool = pool.model_copy(update={"stages": tuple(map(Stage.model_validate, given))})
    lines = stages(pool)
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:-1])] == [
        ["stage", "moves on a month", "odds of entry", "prepays a month"],
        ["new", "10%", "2.5 times", "as the segment"],
        ["seasoned", "5%", "1% / 0.2% a month", "2%"],
        ["old", "-", "6% CDR / 3% CDR a month", "6% CPR"],
        ["oldest", "-", "1 times", "as the segment"],
    ]
    assert "odds of default" in stages(pool.model_copy(update={"ladder": None}))[0]
    late = after_default(pool.model_copy(update={"late_fee": 0.03}))
    assert "Late borrowers pay a late fee of 3% of what they pay." in late
    assert not any("late fee" in line for line in after_default(pool))


def test_a_step_says_what_share_moves_and_down_to_which_balances_it_repays() -> None:
    deal = template()
    moved = Transfer(step="transfer", to="income", source=("principal",), share=0.25)
    assert sentence(deal, moved) == "Move 25% of what is left to income, from principal."
    assert headline(moved) == "25% of what is left to income"
    down = PayPrincipal(step="pay_principal", notes=("A",), source=("principal",), to_balance=((1, 500.0), (7, 200.0)))
    assert sentence(deal, down).startswith("Repay A, down to 500 from month 1, 200 from month 7, from principal")
    assert headline(down) == "Principal of A down to schedule"


@pytest.mark.parametrize(("tripped", "word"), [(True, ""), (False, "not ")])
def test_a_step_that_waits_for_a_trigger_names_it(tripped: bool, word: str) -> None:
    when = (Condition(trigger="switch", tripped=tripped), Condition(observable="pool_factor", below=0.1))
    assert (
        condition_words(template(), when)
        == f"the trigger 'switch' has {word}tripped and the pool over its cut-off balance is below 10%"
    )
    assert condition_sign(when) == f"'switch' has {word}tripped and pool factor < 10%"


def test_a_book_has_no_picture(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    book = SCENARIOS / "books/consumer.toml"
    monkeypatch.setattr("stress.analysis.loading.load", lambda file: Book.model_construct(name="mine"))
    assert exit_code(["explain", str(book), "--svg", str(tmp_path / "b.svg")]) == 2
    assert f"draws a deal, and {book} is a book" in capsys.readouterr().err


def test_on_a_terminal_an_explanation_is_set_for_reading(monkeypatch: Patch) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)
    monkeypatch.setattr("stress.cli.explain.console", lambda: screen)
    _show("# A deal\n\n- pays **A** first\n", markdown=False)
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "#" not in shown
    assert "• pays A first" in shown


def test_a_trust_is_offered_nothing_and_has_no_limits() -> None:
    """`check` says that supply and eligibility do nothing in a trust; here they are left out."""
    for name, offered in (("card-trust-2005-1", False), ("card-master-trust", True)):
        text = explain_job(load_job(JOBS / f"{name}.toml"))
        assert ("Offered each month:" in text) is offered


def test_net_losses_are_told_as_defaults_less_recoveries() -> None:
    limit = {"name": "losses", "observable": "default_stock", "breach": "above", "thresholds": [{"limit": 0.02}]}
    text = explain_deal(template(triggers=[{**limit, "effect": "none"}]))
    assert "cumulative defaults less recoveries (net loss, or the stock of 91+ days past due) over the cut-off" in text


def test_a_trust_says_what_it_adds_and_whose_series_stand_beside_the_deal() -> None:
    deal = shipped("card-trust-2005-1")
    assert deal.trust is not None
    alone = {"additions": 0.0, "series": (), "principal_needed": None}
    text = explain_deal(deal.model_copy(update={"trust": deal.trust.model_copy(update=alone)}))
    assert "and adds no accounts." in text
    assert "Other series are schedules" not in text
    assert "Principal that it needs in a month" not in text
    other = OtherSeries(name="2004-9", invested=((1, 500.0), (7, 0.0)))
    more = {"additions": 0.05, "series": (other,), "principal_needed": "note.A"}
    text = explain_deal(deal.model_copy(update={"trust": deal.trust.model_copy(update=more)}))
    assert "and adds accounts of up to 5% of the trust a month where it has less." in text
    assert "Series 2004-9: invested 500 from month 1, 0 from month 7; shares nothing." in text
    assert "Other series are schedules" in text
    assert "Principal that it needs in a month: `note.A`;" in text


def test_dates_that_would_lie_on_each_other_are_left_out_of_the_picture() -> None:
    """A revolving period of one month of 30: closing and month 1 stand too close to name both."""
    words = picture_svg(template(revolving_months=1))
    assert ">closing<" in words
    assert ">month 1<" not in words


def test_notes_of_amounts_and_of_shares_are_drawn_alike_where_no_pool_is_known() -> None:
    notes = [note.model_dump(exclude_defaults=True) for note in template().notes]
    assert notes[0].pop("share") > 0.0
    deal = template(notes=[{**notes[0], "amount": 100.0}, *notes[1:]])
    assert {share is None for share in shares_of(deal, None)} == {True, False}
    words = picture_svg(deal)
    assert all(f">{note.name}<" in words for note in deal.notes)


def test_a_loan_is_told_with_its_calendar():
    plan = {
        "term": 36,
        "share": 1.0,
        "kind": "level",
        "floating": {"index": "lpr_1y", "margin": 0.02, "reset_months": 12},
    }
    words = plan_words(Plan.model_validate({**plan, "day_count": "ACT/365F", "origination_fee": 0.01}))
    assert words == "100% over 36 in level payments at lpr_1y + 2% (set every 12 months) ACT/365F, 1% once at the start"
