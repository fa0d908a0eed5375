"""The sections of the model document, each a list of lines of Markdown."""

from __future__ import annotations

import datetime
import html
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from stress import kernels, measures
from stress.answers.tornado import Tornado
from stress.explain import explain_job
from stress.explain.words import table
from stress.inputs.job import Job
from stress.kernels import chance
from stress.report import sheets, words
from stress.report.document.theory import used_by
from stress.report.inputs import inputs
from stress.report.numbers import many
from stress.report.page.chapters import chapter, tornado_sheet
from stress.report.page.deal import as_html, input_notes
from stress.report.sheets import Sheet
from stress.results import with_mixture
from stress.shipped import changes

Lines = Iterable[str]
LONGEST = 120
"""Characters of a value in the register of assumptions: what is longer stands in the inputs in words."""
THOUSANDS = 1e5
"""From here on a value of the register is money."""
VERIFIED = ("re-implementation", "benchmarking", "estimates", "implementation")
"""Parts of the record that say whether the model is computed as it is stated."""
AGAIN = (
    ("stress validate --all", "every promise of this document's verification, measured again"),
    ("stress check JOB", "what is wrong in the inputs, and what the base case does"),
    ("stress follow JOB REPORTS", "monthly reports against what was predicted; an alarm when the model stops fitting"),
    ("stress backtest JOB REPORTS", "predictions from every past report against what came"),
    ("stress sensitivity JOB", "what moves a measure most, when an input or the world has changed"),
)


def document(job: Job, ds: xr.Dataset, tornado: Sequence[Tornado] = (), record: Mapping[str, Any] | None = None) -> str:
    """The model document of a job as Markdown.

    `ds`: a run of the job; `tornado`: what moves its measures; `record`: what `stress validate` measured.

    >>> ds = stress.simulate(job, paths=512)
    >>> document(job, ds).startswith("# Model document")
    True
    """
    parts = {part["name"]: part for part in record["parts"]} if record else {}
    checks = list(record["checks"]) if record else []
    sections = (
        ("Identification", _identity(job, ds)),
        ("Purpose and use", _text(parts, "purpose")),
        ("Theory", _theory(job.but(estimator=ds.attrs.get("estimator", job.estimator)))),
        ("Assumptions", [*_text(parts, "assumptions"), *_register(job)]),
        ("Data", [*_text(parts, "data"), *_sources(job)]),
        ("Results", _results(ds)),
        ("Sensitivity", [line for answer in tornado for line in _moved(answer)] or [_lacking("stress document JOB")]),
        ("Outcomes analysis", [*_text(parts, "outcomes"), *_outcomes(checks)]),
        ("Verification", [*_dated(record, ds), *(x for name in VERIFIED for x in _verified(parts, checks, name))]),
        ("Limits", [*_text(parts, "limits"), *_limits(ds)]),
        ("Monitoring", table(("Command", "What it shows"), [(f"`{a}`", b) for a, b in AGAIN])),
        ("Changes", changes()),
        ("Inputs in words", _deeper(explain_job(job).splitlines(), 2)),
        ("The accounting, rule by rule", [*_accounting()]),
    )
    lines = [f"# Model document: {job.name}"]
    for number, (title, body) in enumerate(sections, start=1):
        lines += ["", f"## {number}. {title}", "", *_begun(body)]
    return "\n".join(lines) + "\n"


def _accounting() -> Iterator[str]:
    """The two pages of the accounting, one after the other."""
    return itertools.chain(
        (kernels.__doc__ or "").strip().splitlines(), [""], (chance.__doc__ or "").strip().splitlines()
    )


def _begun(body: Lines) -> Iterator[str]:
    """Without the empty lines that it begins with."""
    return itertools.dropwhile(lambda line: not line, body)


def _identity(job: Job, ds: xr.Dataset) -> Lines:
    rows = [
        ("Deal", job.deal.name),
        ("Pool", job.pool.name),
        ("Scenarios", ", ".join(map(str, ds["scenario"].values))),
        ("Engine", f"stress {ds.attrs.get('version', '')}"),
        ("Source of the engine", f"SHA-256 {ds.attrs.get('source_digest', '')}"),
        ("Inputs", f"SHA-256 {ds.attrs.get('job_hash', '')}"),
        ("Simulation", f"{many(measures.paths(ds), 'path')}, seed {ds.attrs.get('seed')}, {ds.attrs.get('estimator')}"),
    ]
    return table(("What", "Which"), rows)


def _theory(job: Job) -> Lines:
    yield "What this job uses. The last section states each rule in full; the engine computes that and nothing else."
    yield ""
    yield from table(
        ("Topic", "Statement", "Source", "Rule"), [(s.topic, s.says, s.source, s.rule or "–") for s in used_by(job)]
    )


def _register(job: Job) -> Lines:
    """Every statement of the inputs that is nobody's published fact, with its value and the file that makes it."""
    statements: dict[tuple[str, str], list[str]] = {}
    for kind, part in inputs(job):
        for line in part.illustrative:
            statements.setdefault((line, _value(part, line)), []).append(f"{kind} {part.name}")
    yield ""
    if not statements:
        yield "No input is called illustrative."
        return
    yield "Register: inputs that are the authors' own, as the files that hold them say."
    yield ""
    rows = [(f"A{k}", *statement, "; ".join(where)) for k, (statement, where) in enumerate(statements.items(), start=1)]
    yield from table(("No.", "Assumption", "Value", "Made in"), rows)


def _value(part: Any, line: str) -> str:
    """The value of the key that a statement begins with, as `segments.share: ...`, those of the keys that it names, or
    where they stand in words."""
    own = _plain(part, line.partition(":")[0].strip())
    named = {key: _plain(part, key) for key in re.findall(r"[a-z]+(?:[._][a-z]+)+", line)}
    text = own or "; ".join(f"{key} {value}" for key, value in named.items() if value)
    return text if 0 < len(text) <= LONGEST else "Inputs in words"


def _plain(part: Any, keys: str) -> str:
    """What stands under `segments.share`, of every segment; empty where that is nothing, or more than values."""
    values = [part]
    for key in keys.split("."):
        values = [getattr(value, key, None) for value in values]
        values = [item for value in values for item in (value if isinstance(value, tuple) else [value])]
    plain = [value for value in values if isinstance(value, str | int | float | datetime.date)]
    text = ", ".join(_written(value) for value in plain)
    return text if len(plain) == len(values) else ""


def _written(value: object) -> str:
    """A value of an input as it would be typed, money with its thousands."""
    return (f"{value:,.0f}" if abs(value) >= THOUSANDS else f"{value:g}") if isinstance(value, float) else str(value)


def _sources(job: Job) -> Lines:
    rows = [(f"{kind} {part.name}", part.source or "none stated") for kind, part in inputs(job)]
    return ["", *table(("Input", "Source"), rows)]


def _results(ds: xr.Dataset) -> Lines:
    yield from _items(words.summary(ds))
    ds = with_mixture(ds)
    yield from ("", "### Pool", "", *_sheet(sheets.pool(ds)))
    for name in ds["tranche"].values:
        yield from ("", f"### Note {name}", "", *_sheet(sheets.note(ds, name)))


def _moved(answer: Tornado) -> Lines:
    section = chapter(answer)
    return ["", f"### {section.title}", "", *_items(section.says), "", *_sheet(tornado_sheet(answer))]


def _outcomes(checks: Sequence[Mapping[str, Any]]) -> Lines:
    for entry in checks:
        if "data" in entry:
            yield from ("", f"**{entry['promise']}** (`{entry['command']}`, {entry['date']}; {entry['source']}):", "")
            yield from _items([entry["measured"], *entry["said"]])


def _dated(record: Mapping[str, Any] | None, ds: xr.Dataset) -> Lines:
    """How much of the record was measured on this very source."""
    if record is None:
        return
    checks = [c for c in record["checks"] if c["part"] in VERIFIED]
    now = sum(c["source_digest"] == ds.attrs.get("source_digest") for c in checks)
    dates = sorted(c["date"] for c in checks)
    if checks:
        text = f"{now or 'none'} {'were' if now > 1 else 'was'} measured on the source named above"
        yield (
            f"Of {len(checks)} promises {text}, the others on earlier ones, from {dates[0]} to {dates[-1]}; "
            "`stress validate --all` measures every one again."
        )


def _verified(parts: Mapping[str, Any], checks: Sequence[Mapping[str, Any]], name: str) -> Lines:
    rows = [
        (c["promise"], c["measured"], c["verdict"], c["date"], f"`{c['command']}`")
        for c in checks
        if c["part"] == name and "data" not in c
    ]
    if rows:
        yield from ("", f"### {parts[name]['title']}", "", *_text(parts, name), "")
        yield from table(("Promise", "Measured", "Verdict", "On", "Measure it again"), rows)


def _limits(ds: xr.Dataset) -> Lines:
    notes = [str(note) for note in input_notes(ds)]
    return ["", "Of this job:", "", *_items(notes)] if notes else []


def _text(parts: Mapping[str, Any], name: str) -> Lines:
    if name not in parts:
        return [_lacking("stress validate")]
    return [line for paragraph in parts[name]["text"] for line in (paragraph, "")][:-1]


def _lacking(command: str) -> str:
    return f"Not stated here: `{command}` gives it."


def _sheet(sheet: Sheet) -> Lines:
    return [*table(sheet.head, sheet.rows), *(("", sheet.note) if sheet.note else ())]


def _items(texts: Iterable[str]) -> list[str]:
    return [f"- {text}" for text in texts]


def _deeper(lines: Iterable[str], by: int) -> Iterator[str]:
    """Headings that many levels down."""
    return ("#" * by + line if line.startswith("#") else line for line in lines)


STYLE = Path(__file__).parents[1] / "page" / "style.css"


def as_page(markdown: str) -> str:
    """A page of the document's Markdown; what stands in files stays text.

    >>> "<h2>" in as_page("# A title\\n\\n## A section\\n")
    True
    """
    title = html.escape(markdown.partition("\n")[0].removeprefix("# "))
    style = STYLE.read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{style}</style>\n</head>\n'
        f"<body>\n<main>\n<h1>{title}</h1>\n{as_html(markdown, deeper=0)}\n</main>\n</body>\n</html>\n"
    )
