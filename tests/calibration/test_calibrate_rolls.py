"""`stress calibrate rolls`: simulated ladders are found again; real reports give what they can, and say so."""

import json

import numpy as np
import pytest
import tomli
from shipped import SCENARIOS

from stress.calibration.roll_series import with_entry, with_macro
from stress.calibration.roll_tables import read_stocks, transitions
from stress.calibration.rolls import Stocks, fit_rolls, series
from stress.cli import exit_code
from stress.errors import DataError
from stress.inputs.table import MacroTable
from stress.tables.periods import Period
from stress.tables.series import read_series

DATA = SCENARIOS / "data"
ROLLS, STAYS, DOWN = np.array([0.02, 0.35, 0.6, 0.75]), np.array([0.0, 0.1, 0.2, 0.15]), np.array([0.0, 0.0, 0.1, 0.05])


def simulated(seed: int, stays: np.ndarray, down: np.ndarray, months: int = 120, noise: float = 0.01) -> Stocks:
    """A pool whose entry moves with an AR(1) factor; each flow of a month is off by a persistent per cent or so."""
    draw = np.random.default_rng(seed)
    bucket, rows = np.array([2e6, 9e5, 7e5]), []
    factor = 0.0
    for _ in range(months + 24):
        factor = 0.8 * factor + 0.6 * draw.standard_normal()
        current = 1e8
        entry = ROLLS[0] * np.exp(0.5 * factor)
        shake = 1.0 + noise * draw.standard_normal((4, 3))
        out = [entry * current, *(ROLLS[1:] * bucket)]
        new = np.array([
            out[0] * shake[0, 0] + stays[1] * bucket[0] * shake[1, 0] + down[2] * bucket[1] * shake[2, 0],
            out[1] * shake[0, 1] + stays[2] * bucket[1] * shake[1, 1] + down[3] * bucket[2] * shake[2, 1],
            out[2] * shake[0, 2] + stays[3] * bucket[2] * shake[1, 2],
        ])  # fmt: skip
        rows.append([current, *new, out[3] * (1.0 + noise * draw.standard_normal())])
        bucket = new
    row = np.array(rows[24:])
    return Stocks(tuple(map(str, range(months))), tuple(range(months)), row[:, 1:4], np.full(months, np.nan), row[:, 4])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", ["rolls", "stays", "pays down"])
def test_a_simulated_ladder_is_found_within_four_of_its_errors(shape, seed):
    none = np.zeros(4)
    stays, down = (none if shape == "rolls" else STAYS), (DOWN if shape == "pays down" else none)
    fit = fit_rolls(simulated(seed, stays, down), shape)
    for got, error, true in (
        (fit.rolls[1:], fit.rolls_error[1:], ROLLS[1:]),
        (fit.stays[2:], fit.stays_error[2:], stays[2:]),
        (fit.pays_down[3:], fit.pays_down_error[3:], down[3:]),
    ):
        assert (np.abs(got - true) <= 4.0 * error + 1e-9).all()
    assert fit.how == "months"
    assert fit.explained > 0.8
    np.testing.assert_allclose(fit.cures[1:] + fit.rolls[1:] + fit.stays[1:] + fit.pays_down[1:], 1.0)


STOCKS = "month,current,d30,d60,lost\n" + "".join(
    f"2020-{m:02d},1000,{20 + m % 3},{10 + m % 2},{m % 2}\n" for m in range(1, 13)
)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ((["d30", "d30"], None, None), "column 'd30' is named for both bucket 1 and bucket 2"),
        ((["d30", "d60"], "d30", None), "column 'd30' is named for both bucket 1 and current"),
        ((["d30", "d60"], "current", "d60"), "column 'd60' is named for both bucket 2 and loss"),
    ],
)
def test_a_column_is_one_thing(tmp_path, asked, says):
    file = tmp_path / "stocks.csv"
    file.write_text(STOCKS)
    assert read_stocks(file, ["d30", "d60"], "current", "lost").bucket.shape == (12, 2)
    with pytest.raises(DataError, match=says):
        read_stocks(file, *asked)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        (1, "-1", "line 3, column 'current': '-1': an amount is never negative"),
        (4, "(2)", r"line 3, column 'lost': '\(2\)': an amount is never negative"),
        (3, None, "column 'd60' is 0 or empty throughout: leave it out"),
        (4, None, "column 'lost' is 0 or empty throughout: leave it out"),
    ],
)
def test_amounts_are_above_0_somewhere_and_below_it_nowhere(tmp_path, column, cell, says):
    rows = [line.split(",") for line in STOCKS.splitlines()]
    for row in [rows[2]] if cell else rows[1:]:
        row[column] = cell or "0"
    file = tmp_path / "stocks.csv"
    file.write_text("\n".join(map(",".join, rows)) + "\n")
    with pytest.raises(DataError, match=says):
        read_stocks(file, ["d30", "d60"], "current", "lost")


def test_a_month_in_which_nothing_is_late_has_no_roll(recwarn):
    stocks = simulated(2, np.zeros(4), np.zeros(4))
    stocks.bucket[60, 0] = 0.0
    ratio, _ = series(stocks)
    assert np.isnan(ratio[60, 1])
    assert np.isfinite(np.delete(ratio[:, 1], 60)).all()
    assert not recwarn.list


def test_buckets_out_of_order_are_refused_where_a_roll_is_no_share_and_told_where_the_fit_is_worse_than_none(
    tmp_path, capsys
):
    file, asked = (
        tmp_path / "stocks.csv",
        ["calibrate", "rolls", "--bucket", "d60", "--bucket", "d30", str(tmp_path / "stocks.csv")],
    )
    file.write_text(STOCKS)
    assert exit_code(asked) == 3
    assert "bucket 2 is 2" in (err := capsys.readouterr().err)
    assert "see that buckets stand the least late first" in err
    row = simulated(1, np.zeros(4), np.zeros(4)).bucket[:40]
    months = "".join(f"{2018 + m // 12}-{m % 12 + 1:02d},{d30},{d60}\n" for m, (d30, d60, _) in enumerate(row))
    file.write_text("month,d30,d60\n" + months)
    assert exit_code([*asked, "--shape", "rolls"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "explained -" in out
    assert "see that buckets stand the least late first" in out


def test_errors_are_the_spread_of_fits_to_many_histories():
    fits = [fit_rolls(simulated(50 + seed, STAYS, np.zeros(4)), "stays") for seed in range(16)]
    spread = np.std([fit.rolls[2] for fit in fits], ddof=1)
    stated = np.mean([fit.rolls_error[2] for fit in fits])
    assert (
        abs(np.log(stated / spread)) < 4.0 / np.sqrt(2.0 * 15.0) + 0.2
    )  # blocks of a short history state a little less


def test_the_data_ask_for_what_a_bucket_may_do():
    assert fit_rolls(simulated(1, np.zeros(4), np.zeros(4))).shape == "rolls"
    assert fit_rolls(simulated(1, STAYS, np.zeros(4))).shape == "stays"
    assert fit_rolls(simulated(1, STAYS, DOWN, noise=0.003)).shape == "pays down"


def test_no_more_leaves_a_bucket_than_is_in_it():
    fit = fit_rolls(simulated(2, np.array([0.0, 0.6, 0.35, 0.2]), np.zeros(4), noise=0.2), "pays down")
    assert (fit.cures[1:] > -1e-5).all()
    assert (fit.rolls[1:] >= 0.0).all()


def test_a_quarter_of_what_is_ninety_days_late_on_the_citibank_trust_is_never_lost():
    """late_6 over late_3 is 0.62, 0.59, 0.74, 0.80 from 2007 to 2010: 90 days late is no charge-off."""
    fit = fit_rolls(read_stocks(DATA / "card_trusts/citi_master_trust_annual.csv", loss="gross_charge_offs_kusd"))
    assert fit.how == "dates"
    assert fit.n == 4
    np.testing.assert_allclose(fit.rolls[1:], [0.452, 0.768, 0.855, 0.882, 0.907, 0.871], atol=0.001)
    assert 0.6 < fit.rolls[3] * fit.rolls[4] * fit.rolls[5] < 0.8
    monthly = fit_rolls(read_stocks(DATA / "card_trusts/citi_master_trust_monthly.csv", current="current_usd"))
    apart = np.abs(monthly.rolls[2:5] - fit.rolls[2:5])
    assert (apart < 4.0 * np.hypot(monthly.rolls_error[2:5], fit.rolls_error[2:5])).all()
    assert np.isnan(monthly.rolls[6])


def test_the_first_roll_moves_most_with_entry():
    slopes = {
        slope.row: slope
        for slope in with_entry(read_stocks(DATA / "card_trusts/citi_master_trust_monthly.csv", current="current_usd"))
    }
    assert slopes[1].slope > 2.0 * slopes[1].error
    assert slopes[1].slope > slopes[2].slope + np.hypot(slopes[1].error, slopes[2].error)


def test_transitions_of_accounts_give_every_share():
    fit, _ = transitions(DATA / "uci_cards/transitions_2005.csv", "accounts")
    assert fit.how == "transitions"
    assert fit.n == 5
    np.testing.assert_allclose(fit.cures[2] + fit.rolls[2] + fit.stays[2] + fit.pays_down[2], 1.0)
    assert fit.rolls[2] == pytest.approx(0.063, abs=0.001)
    assert transitions(DATA / "card_trusts/citi_master_trust_annual.csv") is None


def test_rows_need_no_dates_and_a_status_that_nobody_has_tells_nothing(tmp_path):
    """Of 100 current accounts 2 go two steps at once: nobody is one step late. Of 10 two steps late 4 cure, 4 stay."""
    file, moves = tmp_path / "moves.csv", ((0, 0, 98), (0, 2, 2), (2, 0, 4), (2, 2, 4), (2, 3, 2))
    heads = {"cohort,from,to,accounts": "a,{0},{1},{2}", "from,to,accounts": "{0},{1},{2}", "n,from,to": "{2},{0},{1}"}
    for head, row in heads.items():
        file.write_text("\n".join([head, *(row.format(*move) for move in moves)]) + "\n")
        fit, _ = transitions(file, "n" if head.startswith("n,") else None)
        assert fit.n == 1
        assert np.isnan(fit.rolls_error).all()
        assert fit.rolls[:3].tolist() == pytest.approx([0.0, 0.0, 0.2])
        assert (fit.cures[2], fit.stays[2]) == pytest.approx((0.4, 0.4))


def test_the_column_of_amounts_is_the_only_one_left_or_is_named(tmp_path):
    file = tmp_path / "moves.csv"
    file.write_text("month,from,to,accounts,usd\n2025-01,0,0,9,90\n2025-01,0,1,1,30\n2025-01,1,1,1,5\n")
    assert transitions(file, "usd")[0].rolls[0] == pytest.approx(0.25)
    assert transitions(file, "accounts")[0].rolls[0] == pytest.approx(0.1)
    with pytest.raises(DataError, match="name the column of amounts with --amount: month, from, to, accounts, usd"):
        transitions(file)
    with pytest.raises(DataError, match="has no column 'eur': one of month, from, to, accounts, usd"):
        transitions(file, "eur")


def test_sensitivity_to_a_macro_variable_is_found_within_four_of_its_errors():
    draw, months = np.random.default_rng(4), 96
    level = np.repeat(5.0 + np.cumsum(0.4 * draw.standard_normal(months // 3)), 3)
    roll = 1.0 / (1.0 + np.exp(0.6 - 0.2 * (level - 5.0) + 0.05 * draw.standard_normal(months)))
    bucket = np.column_stack([np.full(months, 1e6), 1e6 * np.concatenate([[roll[0]], roll[1:]])])
    stocks = Stocks(("",) * months, tuple(range(24_000, 24_000 + months)), bucket, *np.full((2, months), np.nan))
    table = MacroTable("macro.csv", "", Period(2000, 1, 4), ("u",), tuple((float(x),) for x in level[::3]))
    (fitted,) = [slope for slope in with_macro(stocks, table, "u") if slope.row == 1]
    assert abs(fitted.slope - 0.2) < 4.0 * fitted.error
    assert fitted.error < 0.05


def test_reports_that_say_too_little_are_refused_in_words(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("period,late_1,late_2\n2020-01,5,2\n")
    with pytest.raises(DataError, match="fewer than two dates"):
        fit_rolls(read_stocks(file))
    file.write_text("period,a,b\n2020-01,5,2\n2020-02,5,2\n")
    with pytest.raises(DataError, match="name them with --bucket: period, a, b"):
        read_stocks(file)
    wide = Stocks(("", ""), (0, 1), np.ones((2, 7)), *np.full((2, 2), np.nan))
    with pytest.raises(DataError, match="7 buckets: a ladder has 1 to 6"):
        fit_rolls(wide)
    with pytest.raises(DataError, match=r"macro.csv: holds fewer than \d+ of the history's dates"):
        with_macro(simulated(1, STAYS, DOWN), MacroTable("macro.csv", "", Period(2000, 1, 4), ("u",), ((5.0,),)), "u")
    with pytest.raises(DataError, match="no column 'c'"):
        read_stocks(file, ["a", "c"])
    with pytest.raises(DataError, match="too few to tell what stays"):
        fit_rolls(read_stocks(file, ["a", "b"]), "stays")


def test_the_command_prints_a_ladder_that_a_pool_file_takes(tmp_path, capsys):
    out, history = tmp_path / "ladder.toml", tmp_path / "report.csv"
    stocks = simulated(3, STAYS, np.zeros(4))
    rows = ["month,late_1,late_2,late_3,lost"]
    for k, (bucket, loss) in enumerate(zip(stocks.bucket, stocks.loss, strict=True)):
        rows.append(f"{2010 + k // 12}-{k % 12 + 1:02d},{','.join(f'{x:.2f}' for x in bucket)},{loss:.2f}")
    history.write_text("\n".join(rows) + "\n")
    assert exit_code(["calibrate", "rolls", str(history), "--loss", "lost", "-o", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    ladder = tomli.loads(out.read_text())["ladder"]
    assert [row["rolls"] for row in ladder] == pytest.approx(answer["rolls"][1:], rel=1e-3)
    assert [row.get("cures", 1.0 - row["rolls"]) for row in ladder] == pytest.approx(answer["cures"][1:], rel=1e-3)
    assert "cures" not in ladder[0]  # nothing is known to stay there
    assert exit_code(["calibrate", "rolls", str(DATA / "card_trusts/citi_master_trust_annual.csv")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "What cures, stays or pays down they do not tell" in said
    macro = tmp_path / "macro.csv"
    macro.write_text("Date,x\n" + "".join(f"{2010 + k // 12}-{k % 12 + 1:02d},{k % 7}\n" for k in range(len(rows) - 1)))
    moved = ["--macro", str(macro), "--variable", "x"]
    assert exit_code(["calibrate", "rolls", str(history), "--loss", "lost", *moved]) == 0
    assert "log odds a unit of x" in " ".join(capsys.readouterr().out.split())
    assert (
        exit_code(["calibrate", "rolls", str(DATA / "uci_cards/transitions_2005.csv"), "--amount", "accounts", *moved])
        == 2
    )
    assert "a table of transitions has too few months for --macro" in capsys.readouterr().err
    assert exit_code(["calibrate", "rolls", str(history), "--variable", "x"]) == 2


def test_a_year_and_a_month_in_two_columns_and_cells_below_merged_ones_are_read(tmp_path):
    file = tmp_path / "merged.csv"
    file.write_text("Year,Month,late_1,late_2\n2019,11,10,5\n,12,11,6\n2020,1,12,7\n", encoding="utf-8")
    stocks = read_stocks(file)
    assert stocks.month == (2019 * 12 + 10, 2019 * 12 + 11, 2020 * 12)
    assert stocks.label[1] == "2019-12"
    assert stocks.note == ("an empty year goes on with the one above it",)
    assert str(read_series(file).start) == "2019-11"
    file.write_text("month,from,to,n\n2019-01,0,1,5\n,0,0,15\n2019-02,0,1,5\n,0,0,15\n", encoding="utf-8")
    titled = tmp_path / "titled.csv"
    titled.write_text(f"Transitions of the servicer\n\n{file.read_text()}Note: unaudited,,,\n", encoding="utf-8")
    assert transitions(titled)[1][0] == "left out as no rows of the table: lines 1, 8"
    with pytest.raises(DataError, match="line 2: has 2 cells; the heading has 4"):
        transitions(_with(tmp_path, "month,from,to,n\n1,2\n2019-01,0,1,5\n"))
    fit, note = transitions(file)
    assert (fit.n, fit.rolls[0], note) == (2, 0.25, ("an empty 'month' goes on with the one above it",))


def _with(folder, text):
    (folder / "short.csv").write_text(text, encoding="utf-8")
    return folder / "short.csv"
