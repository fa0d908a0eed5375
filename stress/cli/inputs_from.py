"""Where `stress new` takes inputs from, as documents: a template, files, a workbook, what a run saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stress.errors import ConfigError
from stress.file_names import escaped

if TYPE_CHECKING:
    from stress.inputs.job import Job
    from stress.templates.inputs import Documents

PARTS = ("job", "deal", "pool", "scenario")


def template_of(kind: str, name: str) -> Documents:
    """The documents of a template. Raises ConfigError for a tape, a book, and reports, which have a table."""
    import tomli

    from stress.inputs.files.parse import KINDS
    from stress.templates import fill

    if kind not in KINDS or kind in ("reports", "book"):
        raise ConfigError(f"stress new {kind} --xlsx: a workbook holds a {', '.join(PARTS[:-1])} or {PARTS[-1]}")
    documents = {part: tomli.loads(fill(part, name)) for part in (PARTS if kind == "job" else (kind,))}
    for document in documents.values():
        document |= {key: value.isoformat() for key, value in document.items() if hasattr(value, "isoformat")}
    if kind == "job":
        documents["job"] |= {"deal": "#deal", "pool": "#pool", "scenarios": ["#scenario"]}
    return documents


def inputs_of(source: Path, kind: str | None, name: str | None, out: Path, sheets: bool) -> Documents:
    """The documents that stand at a source, of the kind and with the name that are asked for, for a folder `out` or a
    workbook in it. Raises ConfigError."""
    from stress.templates import checked
    from stress.templates.inputs import documents_at, documents_of

    job = _saved(source)
    if job is not None:
        documents = documents_of(job)
    else:
        documents = documents_at(source, lambda given: out if sheets else out / escaped(name or given))
    first = next(iter(documents.values()))
    if kind is not None and first["kind"] != kind:
        raise ConfigError(f"--from {source}: holds a {first['kind']}, not a {kind}")
    if name is not None:
        first["name"] = checked(str(first["kind"]), name)
    return documents


def _saved(source: Path) -> Job | None:
    """The job that a run's folder, its results.nc or a workbook of results holds; None for an input file."""
    from stress.cli.cells import job_or_results
    from stress.inputs.sheets.grid import ASSUMPTIONS, has_assumptions
    from stress.tables.source import is_workbook, parted, suffix

    if source.is_dir() or suffix(source) == ".nc":
        return job_or_results(source)
    file, sheet = parted(source)
    if not file.is_file() or not is_workbook(file) or (sheet or ASSUMPTIONS) != ASSUMPTIONS:
        return None
    return _of_assumptions(file) if has_assumptions(file) else None


def _of_assumptions(file: Path) -> Job:
    """The job in the sheet of assumptions of a workbook that a command wrote."""
    from stress.inputs.files.parse import validated
    from stress.inputs.job import Job
    from stress.inputs.sheets.grid import ASSUMPTIONS
    from stress.inputs.sheets.reading import read_keys

    return validated(file, read_keys(file, ASSUMPTIONS, Job), Job)
