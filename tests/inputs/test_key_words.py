"""`stress explain --keys WORD`: words of the field lead to the keys and the commands that they are about."""

import shlex

import click
import pytest
from handed import Capture

from stress.cli import cli, exit_code
from stress.explain.keys import addressed, key_tables
from stress.explain.meant import MEANT
from stress.templates.examples import examples

PAY = 'deal: priority.PHASE[], step = "pay_principal"'
ASKED = [
    ("severity", "pool: segments[]", "recovery", "cashflows"),
    ("LGD", "scenario: targets", "recovery", "cashflows"),
    ("timing", "stresses", "timing", "calibrate losses"),
    ("static pool", "pool: segments[]", "static_default", "calibrate projection"),
    ("loss curve", "pool: segments[]", "entry_rate_curve", "calibrate losses"),
    ("CNL", "deal: formulas", "default_stock", "breakeven"),
    ("OC", PAY, "until", "explain"),
    ("PDL", "deal: formulas", "deficiency", "cashflows"),
    ("CPR", "pool: segments[]", "prepayment", "price"),
    ("SMM", "pool: segments[]", "prepayment_curve", "cashflows"),
    ("CDR", "pool: segments[]", "entry_rate", "cashflows"),
    ("reserve", 'deal: priority.PHASE[], step = "top_up"', "target", "explain"),
    ("clean-up call", "deal: clean_up", "pool_factor", ""),
    ("swap", 'deal: priority.PHASE[], step = "receive"', "amount", "new"),
    ("hedge", "deal", "parties", "new"),
    ("commingling", "deal: formulas", "commingled_principal", "cashflows"),
    ("set-off", "scenario: targets", "dilution_unpaid_share", "cashflows"),
    ("step-up", "deal: notes[].step_up", "add", "price"),
    ("WAL", "deal: notes[]", "payment_months", "run"),
    ("DM", "scenario: targets", "note_spread", "price"),
    ("advance rate", PAY, "until", "new"),
    ("borrowing base", "deal: formulas", "pool.overdue_30", "new"),
    ("prefunding", "deal", "principal_accounts", "new"),
    ("warehouse", PAY, "until", "new"),
    ("excess concentrations", "deal: formulas", "segment.SEGMENT", "new"),
    ("seasoning", "pool: stages[]", "moves_on", "calibrate vintage"),
    ("vintage", "scenario: targets", "new_default_odds", "calibrate projection"),
    ("deferral", "scenario: targets", "collections_deferred", "cashflows"),
    ("PIK", "deal: notes[]", "interest_on_unpaid_interest", ""),
    ("turbo", PAY, "until", "explain"),
    ("lockout", "deal", "revolving_months", "explain"),
    ("servicing fee cap", 'deal: priority.PHASE[], step = "pay_fee"', "cap", "explain"),
]


@pytest.mark.parametrize(("word", "where", "key", "command"), ASKED)
def test_a_word_of_the_field_leads_to_keys_and_commands(word: str, where: str, key: str, command: str) -> None:
    tables = key_tables(word)
    rows = [(table.where, row.key) for table in tables for row in table.keys]
    assert (where, key) in rows
    assert not command or ("commands", f"stress {command}") in rows
    assert len(set(rows)) == len(rows) < 30
    assert len({table.where for table in tables}) == len(tables)


@pytest.mark.parametrize("address", sorted({address for meant in MEANT for address in meant.keys}))
def test_what_a_word_is_about_is_there(address: str) -> None:
    assert addressed(address)


@pytest.mark.parametrize("line", sorted({command.line for meant in MEANT for command in meant.commands}))
def test_a_command_that_a_word_is_about_is_one_and_has_these_options(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "stress"
    command: click.Command = cli
    context = click.Context(command)
    while isinstance(command, click.Group):
        inner = command.get_command(context, words[0])
        assert inner is not None
        command, words = inner, words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    asked = [word for word in words if word.startswith("-")]
    assert set(asked) <= known
    if "--example" in asked:
        assert words[words.index("--example") + 1] in {example.name for example in examples()}


def test_no_word_means_two_things() -> None:
    words = [word for meant in MEANT for word in meant.words]
    assert len(set(words)) == len(words)
    assert all(word == word.lower().replace("-", " ") for word in words)


def test_the_command_tells_a_line_to_type_and_a_slip_is_answered_by_the_word(capsys: Capture) -> None:
    assert exit_code(["explain", "--keys", "loss severity"]) == 0
    assert "`stress cashflows job.toml --mean --xlsx flows.xlsx`" in capsys.readouterr().out
    assert exit_code(["explain", "--keys", "warehose"]) == 2
    assert "did you mean warehouse?" in capsys.readouterr().err
