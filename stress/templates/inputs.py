"""The inputs of a job as documents that refer to each other: from its files, from a workbook, from what a run saved."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stress.errors import ConfigError
from stress.inputs.files.expand import split_level
from stress.inputs.files.parse import KINDS, document_of
from stress.inputs.files.predictive import SUFFIX
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import READ, load
from stress.inputs.sheets.laid_out import LONGEST, Sheet, room_for, sheets_of
from stress.inputs.text.base import Whole
from stress.inputs.text.reference import resolve
from stress.inputs.text.write import text_of
from stress.tables.source import WORKBOOKS, parted, suffix

Documents = dict[str, dict[str, Any]]
"""Name -> document, what was asked for first; one refers to another as `#NAME`."""
_BARRED = re.compile(r"[\[\]:*?/\\'.#\x00-\x1f]+")
"""Signs that no sheet's name has, the full stop that parts it from a key, and that of a reference."""


def documents_at(path: Path, folder: Callable[[str], Path]) -> Documents:
    """An input file with all input files that it refers to, at any depth; tables are named from the folder in which
    they will be, by the name that the file gives itself. Raises ConfigError where any of them is wrong."""
    load(path)
    documents: Documents = {}
    _gather(path, folder(str(document_of(path)["name"])), documents, {})
    return documents


def documents_of(job: Job) -> Documents:
    """The inputs of a job as a run saved them: deal, pool, each scenario, what is drawn, state.

    Raises ConfigError where a scenario draws macro variables: what they are drawn around stands in its own files alone.
    """
    documents: Documents = {"job": {}, "deal": _of(job.deal, "deal"), "pool": _of(job.pool, "pool")}
    twins = [case for case in job.scenarios if case.parameters is not None]
    names = []
    for case in job.scenarios:
        if case not in twins:
            document = _of_case(case)
            names.append(_name(case.name, documents, document))
            documents[names[-1]] = document
    keys: dict[str, Any] = {"kind": "job", "version": 1, "name": job.name, "source": job.source}
    if job.illustrative:
        keys["illustrative"] = list(job.illustrative)
    keys |= {"deal": "#deal", "pool": "#pool", "scenarios": [f"#{name}" for name in names]}
    keys |= {"paths": job.paths, "seed": job.seed, "clock": job.clock, "estimator": job.estimator}
    for case in twins[:1]:
        assert case.parameters is not None
        documents["parameters"] = _of(case.parameters, "parameters")
        keys["predictive"] = {"file": "#parameters", "scenarios": [twin.name.removesuffix(SUFFIX) for twin in twins]}
    if job.state is not None:
        documents["state"] = _of(job.state, "state")
        keys["state"] = "#state"
    documents["job"] = keys
    return documents


def as_sheets(documents: Documents, every_key: bool = False) -> list[Sheet]:
    """The sheets of a workbook that holds them all; with `every_key` those that are left out stand there empty."""
    return [
        sheet
        for name, document in documents.items()
        for sheet in sheets_of(name, document, KINDS[document["kind"]], every_key)
    ]


def as_texts(documents: Documents) -> dict[str, str]:
    """File name -> text of every document."""

    def spelled(text: str) -> str:
        name, levels = split_level(text)
        named = name.startswith("#") and name[1:] in documents
        return ":".join((f"{name[1:]}.toml", *levels)) if named else text

    return {f"{name}.toml": text_of(_with_texts(document, spelled)) for name, document in documents.items()}


def _gather(path: Path, to: Path, documents: Documents, names: dict[Path, str]) -> str:
    """Put a file and what it refers to among the documents; returns its name there."""
    if path.resolve() in names:
        return names[path.resolve()]
    document = dict(document_of(path))
    stem = "job" if document["kind"] == "job" and not documents else parted(path)[1] or path.stem
    name = names[path.resolve()] = _name(stem, documents, document)
    documents[name] = document

    def spelled(text: str) -> str:
        file, levels = split_level(text)
        target = _file(path, file)
        if target is None:
            return text
        if suffix(target) == ".toml" or file.startswith("#"):
            return ":".join((f"#{_gather(target, to, documents, names)}", *levels))
        book, sheet = parted(target)
        if sheet and suffix(target) in WORKBOOKS and sheet in _inputs(book):
            return ":".join((f"#{_gather(target, to, documents, names)}", *levels))
        return ":".join((Path(os.path.relpath(target, to)).as_posix(), *levels))

    documents[name] = _with_texts(document, spelled)
    return name


def _inputs(book: Path) -> Mapping[str, str]:
    from stress.inputs.sheets.grid import files_in

    return files_in(book)


def _file(base: Path, text: str) -> Path | None:
    """The file that a text names; None where it names none."""
    if not text or len(text) > 300 or "\n" in text:
        return None
    try:
        target = resolve(base, text, "")
        return target if parted(target)[0].is_file() else None
    except (ConfigError, OSError, ValueError):
        return None


def _with_texts(value: Any, spelled: Callable[[str], str]) -> Any:
    """The same with other texts."""
    if isinstance(value, str):
        return spelled(value)
    if isinstance(value, dict):
        return {key: _with_texts(item, spelled) for key, item in value.items()}
    return [_with_texts(item, spelled) for item in value] if isinstance(value, list) else value


def _name(stem: str, taken: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The stem as a sheet and a file may be called, once."""
    room = min(LONGEST, room_for(document))
    base = _BARRED.sub(" ", stem).strip()[:room].strip() or "input"
    name, k = base, 1
    while name.lower() in (known.lower() for known in taken):
        k += 1
        name = f"{base[: room - len(str(k)) - 1].strip()} {k}"
    return name


def _of(model: Whole, kind: str) -> dict[str, Any]:
    head = {"kind": kind, "version": 1}
    return head | model.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def _of_case(case: ScenarioCase) -> dict[str, Any]:
    if case.swing is not None:
        why = "draws macro variables around tables, which a run does not keep: take the inputs from the job's own file"
        raise ConfigError(f"scenario {case.name!r} {why}")
    document = _of(case, "scenario")
    for key in READ:
        document.pop(key, None)
    source = " ".join([case.source, *(part.source for part in case.made_of)]).strip()
    labels = [*case.illustrative, *(line for part in case.made_of for line in part.illustrative)]
    return document | {key: value for key, value in (("source", source), ("illustrative", labels)) if value}
