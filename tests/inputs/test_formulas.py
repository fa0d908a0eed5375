"""What a formula may say: each refusal names its place, the unit that is asked, or the name that was meant."""

import contextlib
import json

import pytest
from hand_worked import deal
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.inputs.deal.formula_text import FormulaError, parse
from stress.inputs.deal.formulas import Names, read, value

OF = {
    "note": ["A", "B-1"],
    "account": ["income", "principal", "reserve"],
    "fee": ["trustee"],
    "trigger": ["losses", "late"],
    "phase": ["revolving", "amortization"],
}
NAMES = Names(OF, {"target": parse("0.02 * pool"), "limits": ((3, 0.03), (6, 0.04))}, 36)

READ = {
    "pool * (1 - 0.0515)": "money",
    "max(0.0025 * pool.cut_off, 0.01 * pool, 1_000_000)": "money",
    "target - note.A - note['B-1']": "money",
    "if(month > 12 and not tripped.losses, 0.05, 0.03) * pool.cut_off": "money",
    "mean(12 * (defaults - recoveries) / pool.month_start, 3)": None,
    "cumulative_default > limits or phase.revolving": "condition",
    "notes / pool <= 0.95": "condition",
    "-pool + 2 * pool": "money",
    "defaults / 1e3 * month": "money",
    "idle_cash_days >= 30": "condition",
    "limits * (pool_factor - 0.02) / 12": "money",
    "max(0, (overdue_60 - 0.02) * limits)": "money",
    "4e8 * overdue_60 / 12": "money",
    "pool + limits * overdue_60": "money",
    "if(month > 12, limits * overdue_60, 0.5 * pool)": "money",
    "2_000 * month": "money",
    "limits * overdue_60 > 0.1 * pool": "condition",
}


@pytest.mark.parametrize("text", READ)
def test_a_formula_is_read_in_the_unit_that_is_asked(text: str) -> None:
    read(text, NAMES, READ[text])  # type: ignore[arg-type]


REFUSED = {
    "pol * 0.9": ("money", "at character 1: no quantity 'pol'; did you mean pool?"),
    "pool * oversdue_60": ("money", "at character 8: no quantity 'oversdue_60'; did you mean overdue_60?"),
    "note.C": ("money", "at character 1: no note 'C': one of A, B-1"),
    "account.reserv": ("money", "did you mean reserve"),
    "note > 1": ("condition", "note of which note?"),
    "pool * ": ("money", "at character 8: expected a quantity or a number, found the end"),
    "pool 0.9": ("money", "at character 6: expected an operator, found '0.9'"),
    "pool * 5%": ("money", "at character 9: '%' has no meaning here; write a share: 0.05 for 5%"),
    "(pool": ("money", "at character 6: expected ')', found the end"),
    "pool_factor": ("money", "is a share or rate; an amount of money is asked here"),
    "12 * pool_factor": ("money", "is a share or rate; an amount of money is asked here"),
    "pool_factor + 4e8": ("money", "is a share or rate; an amount of money is asked here"),
    "limits * overdue_60 / pool": ("money", "is a share or rate; an amount of money is asked here"),
    "limits * overdue_60 + pool_factor": ("money", "is a share or rate; an amount of money is asked here"),
    "limits * overdue_60 > 0.02 or pool > 3": ("money", "is a condition; an amount of money is asked here"),
    "pool > 3": ("money", "is a condition; an amount of money is asked here"),
    "pool * 0.9 ": ("condition", "is an amount of money; a condition is asked here"),
    "3": ("condition", "is a number; a condition is asked here"),
    "tripped.losses ": (None, "is a condition; a value is asked here"),
    "pool + pool_factor": ("money", "at character 6: '+' of a share or rate and an amount of money"),
    "pool * notes": ("money", "product of two amounts of money"),
    "pool_factor / pool": (None, "a share or rate over an amount of money has no meaning"),
    "month + pool_factor": (None, "of the same unit only"),
    "pool / 0": ("money", "divides by 0"),
    "pool_factor > 11": ("condition", "'>' never holds: from 0 to 10 on the left"),
    "overdue_60 > 5": ("condition", "never holds.*did you mean 0.05"),
    "month <= 36": ("condition", "always holds"),
    "pool > notes > defaults": ("condition", "compare two values at a time"),
    "pool = notes": ("condition", "'=' has no meaning here; compare by"),
    "not pool": ("condition", "'not' takes conditions"),
    "pool * (pool > 3)": ("money", "a condition is no value"),
    "min(pool)": ("money", "min takes two values or more"),
    "mean(pool, 2.5)": ("money", "a whole number of months from 2 to 36"),
    "ago(pool, 0)": ("money", "ago takes a value and a whole number of months from 1 to 36"),
    "ago(pool, 12 * 2)": ("money", "ago takes a value and a whole number of months from 1 to 36"),
    "ago(tripped.losses, 3) ": (None, "ago takes a value, not a condition"),
    "mean(tripped.losses, 3) ": (None, "mean takes a value, not a condition"),
    "if(pool, 1, 2)": (None, "if takes a condition and two values"),
    "max(pool > 3, 1) ": ("money", "'max' takes values, not conditions; if(condition, a, b) chooses one"),
    "(pool > 3) / pool": (None, "a condition is no value: if(condition, a, b) chooses one"),
    "average(pool, 3)": ("money", "no function 'average'"),
    "excess_spread_3m > 0": ("condition", "is written mean(excess_spread, 3)"),
    "date > 2026": ("condition", "at character 1: date is written month, counted from closing, in a formula"),
    "tripped.late": ("condition", "is tested later"),
    "1e16 * pool": ("money", "at most 1e+15"),
    "\u0663 * pool": ("money", "at character 1: '\u0663' has no meaning here; write numbers with the digits 0 to 9"),
    "pool * 0.\uff15": ("money", "'\uff15' has no meaning here; write numbers with the digits 0 to 9"),
    "p\u043eol * 2": ("money", "no quantity 'p\u043eol'; 'p\u043eol' looks like 'pool', but it has U+043E"),
    "__import__('os')": ("money", "expected a quantity or a number, found"),
    "pool.__class__": ("money", "no quantity 'pool.__class__'"),
    "\x1bpool": ("money", "U+001B has no meaning here"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_wrong_formula_is_refused_with_its_place(text: str) -> None:
    wanted, words = REFUSED[text]
    with pytest.raises(FormulaError) as refused:
        read(text, NAMES._replace(later={"tripped": ("late",)}), wanted)  # type: ignore[arg-type]
    assert all(part in str(refused.value) for part in words.split(".*"))


BOMBS = {
    "brackets": "(" * 200 + "pool" + ")" * 200,
    "signs": "-" * 400 + "pool",
    "nots": "not " * 100 + "tripped.losses",
    "calls": "max(1," * 80 + "pool" + ")" * 80,
    "length": " + ".join(["pool"] * 5000),
    "own": "b9 + b9",
    "numbers": "*".join(["1e15"] * 30) + " * pool",
    "infinity less infinity": "1e-200 * pool / 1e-200 / 1e-200 - pool",
    "quantities": "*".join(["pool_factor"] * 20) + " * pool / 1e-15 / 1e-15 / 1e-15",
    "own numbers": " * ".join(["vast"] * 8) + " * pool",
}
OWN = {"b0": parse("pool + pool"), "vast": parse("1e15 - 1")} | {
    f"b{i}": parse(f"b{i - 1} + b{i - 1}") for i in range(1, 10)
}


@pytest.mark.parametrize("text", BOMBS)
def test_a_bomb_of_a_formula_is_refused_at_once(text: str) -> None:
    with pytest.raises(FormulaError, match=r"at most|more than"):
        read(BOMBS[text], NAMES._replace(own=OWN), "money")


@settings(max_examples=200)
@given(st.text(alphabet="pol.note[]()AB'\"+-*/<>=1e0,_ and", max_size=40) | st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(FormulaError):
        read(text, NAMES, None)


def test_the_range_of_a_formula_is_that_of_its_parts() -> None:
    assert value(parse("0.5 * overdue_60 - 0.1"), NAMES)[1:3] == pytest.approx((-0.1, 0.4))
    assert value(parse("min(pool_factor, 1) / 2"), NAMES)[1:3] == (0.0, 0.5)
    assert value(parse("limits"), NAMES)[1:3] == (0.0, 0.04)
    assert value(parse("pool - target"), NAMES, {"pool": (0.0, 0.0)})[1:3] == (0.0, 0.0)


def test_own_quantities_may_name_one_another_in_any_order() -> None:
    """What sorts the keys of a deal, as jobs saved by earlier versions were, does not change what it says."""
    model = deal(quantities={"base": "0.85 * eligible", "eligible": "pool - late", "late": "overdue_60 * pool"})
    document = json.dumps(model.model_dump(mode="json"), sort_keys=True)
    assert list(type(model).model_validate_json(document).quantities) == ["base", "eligible", "late"]


@pytest.mark.parametrize(
    ("given", "kept"), [(0.024, "0.024"), (3, "3.0"), (-1e-7, "-1e-07"), (1e15, "1000000000000000.0")]
)
def test_an_own_quantity_may_be_a_number(given: float, kept: str) -> None:
    model = deal(quantities={"level": given, "twice": "2 * level"})
    assert model.quantities["level"] == kept
    assert value(parse(kept), NAMES)[1:3] == (given, given)


@pytest.mark.parametrize("given", [True, 1e16, float("nan")])
def test_an_own_quantity_that_is_no_number_of_a_formula_is_refused(given: float) -> None:
    with pytest.raises(ValueError, match="quantities"):
        deal(quantities={"level": given})


def test_own_quantities_that_go_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match=r"quantities.a: is defined by itself: a -> b -> a"):
        deal(quantities={"a": "b + 1", "b": "2 * a"})
