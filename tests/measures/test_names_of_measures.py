"""Short names of measures and their numbers, and a measure by its long name."""

import math

import pytest
from synthetic import case

from stress import measures
from stress.errors import ConfigError
from stress.measures.names import SHORT, asked, long_name, measured, of_pool
from stress.measures.tails import meaning_of, tail_of, unseen

NOTES = ["A", "B"]


def test_a_name_is_short_or_long_in_any_letters_or_a_tail() -> None:
    assert [long_name(text, "--measure") for text in ("EL", "el", "Expected_Loss", "PD")] == [
        *["expected_loss"] * 3,
        "loss_probability",
    ]
    assert long_name("var99.9", "--measure") == "VAR99.9"
    with pytest.raises(ConfigError, match=r"^--measure ELL: one of EL, PD, .*, VAR99\.9, ES99\.9; did you mean EL"):
        long_name("ELL", "--measure")


def test_a_measure_is_asked_for_with_its_note_level_and_number() -> None:
    parsed = asked("EL:B=0.05", NOTES, "--fail-on", "LIMIT")
    assert parsed[2:] == ("B", 0.05)
    assert parsed.measure == "expected_loss"
    assert math.isnan(parsed.level)
    assert asked("es75:A=0.5", NOTES, "--fail-on", "LIMIT") == ("expected_shortfall", 0.75, "A", 0.5)
    assert asked("VAR75=2", NOTES, "--fail-on", "LIMIT") == ("value_at_risk", 0.75, None, 2.0)
    assert asked("DEFAULT=0.01", NOTES, "--fail-on", "LIMIT").measure == "mean_default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EL:B", "write MEASURE:NOTE=LIMIT, for example EL:B=0.01"),
        ("XX:B=0.1", "measure 'XX': one of EL, "),
        ("VAR=0.1", "need a level in percent, such as VAR99.9; other measures have none"),
        ("EL99=0.1", "need a level in percent"),
        ("VAR0=0.1", "need a level in percent"),
        ("VAR100=0.1", "need a level in percent"),
        ("VAR9.9.9=0.1", "'9.9.9' is not a number"),
        ("EL=much", "'much' is not a number"),
        ("DEFAULT:B=0.1", "is a measure of the pool"),
        ("EL:Z=0.1", "note: one of A, B"),
    ],
)
def test_what_is_no_measure_is_refused_with_what_is_allowed(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        asked(text, NOTES, "--fail-on", "LIMIT")
    assert f"--fail-on {text}: " in str(refused.value)
    assert words in str(refused.value)


def test_measures_of_the_pool_are_those_without_notes() -> None:
    assert [name for name, measure in SHORT.items() if of_pool(measure)] == [
        *("DEFAULT", "NET_LOSS", "PURCHASED", "INCOME", "RECOVERED")
    ]


def test_a_long_name_is_measured_as_its_function_does() -> None:
    ds = case(640, 1)
    for answer, wanted in (
        (measured(ds, "expected_loss"), measures.expected_loss(ds)),
        (measured(ds, "loss_probability"), measures.loss_probability(ds)),
        (measured(ds, "value_at_risk", 0.9), measures.value_at_risk(ds, 0.9)),
        (measured(ds, "expected_shortfall", 0.9), measures.expected_shortfall(ds, 0.9)),
        (measured(ds, "VAR90"), measures.value_at_risk(ds, 0.9)),
        (tail_of(ds, "ES90"), measures.expected_shortfall(ds, 0.9)),
    ):
        assert answer.equals(wanted)


def test_a_tail_is_told_with_its_level_and_its_bound_widened_by_what_lies_beyond() -> None:
    assert meaning_of("VAR75") == "loss fraction not exceeded with probability 0.75"
    assert meaning_of("ES75") == "mean loss fraction of the worst 0.25 of paths"
    assert (unseen("ES75", 0.125), unseen("VAR75", 0.125)) == (0.5, 0.0)
    assert (unseen("ES75", 0.5), unseen("VAR75", 0.5)) == (1.0, 1.0)
