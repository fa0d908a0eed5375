"""The words of the input language: what a job may say, and what one says, to tell how much random jobs cover."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from stress.inputs.deal.formula_rules import formulas_of
from stress.inputs.deal.quantities import QUANTITIES, WRITTEN_OUT
from stress.inputs.job import Job

TOLD = ("name", "kind", "version", "source", "illustrative", "currency", "description", "probability", "history",
        "made_of", "table_notes")  # fmt: skip
"""Keys that move no path."""
ELSEWHERE = ("state", "reports", "estimator", "parameters", "swing", "file", "column", "percent")
"""Keys whose words have random jobs of their own, in other tests, or stand for others once a file is read."""
FUNCTIONS = ("min", "max", "mean", "if")
_REFERENCE = re.compile(r"#/\$defs/(\w+)")
_NAME = re.compile(r"[^\W\d][\w.]*")


@functools.cache
def words() -> frozenset[str]:
    """`Model.key` of what a deal, a pool and its scenarios may say, `Model.key=word` where it chooses among words, and
    the quantities and functions of formulas."""
    root, keys, seen, left = Job.model_json_schema(), set[str](), {"IndexFile"}, ["Job"]
    while left:
        model = left.pop()
        seen.add(model)
        schema = root if model == "Job" else root["$defs"][model]
        for key, inner in schema.get("properties", {}).items():
            if key not in (*TOLD, *ELSEWHERE) or (key == "kind" and "enum" in inner):
                keys |= {f"{model}.{key}", *(f"{model}.{key}={word}" for word in _choices(inner))}
                left += {name for name in _REFERENCE.findall(str(inner)) if name not in seen}
    return frozenset(keys | {f"formula: {name}" for name in (*QUANTITIES, *FUNCTIONS) if name not in WRITTEN_OUT})


def _choices(schema: Any) -> Iterator[str]:
    """Words among which a key chooses, whether as its value, in a list or as the keys of a table."""
    if isinstance(schema, Mapping):
        yield from (str(word) for word in schema.get("enum", ()))
        yield from (str(schema["const"]),) if "const" in schema else ()
        for key in ("items", "anyOf", "propertyNames"):
            yield from _choices(schema.get(key))
    elif isinstance(schema, list):
        for part in schema:
            yield from _choices(part)


def said(job: Job) -> set[str]:
    """Which of `words` a job uses: what it sets otherwise than the default."""
    keys = set(_of(job))
    texts = [place.text for place in formulas_of(job.deal)]
    texts += [given for given in job.deal.quantities.values() if isinstance(given, str)]
    for name in {name for text in texts for name in _NAME.findall(text)}:
        keys |= {f"formula: {name}", f"formula: {name.split('.')[0]}"}
    return keys & words()


def _of(model: BaseModel) -> Iterator[str]:
    of = type(model)
    for key, field in of.model_fields.items():
        value = getattr(model, key)
        for word in _each(value):
            yield f"{of.__name__}.{key}={word}"
        if field.is_required() or value != field.get_default(call_default_factory=True):
            yield f"{of.__name__}.{key}"
        yield from _within(value)


def _each(value: Any) -> Iterator[Any]:
    if isinstance(value, str | int | float):
        yield value
    elif isinstance(value, tuple | dict):
        for part in value:
            yield from _each(part)


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from _of(value)
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _within(part)
