"""A series of a master trust, month by month: allocation, charge-offs, accumulation, the seller's interest, sharing.

The trust has 1000 of principal receivables: 20% is paid a month, finance charges are 18% a year on what has not
defaulted, 0.5% defaults and cardholders buy 20.5%. Of it series 1, the deal, has 400 invested, series 2 300 and the
seller 300. Every period is a twelfth of a year.
"""

from typing import Any

import pytest

from hand_worked import deal, pool, run, same
from stress.errors import ConfigError
from stress.inputs.scenario import Shock

PAYS, BUYS, DEFAULTS = 0.2, 0.205, 0.005
NOTES = (
    {"name": "A", "amount": 320.0, "coupon": 0.06},
    {"name": "B", "amount": 80.0, "coupon": 0.12},
    {"name": "seller", "amount": 0.0, "residual": True},
)
INTEREST = [{"step": "pay_interest", "note": "A"}, {"step": "pay_interest", "note": "B"}]
COVER = {"step": "cover_defaults"}
REINVEST = {"step": "purchase", "source": ["principal"]}
REPAY = {"step": "pay_principal", "notes": ["A", "B"], "source": ["principal"]}
EXCESS = {"step": "pay_residual", "note": "seller"}
END = {"step": "pay_residual", "note": "seller", "source": ["principal"], "when": "notes <= 0"}
OTHER = {"name": "2", "invested": [[1, 300.0]]}


def trust_pool(default: float = DEFAULTS, buys: float = BUYS, **more: Any) -> Any:
    """What is not entered pays 20% of the whole: the month's numbers are those of the trust."""
    rate = {"monthly": PAYS / (1.0 - default), "annual_yield": 0.18 / (1.0 - default), "purchase_rate": buys}
    return pool(default=default, payment_rate=rate, **more)


def series(revolving: int = 2, trust: dict[str, Any] | None = None, **more: Any) -> Any:
    """Interest, charge-offs from what is left, reinvestment while it revolves; then principal passes through."""
    steps = more.pop("steps", [*INTEREST, COVER, REPAY, EXCESS, END])
    priority = {"revolving": [*INTEREST, COVER, REINVEST, EXCESS]} if revolving else {}
    return deal(
        steps,
        more.pop("notes", NOTES),
        revolving_months=revolving,
        purchase=more.pop("purchase", "payment_date" if revolving else "none"),
        trust={"seller_share": 0.05, "series": [OTHER]} | (trust or {}),
        priority=priority | more.pop("priority", {}),
        **more,
    )


def test_a_month_of_a_revolving_series() -> None:
    """Floating share 0.4: finance charges 6, charge-off 2, principal 80. Interest is 1.6 + 0.8; 2 cover the charge-off,
    1.6 is excess spread. 82 is reinvested: 400 again; the seller keeps 300 of 1000.
    """
    data = run(series(), trust_pool())
    same(data, "pool_balance", None, 1000.0, 1000.0)
    same(data, "allocation_floating", None, 0.4, 0.4)
    same(data, "series_income", None, 6.0, 6.0)
    same(data, "series_defaults", None, 2.0, 2.0)
    same(data, "series_principal", None, 80.0, 80.0)
    same(data, "reinvested", None, 82.0, 82.0)
    same(data, "invested", None, 400.0, 400.0)
    same(data, "seller_interest", None, 300.0, 300.0)
    same(data, "deficiency", None, 0.0, 0.0)
    same(data, "residual_yield", "seller", 1.6, 1.6)
    same(data, "portfolio_yield", None, 12.0 * 4.0 / 400.0)
    same(data, "base_rate", None, 12.0 * 2.4 / 400.0)
    same(data, "excess_spread", None, 12.0 * 1.6 / 400.0)


def test_after_the_revolving_period_the_numerator_of_principal_stays() -> None:
    """Month 3 has the fixed share 400 / 1000, and 80 + 2 repays A: invested 318. Month 4: floating share 0.318, fixed
    0.4: finance charges 4.77, charge-off 1.59, principal 80, which with the reimbursement repays 81.59.
    """
    data = run(series(), trust_pool())
    same(data, "allocation_fixed", None, 0.4, 0.4, 0.4, 0.4)
    same(data, "allocation_floating", None, 0.4, 0.4, 0.4, 0.318)
    same(data, "series_principal", None, 80.0, 80.0, 80.0, 80.0)
    same(data, "series_income", None, 6.0, 6.0, 6.0, 4.77)
    same(data, "principal_paid", "A", 0.0, 0.0, 82.0, 81.59)
    same(data, "invested", None, 400.0, 400.0, 318.0, 318.0 - 81.59)
    same(data, "seller_interest", None, 300.0, 300.0, 382.0, 382.0 + 81.59)


def test_the_denominator_is_the_sum_of_invested_amounts_once_the_trust_is_smaller() -> None:
    """Refunds of 400 take the trust from 1000 to 600 while 698 is invested: the seller has nothing, its share is in
    breach, and nothing is reinvested: 398 - 80 = 318, and 82 waits in cash. Series 2 then has 382: 318 / 700.
    """
    low = {"name": "seller", "observable": "seller_share", "breach": "below", "effect": "none"}
    grows = {"series": [OTHER | {"invested": [[1, 300.0], [2, 382.0]]}]}
    given = series(3, grows, triggers=[low | {"thresholds": [{"limit": 0.05}]}])
    data = run(given, trust_pool(dilution=400.0 / 795.0))
    same(data, "pool_balance", None, 600.0)
    same(data, "seller_interest", None, 0.0)
    same(data, "tripped", "seller", 1.0)
    same(data, "trigger_value", "seller", 0.0)
    same(data, "invested", None, 318.0)
    same(data, "reinvested", None, 0.0)
    same(data, "principal_cash", None, 82.0)
    same(data, "allocation_floating", None, 0.4, 318.0 / 700.0)
    same(data, "allocation_fixed", None, 0.4, 318.0 / 700.0)


def test_a_series_reinvests_only_what_leaves_the_seller_its_least_share() -> None:
    """Without purchases in month 1 the trust falls to 795, which carries 715.5 at a least share of 10%: 415.5 of this
    series; all 82 is reinvested. Month 2 leaves 632.025, which carries 268.8225: 318 is more, so nothing is.
    """
    shock = Shock(target="originations", set=0.0)
    data = run(series(3, {"seller_share": 0.1}), trust_pool(), shocks=(shock,))
    same(data, "pool_balance", None, 795.0, 632.025)
    same(data, "invested", None, 400.0, 318.0)
    same(data, "reinvested", None, 82.0, 0.0)
    same(data, "principal_cash", None, 0.0, 82.0)
    same(data, "seller_interest", None, 95.0, 14.025)
    part = run(series(3, {"seller_share": 0.17}), trust_pool(), shocks=(shock,))
    same(part, "invested", None, 795.0 * 0.83 - 300.0)
    same(part, "principal_cash", None, 400.0 - (795.0 * 0.83 - 300.0))


def test_charge_offs_beyond_the_excess_spread_stay_with_the_series() -> None:
    """40% default: 160 of the series' 400; principal 0.4 x 120, finance charges 0.4 x 9. Of 3.6 interest leaves 1.2."""
    rate = {"monthly": PAYS, "annual_yield": 0.18, "purchase_rate": 0.12}
    data = run(series(revolving=3), pool(default=0.4, payment_rate=rate))
    same(data, "pool_balance", None, 600.0)
    same(data, "series_defaults", None, 160.0)
    same(data, "series_principal", None, 48.0)
    same(data, "series_income", None, 3.6)
    same(data, "deficiency", None, 158.8)
    same(data, "invested", None, 400.0 - 158.8)
    same(data, "seller_interest", None, 600.0 - 300.0 - 241.2)


def accumulating(trust: dict[str, Any] | None = None, deposit: float = 50.0, **more: Any) -> Any:
    """The funding account takes a controlled deposit a month, the rest is reinvested; a bullet in month 4."""
    steps = [
        *INTEREST,
        COVER,
        {"step": "top_up", "account": "funding", "target": "min(deposits, notes)", "source": ["principal"]},
        {**REINVEST, "when": "month < 4"},
        {"step": "pay_principal", "notes": ["A", "B"], "source": ["funding", "principal"], "when": "month >= 4"},
        EXCESS,
        {**END, "source": ["principal", "funding"]},
    ]
    deposits = {"deposits": [[2, deposit], [3, 2.0 * deposit]]}
    accounts = {"accounts": ["funding"], "principal_accounts": ["funding"]}
    return series(1, trust, steps=steps, quantities=deposits, **accounts, **more)


def test_controlled_accumulation_gathers_deposits_and_pays_a_bullet() -> None:
    """Fixed share 0.4 while series 2 revolves: 80 + 2 a month, 50 into the account, 32 reinvested: 350. Its floating
    share is then 0.35: finance charges 5.25 of 6, interest is still 2.4 a month: negative carry. The account earns 3%.

    Charge-off 1.75 in month 3: 81.75 - 50 reinvested: 300. Month 4: floating 0.3, charge-off 1.5, 81.5 + 100 repays A.
    """
    data = run(accumulating(), trust_pool(cash_rate=0.03))
    same(data, "series_principal", None, 80.0, 80.0, 80.0, 80.0)
    same(data, "account_balance", "funding", 0.0, 50.0, 100.0, 0.0)
    same(data, "invested", None, 400.0, 350.0, 300.0, 300.0 - 1.5 - 80.0)
    same(data, "allocation_floating", None, 0.4, 0.4, 0.35, 0.3)
    same(data, "series_income", None, 6.0, 6.0, 5.25, 4.5)
    same(data, "cash_interest", None, 0.0, 0.0, 0.125, 0.25)
    same(data, "excess_spread", None, 0.048, 0.048, 12.0 * (5.25 + 0.125 - 1.75 - 2.4) / 400.0)
    same(data, "principal_paid", "A", 0.0, 0.0, 0.0, 181.5)
    same(data, "deficiency", None, 0.0, 0.0, 0.0, 0.0)
    assert float(data["final_default"]) == pytest.approx(0.02)


def test_principal_of_other_series_fills_what_the_deposit_lacks() -> None:
    """100 is needed in months 2 and 3: 80 of its own and 20 of the 60 that series 2 can spare.

    Month 4 has no deposit to fill, series 2 keeps its 60.
    """
    need = "if(phase.amortization and month < 4, deposits - account.funding, 0)"
    shares = {"principal_needed": need, "series": [OTHER | {"cost": 0.06}]}
    data = run(accumulating(shares, deposit=100.0), trust_pool())
    same(data, "shared_principal", None, 60.0, 60.0, 60.0, 60.0)
    same(data, "series_principal", None, 80.0, 100.0, 100.0, 80.0)
    same(data, "account_balance", "funding", 0.0, 100.0, 200.0)
    same(data, "reinvested", None, 82.0, 2.0, 1.5)
    same(data, "invested", None, 400.0, 300.0, 200.0)


def test_a_series_that_has_begun_to_fall_spares_no_principal_and_keeps_its_numerator() -> None:
    """Series 2 falls to 200 in month 3: fixed share 400 / 1000 with its numerator of 300; floating 400 / 1000."""
    falls = {"principal_needed": "100", "series": [{"name": "2", "invested": [[1, 300.0], [3, 200.0]], "cost": 0.06}]}
    data = run(series(revolving=3, trust=falls, priority={}), trust_pool())
    same(data, "shared_principal", None, 60.0, 60.0, 0.0)
    same(data, "series_principal", None, 100.0, 100.0, 80.0)
    same(data, "seller_interest", None, 300.0, 300.0, 400.0)


def test_excess_finance_charges_are_shared_both_ways() -> None:
    """Series 2 has 4.5 of finance charges, 1.5 of charge-offs and costs 1.5 or 4: an excess of 1.5 or a lack of 1."""
    for cost, spare, short in ((0.06, 1.5, 0.0), (0.16, 0.0, 1.0)):
        steps = [
            {"step": "receive", "party": "group", "amount": "min(shared_income, 0.5)", "to": "income"},
            {"step": "pay_party", "party": "group", "amount": "shared_shortfall"},
            *INTEREST,
            COVER,
            REPAY,
            EXCESS,
            END,
        ]
        given = series(0, {"series": [OTHER | {"cost": cost}]}, steps=steps, parties=["group"])
        data = run(given, trust_pool())
        same(data, "shared_income", None, spare)
        same(data, "shared_shortfall", None, short)
        same(data, "received", "group", min(spare, 0.5))
        same(data, "residual_yield", "seller", 1.6 + min(spare, 0.5) - short)


def test_the_seller_adds_accounts_up_to_its_least_share_as_far_as_there_are_some() -> None:
    """Without purchases the trust would fall to 795, which carries 698: with a least share of 20% the seller owes 872.5
    less 795, 77.5; it can add 5% of 1000 a month: 50 in month 1.
    """
    adds = {"seller_share": 0.2, "additions": 0.05}
    data = run(series(trust=adds), trust_pool(buys=0.0))
    same(data, "pool_balance", None, 845.0)
    same(data, "purchases", None, 50.0)


def test_charge_offs_reach_the_most_junior_class_first() -> None:
    """A charge-off of 160: B's 80 and 80 of A's 320; income of 3.6 pays 2.4 of interest and reimburses 1.2 of A."""
    own = {"of_a": "charged_off.A", "of_b": "charged_off.B"}
    rate = {"monthly": PAYS, "annual_yield": 0.18, "purchase_rate": 0.12}
    watch = [
        {
            "name": name,
            "observable": f"charged_off.{name}",
            "breach": "above",
            "effect": "none",
            "tested": when,
            "thresholds": [{"limit": 1.0}],
        }
        for name, when in (("A", "payment"), ("B", "determination"))
    ]
    data = run(series(revolving=3, quantities=own, triggers=watch), pool(default=0.4, payment_rate=rate))
    same(data, "quantity_value", "of_a", 80.0)
    same(data, "quantity_value", "of_b", 80.0)
    same(data, "trigger_value", "A", 78.8)


def test_three_months_of_yield_below_the_base_rate_end_the_revolving_period() -> None:
    """Finance charges of a third: 2 of 400 less 2 of charge-offs against 2.4: -7.2% a year; interest falls short."""
    test = {"name": "base rate", "condition": "mean(portfolio_yield - base_rate, 3) < 0", "months": 2}
    early = {"acceleration": [*INTEREST, COVER, REPAY, EXCESS, END]}
    rate = {"monthly": PAYS / 0.995, "annual_yield": 0.06 / 0.995, "purchase_rate": BUYS}
    given = series(revolving=3, triggers=[test | {"effect": "acceleration"}], priority=early)
    data = run(given, pool(default=DEFAULTS, payment_rate=rate))
    same(data, "excess_spread", None, -0.072)
    same(data, "phase", None, 0.0, 2.0, 2.0)
    assert data["principal_paid"].sel(tranche="A").values[1] > 70.0


def test_cash_that_the_servicer_loses_is_lost_to_the_series_in_its_share() -> None:
    """Half of the month: principal 40 of 80 and finance charges 3 of 6 are lost; the deficiency is 42 less 0.6."""
    shock = Shock(target="commingled_days", set=15.0, to_month=1)
    data = run(series(), trust_pool(), shocks=(shock,))
    same(data, "series_principal", None, 40.0)
    same(data, "series_income", None, 3.0)
    same(data, "deficiency", None, 42.0 - 0.6)
    same(data, "invested", None, 400.0 - 42.0 + 0.6)


def test_recoveries_are_finance_charges() -> None:
    """A tenth of the 5 that default in month 1 comes back in month 2: 0.5, of which the series has 0.2."""
    data = run(series(), trust_pool(recovery=0.1))
    same(data, "series_income", None, 6.0, 6.2)


def test_a_call_sells_what_the_series_has_invested_and_leaves_the_trust() -> None:
    """After month 3's principal 318 is left of 398 + 2 reimbursed later: it is sold at par and A and B are repaid."""
    data = run(series(clean_up={"when": "invested < 399"}), trust_pool())
    same(data, "invested", None, 400.0, 400.0, 0.0)
    same(data, "note_balance", "A", 320.0, 320.0, 0.0)
    same(data, "note_balance", "B", 80.0, 80.0, 0.0)
    same(data, "pool_balance", None, 1000.0, 1000.0, 1000.0, 1000.0)


REFUSED = {
    "each_step": ({"purchase": "each_step"}, "needs"),
    "price": ({"purchase_price": 0.99}, "at par"),
    "pool factor": ({"clean_up": {"pool_factor": 0.1}}, "invested"),
    "late": ({"issue_date": "2022-02-20"}, "month 1"),
    "twice": ({"accounts": ["funding"], "principal_accounts": ["funding"] * 2}, "'funding' is named twice"),
    "own cover": (
        {"accounts": ["funding"], "principal_accounts": ["funding"],
         "steps": [*INTEREST, COVER | {"source": ["funding"]}, REPAY, EXCESS, END]},
        "funding holds principal, which cannot cover its own deficiency",
    ),
    "nothing invested": (
        {"accounts": ["funding"], "principal_accounts": ["funding"], "opening_cash": {"funding": 400.0}},
        r"opening_cash: 400 of principal accounts covers all notes \(400\): nothing is invested",
    ),
    "share of the pool": ({"notes": ({"name": "A", "share": 0.4}, *NOTES[1:])}, "note A: share is of the pool, which"),
}  # fmt: skip
"""Further terms of a series, and a word of the refusal."""


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_series_cannot_have_is_refused(case: str) -> None:
    more, word = REFUSED[case]
    with pytest.raises((ConfigError, ValueError), match=word):
        series(**more)


@pytest.mark.parametrize(
    ("trust", "word"),
    [
        ({"seller_share": 1.0}, "nothing"),
        ({"principal_needed": "100"}, "shares its principal"),
        ({"series": [OTHER, OTHER]}, "twice|2 times"),
        ({"series": [{"name": "2", "invested": [[2, 1.0], [1, 2.0]]}]}, "increase"),
        ({"series": [{"name": "2", "invested": [[1, 0.0]]}]}, "leave it out"),
        ({"series": [{"name": "2", "invested": [[1, 5.0], [2, -1.0]]}]}, "series 2: invested: amounts must not be neg"),
        ({"series": [OTHER | {"cost": -0.01}]}, "series 2: cost = -0.01: must not be negative"),
    ],
)
def test_what_a_trust_cannot_be_is_refused(trust: dict[str, Any], word: str) -> None:
    with pytest.raises((ConfigError, ValueError), match=word):
        series(trust=trust)


def test_words_of_a_trust_need_a_trust() -> None:
    with pytest.raises((ConfigError, ValueError), match=r"no \[trust\]"):
        deal(quantities={"mine": "invested"})
