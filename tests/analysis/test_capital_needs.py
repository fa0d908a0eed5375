"""Capital of a deal's classes: closing by hand, months from the same paths as a replay, and the worth of a transfer."""

import hand_worked
import numpy as np
import pytest
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress import capital as formulas
from stress.analysis.capital_needs import Bank, capital, load_rules
from stress.analysis.class_numbers import committee
from stress.analysis.order_statistics import mean_of, quantile_of
from stress.analysis.positions import positions
from stress.analysis.risk_transfer import _losses
from stress.analysis.synthetic_excess import KINDS, absorbed, borne
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.inputs.scenario import Shock
from stress.measures.estimate import NORMAL
from stress.report.page.capital_chapter import capital_sheet, transfer_sheet
from stress.report.workbook_capital import tables

RULES = SCENARIOS / "rules"
BASEL = load_rules()
US = load_rules(RULES / "us-2013.toml")


@pytest.fixture(scope="module")
def job():
    return load_job(JOB)


def by_note(answer):
    return {weight.note: weight for weight in answer.weights}


@pytest.mark.parametrize(("k_irb", "delinquent"), [(0.005, 0.0), (0.045, 0.02)])
def test_the_average_weight_of_the_pool_caps_a_senior_note_by_every_approach(job, k_irb, delinquent):
    """CRE40: at most the average risk weight of the loans by the same approach, under SEC-IRBA with expected loss."""
    bank = Bank(1.0, delinquent, k_irb, qualities={"A": "BBB-", "B": "BBB-"})
    weights = by_note(capital(job, BASEL, bank, paths=64))
    irba = min(0.15, 12.5 * k_irb)
    assert weights["A"].irba == pytest.approx(irba)
    assert weights["A"].irba_looked_through == (irba < 0.15)
    assert weights["A"].erba == pytest.approx(1.0 + 0.5 * delinquent)  # BBB- is 1.2 to 1.4
    assert weights["A"].erba_looked_through
    assert not weights["A"].looked_through
    assert not weights["B"].irba_looked_through
    assert weights["B"].erba == pytest.approx((3.3 + 0.4 * 0.9) * (1.0 - 0.055))
    assert "* the average weight of the pool caps it" in capital_sheet(capital(job, BASEL, bank, paths=64)).note
    free = by_note(capital(job, BASEL.model_copy(update={"look_through": False}), bank, paths=64))
    assert free["A"].erba == pytest.approx(1.2 + 0.4 * 0.2)


def test_loans_weigh_what_the_rules_say_where_the_bank_says_nothing(job):
    assert [float(capital(job, rules, paths=64).pool_weight) for rules in (BASEL, US)] == [0.75, 1.0]
    assert capital(job, US, Bank(pool_weight=0.5), paths=64).pool_weight == 0.5
    assert committee(job, US, paths=64).pool_weight == 1.0
    late = capital(job, BASEL, Bank(delinquent=0.1, kept={"A": 1.0}), paths=64).transfer
    assert late.pool_capital == pytest.approx(0.08 * (0.9 * 0.75 + 0.1 * 1.5))


def test_weights_at_closing_are_those_of_the_formulas_at_the_deals_own_attachments(job):
    weights = by_note(capital(job, BASEL, Bank(delinquent=0.0051), paths=64))
    k_sa = 0.08 * (0.75 * (1 - 0.0051) + 1.5 * 0.0051)  # CRE41: of the entire portfolio, past due at 150%
    k_a = k_sa * (1 - 0.0051) + 0.5 * 0.0051
    for name, low, high in (
        ("A", 0.193, 1.0),
        ("B", 0.138, 0.193),
        ("mezzanine", 0.095, 0.138),
        ("subordinated", 0, 0.095),
    ):
        weight = weights[name]
        assert (weight.attachment, weight.detachment) == pytest.approx((low, high), abs=1e-12)
        assert pytest.approx(k_a) == weight.K_A
        assert weight.risk_weight == pytest.approx(float(formulas.sec_sa(low, high, k_a)), rel=1e-9)
    assert weights["B"].risk_weight == pytest.approx(2.48877587, abs=1e-6)
    assert weights["subordinated"].capital == pytest.approx(0.08 * weights["subordinated"].risk_weight * 95e6)


def test_what_the_bank_knows_gives_weights_by_ratings_and_by_its_own_capital(job):
    """Legal maturity of 3 years: M = 1 + 2 x 80% = 2.6. BBB of 2.2 and 3.1 at that, less the thickness of 5.5%; AAA of
    0.15 and 0.20; p of a retail pool -5.78 K + 0.55 LGD + 0.27 M."""
    both = capital(job, BASEL, Bank(irb_capital=0.05, qualities={"A": "AAA", "B": "BBB"}), paths=64)
    weights = by_note(both)
    assert weights["B"].erba == pytest.approx((2.2 + 0.4 * 0.9) * (1.0 - 0.055))
    assert weights["A"].erba == pytest.approx(0.15 + 0.4 * 0.05)
    p = -5.78 * 0.05 + 0.55 * 0.85 + 0.27 * 2.6
    assert weights["B"].irba == pytest.approx(float(formulas.risk_weight(0.138, 0.193, 0.05, p)))
    assert weights["A"].irba == 0.15
    assert np.isnan(weights["mezzanine"].erba)
    assert both.says == ()
    assert capital(job, BASEL, paths=64).says == (
        "SEC-IRBA: needs the bank's --irb-capital",
        "SEC-ERBA: needs your --quality NOTE=NAME",
    )
    assert capital(job, US, paths=64).says[:2] == ("SEC-IRBA: the rules have none", "SEC-ERBA: the rules have none")


@pytest.mark.parametrize(
    ("rules", "first_loss", "passes", "says"),
    [
        (
            "eu-crr",
            100.0,
            False,
            "no mezzanine note: at most 20% of the first loss tranche may be kept; that it exceeds the expected loss "
            "by a substantial margin is for the originator to show",
        ),
        ("eu-crr", 0.0, None, "neither a mezzanine note nor a first loss tranche: no test applies"),
        ("us-2013", 100.0, None, "the rules 'US rule of 2013' have no mechanical test"),
    ],
)
def test_a_deal_of_one_class_is_tested_by_its_first_loss_where_the_rules_have_a_test(rules, first_loss, passes, says):
    whole = {**hand_worked.A, "amount": 1000.0 - first_loss}
    steps = [hand_worked.INTEREST[0], {**hand_worked.PRINCIPAL[0], "notes": ["A"]}, *hand_worked.RESIDUAL]
    deal = hand_worked.deal(steps, notes=(whole, {**hand_worked.REST, "amount": first_loss}))
    bank = Bank(kept={"R": 0.25})
    transfer = capital(hand_worked.job(deal), load_rules(RULES / f"{rules}.toml"), bank, paths=64).transfer
    assert np.isnan(transfer.mezzanine_kept)
    assert (transfer.passes, transfer.says) == (passes, says)


def test_the_ratings_table_gives_the_worked_weight_of_a_thick_note_that_is_not_senior():
    """BB+, attached at 5%, detached at 30%, two years: 373%."""
    weights = {quality.name: (*quality.senior, *quality.other) for quality in BASEL.erba.qualities}
    assert float(formulas.sec_erba(weights, "BB+", False, 2.0, 0.25)) == pytest.approx(3.73125)


@pytest.mark.parametrize(
    ("file", "k", "p", "floors"),
    [("basel", 0.06, 1.0, (0.15, 0.15)), ("basel-stc", 0.06, 0.5, (0.10, 0.15)), ("eu-crr", 0.06, 1.0, (0.15, 0.15)),
     ("eu-crr-sts", 0.06, 0.5, (0.10, 0.15)), ("us-2013", 0.08, 0.5, (0.20, 0.20))],
)  # fmt: skip
def test_each_body_of_rules_has_its_loans_p_and_floors_and_says_its_source(job, file, k, p, floors):
    rules = load_rules(None if file == "basel" else RULES / f"{file}.toml")
    weights = by_note(capital(job, rules, paths=64))
    assert rules.source
    assert rules.status == "in force"
    assert weights["A"].risk_weight == pytest.approx(max(floors[0], float(formulas.risk_weight(0.193, 1.0, k, p))))
    assert weights["B"].risk_weight == pytest.approx(max(floors[1], float(formulas.risk_weight(0.138, 0.193, k, p))))


def test_months_are_those_of_replayed_paths(job):
    place = positions(job.but(scenarios=job.scenarios[:1]), 1)
    ds = stress.replay(job, path=5)
    stock = np.convolve(ds["defaults"].values, np.ones(job.pool.write_off_months))[:36]
    whole = ds["pool_balance"].values + stock
    support = whole + ds["account_balance"].values.sum(axis=1)
    notes = ds["note_balance"].values
    t = 8
    assert place.delinquent[t, 5] == pytest.approx(stock[t - 1] / whole[t - 1])
    assert place.attachment[t, 1, 5] == pytest.approx(1.0 - notes[t - 1, :2].sum() / support[t - 1])
    assert place.detachment[t, 1, 5] == pytest.approx(1.0 - notes[t - 1, 0] / support[t - 1])
    assert place.loss[:, 5] == pytest.approx(ds["loss"].values * np.array([807e6, 55e6, 43e6, 95e6]))


def test_capital_rises_as_the_pool_deteriorates(job):
    base, severe = (capital(job, BASEL, scenario=name, paths=256).months[1] for name in ("baseline", "macro_severe"))
    assert base.risk_weight.estimate[0] == severe.risk_weight.estimate[0]
    gap = severe.risk_weight.estimate[9] - base.risk_weight.estimate[9]
    assert gap > 4.0 * (severe.risk_weight.error[9] + base.risk_weight.error[9])


def test_who_keeps_a_slice_of_every_note_transfers_the_rest_of_every_loss(job):
    vertical = {note.name: 0.05 for note in job.deal.notes}
    transfer = capital(job, load_rules(RULES / "eu-crr.toml"), Bank(kept=vertical), "macro_severe", paths=512).transfer
    for loss in transfer.losses:
        assert loss.share.estimate == pytest.approx(0.95)
        assert loss.share.error < 1e-9
    assert transfer.mezzanine_kept == pytest.approx(0.05)
    assert transfer.passes is True
    assert transfer.kept_capital <= 0.06 * 0.05 + 1e-12
    assert transfer.capped


def test_a_bank_that_knows_its_internal_capital_measures_a_transfer_by_it(job):
    """SEC-IRBA comes first: the loans need K_IRB, each note what SEC-IRBA says, all that is kept at most the loans'.
    Rules without it leave SEC-SA, though K_IRB is given."""
    kept = {"A": 1.0, "mezzanine": 0.0, "subordinated": 1.0}
    bank = Bank(irb_capital=0.045, kept=kept)
    answer = capital(job, load_rules(RULES / "eu-crr.toml"), bank, paths=64)
    weights, size = by_note(answer), {"A": 0.807, "subordinated": 0.095}
    needs = sum(0.08 * weights[name].irba * share for name, share in size.items())
    assert needs > 0.045
    assert answer.transfer.pool_capital == pytest.approx(0.045)
    assert answer.transfer.kept_capital == pytest.approx(0.045)
    assert answer.transfer.capped
    text = {row[0]: row[1] for row in transfer_sheet(answer.transfer).rows}
    assert text["Capital of the loans"] == "4.50%, K_IRB"
    assert text["Capital of what is kept, SEC-IRBA"] == "4.50%, capped at K_P times the largest share kept"
    slice_of_all = {note.name: 0.05 for note in job.deal.notes}
    rest = capital(job, load_rules(RULES / "eu-crr.toml"), bank._replace(kept=slice_of_all | {"A": 0.0}), paths=64)
    wanted = sum(0.05 * 0.08 * weights[name].irba * share for name, share in (("B", 0.055), ("subordinated", 0.095)))
    wanted += 0.05 * 0.08 * weights["mezzanine"].irba * 0.043
    assert rest.transfer.kept_capital == pytest.approx(min(wanted, 0.05 * 0.045))
    plain = capital(job, US, bank, paths=64)
    assert plain.transfer.approach == "SEC-SA"
    assert plain.transfer.pool_capital == pytest.approx(0.08 * US.loan_weight)


def test_who_keeps_the_first_loss_alone_transfers_the_share_that_the_others_bear(job):
    rules = load_rules(RULES / "eu-crr.toml")
    transfer = capital(job, rules, Bank(kept={"subordinated": 1.0}), "macro_severe", paths=2048).transfer
    place = positions(job.but(scenarios=(next(c for c in job.scenarios if c.name == "macro_severe"),)), 64)
    share = place.loss[:3].sum() / place.loss.sum()
    assert transfer.losses[0].share.estimate == pytest.approx(share)
    assert 0.0 < transfer.losses[0].share.error < 0.2 * share
    assert transfer.first_loss_kept == 1.0
    assert transfer.mezzanine_kept == 0.0


def test_an_unexpected_loss_of_which_few_paths_tell_is_that_of_the_whole_worst_twentieth():
    """Of 100 paths two lose, 10 and 15, of which 5 on the note that is sold: mean 0.25, and the worst five lose 5."""
    loss = np.zeros((2, 100))
    loss[:, 3], loss[:, 70] = (0.0, 10.0), (5.0, 10.0)
    expected, unexpected = _losses(loss, np.array([0.0, 1.0]), 1000.0)
    assert expected.borne.estimate == pytest.approx(0.25 / 1000.0)
    assert expected.share.estimate == pytest.approx(5.0 / 25.0)
    assert unexpected.borne.estimate == pytest.approx((25.0 / 5.0 - 0.25) / 1000.0)
    assert unexpected.share.estimate == pytest.approx((5.0 / 5.0 - 0.05) / (5.0 - 0.25))


@pytest.mark.parametrize("losers", [0.02, 0.5])
def test_errors_of_unexpected_losses_are_their_spread_over_seeds(losers):
    """Exponential losses of some paths. For few losers the worst 5% lose losers / 0.05 on average, else the tail of the
    exponential law at 0.05 / losers: 1 - log of that."""
    intervals = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        loss = (random.random((1, 2000)) < losers) * random.exponential(size=(1, 2000))
        intervals.append(_losses(loss, np.zeros(1), 1.0)[1].borne)
    value = np.array([float(interval.estimate) for interval in intervals])
    want = (losers / 0.05 if losers < 0.05 else 1.0 - np.log(0.05 / losers)) - losers
    spread = value.std(ddof=1)
    assert abs(value.mean() - want) < 4.0 * spread / 200.0**0.5
    assert np.mean([float(interval.error) for interval in intervals]) == pytest.approx(
        spread, rel=4.0 / (2.0 * 199.0) ** 0.5
    )


def test_means_and_quantiles_of_a_law_that_is_known_lie_within_four_of_their_errors():
    values = np.random.default_rng(1).exponential(size=(1, 4000))
    mean, high = mean_of(values), quantile_of(values, 0.95)
    assert abs(mean.estimate[0] - 1.0) < 4.0 * mean.error[0]
    assert abs(high.estimate[0] + np.log(0.05)) < 4.0 * high.error[0]
    few = quantile_of(values, 0.95, np.arange(4000)[None] < 20)
    assert few.low[0] <= few.estimate[0] <= few.high[0] == np.inf  # with 36% the worst of 20 is below it
    most = quantile_of(values, 0.95, np.arange(4000)[None] < 20, most=50.0)
    assert most.high[0] == 50.0
    assert most.error[0] == pytest.approx((50.0 - most.low[0]) / (2.0 * NORMAL))


def test_a_weight_that_few_paths_tell_may_be_the_highest_but_is_known_at_closing(job):
    """Of 32 paths the 95% quantile may lie above all."""
    for by_month in capital(job, BASEL, paths=64).months:
        assert by_month.risk_weight_95.high[0] == by_month.risk_weight_95.estimate[0] == by_month.risk_weight_95.low[0]
        assert by_month.capital_95.high[0] == by_month.capital_95.estimate[0]
        there = by_month.outstanding[1:] > 0.0
        assert (by_month.risk_weight_95.high[1:][there] == 12.5).all()
        assert (by_month.capital_95.high[1:] == 1.0).all()


@pytest.mark.parametrize(
    ("bank", "words"),
    [
        (Bank(pool_weight=75.0), "did you mean 0.75"),
        (Bank(irb_capital=4.5), "did you mean 0.045"),
        (Bank(qualities={"A": "AAAA"}), "--quality A=AAAA"),
        (Bank(qualities={"Z": "AAA"}), "--quality Z: the deal has no such note"),
        (Bank(kept={"Z": 0.5}), "--keep Z: the deal has no such note"),
        (Bank(kept={"A": 5.0}), "--keep A=5"),
    ],
)
def test_figures_of_the_bank_that_cannot_be_are_refused(job, bank, words):
    with pytest.raises(ConfigError, match=words):
        capital(job, BASEL, bank)


def test_a_rating_is_refused_where_the_rules_have_no_table_of_them(job):
    with pytest.raises(ConfigError, match="--quality A=AAA: the rules 'US rule of 2013' have no SEC-ERBA"):
        capital(job, US, Bank(qualities={"A": "AAA"}))


def test_a_pool_that_is_nearly_gone_has_a_delinquent_share_between_nothing_and_all():
    late = load_job(JOBS / "microcredit-late-issue.toml")
    place = positions(late.but(scenarios=late.scenarios[:1]), 2)
    assert 0.0 <= place.delinquent.min() <= place.delinquent.max() <= 1.0


def test_what_of_a_class_nothing_stands_behind_needs_all_of_it_as_capital():
    """Half of a pool of 1,000 defaults in month 1 and is written off. Loans over three months pay 1/2, 1/3 and 1/6 of
    the other 500: class A of 600 stands at 350, 550/3 and 100, the pool at 250 + 500, 250/3 and 0. In month 2 the 250/3
    behind class A weigh what the pool weighs, 75%, the 100 that are lost 1,250%."""
    half = Shock(target="default_rate", set=0.5, to_month=1)
    loans = {"payment_rate": None, "plans": [{"term": 3, "share": 1.0}], "write_off_months": 1}
    answer = capital(
        hand_worked.job(hand_worked.deal(), hand_worked.pool(0.0, **loans), shocks=(half,)), BASEL, paths=64
    )
    first, second = answer.months[0], answer.months[1]
    weighed = 250.0 / 3.0 * 0.75 + 100.0 * 12.5
    assert first.risk_weight.estimate[2:] == pytest.approx([weighed / (550.0 / 3.0), 12.5, 12.5])
    assert first.capital.estimate[2:] == pytest.approx([0.08 * weighed / 600.0, 100.0 / 600.0, 100.0 / 600.0])
    assert second.risk_weight.estimate[2:] == pytest.approx([12.5, 12.5, 12.5])


def test_the_basel_standard_is_what_is_used_where_no_rules_are_given(job):
    assert capital(job, paths=64).rules == BASEL.name == "Basel standard"


def test_what_a_year_leaves_lapses_and_what_is_trapped_meets_later_losses():
    """24 months, 1 a month designated. Losses of 3 in month 1, of 30 in month 20, recoveries of 4 in month 21."""
    loss = np.zeros((24, 1))
    loss[0], loss[19], loss[20] = 3.0, 30.0, -4.0
    amount = np.ones((24, 1))
    lapses, stays = (absorbed(loss, amount, kind) for kind in KINDS)
    assert lapses.designated == stays.designated == pytest.approx([24.0])
    assert lapses.used == pytest.approx([3.0 + 12.0])  # of year 2: 30 - 4 = 26 against 12
    assert lapses.rest == pytest.approx([14.0])
    assert stays.used == pytest.approx([3.0 + 21.0])  # of year 1 9 stay
    assert stays.rest == pytest.approx([5.0])


def test_tranches_bear_a_loss_from_below_by_where_they_attach():
    losses = borne(np.array([3.0, 12.0, 40.0]), np.array([0.3, 0.1, 0.0]), np.array([1.0, 0.3, 0.1]), 100.0)
    assert losses.tolist() == [[0.0, 0.0, 10.0], [0.0, 2.0, 20.0], [3.0, 10.0, 10.0]]


@pytest.mark.parametrize("kind", KINDS)
def test_excess_spread_of_a_transfer_takes_losses_and_counts_as_capital(job, kind):
    def transfer(rate, kind=kind):
        bank = Bank(kept={"subordinated": 1.0}, excess_spread=rate, excess_kind=kind)
        return capital(job, load_rules(RULES / "eu-crr.toml"), bank, "macro_severe", paths=256).transfer

    none, some = transfer(0.0), transfer(0.02)
    assert none.excess.used.estimate == 0.0
    assert some.excess.rest.estimate < none.excess.rest.estimate
    assert some.excess.used.estimate + some.excess.rest.estimate == pytest.approx(none.excess.rest.estimate, rel=1e-9)
    assert 0.0 < some.excess.used.estimate < some.excess.designated.estimate
    assert some.kept_capital == pytest.approx(none.kept_capital + some.excess.designated.estimate)
    assert some.excess.used.error > 0.0
    assert transfer(0.02, "trapped").excess.used.estimate >= transfer(0.02, KINDS[0]).excess.used.estimate


@pytest.mark.parametrize(
    ("bank", "words"),
    [
        (Bank(kept={"A": 1.0}, excess_spread=0.01, excess_kind="kept"), "--excess-kind kept"),
        (Bank(kept={"A": 1.0}, excess_spread=1.0), "--excess-spread 1"),
        (Bank(excess_spread=0.01), "--keep"),
    ],
)
def test_an_excess_spread_that_is_none_is_refused(job, bank, words):
    with pytest.raises(ConfigError, match=words):
        capital(job, BASEL, bank, paths=64)


def test_a_transfer_of_which_the_paths_show_nothing_or_nothing_else_is_told_in_words(job):
    rules = load_rules(RULES / "eu-crr.toml")

    def transferred(kept):
        rows = dict(transfer_sheet(capital(job, rules, Bank(kept=kept), paths=64).transfer).rows)
        return {rows[f"Transferred of the {what} loss"].partition(" (")[0] for what in ("expected", "unexpected")}

    assert transferred({"subordinated": 1.0}) == {"none seen"}
    assert transferred({note.name: 1.0 for note in job.deal.notes}) == {"nothing: all is kept"}
    assert transferred({"A": 1.0}) == {"all that was seen"}
    assert transferred({"A": 0.0}) == {"100.00 ± 0.00%"}
    calm = capital(job, rules, Bank(kept={"A": 1.0}), paths=64).transfer
    calm = calm._replace(losses=tuple(_losses(np.zeros((2, 64)), np.array([0.0, 1.0]), 1.0)))
    assert "no note loses on any path" in dict(transfer_sheet(calm).rows).values()


def test_a_certificate_that_lent_nothing_has_no_row_of_capital():
    job = load_job(JOBS / "point-of-sale.toml")
    answer = capital(job, BASEL, paths=64)
    assert by_note(answer)["certificate"].capital == 0.0
    assert [row[0] for row in capital_sheet(answer).rows] == ["A (senior)", "B", "C", "D", "E"]
    assert [row[0] for row in tables(answer)[0].rows] == ["A", "B", "C", "D", "E"]
