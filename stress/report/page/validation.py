"""The validation chapter: what the last `stress validate` measured, in the order of model-risk guidance."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from stress.answers.validation_record import NAME, SHIPPED, read
from stress.digest import source_digest
from stress.errors import DataError
from stress.report.figures import outcomes
from stress.report.figures.fans import predicted
from stress.report.numbers import percent
from stress.report.page.exhibit import Exhibit, svg_of
from stress.report.sheets import Sheet

NUMBERS = ("expected", "got", "tolerance", "error")


class Story(NamedTuple):
    """An outcome: its question, what was found, its figure."""

    question: str
    source: str
    sentences: tuple[str, ...]
    command: str
    exhibit: Exhibit | None


class Section(NamedTuple):
    """A section: words, a table of checks, every number of them, outcomes."""

    title: str
    text: tuple[str, ...]
    checks: Sheet | None
    numbers: Sheet | None
    stories: tuple[Story, ...]


class Chapter(NamedTuple):
    """The chapter, and where its figures come from."""

    provenance: str
    sections: tuple[Section, ...]


def record_of(page: Path) -> dict[str, Any] | None:
    """The record for a page: validation.json in its folder or the one above, else the record that ships."""
    for file in (page.parent / NAME, page.parent.parent / NAME, SHIPPED):
        with suppress(DataError):
            return read(file)
    return None


def chapter(record: Mapping[str, Any] | None) -> Chapter | None:
    """The chapter of a record; None where there is none."""
    if record is None:
        return None
    sections = (_section(part, [c for c in record["checks"] if c["part"] == part["name"]]) for part in record["parts"])
    return Chapter(_provenance(record), tuple(sections))


def _section(part: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> Section:
    checks = [e for e in entries if "data" not in e]
    return Section(
        part["title"], tuple(part["text"]), _checks(checks), _numbers(checks),
        tuple(_story(e) for e in entries if "data" in e),
    )  # fmt: skip


def _checks(entries: list[Mapping[str, Any]]) -> Sheet | None:
    if not entries:
        return None
    rows = tuple((e["promise"], e["measured"], e["verdict"], e["source"], e["command"]) for e in entries)
    return Sheet(("Promise", "Measured", "Verdict", "Source", "Measure it again"), rows)


def _numbers(entries: list[Mapping[str, Any]]) -> Sheet | None:
    rows = tuple(
        (
            e["name"],
            f["what"],
            *("" if f[k] is None else f"{f[k]:.6g}" for k in NUMBERS),
            "kept" if f["kept"] else "broken",
        )
        for e in entries
        for f in e["findings"]
    )
    return Sheet(("Check", "Number", "Expected", "Got", "Allowed", "Std. error", "Verdict"), rows) if rows else None


def _story(entry: Mapping[str, Any]) -> Story:
    sentences = (entry["measured"], *entry["said"])
    return Story(
        entry["promise"][:1].upper() + entry["promise"][1:],
        entry["source"],
        sentences,
        entry["command"],
        _exhibit(entry["name"], entry["data"]),
    )


def _exhibit(name: str, data: Mapping[str, Any]) -> Exhibit | None:
    if "rows" in data:
        caption = (
            "Stock of defaults net of recoveries in month 24 over the cut-off balance, at the rated static default: "
            "90% and 50% of paths and the median by payment rate, beside the realised figure."
        )
        svg = svg_of(outcomes.deals(data), name)
        return Exhibit(svg, "The deals of 2020 at rating assumptions", caption, _deals(data))
    if "trials" in data:
        caption = "Bands hold the satellite's coefficients and the residual factor, given what unemployment did."
        svg = svg_of(outcomes.cards(data), name)
        return Exhibit(svg, "US card charge-offs out of sample", caption, _cards(data))
    if "bands" in data:
        caption = "Bands of 90% given a quarter and a year before, from what was known then; widths as estimated."
        svg = svg_of(predicted(data["bands"]), name)
        return Exhibit(svg, "US card charge-offs from each past quarter", caption, _bands(data["bands"]))
    return None


def _deals(data: Mapping[str, Any]) -> Sheet:
    head = ("Deal", "Rated", "Ended", "Payment rate", "5%", "25%", "Median", "75%", "95%", "Mean", "Reach it [95%]")
    rows = tuple(
        (r["deal"], percent(r["rated"]), percent(r["ended"]), r["pool"], *(percent(q) for q in r["quantiles"]),
         f"{percent(r['mean'])} ± {percent(r['mean_error'], 3)}",
         f"{percent(r['reach'], 1)} [{percent(r['reach_low'], 1)}, {percent(r['reach_high'], 1)}]")
        for r in data["rows"]
    )  # fmt: skip
    return Sheet(head, rows)


def _bands(data: Mapping[str, Any]) -> Sheet:
    head = ("Quarters ahead", "Quarter", "Happened", "5%", "Median", "95%", "Held")
    rows = tuple(
        (ahead, quarter, *map(percent, (came, low, median, high)), "yes" if low <= came <= high else "no")
        for ahead, band in data.items()
        for quarter, came, low, median, high in zip(
            *(band[k] for k in ("quarter", "happened", "low", "median", "high")), strict=True
        )
    )
    return Sheet(head, rows)


def _cards(data: Mapping[str, Any]) -> Sheet:
    head = ("Back-test", "Quarter", "Happened", "5%", "25%", "Median", "75%", "95%")
    rows = tuple(
        (t["name"], quarter, percent(happened), *(percent(q) for q in band))
        for t in data["trials"]
        for quarter, happened, band in zip(t["quarter"], t["happened"], t["quantiles"], strict=True)
    )
    return Sheet(head, rows)


def _provenance(record: Mapping[str, Any]) -> str:
    """When and on which source the figures were measured, and whether that is the source at hand."""
    dates = sorted({c["date"] for c in record["checks"]})
    here = source_digest()
    same = sum(c["source_digest"] == here for c in record["checks"])
    when = f"{dates[0]} to {dates[-1]}" if len(dates) > 1 else dates[0] if dates else "never"
    count = {v: sum(c["verdict"] == v for c in record["checks"]) for v in ("kept", "shown", "broken", "not run")}
    verdicts = ", ".join(f"{n} {verdict}" for verdict, n in count.items() if n)
    return (
        f"Measured by stress validate, {when}, version {record['version']}: {verdicts}. {same} of "
        f"{len(record['checks'])} on exactly the source that wrote this page, the others on an earlier one; each "
        "line says how to measure it again."
    )
