"""A number that is too large: what is allowed, and a word of percents only where somebody writes them."""

from collections.abc import Iterator
from typing import Any

import pytest
from shipped import JOB

import stress
from stress.errors import ConfigError
from stress.inputs.files.parse import KINDS
from stress.inputs.job import Job
from stress.inputs.scenario import Shock
from stress.inputs.text.percents import percent_hint
from stress.inputs.text.schema import Schema, alternatives, number_range, root_of

PERCENTS = "a fraction, not a percent: did you mean"


@pytest.fixture(scope="module")
def job() -> Job:
    job = stress.load(JOB)
    assert isinstance(job, Job)
    return job


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("phi", 1.0, ""),
        ("phi", 1.02, ""),
        ("phi", 95.0, ""),
        ("rho", 1.0, ""),
        ("rho", 1.2, ""),
        ("rho", 2.3, f"; {PERCENTS} 0.023?"),
        ("rho_recovery", 15.0, f"; {PERCENTS} 0.15?"),
    ],
)
def test_no_persistence_and_no_correlation_near_one_is_taken_for_a_percent(
    key: str, value: float, hint: str, job: Job
) -> None:
    with pytest.raises(ConfigError) as error:
        job.pool.dependence.but(**{key: value})
    assert str(error.value) == f"dependence: {key} = {value}: must be a number at least 0 and below 1{hint}"


@pytest.mark.parametrize(
    ("shock", "hint"),
    [
        ({"target": "rho", "set": 1.0}, ""),
        ({"target": "rho", "set": 2.3}, f"; {PERCENTS} 0.023?"),
        ({"target": "heterogeneity", "set": 6.0}, ""),
        ({"target": "score_slope", "set": 6.0}, ""),
        ({"target": "purchase_outage_days", "set": 40.0}, ""),
        ({"target": "recovery", "set": 30.0}, f"; {PERCENTS} 0.3?"),
    ],
)
def test_no_days_and_no_slope_of_a_scenario_are_taken_for_percents(shock: dict[str, Any], hint: str) -> None:
    with pytest.raises(ValueError, match="must be from") as error:
        Shock.model_validate(shock)
    assert (PERCENTS in str(error.value)) == bool(hint)
    assert hint in str(error.value)


def numbers(root: Schema, schema: Schema, at: str) -> Iterator[tuple[str, Schema]]:
    """Every number of a schema, by the key that it stands at."""
    for alternative in alternatives(root, schema):
        if alternative.get("type") == "number":
            yield at, alternative
        inner = [
            alternative[key] for key in ("items", "additionalProperties") if isinstance(alternative.get(key), dict)
        ]
        for part in (*inner, *alternative.get("prefixItems", ())):
            if "$ref" not in part:
                yield from numbers(root, part, at)


def test_every_key_that_speaks_of_percents_is_of_a_unit_or_was_thought_of() -> None:
    """A new key without a unit has to be looked at: is it ever written as a percent?"""
    spoken = set()
    for root in map(root_of, KINDS.values()):
        for name, table in [(root["title"], root), *root.get("$defs", {}).items()]:
            for key, schema in table.get("properties", {}).items():
                for at, number in numbers(root, schema, f"{name}.{key}"):
                    _, low, high = number_range([number]) or ("", None, None)
                    if high is not None and percent_hint(1.2 * high, low, high, [number]):
                        assert number.get("unit") != "correlation", at
                        spoken |= set() if "unit" in number else {at}
    assert spoken == {"Column.error", "Position.price", "Quality.other", "Quality.senior", "Rules.loan_weight",
                      "SatelliteUse.base_rate", "Parameters.p"}  # fmt: skip
