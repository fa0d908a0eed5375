"""What was measured, as one JSON document: the source of the command's output, the README's table and the chapter."""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from stress.answers.validation_record import FORMAT
from stress.digest import source_digest
from stress.runs.engine import n_core
from stress.validation.catalogue import ALL
from stress.validation.check import Check, Result, measure
from stress.validation.outcome import Outcome, look
from stress.validation.words import PARTS
from stress.version import __version__


def measured(item: Check | Outcome) -> dict[str, Any]:
    """Measure a promise, or look at an outcome, and record it."""
    if isinstance(item, Check):
        return entry(item, measure(item))
    seen = look(item)
    first, *rest = seen.shown.said
    record = entry(item, Result(seen.verdict, seen.seconds, first))
    return {**record, "said": rest, "data": seen.shown.data}


def entry(check: Check | Outcome, result: Result) -> dict[str, Any]:
    """One check as JSON: what it promises, what was measured, and on which source."""
    return {
        "name": check.name,
        "part": check.part,
        "promise": check.promise,
        "source": check.source,
        "command": check.command,
        "long": check.long,
        "verdict": result.verdict,
        "seconds": round(result.seconds, 2),
        "measured": result.measured,
        "findings": [{**f._asdict(), "kept": f.kept} for f in result.findings],
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "source_digest": source_digest(),
    }


def document(entries: Iterable[Mapping[str, Any]], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The record of these entries, in the catalogue's order; `before`: an earlier record, whose other entries stay."""
    checks = {e["name"]: dict(e) for e in (before or {}).get("checks", ())}
    checks |= {e["name"]: dict(e) for e in entries}
    return {
        "format": FORMAT,
        "version": __version__,
        "source_digest": source_digest(),
        "machine": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "numba": version("numba"),
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": n_core(),
        },
        "parts": [{"name": p.name, "title": p.title, "text": list(p.text)} for p in PARTS],
        "checks": [checks[check.name] for check in ALL if check.name in checks],
    }


def text(record: Mapping[str, Any]) -> str:
    """The record as JSON text."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"
