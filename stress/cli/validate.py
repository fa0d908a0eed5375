"""`stress validate`: measure the promises again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import Written, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text, writing
from stress.errors import ConfigError, LimitBreached

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from stress.validation.check import Check
    from stress.validation.outcome import Outcome

RECORD = Path("results/validation.json")
WIDE = 110
"""Columns of a terminal from which on the tolerance and the standard error are shown too."""
COLOUR = {"kept": "green", "shown": "cyan", "broken": "bold red", "not run": "yellow"}


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--all", "everything", is_flag=True, help="Also the long ones, tests included: an hour or more.")
@click.option("--list", "listed", is_flag=True, help="Measure nothing: every promise, the last record, the command.")
@click.option(
    "-o", "--out", type=Written(".json"), metavar="FILE.json", help=f"Where the record goes. [default: {RECORD}]"
)
@output_options
def validate(names: tuple[str, ...], everything: bool, listed: bool, out: Path | None, output: Output) -> None:
    """Measure the engine's promises again: published figures, closed forms, draws, laws.

    Without a NAME the set that takes under a minute; with NAMEs these, every number of them shown. What was measured
    is kept in results/validation.json, which reports read for their validation chapter; entries that were not
    measured this time stay. Exit code 7 where a promise is broken.

    \b
    Example:
      stress validate --list
      stress validate
      stress validate large-pool coverage
      stress validate --all --json
    """
    from stress.answers.validation_record import read
    from stress.validation import record
    from stress.validation.catalogue import ALL

    if listed:
        shown = _listed(_chosen(names, ALL) if names else ALL, out)
        output.result(lambda: _promises(shown), lambda: {"promises": shown})
        return
    chosen = _chosen(names, ALL) if names else [c for c in ALL if everything or not c.long]
    target = out or RECORD
    before = read(target) if target.is_file() else None
    entries: list[dict[str, Any]] = []
    with output.progress("validating") as progress:
        for done, check in enumerate(chosen):
            progress(done, len(chosen))
            entries.append(record.measured(check))
            _write(target, record.text(record.document(entries, before)))  # an interrupt loses one check, not all
            output.log("validated", name=check.name, verdict=entries[-1]["verdict"], seconds=entries[-1]["seconds"])
    output.result(lambda: _answer(entries, bool(names)), lambda: record.document(entries))
    broken = [entry["name"] for entry in entries if entry["verdict"] == "broken"]
    if broken:
        raise LimitBreached(f"broken: {', '.join(broken)}; see every number with: stress validate {' '.join(broken)}")


def _listed(checks: Sequence[Check | Outcome], out: Path | None) -> list[dict[str, Any]]:
    """Promise, command and what was last measured: in the record named, of an earlier call, or that of the authors."""
    from stress.answers.validation_record import SHIPPED, read

    last: dict[str, dict[str, Any]] = {}
    for file in [out] if out else [SHIPPED, RECORD]:
        if file == out or file.is_file():
            last |= {e["name"]: e for e in read(file)["checks"]}
    keys = ("verdict", "measured", "date", "source_digest")
    return [
        {"name": c.name, "part": c.part, "promise": c.promise, "command": c.command, "source": c.source}
        | {key: last[c.name][key] if c.name in last else None for key in keys}
        for c in checks
    ]


def _promises(shown: list[dict[str, Any]]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from stress.validation.words import PARTS

    title = {part.name: part.title for part in PARTS}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption_justify="left",
                  caption=_how_old(shown))  # fmt: skip
    for head in ("name", "promise", "last measured"):
        table.add_column(head, overflow="fold", no_wrap=head == "name")
    for part in dict.fromkeys(entry["part"] for entry in shown):
        table.add_row("", Text(title[part], style="bold"), "")
        for entry in (entry for entry in shown if entry["part"] == part):
            said = f"{entry['measured']} ({entry['verdict']}, {entry['date']})" if entry["date"] else "not measured yet"
            by_name = entry["command"] == f"stress validate {entry['name']}"
            table.add_row(
                entry["name"], Text(entry["promise"] + ("" if by_name else f"\n{entry['command']}")), Text(said)
            )
    return table


def _how_old(shown: list[dict[str, Any]]) -> str:
    """How many were measured on the source as it stands, and which are the oldest."""
    from stress.digest import source_digest

    again = "Measure one again: stress validate NAME; those of more than a minute too: --all."
    dated = [entry for entry in shown if entry["date"]]
    if not dated:
        return again
    now = sum(entry["source_digest"] == source_digest() for entry in dated)
    first = min(entry["date"] for entry in dated)
    oldest = ", ".join(entry["name"] for entry in dated if entry["date"] == first)
    return (
        f"{now} of {len(shown)} measured on the source as it stands, {len(dated) - now} on an earlier one; the oldest, "
        f"of {first}: {oldest}.\n{again}"
    )


def _chosen(names: tuple[str, ...], known: Sequence[Check | Outcome]) -> list[Check | Outcome]:
    from stress.spelling import suggest

    for name in names:
        if name not in {c.name for c in known}:
            every = [c.name for c in known]
            raise ConfigError(f"no check {name!r}: one of {', '.join(every)}{suggest(name, every)}")
    return [c for c in known if c.name in names]


def _write(target: Path, text: str) -> None:
    with writing("-o", target):
        target.parent.mkdir(parents=True, exist_ok=True)
    save_text("-o", target, text)


def _answer(entries: list[dict[str, Any]], every: bool) -> RenderableType:
    """The table, and below it what the outcomes say."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    said = [Padding(Text(f"{e['name']}: {line}"), (0, 0, 1, 0)) for e in entries for line in _outcome(e)]
    return Group(_table(entries, every), *said)


def _outcome(entry: dict[str, Any]) -> list[str]:
    return [entry["measured"], *entry["said"]] if entry["verdict"] == "shown" else []


def _table(entries: list[dict[str, Any]], every: bool) -> Table:
    """A row for each check with its worst number, or for every number of those that were named."""
    from rich import box
    from rich.table import Table

    from stress.cli.output import console

    wide = console().width >= WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption_justify="left",
                  caption=_caption(entries))  # fmt: skip
    table.add_column("Check", no_wrap=True)
    table.add_column("Number" if every else "Worst number", overflow="fold")
    for head in ("expected", "got", *(("allowed", "std. error") if wide else ())):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    for entry in entries:
        for name, number, expected, got, allowed, error, verdict, seconds in _rows(entry, every):
            bounds = (allowed, error) if wide else ()
            table.add_row(name, number, expected, got, *bounds, verdict, seconds)
    return table


def _rows(entry: dict[str, Any], every: bool) -> list[tuple[str | Text, ...]]:
    """Check, number, expected, got, allowed, standard error, verdict, seconds."""
    from rich.text import Text

    name, spent = entry["name"], f"{entry['seconds']:.1f}"
    findings = entry["findings"] if _numbers(entry) else []
    if not findings:
        said = "see below" if entry["verdict"] == "shown" else entry["measured"]
        return [(name, Text(said), "", "", "", "", Text(entry["verdict"], style=COLOUR[entry["verdict"]]), spent)]
    worst = f" (worst of {len(findings)})" if not every and len(findings) > 1 else ""
    rows: list[tuple[str | Text, ...]] = []
    for finding in findings if every else [max(findings, key=_distance)]:
        verdict = "kept" if finding["kept"] else "broken"
        error = "" if finding["error"] is None else f"{finding['error']:.2g}"
        numbers = (f"{finding['expected']:.6g}", f"{finding['got']:.6g}", f"{finding['tolerance']:.2g}", error)
        place = ("", "") if rows else (name, spent)
        rows.append((place[0], Text(finding["what"] + worst), *numbers, Text(verdict, style=COLOUR[verdict]), place[1]))
    return rows


def _numbers(entry: dict[str, Any]) -> bool:
    """Whether the numbers tell the story; tests and outcomes tell theirs in words."""
    return str(entry["command"]).startswith("stress") and entry["verdict"] != "shown"


def _distance(finding: dict[str, Any]) -> float:
    away = abs(finding["got"] - finding["expected"])
    return away / finding["tolerance"] if finding["tolerance"] else (0.0 if away == 0.0 else float("inf"))


def _caption(entries: list[dict[str, Any]]) -> str:
    count = {verdict: sum(e["verdict"] == verdict for e in entries) for verdict in COLOUR}
    numbers = sum(len(e["findings"]) for e in entries)
    said = ", ".join(f"{n} {verdict}" for verdict, n in count.items() if n)
    return f"{said}; {numbers} numbers. Allowed: 4 standard errors and a bin's width where simulated, else rounding."
