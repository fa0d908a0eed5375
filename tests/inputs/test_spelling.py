"""A name is suggested where it is near in spelling or meaning, and none where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stress.cli import ALIKE, COMMANDS
from stress.cli.calibrate import COMMANDS as CALIBRATE
from stress.explain.keys import key_tables
from stress.inputs.files.parse import KINDS
from stress.spelling import ALIKE as WORDS
from stress.spelling import LONGEST, nearest, suggest

KEYS = sorted({key.key for kind in KINDS for table in key_tables(kind) for key in table.keys})
NAMES = st.sampled_from([*KEYS, *COMMANDS, *CALIBRATE])


@pytest.mark.parametrize(
    ("word", "allowed", "meant"),
    [
        ("coupn", ["name", "coupon", "cap"], "coupon"),
        ("EVENT-of_defualt", ["event_of_default", "default"], "event_of_default"),
        ("heatmap", ["heat_map"], "heat_map"),
        ("lrp", ["lpr", "loan"], "lpr"),
        ("severe", ["macro_mild", "macro_severe"], "macro_severe"),
        ("maturity", ["scheduled_months", "legal_maturity_months"], "legal_maturity_months"),
        ("flows", ["cashflows", "follow"], "cashflows"),
        ("balance", ["name", "share", "amount"], "amount"),
        ("interest_rate", ["monthly_fee", "payment_rate", "apr"], "apr"),
        ("n_paths", ["seed", "paths"], "paths"),
        ("cumulative_net_loss", ["cumulative_default", "default_stock", "defaults"], "default_stock"),
    ],
)
def test_what_is_near_in_spelling_or_meaning_is_suggested(word: str, allowed: list[str], meant: str) -> None:
    assert nearest(word, allowed) == meant
    assert suggest(word, allowed) == f"; did you mean {meant}?"


@pytest.mark.parametrize(
    ("word", "allowed"),
    [
        ("nope", list(CALIBRATE)),
        ("figures", list(CALIBRATE)),
        ("stres", [*COMMANDS]),
        ("interest_rate", ["payment_rate", "recovery_rate"]),  # a rate is not the other
        ("Class B", ["Class A", "Class C"]),
        ("A-2", ["A-1", "A-3"]),
        ("A", ["B"]),
        ("deal 1", ["deal 10", "deal 2"]),
        ("ES99", ["ES95", "VAR95"]),
        ("macro_bad", ["macro_mild", "macro_severe"]),  # two are as near
        ("", ["a"]),
        ("*", ["a"]),
        ("x" * (LONGEST + 1), ["x" * LONGEST]),
    ],
)
def test_what_is_another_thing_is_not_suggested(word: str, allowed: list[str]) -> None:
    assert nearest(word, allowed) is None
    assert suggest(word, allowed) == ""


def test_a_sign_that_looks_the_same_is_named() -> None:
    assert suggest("\u0410", ["B", "A"]).startswith("; '\u0410' looks like 'A', but it has U+0410 cyrillic")


@pytest.mark.parametrize("names", [KEYS, [*COMMANDS], [*CALIBRATE]], ids=["keys", "commands", "calibrate"])
def test_a_slip_of_the_pen_in_a_long_name_is_found(names: list[str]) -> None:
    """A letter left out, doubled, or changed about with the next; a part of two letters may become another word."""
    missed = set()
    for name in (word for word in names if len(word) > 3):
        for at in range(len(name) - 1):
            slips = (
                name[:at] + name[at + 1 :],
                name[:at] + name[at] + name[at:],
                name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            )
            missed |= {name for slip in slips if nearest(slip, [name]) != name}
    assert missed <= {"as_of", "by_month", "to_month"}


@given(NAMES)
def test_a_name_itself_is_nearest(name: str) -> None:
    assert nearest(name.upper(), [*KEYS, *COMMANDS, *CALIBRATE]) in {n for n in (*KEYS, *COMMANDS, *CALIBRATE) if
                                                                    n.casefold() == name.casefold()}  # fmt: skip


def test_words_of_one_meaning_are_of_one_meaning_alone() -> None:
    every = [word for words in WORDS for word in words]
    assert len(set(every)) == len(every)
    assert not set(ALIKE) & set(COMMANDS)
    assert {meant for meant in ALIKE.values() if not meant.startswith("--")} <= set(COMMANDS)
