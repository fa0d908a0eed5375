"""Deals of AbsBox: two sample deals, rebuilt by hand, pay as that engine paid them; what is not carried is told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from absbox_deals import deal_of
from handed import Capture

import stress
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.foreign.absbox import convert, read
from stress.inputs.job import ScenarioCase
from stress.inputs.pool import Supply
from stress.inputs.scenario import Shock
from stress.validation.cash_flows import TOLERANCE, columns, default_rates
from stress.validation.published import cash_flows


def imported(deal: dict[str, Any], folder: Path, as_json: bool = False) -> Path:
    """The job of a deal, written by the command."""
    file = folder / f"theirs.{'json' if as_json else 'py'}"
    file.write_text(json.dumps(deal) if as_json else f"deal_data = {deal!r}\n", encoding="utf-8")
    assert exit_code(["import", "absbox", str(file), "-o", str(folder / "ours"), "--quiet"]) == 0
    return folder / "ours" / "job.toml"


@pytest.mark.parametrize("case", TOLERANCE)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_sample_deal_pays_as_the_other_engine_paid_it(case: str, as_json: bool, tmp_path: Path) -> None:
    job = stress.load(imported(deal_of(case), tmp_path, as_json))
    assert job.deal.revolving_months == (6 if case.startswith("revolve") else 0)
    rates = default_rates(cash_flows()["cases"][case]["CDR"], job.deal.legal_maturity_months)[:, 0]
    points = tuple((t, float(rate)) for t, rate in enumerate(rates, start=1))
    shocked = ScenarioCase(name="published", shocks=(Shock(target="default_rate", by_month=points, how="set"),))
    run = job.but(pool=job.pool.but(supply=Supply(unlimited=True)), scenarios=(shocked,), paths=32)
    for what, want, got in columns(case, stress.replay(run, path=0)):
        assert np.abs(want - got).max() <= TOLERANCE[case], what


def test_what_cannot_be_carried_is_listed_and_stands_at_the_head_of_the_job(tmp_path: Path, capsys: Capture) -> None:
    deal = deal_of("static_cdr0")
    deal["fees"] = {
        "trustee": {"type": {"byTable": ["MonthEnd", ("poolBalance",), [(0, 5), (2, 10)]]}},
        "servicer": {"type": {"annualPctFee": [("poolBalance",), 0.01]}},
    }
    deal["waterfall"]["amortizing"][:0] = [["payFee", "acc", ["trustee"]], ["payFee", "acc", ["servicer"]]]
    deal["waterfall"]["amortizing"].append(["inspect", "note", ("poolBalance",)])
    deal["waterfall"]["cleanUp"] = [["sellAsset", ["Current|Defaulted", 1.0, 0], "acc"]]
    deal["pool"]["assets"].append(["Lease", {"fixRental": 12, "type": "x"}, {"remainTerm": 3}])
    deal["bonds"]["A"]["rateType"] = {"floater": [0.035, "SOFR1M", 0.01, "MonthEnd"]}
    deal["liqProvider"] = {"bank": {"type": "Unlimited"}}
    deal["trigger"] = {
        "AfterCollect": {
            "losses": {"condition": [("cumPoolDefaultedRate",), ">", 0.05], "effects": ("newStatus", "Accelerated")},
            "odd": {"condition": ["all", [">", "2023-01-01"]], "effects": ("newStatus", "Defaulted")},
        }
    }
    file = tmp_path / "theirs.py"
    file.write_text(repr(deal), encoding="utf-8")
    assert exit_code(["import", "absbox", str(file), "-o", str(tmp_path / "ours"), "--json"]) == 0
    left = json.loads(capsys.readouterr().out)["not_carried"]
    for place in (
        "liqProvider",
        "fees.trustee",
        "'inspect'",
        "'cleanUp'",
        "pool.assets[3]",
        "bonds.A.rateType",
        ".odd",
    ):
        assert any(place in line for line in left), place
    assert any("'trustee'" in line for line in left)
    text = (tmp_path / "ours" / "job.toml").read_text(encoding="utf-8")
    assert all(f"# - {line}\n" in text for line in left)
    made = stress.load(tmp_path / "ours" / "job.toml").deal
    assert [(fee.name, fee.base, fee.rate) for fee in made.fees] == [("servicer", "pool", 0.01)]
    assert [(t.observable, t.effect) for t in made.triggers] == [("cumulative_default", "acceleration")]
    assert made.priority["acceleration"] == made.priority["amortization"]


def test_mortgages_and_loans_keep_their_rates_and_how_they_are_repaid(tmp_path: Path) -> None:
    deal = deal_of("static_cdr0")

    def loan(name: str, kind: str, rate: float) -> list[Any]:
        about = {"originBalance": 5e5, "originRate": ["fix", rate], "originTerm": 24, "freq": "Monthly", "type": kind}
        return [name, {**about, "originDate": "2021-08-01"}, {"status": "Current", "currentBalance": 4e5,
                                                              "currentRate": rate, "remainTerm": 19}]  # fmt: skip

    deal["pool"]["assets"] = [
        loan("Mortgage", "Level", 0.05),
        loan("Loan", "i_p", 0.06),
        loan("Mortgage", "Level", 0.05),
    ]
    job = stress.load(imported(deal, tmp_path))
    lines = {line.kind: (line.share, line.apr, line.remaining, line.first_due) for line in job.pool.opening}
    assert lines["level"] == (pytest.approx(2 / 3), 0.05, 19, 2)
    assert lines["bullet"] == (pytest.approx(1 / 3), 0.06, 19, 2)
    assert job.pool.balance == 1.2e6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\ndeal = {'name': os.getcwd()}\n", "dict of plain values"),
        ("deal = dict(name='x')\n", "holds 0 dicts"),
        ("{'name': 'x'}", "dates: is missing; a deal has dates, pool, bonds, collect and waterfall"),
        ("[1, 2]", "holds 0 dicts"),
        ("deal = {", "neither JSON nor"),
    ],
)
def test_a_file_that_is_no_deal_is_refused_in_words_and_nothing_in_it_is_run(
    text: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "theirs.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read(file)
    assert exit_code(["import", "absbox", str(file), "-o", str(tmp_path / "ours")]) == 2
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize(
    ("part", "key", "value", "said"),
    [
        ("dates", "payFreq", "QuarterEnd", "dates.payFreq = 'QuarterEnd': must be monthly"),
        ("", "collect", [["CollectedInterest", [[0.5, "acc"], [0.5, "b"]]]], "'b' is none of the accounts: acc"),
        ("dates", "cutoff", "2022-13-45", "dates.cutoff = '2022-13-45': must be a date, as 2022-01-31"),
        ("dates", "firstPay", None, "dates.firstPay = None: must be a date"),
        ("dates", "payFreq", ["DayOfMonth", 31], "dates.payFreq = ['DayOfMonth', 31]: must be monthly"),
        ("", "dates", {}, "dates: has no 'cutoff': {}"),
        ("", "bonds", None, "bonds: is missing"),
        ("bonds", "A", {"rate": 0.01}, "bonds.A: has no 'balance': {'rate': 0.01}"),
        ("bonds", "A", {"balance": "much"}, "bonds.A = {'balance': 'much'}: is not laid out as AbsBox lays it out"),
        ("", "collect", ["CollectedCash"], "collect[0] = 'CollectedCash': is not laid out"),
        ("", "waterfall", ["payInt"], "waterfall = ['payInt']: is not laid out"),
        ("", "fees", 5, "fees = 5: is not laid out"),
        ("", "accounts", {"acc": 5}, "accounts = {'acc': 5}: is not laid out"),
        ("", "trigger", {"x": {"y": 5}}, "trigger = {'x': {'y': 5}}: is not laid out"),
        ("", "pool", ["Installment"], "pool = ['Installment']: is not laid out"),
        ("pool", "assets", [["Mortgage", {"type": "Level"}, {}]], "pool.assets[0]: has no 'originDate': ['Mortgage'"),
        ("", "collect", [["CollectedInterest", "acc"]], "collect: must say where CollectedInterest and CollectedPrin"),
        (
            "bonds",
            "A",
            {"balance": -5, "rateType": {"fix": 0.01}},
            'as a deal of ours: notes["A"].amount = -5.0: must be a number from 0 to 1e+15',
        ),
        ("bonds", "A2", {"balance": 5, "bondType": "Equity"}, "as a deal of ours: note SUB: only the last note may be"),
        (
            "",
            "pool",
            {"issuanceStat": {"x": 1}},
            "pool: has no list of assets (but issuanceStat): pools are carried loan by",
        ),
        ("pool", "assets", [["Lease", {"type": "x"}, {}]], "no asset of it can be carried: pool.assets[0]: Lease of"),
    ],
)
def test_a_deal_that_cannot_be_ours_is_refused_with_its_place(
    part: str, key: str, value: Any, said: str, tmp_path: Path
) -> None:
    deal = deal_of("static_cdr0")
    (deal[part] if part else deal)[key] = value
    file = tmp_path / "theirs.py"
    file.write_text(repr(deal), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read(file)
    assert str(error.value).startswith(f"{file}: ")
    assert said in str(error.value)


def test_a_deal_that_does_not_fit_its_pool_leaves_no_files(tmp_path: Path, capsys: Capture) -> None:
    deal = deal_of("static_cdr0")
    deal["pool"]["assets"] = deal["pool"]["assets"][:1]
    (tmp_path / "theirs.json").write_text(json.dumps(deal), encoding="utf-8")
    command = ["import", "absbox", str(tmp_path / "theirs.json"), "-o", str(tmp_path / "ours")]
    assert exit_code(command) == 2
    assert "notes sum to 1000000" in capsys.readouterr().err
    assert not (tmp_path / "ours").exists()


def test_a_file_that_is_not_there_is_not_text_or_holds_no_dict_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "theirs.json"
    with pytest.raises(ConfigError, match=r"theirs\.json: no such file"):
        read(file)
    file.write_bytes(b"\xff\xfe\x80")
    with pytest.raises(ConfigError, match="cannot be read: is not text in UTF-8"):
        read(file)
    file.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds a list; a deal is a dict"):
        read(file)
    file.write_text(" " * 5_000_001, encoding="utf-8")
    with pytest.raises(ConfigError, match="has 5,000,001 characters; at most 5,000,000"):
        read(file)


def test_nothing_is_overwritten(tmp_path: Path, capsys: Capture) -> None:
    job = imported(deal_of("static_cdr0"), tmp_path)
    before = job.read_text(encoding="utf-8")
    assert exit_code(["import", "absbox", str(tmp_path / "theirs.py"), "-o", str(job.parent)]) == 2
    assert "not overwritten" in capsys.readouterr().err
    assert job.read_text(encoding="utf-8") == before


def test_instalments_that_would_begin_before_the_cut_off_are_told(tmp_path: Path) -> None:
    deal = deal_of("static_cdr0")
    deal["pool"]["assets"][0][1]["originDate"] = "2021-06-01"
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(deal), encoding="utf-8")
    imported = read(file)
    assert any(line.startswith("pool.assets[0]: 3 instalments left would begin before") for line in imported.left)
    assert [(line.term, line.first_due) for line in imported.pool.opening] == [(3, 1), (6, 2), (12, 2)]


def test_a_day_count_or_a_key_that_nothing_reads_is_told() -> None:
    deal = deal_of("static_cdr0")
    deal["bonds"]["A"] |= {"rateType": {"fix": 0.05, "dayCount": "DC_ACT_ACT"}, "lockout": 12}
    imported = convert(deal)
    left = " ".join(imported.left)
    assert "rateType dayCount 'DC_ACT_ACT': interest accrues by ACT/365F here" in left
    assert "lockout 12" in left


@pytest.mark.parametrize("how", [["spread", 0.0], ["inflate", 0.2]])
@pytest.mark.parametrize("as_table", [False, True])
def test_a_rate_of_its_own_on_unpaid_interest_is_told(how: list[Any], as_table: bool) -> None:
    deal = deal_of("static_cdr0")
    rate = ("cap", 0.08, {"floater": [0.045, "LPR5Y", 0.01, "MonthEnd"]})
    own = {"intOverInt": {how[0]: how[1]}, "rateType": rate} if as_table else ("withIntOverInt", how, rate)
    deal["bonds"]["B"]["rateType"] = own
    converted = convert(deal)
    notes = {note.name: note for note in converted.deal.notes}
    assert converted.deal.interest_on_unpaid_interest
    assert (notes["B"].coupon, notes["B"].index, notes["B"].cap) == (0.01, "lpr5y", 0.08)
    told = [line for line in converted.left if "unpaid interest" in line]
    assert [line.split(" ")[:2] for line in told] == [["bonds.B.rateType", "withIntOverInt"]] * (how[1] != 0.0)


def test_a_bond_accrues_by_its_own_day_count() -> None:
    deal = deal_of("static_cdr0")
    deal["bonds"]["A"] |= {"rateType": {"fix": 0.05, "dayCount": "DC_ACT_360"}}
    deal["bonds"]["B"] |= {"rateType": {"fix": 0.05, "dayCount": "DC_30E_360"}}
    converted = convert(deal)
    assert {note.name: note.day_count for note in converted.deal.notes[:2]} == {"A": "ACT/360", "B": "30/360"}
    assert "dayCount" not in " ".join(converted.left)


def test_a_rate_beyond_our_range_is_listed_and_the_rest_of_the_deal_comes() -> None:
    """5 for 5%, a margin in basis points, a cap of 12 for 12%: none is a rate of ours, none refuses the deal."""
    deal = deal_of("static_cdr0")
    deal["bonds"]["A"]["rateType"] = {"fix": 5.0}
    deal["bonds"]["B"]["rateType"] = {"floater": [0.045, "LPR5Y", 150.0, "MonthEnd"]}
    deal["bonds"]["M"]["rateType"] = ("cap", 12.0, {"floater": [0.06, "LPR5Y", 0.02, "MonthEnd"]})
    imported = convert(deal)
    notes = {note.name: note for note in imported.deal.notes}
    assert (notes["A"].coupon, notes["A"].index) == (0.0, None)
    assert (notes["B"].coupon, notes["B"].index) == (0.045, None)
    assert (notes["M"].coupon, notes["M"].index, notes["M"].cap) == (0.02, "lpr5y", None)
    left = [line for line in imported.left if "not carried" in line]
    assert [line.split(":")[0] for line in left] == ["bonds.A", "bonds.B.rateType floater", "bonds.M.rateType cap 12"]
    assert "coupon 5: not carried, a rate per annum lies above -0.5 and below 1; the note bears none" in left[0]
    assert "margin 150" in left[1]
    assert "0.045, stands as a fixed coupon" in left[1]


def test_a_fee_rate_beyond_our_range_is_listed_too() -> None:
    deal = deal_of("static_cdr0")
    deal["fees"] = {"servicer": {"type": {"annualPctFee": [("poolBalance",), 50.0]}}}
    imported = convert(deal)
    assert any("fees.servicer: annualPctFee" in line and "from 0 to 1" in line for line in imported.left)


def rich(folder: Path) -> Any:
    """A deal with what the language of formulas carries, written by the command; the paths of its one scenario."""
    deal = deal_of("static_cdr0")
    deal["accounts"] = {
        "acc": {"balance": 2_000},
        "reserve": {"balance": 5_000,
                    "type": {"max": [{"targetReserve": [("poolBalance",), 0.01]},
                             {"targetReserve": [("bondBalance", "A"), 0.005]}]}},
    }  # fmt: skip
    deal["bonds"]["A"]["rateType"] = ("cap", 0.06, {"floater": [0.045, "LPR5Y", 0.01, "MonthEnd"]})
    deal["fees"] = {
        "set up": {"type": {"fixFee": 3_000}},
        "rating": {"type": {"recurFee": [["MonthDayOfYear", 6, 30], 700]}},
        "servicer": {"type": {"annualPctFee": [("poolBalance",), 0.01]}},
        "agent": {"type": {"recurFee": ["MonthEnd", 50]}},
        "extra": {"type": {"customFee": [["2022-04-01", 100], ["2022-08-15", 40]]}},
        "bonus": {"type": {"pctFee": [("max", ("poolBalance",), ("const", 1)), 0.001]}},
    }
    deal["rateSwap"] = {
        "swap1": {"settleDates": "MonthEnd", "pair": [("LPR5Y", 0.01), 0.05], "base": {"formula": ("bondBalance", "A")}}
    }
    deal["trigger"] = {
        "AfterCollect": {
            "thin": {"condition": ["any", [("poolFactor",), "<", 0.2], [(("bondFactor", "A")), "<", 0.1]],
                     "effects": ("newStatus", "Accelerated"), "curable": True},
        }
    }  # fmt: skip
    deal["waterfall"]["amortizing"] = [
        ["payFee", "acc", ["set up"]],
        ["payFee", "acc", ["rating"]],
        ["payFee", "acc", ["extra"]],
        ["payFee", "acc", ["servicer"], {"limit": {"balPct": 0.5}, "support": ["account", "reserve"]}],
        ["payFee", "acc", ["agent"], {"balCapAmt": 40}],
        ["payFee", "acc", ["bonus"]],
        ["settleSwap", "acc", "swap1"],
        ["accrueAndPayInt", "acc", ["A"], {"support": ["account", "reserve"]}],
        ["accrueAndPayIntBySeq", "acc", ["B", "M"]],
        ["IfElse", [("poolFactor",), ">", 0.5],
         [["payPrin", "acc", ["A"], {"limit": {"formula": ("*", ("poolBalance",), 0.02)}}]],
         [["payPrin", "acc", ["A"]]]],
        ["If", [">", "2022-06-20"], ["payPrinBySeq", "acc", ["B", "M"]]],
        ["transfer", "acc", "reserve", {"reserve": "gap"}],
        ["transfer", "reserve", "acc", {"reserve": "excess"}],
        ["payPrin", "acc", ["SUB"]],
    ]  # fmt: skip
    job = stress.load(imported(deal, folder))
    return job, stress.replay(job.but(paths=32), path=0)


def test_what_the_language_of_formulas_has_is_carried_and_pays_as_it_says(tmp_path: Path) -> None:
    job, months = rich(tmp_path)
    deal = job.deal
    a = deal.notes[0]
    assert (a.index, a.coupon, a.cap) == ("lpr5y", 0.01, 0.06)
    assert deal.indices == {"lpr5y": 0.035}
    assert {fee.name for fee in deal.fees} == {"servicer", "agent", "bonus"}
    assert set(deal.parties) == {"opening acc", "opening reserve", "set up", "rating", "extra", "swap1"}
    assert {fee.name: fee.amount for fee in deal.fees if fee.base == "formula"} == {"bonus": "0.001 * max(pool, 1)"}
    assert deal.quantities["due_extra"] == ((3, 100.0), (7, 140.0))
    assert deal.triggers[0].condition == f"(pool_factor < 0.2 or (note.A / {a.amount:.0f}) < 0.1)"
    assert deal.triggers[0].curable
    paid = {str(p): months["paid_out"].sel(party=p).to_numpy() for p in months["party"].values}
    assert paid["set up"][-1] == pytest.approx(3_000)  # what the first payment date cannot pay the second does
    assert 0.0 < paid["set up"][0] < 3_000
    assert [paid["rating"][month] for month in (4, 5, 16)] == pytest.approx([0.0, 700.0, 700.0])
    assert [paid["extra"][month] for month in (1, 2, 5, 6)] == pytest.approx([0.0, 100.0, 100.0, 140.0])
    got = {str(p): months["received"].sel(party=p).to_numpy() for p in months["party"].values}
    assert got["opening acc"].tolist() == [2_000.0] * months.sizes["month"]
    assert got["opening reserve"].tolist() == [5_000.0] * months.sizes["month"]
    assert got["swap1"][0] == pytest.approx((0.05 - 0.045) / 12 * a.amount)
    pool, repaid = (months[name].to_numpy() for name in ("pool_balance", "principal_paid"))
    assert repaid[1:3, 0] == pytest.approx(0.02 * pool[2:4])  # as the pool stands on the payment day


def test_several_pools_are_one_and_are_told(tmp_path: Path) -> None:
    deal = deal_of("static_cdr0")
    assets = deal["pool"]["assets"]
    deal["pool"] = {"one": {"assets": assets[:1]}, "two": {"assets": assets[1:]}}
    imported = convert(deal)
    assert imported.pool == convert(deal_of("static_cdr0")).pool
    assert "pool: one, two are one pool here, with all their loans" in imported.left


def test_a_swap_on_an_index_whose_level_is_not_known_is_told() -> None:
    deal = deal_of("static_cdr0")
    deal["rateSwap"] = {"s": {"pair": [("SOFR1M", 0.0), 0.05], "base": {"fix": 1000}}}
    assert "rateSwap.s: the level of SOFR1M is not in the file" in convert(deal).left
