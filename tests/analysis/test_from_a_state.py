"""Every question to a job that starts in mid-life: an answer for the rest of the life, or one sentence that refuses."""

import pytest
from shipped import JOB

import stress
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.report.caption import footnotes
from stress.report.desk_sheets import price_sheet

MONTH = 14


@pytest.fixture(scope="module")
def later() -> Job:
    job = stress.load(JOB)
    job = job.but(scenarios=job.scenarios[:1], paths=512)
    return job.but(state=stress.state_at(job, MONTH))


def test_whole_lives_alone_are_refused_in_one_sentence(later: Job) -> None:
    from stress.analysis import clocks, load_bands, size, target_of, whatif
    from stress.analysis.loss_timing import loss_timing

    for asked in (
        lambda: size(later, dict([target_of("A:PD=0.01", load_bands())])),
        lambda: clocks(later),
        lambda: loss_timing(later, 0.02, (1.0,)),
        lambda: whatif(later, ["share:A=0.78:0.84"]),
    ):
        with pytest.raises(ConfigError, match=r"starts after 2021-02: .*: leave its state or reports out"):
            asked()


def test_a_price_is_of_the_balance_and_the_dates_that_are_left(later: Job) -> None:
    from stress.analysis import price

    (row,) = price(later, "B", [100.0], [1.0], [1.0], paths=64).rows
    whole = price(later.but(state=None), "B", [100.0], [1.0], [1.0], paths=64).rows[0]
    assert abs(row.yield_ - later.deal.notes[1].coupon) < 0.005
    assert row.life < whole.life - 0.5


@pytest.mark.parametrize(("name", "month"), [("platform-small-business", 6), ("baitiao-24m-daily", 5)])
def test_a_buyer_pays_the_interest_that_has_accrued_beside_the_price(name: str, month: int) -> None:
    """On clocks that pay after the month's end a payment is pending: it had made the yield of a coupon of 4.2% 5.1%."""
    from stress.analysis import price

    whole = stress.load(JOB.with_name(f"{name}.toml"))
    later = whole.but(state=stress.state_at(whole, month), scenarios=whole.scenarios[:1])
    assert later.state is not None
    assert later.state.notes["A"].accrued_interest > 0.0
    run = stress.simulate(later, paths=512)
    assert "Interest accrued by then is paid for beside the price." in footnotes(run)
    coupon, base = later.deal.notes[0].coupon, run.sel(tranche="A", scenario=later.scenarios[0].name)
    assert float(base["price"]) == pytest.approx(1.0, abs=1e-4)
    assert coupon < float(base["irr"]) < coupon + 0.003
    answer = price(later, "A", [100.0], [1.0], [1.0], paths=64)
    assert "without interest accrued by then" in price_sheet(answer).note
    (row,) = answer.rows
    assert coupon < row.yield_ < coupon + 0.003
    assert row.yield_ == pytest.approx(float(base["irr"]), abs=1e-3)


def test_cash_flows_and_expected_credit_losses_are_of_the_months_that_are_left(later: Job) -> None:
    from stress.analysis import ecl
    from stress.analysis.monthly_flows import cash_flows, mean_flows

    flows = cash_flows(later)
    assert flows["month"].values[0] == MONTH + 1
    assert mean_flows(later, paths=1024)["month"].values[0] == MONTH + 1
    paid = float(flows["principal"].sel(tranche="A").sum())
    assert paid == pytest.approx(later.state.notes["A"].balance, rel=1e-6)
    with pytest.raises(ConfigError, match="starts after month 14"):
        ecl(later, (0,), paths=64)
    assert ecl(later, (MONTH,), paths=64).rows


def test_break_even_and_reverse_stress_answer_for_the_rest_of_the_life(later: Job) -> None:
    from stress.analysis import breakeven, reverse

    answer = breakeven(later, "subordinated")
    assert answer.job == later.name
    assert reverse(later, "mezzanine").job == later.name


def test_the_path_of_a_reverse_stress_is_told_from_the_month_after_the_state(later: Job) -> None:
    from stress.analysis import reverse
    from stress.analysis.macro_path import macro_path
    from stress.answers.reverse import outstanding
    from stress.cli.reverse import document
    from stress.inputs.files.parse import parse_as
    from stress.inputs.macro.satellite import Satellite
    from stress.report.page.chapters import chapter

    answer = reverse(later, "subordinated", 0.1)
    months = [m.month for m in answer.months()]
    assert months == list(range(MONTH + 1, months[-1] + 1))
    assert sum(m.weight for m in answer.months()) == pytest.approx(1.0)
    assert answer.months()[0].weight == pytest.approx((answer.normals[: MONTH + 1] ** 2).sum() / answer.beta**2)
    assert "Month 15 bears the share of the months before it" in answer.left_out()
    assert answer.months()[0].factor.tolist() == answer.path["factor_value"].values[0].tolist()
    assert [row[0] for row in chapter(answer).exhibit.data.rows] == [str(month) for month in months]
    assert document(answer)["path"]["month"] == answer.path["month"].values.tolist()
    satellite = parse_as(JOB.parents[1] / "satellites" / "china_growth.toml", Satellite, "test")
    behind = macro_path(
        satellite, *(path.sel(month=outstanding(answer.path)) for path in (answer.path, answer.expected))
    )
    assert behind.period[0] == MONTH + 3
    assert behind.period[-1] == months[-1]
