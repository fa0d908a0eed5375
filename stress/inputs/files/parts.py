"""Which file each part of a job was read from, for notes and messages."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from stress.inputs.files.expand import split_level
from stress.inputs.files.parse import document_of, parse
from stress.inputs.job import Job, JobFile
from stress.inputs.text.reference import resolve
from stress.inputs.text.remark import Remark


def located(path: Path, job: Job, remarks: Iterable[Remark]) -> list[Remark]:
    """The remarks on a job with the file of the part that each is about; `path` is the job's own file."""
    files = files_of(path, job)
    return [remark._replace(file=os.path.normpath(files.get(remark.part, path))) for remark in remarks]


def files_of(path: Path, job: Job) -> dict[str, Path]:
    """File of `job`, `deal`, `pool` and `scenario NAME`."""
    file = parse(path)
    assert isinstance(file, JobFile)
    files = {"job": path}
    for part, given, name in (("deal", file.deal, job.deal.name), ("pool", file.pool, job.pool.name)):
        listed = [resolve(path, reference, part) for reference in ((given,) if isinstance(given, str) else given)]
        files[part] = listed[0] if len(listed) == 1 else next(own for own in listed if _name(own) == name)
    for reference in file.scenarios:
        source = resolve(path, split_level(reference)[0] if isinstance(reference, str) else reference.file, "scenarios")
        name = _name(source)
        for case in job.scenarios:
            if case.name == name or case.name.startswith(f"{name}_"):
                files.setdefault(f"scenario {case.name}", source)
    return files


def _name(path: Path) -> str:
    return str(document_of(path).get("name", ""))
