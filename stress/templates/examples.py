"""The shipped jobs as examples: which there are, and the files that each needs to run in a folder of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from stress.errors import ConfigError
from stress.inputs.files.expand import split_level
from stress.inputs.files.parse import parse_as
from stress.inputs.job import JobFile
from stress.inputs.text.read import read_document
from stress.shipped import scenarios_folder
from stress.spelling import suggest

SHORT = {"baitiao": "baitiao-24m"}
"""Names that are meant where no job is called so."""
REFERENCE = re.compile(r"[^\x00\n]{1,300}\.(toml|csv|txt)", re.IGNORECASE)
"""What a text of an input file looks like where it may name another file."""
SOURCES = "SOURCES.txt"


class Example(NamedTuple):
    """A shipped job."""

    name: str
    says: str
    """What its file says of it, in its first lines."""
    deals: tuple[str, ...]
    pools: tuple[str, ...]
    clock: str
    scenarios: int
    """Files of scenarios that it lists."""


def examples() -> list[Example]:
    """All shipped jobs by name."""
    return [_example(path) for path in sorted((scenarios_folder() / "jobs").glob("*.toml"))]


def files_of_example(name: str, called: str | None = None) -> dict[Path, bytes]:
    """Relative path -> content of all files that the example needs, its job as `job.toml`, renamed where `called` is
    given. Raises ConfigError for a name that is not shipped."""
    root = scenarios_folder()
    job = root / "jobs" / f"{_known(name)}.toml"
    files = {path.relative_to(root): path.read_bytes() for path in sorted(needed_by(job)) if path != job}
    return {Path("job.toml"): _moved(job.read_text(encoding="utf-8"), called).encode(), **files}


def needed_by(path: Path) -> set[Path]:
    """A shipped file with all that it refers to, at any depth, and the sources of its tables."""
    files: set[Path] = set()
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file in files:
            continue
        files.add(file)
        if file.suffix == ".toml":
            waiting += _references(file)
        elif file.suffix == ".csv":
            waiting += [source for parent in file.parents[:3] if (source := parent / SOURCES).is_file()]
    return files


def _known(name: str) -> str:
    names = [path.stem for path in (scenarios_folder() / "jobs").glob("*.toml")]
    chosen = SHORT.get(name, name)
    if chosen not in names:
        hint = suggest(name, names) or "; list them with: stress examples"
        raise ConfigError(f"--example {name}: there is no such example{hint}")
    return chosen


def _example(path: Path) -> Example:
    job = parse_as(path, JobFile, str(path))
    head = [line[1:].strip() for line in _comments(path.read_text(encoding="utf-8"))]
    deals, pools = ((given,) if isinstance(given, str) else tuple(given) for given in (job.deal, job.pool))
    names = [tuple(str(read_document(path.parent / file)["name"]) for file in part) for part in (deals, pools)]
    return Example(path.stem, " ".join(head), names[0], names[1], job.clock, len(job.scenarios))


def _comments(text: str) -> Iterator[str]:
    """The comment lines at the head of a file."""
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line


def _references(path: Path) -> list[Path]:
    """Files that the texts of an input file name, relative to its folder."""
    candidates = (path.parent / split_level(text)[0] for text in _texts(read_document(path)))
    return [file.resolve() for file in candidates if REFERENCE.fullmatch(file.name) and file.is_file()]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document that is short enough to name a file."""
    if isinstance(value, str):
        if len(value) <= 300 and "\n" not in value:
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _moved(text: str, called: str | None) -> str:
    """The text of a job one folder up: beside the folders that it refers to."""
    text = text.replace('"../', '"')
    if called is None:
        return text
    return re.sub(
        r"^name = .*$", lambda _: f"name = {json.dumps(called, ensure_ascii=False)}", text, count=1, flags=re.MULTILINE
    )
