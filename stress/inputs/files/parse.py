"""A file -> a checked model: its kind, its version, every key."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from stress.errors import ConfigError, DataError
from stress.inputs.bands import Bands
from stress.inputs.book import BookFile
from stress.inputs.deal import Deal
from stress.inputs.deal.index_file import with_levels
from stress.inputs.job import Job, JobFile
from stress.inputs.job.parameters import Parameters
from stress.inputs.macro.satellite import Satellite
from stress.inputs.macro.var import Var
from stress.inputs.pool import Pool
from stress.inputs.reports import Reports
from stress.inputs.rules import Rules
from stress.inputs.scenario import Scenario
from stress.inputs.state import State
from stress.inputs.stresses import Stresses
from stress.inputs.text.messages import message, one_of, show
from stress.inputs.text.read import KEPT, read_document
from stress.inputs.text.schema import schemas_at
from stress.spelling import suggest
from stress.tables.source import WORKBOOKS, suffix

Alone = Deal | Pool | Scenario | Satellite | Parameters | Var | Bands | Reports | Stresses | Rules | State
"""What `load` hands over as the file has it."""
AnyFile = Alone | JobFile | BookFile
Kind = TypeVar(
    "Kind",
    Deal,
    Pool,
    Scenario,
    Satellite,
    Parameters,
    Var,
    Bands,
    Reports,
    Stresses,
    Rules,
    State,
    JobFile,
    BookFile,
    Job,
)

KINDS: dict[str, type[AnyFile]] = {
    "deal": Deal,
    "pool": Pool,
    "scenario": Scenario,
    "satellite": Satellite,
    "parameters": Parameters,
    "var": Var,
    "bands": Bands,
    "stresses": Stresses,
    "rules": Rules,
    "reports": Reports,
    "state": State,
    "job": JobFile,
    "book": BookFile,
}
"""What the first key of a file may say, and the model it is checked against."""

ENDLESS = 1_000
"""Entries of a list that are looked at, whatever its limit."""


def document_of(path: Path) -> dict[str, Any]:
    """What a file says, not checked yet: TOML, or the sheets of a workbook. Raises ConfigError, of a workbook DataError
    and LimitError too."""
    if suffix(path) not in WORKBOOKS:
        return read_document(path)
    from stress.inputs.sheets.reading import read_sheets

    return read_sheets(path, KINDS)


def parse(path: Path) -> AnyFile:
    """Read a file of any kind. Raises ConfigError."""
    document = document_of(path)
    model: type[Any] = KINDS[_kind(path, document, list(KINDS))]
    checked: AnyFile = validated(path, document, model)
    return checked


def parse_as(path: Path, model: type[Kind], wanted_by: str) -> Kind:
    """Read a file that must be of one kind, because `wanted_by` (a file and a key) refers to it. Raises ConfigError."""
    try:
        document = document_of(path)
        expected = next(kind for kind, known in KINDS.items() if known is model)
        _kind(path, document, [expected])
    except (ConfigError, DataError) as error:
        raise type(error)(f"{wanted_by}: {error}") from None
    return validated(path, document, model)


def validated(path: Path, document: dict[str, Any], model: type[Kind]) -> Kind:
    """A document as its model. Raises ConfigError with the file, the key, the value and what is allowed."""
    _refuse_endless(path, document, model)
    text = json.dumps(document, allow_nan=False)
    try:
        checked: Kind = _checked(model, text)
    except ValidationError as error:
        raise ConfigError(message(path, model, document, error)) from None
    return with_levels(path, checked) if isinstance(checked, Deal) else checked


@functools.lru_cache(maxsize=KEPT)
def _checked(model: type[BaseModel], text: str) -> Any:
    """Frozen, so that the same text may be the same input."""
    return model.model_validate_json(text)


def _refuse_endless(path: Path, document: dict[str, Any], model: type[BaseModel]) -> None:
    """Refuse a list far beyond its limit before its entries are looked at: of 45,000, each would have its fault."""
    for key, value in document.items():
        if not isinstance(value, list) or len(value) <= ENDLESS:
            continue
        limits = [schema["maxItems"] for schema in schemas_at(model, [key]) if "maxItems" in schema]
        if limits and len(value) > max(limits):
            raise ConfigError(f"{path}: {key}: has {len(value):,} entries; must have at most {max(limits)} entries")


def _kind(path: Path, document: dict[str, Any], allowed: list[str]) -> str:
    words = one_of([f'"{kind}"' for kind in allowed])
    if "kind" not in document:
        raise ConfigError(f"{path}: kind is missing: the file must start with kind = {words} and version = 1")
    kind = document["kind"]
    if not isinstance(kind, str) or kind not in allowed:
        hint = suggest(kind, allowed) if isinstance(kind, str) else ""
        raise ConfigError(f"{path}: kind = {show(kind)}: must be {words}{hint}")
    if "version" not in document:
        raise ConfigError(f"{path}: version is missing: write version = 1 below kind")
    if document["version"] is True or document["version"] != 1:
        raise ConfigError(f"{path}: version = {show(document['version'])}: must be 1, the only version of this format")
    return kind
