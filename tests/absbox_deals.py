"""Published deals as AbsBox takes them."""

from typing import Any

from stress.validation.published import cash_flows

STATIC = {3: 2e5, 6: 3e5, 12: 5e5}
MIX = {"static_cdr0": STATIC, "static_cdr6": STATIC, "revolve_one_cdr6": {12: 1e6}}


def deal_of(case: str) -> dict[str, Any]:
    """A published case as AbsBox takes it: flat-fee instalments, four classes, one account."""
    interest = [["accrueAndPayInt", "acc", [note]] for note in ("A", "B", "M")]
    principal = [["payPrin", "acc", [note]] for note in ("A", "B", "M", "SUB")]
    deal: dict[str, Any] = {
        "name": case,
        "dates": {"cutoff": "2022-01-01", "closing": "2022-01-01", "firstPay": "2022-02-20", "stated": "2023-09-20",
                  "payFreq": ["DayOfMonth", 20], "poolFreq": "MonthEnd"},
        "pool": {"assets": [
            ["Installment",
             {"originBalance": balance, "feeRate": ["fix", 0.006], "originTerm": term, "freq": "Monthly",
              "type": "f_p", "originDate": "2022-01-01"},
             {"status": "current", "currentBalance": balance, "remainTerm": term}]
            for term, balance in MIX[case].items()]},
        "accounts": {"acc": {"balance": 0}},
        "bonds": {name: {"balance": size, "rate": rate, "originBalance": size, "originRate": rate,
                         "startDate": "2022-01-01", "rateType": {"Fixed": rate},
                         "bondType": {"Equity" if name == "SUB" else "Sequential": None}}
                  for name, (size, rate) in cash_flows()["conventions"]["tranches"].items()},
        "collect": [["CollectedCash", "acc"]],
        "waterfall": {"amortizing": [*interest, *principal, ["payIntResidual", "acc", "SUB"]]},
        "status": ("PreClosing", "Amortizing"),
    }  # fmt: skip
    if case.startswith("revolve"):
        deal["waterfall"]["revolving"] = [*interest, ["buyAsset", ["Current|Defaulted", 1.0, 0], "acc", None]]
        ends = {"condition": [">=", "2022-07-21"], "effects": ("newStatus", "Amortizing"), "status": False}
        deal["trigger"] = {"AfterDistribution": {"end of revolving": ends}}
        deal["status"] = ("PreClosing", "Revolving")
    return deal
