"""The reference of keys is made from the models: nothing in it can be missing, stale or wrong."""

from __future__ import annotations

import inspect
import json
import typing
from pathlib import Path
from typing import Any

import pytest
import tomli
from pydantic import BaseModel, TypeAdapter

from stress.cli import _run
from stress.explain.keys import key_tables, toml
from stress.explain.targets import MEANING, example
from stress.inputs.parse import KINDS
from stress.inputs.read import read_document
from stress.inputs.scenario import Shock
from stress.inputs.targets import Target

ROOT = Path(__file__).parent.parent


def models(kind: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Every model that a kind of file is made of, by name."""
    found: dict[str, type[BaseModel]] = {}

    def within(annotation: Any) -> None:
        if inspect.isclass(annotation) and issubclass(annotation, BaseModel) and annotation.__name__ not in found:
            found[annotation.__name__] = annotation
            for field in annotation.model_fields.values():
                within(field.annotation)
        for part in typing.get_args(annotation):
            within(part)

    within(kind)
    return found


def document(line: str) -> dict[str, Any]:
    """An example as the reader of input files gives it: dates as text."""
    return json.loads(json.dumps(tomli.loads(line), default=str))


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_key_of_every_model_is_told_with_its_meaning(kind: str) -> None:
    told = {key.key: key.meaning for table in key_tables(kind) for key in table.keys}
    for name, model in models(KINDS[kind]).items():
        for key, field in model.model_fields.items():
            assert told.get(key), f"{name}.{key} is not in the reference, or has no meaning: write a docstring below it"
            assert field.description, f"{name}.{key}: write a docstring below the field"


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_example_is_what_its_key_may_have(kind: str) -> None:
    fields = {(n, key): field for n, model in models(KINDS[kind]).items() for key, field in model.model_fields.items()}
    shown = {key.key: key.example for table in key_tables(kind) for key in table.keys}
    for (name, key), field in fields.items():
        adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation(), config=KINDS[kind].model_config)
        lines = [k.example for table in key_tables(kind) for k in table.keys if k.key == key]
        assert lines, f"{name}.{key}"
        assert shown[key]
        accepted = 0
        for line in lines:
            try:
                adapter.validate_json(json.dumps(document(line)[key]))
                accepted += 1
            except ValueError:
                continue
        assert accepted, f"{name}.{key}: none of {lines} is accepted"


@pytest.mark.parametrize("target", list(MEANING))
def test_every_target_has_an_example_that_a_scenario_may_hold(target: Target) -> None:
    Shock.model_validate_json(json.dumps(document(f"shock = {example(target)}")["shock"]))


def test_no_target_is_left_out() -> None:
    assert set(MEANING) == set(typing.get_args(Target))


@pytest.mark.parametrize("value", [1, 0.5, 1e15, True, "a \"b\" é", "2025-12-31", [1, [2.5]], {"a": {"b-c": 1}, "x y": []}])
def test_an_example_is_written_as_toml_reads_it(value: Any) -> None:
    assert document(f"x = {toml(value)}")["x"] == value


def test_the_reference_is_printed_as_tables_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["explain", "--keys", "pool.segments"]) == 0
    out = capsys.readouterr().out
    assert "| `prepayment` | a month | number at least 0 and below 1 | 0.0 | Single monthly mortality" in out
    assert _run(["explain", "--keys", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert {table["where"].partition(":")[0] for table in tables} == set(KINDS)
    assert _run(["explain", "--keys", "pool.segment"]) == 2
    assert "did you mean segments" in capsys.readouterr().err
    assert _run(["explain"]) == 2
    assert "--keys KIND" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["deal", "pool", "scenario", "job"])
def test_a_template_with_every_key_passes_check(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["new", kind, "Beispiel", "--all", "-o", str(tmp_path)]) == 0
    written = capsys.readouterr().out.split()
    assert _run(["check", "--no-base-case", *written]) == 0
    file = tmp_path / ("Beispiel/job.toml" if kind == "job" else "Beispiel.toml")
    text = file.read_text(encoding="utf-8")
    for table in key_tables(kind):
        for key in table.keys:
            assert key.example in text
    assert read_document(file)["name"] == "Beispiel"


def test_a_message_names_the_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pool.toml"
    text = (ROOT / "stress/templates/pool.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("roll_m1 = 0.30", "zzz = 0.3\nroll_m1 = 0.3"), encoding="utf-8")
    assert _run(["check", str(file)]) == 2
    assert "`stress explain --keys pool.ladder`" in capsys.readouterr().err
