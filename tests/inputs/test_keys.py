"""The reference of keys is made from the models: nothing in it can be missing, stale or wrong."""

import inspect
import io
import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest
import tomli
from handed import Capture, Patch
from pydantic import BaseModel, TypeAdapter
from rich.console import Console
from shipped import ROOT

from stress.cli import exit_code
from stress.cli.explain import show_keys
from stress.errors import ConfigError
from stress.explain.keys import Key, KeyTable, key_tables, toml
from stress.explain.targets import MEANING, example
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.quantities import QUANTITIES, WRITTEN_OUT
from stress.inputs.files.parse import KINDS
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.inputs.targets import Target
from stress.inputs.text.read import read_document


def models(kind: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Every model that a kind of file is made of, by name."""
    by_name: dict[str, type[BaseModel]] = {}

    def within(annotation: Any) -> None:
        if inspect.isclass(annotation) and issubclass(annotation, BaseModel) and annotation.__name__ not in by_name:
            by_name[annotation.__name__] = annotation
            for field in annotation.model_fields.values():
                within(field.annotation)
        for part in typing.get_args(annotation):
            within(part)

    within(kind)
    return by_name


def document(line: str) -> dict[str, Any]:
    """An example as the reader of input files gives it: dates as text."""
    return json.loads(json.dumps(tomli.loads(line), default=str))


def keys_of(kind: str) -> dict[tuple[str, str], Key]:
    """The reference by model and key; what all steps share is told once."""
    reference = {(table.model, key.key): key for table in key_tables(kind) for key in table.keys}
    steps = {table.model for table in key_tables(kind) if ", step = " in table.where}
    shared = {key: row for (model, key), row in reference.items() if model == "Step"}
    return {(step, key): row for step in steps for key, row in shared.items()} | reference


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_key_of_every_model_is_told_with_its_meaning(kind: str) -> None:
    reference = keys_of(kind)
    for name, model in models(KINDS[kind]).items():
        for key in model.model_fields:
            assert reference[name, key].meaning, f"{name}.{key}: write a docstring below the field"


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_example_is_what_its_key_may_have(kind: str) -> None:
    reference = keys_of(kind)
    for name, model in models(KINDS[kind]).items():
        for key, field in model.model_fields.items():
            line = reference[name, key].example
            try:
                TypeAdapter(field.rebuild_annotation()).validate_json(json.dumps(document(line)[key]))
            except ValueError as error:
                pytest.fail(f"{name}.{key}: {line}: {error}: choose one in stress/explain/key_examples.py")


@pytest.mark.parametrize("target", list(MEANING))
def test_every_target_has_an_example_that_a_scenario_may_hold(target: Target) -> None:
    Shock.model_validate_json(json.dumps(document(f"shock = {example(target)}")["shock"]))


def test_no_target_is_left_out() -> None:
    assert set(MEANING) == set(typing.get_args(Target))


@pytest.mark.parametrize(
    "value", [1, 0.5, 1e15, True, 'a "b" é', "2025-12-31", [1, [2.5]], {"a": {"b-c": 1}, "x y": []}]
)
def test_an_example_is_written_as_toml_reads_it(value: Any) -> None:
    assert document(f"x = {toml(value)}")["x"] == value


def test_the_reference_is_printed_as_tables_and_as_json(capsys: Capture) -> None:
    assert exit_code(["explain", "--keys", "pool.segments"]) == 0
    out = capsys.readouterr().out
    assert "| `prepayment` | a month | number at least 0 and below 1 | 0.0 | Single monthly mortality" in out
    assert exit_code(["explain", "--keys", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert {table["where"].partition(":")[0] for table in tables} == set(KINDS)
    assert exit_code(["explain", "--keys", "pol"]) == 2
    assert "--keys pol: must be one of " in capsys.readouterr().err
    assert exit_code(["explain", "--keys", "pool.segmets"]) == 2
    assert "did you mean segments" in capsys.readouterr().err
    assert exit_code(["explain", "--keys", "deal.margin"]) == 2
    assert "a deal has no table or key 'margin'; there is indices, " in capsys.readouterr().err
    assert exit_code(["explain"]) == 2
    assert "--keys KIND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "where", "key"),
    [
        ("deal.quantities", "deal", "quantities"),
        ("pool.recovery_lag", "pool", "recovery_lag"),
        ("deal.unpaid", "deal: formulas", "unpaid.NOTE"),
        ("deal.formulas", "deal: formulas", "pool.adjusted"),
        ("yield supplement", "deal", "hurdle_rate"),
        ("Clean-up", "deal", "clean_up"),
        ("commingling", "scenario: targets", "commingled_days"),
        ("pre_funding", 'deal: priority.PHASE[], step = "purchase"', "step"),
        ("PDL", 'deal: priority.PHASE[], step = "cover_defaults"', "note"),
        ("borrowing base", 'deal: priority.PHASE[], step = "pay_principal"', "until"),
    ],
)
def test_a_key_is_found_by_its_name_and_by_words_of_its_meaning(asked: str, where: str, key: str) -> None:
    rows = [(table.where, row.key) for table in key_tables(asked) for row in table.keys]
    assert (where, key) in rows
    assert len(rows) < 60


def test_a_word_that_no_key_tells_of_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"--keys turbocharger: must be one of deal, .*, or a word that a key tells of"
    ):
        key_tables("turbocharger")


def test_every_quantity_of_formulas_is_told_as_formulas_write_it() -> None:
    (table,) = key_tables("deal.formulas")
    assert {key.key.partition(".")[0] for key in table.keys} == {n.partition(".")[0] for n in QUANTITIES} - {
        *WRITTEN_OUT
    }
    for key in table.keys:
        parse(document(key.example)["x"])


def test_on_a_terminal_a_table_has_a_row_a_key(monkeypatch: Patch) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=140)
    monkeypatch.setattr("stress.cli.explain.console", lambda: screen)
    rows = (Key("term", "months", "1 to 360", "required", "How long.", "term = 24"),
            Key("kind", "", "[level] or bullet", "level", "How it is repaid.", 'kind = "bullet"'))  # fmt: skip
    tables = {
        "pool": KeyTable("pool: plans[]", "Plan", "Loans [alike].", rows),
        "deal": KeyTable("deal", "Deal", "", ()),
    }
    monkeypatch.setattr("stress.explain.keys.key_tables", lambda kind: [tables[kind]] if kind in tables else [])
    show_keys("all", markdown=False, as_json=False)
    lines = [line.split() for line in screen.file.getvalue().splitlines() if line.strip(" ─")]  # type: ignore[attr-defined]
    head = ["key", "meaning", "unit", "allowed", "default", "example"]
    assert lines == [
        ["deal"],
        head,
        ["pool:", "plans[]", "Loans", "[alike]."],
        head,
        ["term", "How", "long.", "months", "1", "to", "360", "required", "24"],
        ["kind", "How", "it", "is", "repaid.", "[level]", "or", "bullet", "level", '"bullet"'],
    ]


@pytest.mark.parametrize("kind", ["deal", "pool", "scenario", "job", "book"])
def test_a_template_with_every_key_passes_check(kind: str, tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["new", kind, "Beispiel", "--all", "-o", str(tmp_path)]) == 0
    written = capsys.readouterr().out.split()
    assert exit_code(["check", "--no-base-case", *written]) == 0
    file = tmp_path / (f"Beispiel/{kind}.toml" if kind in ("job", "book") else "Beispiel.toml")
    text = file.read_text(encoding="utf-8")
    for table in key_tables(kind):
        for key in table.keys:
            assert key.example in text
    assert read_document(file)["name"] == "Beispiel"


def test_a_message_names_the_reference(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "pool.toml"
    text = (ROOT / "stress/templates/pool.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("roll_m1 = 0.30", "zzz = 0.3\nroll_m1 = 0.3"), encoding="utf-8")
    assert exit_code(["check", str(file)]) == 2
    assert "`stress explain --keys pool.ladder`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "before", "line", "says"),
    [
        ("pool", "currency", "entry_rate = 0.01", "entry_rate: no such key; it belongs to segments or stages"),
        (
            "pool",
            "recovery =",
            "recovery_lag = [1.0]",
            "did you mean recovery? (recovery_lag belongs to the top of the file)",
        ),
        ("deal", "coupon =", 'currency = "EUR"', 'notes["A"].currency: no such key; it belongs to the top of the file'),
        ("deal", "coupon =", "fee = 1", 'notes["A"].fee: no such key; it belongs to priority'),
        (
            "scenario",
            "note =",
            "combine = []",
            'levels["base"].combine: no such key; it belongs to the top of the file',
        ),
        ("job", "seed =", "name_ = 1", "name_: no such key; did you mean name?"),
    ],
)
def test_a_key_in_the_wrong_table_is_told_where_it_belongs(
    kind: str, before: str, line: str, says: str, tmp_path: Path, capsys: Capture
) -> None:
    text = (ROOT / f"stress/templates/{kind}.toml").read_text(encoding="utf-8")
    file = tmp_path / f"{kind}.toml"
    file.write_text(re.sub(rf"^(?={before})", f"{line}\n", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    assert exit_code(["check", str(file)]) == 2
    assert f"{says}\n" in capsys.readouterr().err


def test_a_whole_number_that_is_written_as_another_is_told_how(tmp_path: Path, capsys: Capture) -> None:
    text = (ROOT / "stress/templates/job.toml").read_text(encoding="utf-8")
    file = tmp_path / "job.toml"
    file.write_text(text.replace("paths = 20_000", "paths = 2e4"), encoding="utf-8")
    assert exit_code(["check", str(file)]) == 2
    assert "paths = 20000.0: must be a whole number from 1 to 1e+12; write 20000\n" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["opening", "plan_share", "copula", "loadings", "obligors", "billing", "payment_rate"])
def test_what_the_pool_template_shows_as_a_comment_is_right_once_it_stands_there(key: str) -> None:
    """Take the comment signs off: the pool is still one, without what the key stands in place of."""
    text = (ROOT / "stress/templates/pool.toml").read_text(encoding="utf-8")
    comment = rf"^# ({key} = (?:\[\n(?:#.*\n)*?# \]|.*))"
    uncommented = re.sub(comment, lambda match: match[1].replace("\n# ", "\n"), text, flags=re.MULTILINE)
    assert uncommented != text
    instead = {"loadings": r"correlation_prepayment = .*", "payment_rate": r"plans = \[\n(?:.*\n)*?\]"}
    if key in instead:
        uncommented = re.sub(instead[key], "", uncommented, count=1)
    pool = Pool.model_validate_json(json.dumps(document(uncommented)))
    part = {"copula": pool.dependence, "loadings": pool.dependence, "plan_share": pool.segments[1]}.get(key, pool)
    assert getattr(part, key)
