"""`stress book`: what a book of positions on common factors can lose, and what makes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from stress.cli.answer import plain, sheet_table
from stress.cli.book_limits import BookBreach, breaches, limits_of
from stress.cli.books import xlsx_option
from stress.cli.options import FILE, Count, output_options
from stress.cli.output import Output
from stress.cli.resuming import CUT
from stress.cli.watch import interruptible
from stress.errors import ConfigError, LimitBreached

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.analysis.macro_path import MacroPath
    from stress.answers.book import BookRisk, ScenarioRisk
    from stress.answers.book_reverse import BookReverse
    from stress.inputs.book import Book
    from stress.inputs.macro.satellite import Satellite
    from stress.runs.book.count import Packs
    from stress.runs.book.driven import BookCounts
    from stress.runs.counting.book_tally import BookTally

LEAST = 1024
"""Paths of a book at least: a tail needs some."""


@click.command()
@click.argument("book", type=FILE, metavar="BOOK.toml")
@click.option("--paths", type=Count(), help="Paths instead of the book's own.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the book's own.")
@click.option("--estimator", type=click.Choice(["plain", "importance"]),
              help="importance: paths that aim at the worst 1 - level, instead of the book's own choice.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0.5, 0.99999), default=0.999, show_default=True,
              help="Of contributions, increments, concentrations.")  # fmt: skip
@click.option("--scenario", metavar="NAME", help="Told in detail. [default: the one with the largest shortfall]")
@click.option("--loss", "losses", type=click.FloatRange(0, 1), multiple=True, help="Also P(loss > this share).")
@click.option("--reverse", is_flag=False, flag_value="var", metavar="[SHARE]",
              help="Also the most likely path of the named factors on which the book loses more than this share. "
              "[without one: its VaR at --level]")  # fmt: skip
@click.option("--satellite", "satellites", multiple=True, metavar="GROUP=FILE",
              help="With --reverse: the macro path that this satellite puts behind a group's rates.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]")
@click.option("--workers", type=click.IntRange(1, 1024), help="Worker processes instead of threads.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler instead, such as tcp://host:8786.")
@click.option("--out", type=FILE, metavar="DIR",
              help="Keep what is counted here: the same command goes on from there, with more paths too.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="With --out: start over.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and do nothing.")
@click.option("--report", "page", type=FILE, metavar="FILE.html", help="Also write a page with figures.")
@click.option("--fail-on", "texts", multiple=True, metavar="MEASURE=LIMIT",
              help="Exit with code 7 where a figure is above this under any scenario: EL=0.01, VAR99.9=0.05, ES99=0.1, "
              "SHARE=0.5 of any position in ES, SHARE:POSITION=0.3. May be repeated.")  # fmt: skip
@xlsx_option
@output_options
def book(
    book: Path,
    paths: int | None,
    seed: int | None,
    estimator: str | None,
    level: float,
    scenario: str | None,
    losses: tuple[float, ...],
    reverse: str | None,
    satellites: tuple[str, ...],
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
    out: Path | None,
    fresh: bool,
    dry_run: bool,
    page: Path | None,
    texts: tuple[str, ...],
    workbook: Path | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
) -> None:
    """Run many positions on common factors: loss of the book, what each brings to its tail, what a sale changes.

    Every deal sees the same weather on a path: the named factors of the book, and what is its own. Expected loss, VaR
    and ES under every scenario; of one scenario contributions (Euler, they sum to ES), the book without each position,
    concentrations by deal, originator and factor, and the worst path as a story across deals.

    \b
    Example:
      stress book scenarios/books/consumer.toml
      stress book book.toml --scenario "Fed 2025" --level 0.99 --report book.html
      stress book book.toml --estimator importance --level 0.9999 --reverse
      stress book book.toml --paths 1e7 --workers 16 --out results/book
      stress book book.toml --fail-on ES99.9=0.10 --fail-on SHARE=0.5
    """
    from stress.inputs.load import load_book

    if workers is not None and scheduler is not None:
        raise click.UsageError("one of --workers and --scheduler")
    if fresh and out is None:
        raise click.UsageError("--fresh goes with --out")
    loaded = _with_options(load_book(book), paths, seed, estimator)
    if scenario is not None and scenario not in loaded.scenarios:
        from stress.spelling import suggest

        known = list(loaded.scenarios)
        raise ConfigError(f"no scenario {scenario!r} in the book; it has {', '.join(known)}{suggest(scenario, known)}")
    wanted = _wanted(loaded, reverse, satellites)
    limits, output = limits_of(texts, loaded), Output(as_json, quiet, log_json)

    from stress.inputs.book.remarks import notes_of_book
    from stress.runs.book import plans
    from stress.runs.book.aims import ready

    for note in notes_of_book(loaded):
        output.log("note", says=f"{note.key}: {note.says}")
    packs = ready(loaded, level)
    if dry_run:
        plan = plans.plan_of(packs, threads, workers)
        output.result(lambda: plans.says(plan), lambda: plain(plan))
        return
    counts = _counted(packs, Place(threads, workers, scheduler, out, fresh), output)
    tally, done = counts.tally, int(counts.tally.path[0])

    from stress.analysis.book_risk import tails_at

    told = _told(packs, tally, level, losses, scenario, wanted)
    above = breaches(limits, loaded, told.risk, [tails_at(tally, limit.what, limit.level) for limit in limits])
    _save(loaded, told, page, workbook)
    output.result(lambda: _table(told), lambda: _document(told, above) | {"result_sha256": counts.sha256})
    if done < loaded.paths:
        click.echo(f"stress: interrupted: this rests on {done:,} paths of {loaded.paths:,}", err=True)
        raise click.exceptions.Exit(CUT)
    if above:
        raise LimitBreached("\n".join(map(str, above)))


class Place(NamedTuple):
    """Where to count, and the folder to keep it in."""

    threads: int | None
    workers: int | None
    scheduler: str | None
    out: Path | None
    fresh: bool


def _counted(packs: Packs, place: Place, output: Output) -> BookCounts:
    """The counts; with a folder all of them or exit code 130, without one what there is by the time of Ctrl-C."""
    from stress.runs.book import driven
    from stress.runs.engine import n_core
    from stress.runs.jobs.plans import BookRun

    book, elsewhere = packs.book, place.workers is not None or place.scheduler is not None
    where = BookRun(
        paths=book.paths,
        seed=book.seed,
        out=place.out or Path(),
        threads=None if elsewhere else place.threads or n_core(),
        workers=place.workers,
        scheduler=place.scheduler,
        fresh=place.fresh,
    )
    count = driven.counted if place.out is None else driven.counted_in
    try:
        with interruptible() as stop, output.progress("book") as progress:
            counts = count(packs, where, progress, output.log, stop)
    except KeyboardInterrupt as error:
        if not str(error):
            raise
        click.echo(f"stress: {error}", err=True)
        raise click.exceptions.Exit(CUT) from None
    if int(counts.tally.path[0]) < LEAST:
        raise KeyboardInterrupt
    return counts


class Told(NamedTuple):
    """What the command has to say."""

    risk: BookRisk
    one: ScenarioRisk
    """In detail."""
    story: list[tuple[str, list[str]]]
    common: BookReverse | None
    macro: dict[str, MacroPath]


class Wanted(NamedTuple):
    """What `--reverse` and `--satellite` ask for."""

    loss: float | None
    """None: the value at risk."""
    satellites: dict[str, Satellite]


def _wanted(book: Book, reverse: str | None, satellites: tuple[str, ...]) -> Wanted | None:
    from stress.cli.book_reverse import loss_of, satellites_of

    if satellites and reverse is None:
        raise click.UsageError("--satellite goes with --reverse")
    if reverse is not None and book.factors is None:
        raise ConfigError("--reverse searches the book's named factors, and it has no [factors]")
    return None if reverse is None else Wanted(loss_of(reverse), satellites_of(satellites, book))


def _told(
    packs: Packs, tally: BookTally, level: float, losses: tuple[float, ...], scenario: str | None, wanted: Wanted | None
) -> Told:
    from stress.analysis.book_risk import book_risk, harshest

    def detailed(risk: BookRisk) -> ScenarioRisk:
        return next((s for s in risk.scenarios if s.scenario == scenario), None) or harshest(risk)

    risk = book_risk(packs.book, tally, level, losses)
    one, common, macro = detailed(risk), None, dict[str, "MacroPath"]()
    if wanted is not None:
        from stress.analysis.book_reverse import reverse_book
        from stress.cli.book_reverse import aim_of, macro_of

        aim = aim_of(one, level, wanted.loss)
        risk = book_risk(packs.book, tally, level, (*losses, aim))
        one = detailed(risk)
        common = reverse_book(packs.book, one.scenario, aim, one.exceedance[f"{aim:g}"])
        macro = macro_of(common, wanted.satellites)
    return Told(risk, one, _story(packs, one), common, macro)


def _with_options(book: Book, paths: int | None, seed: int | None, estimator: str | None) -> Book:
    from stress.inputs.book import MOST_PATHS, redrawn

    if paths is not None and not LEAST <= paths <= MOST_PATHS:
        raise ConfigError(f"--paths {paths}: from {LEAST:,} to {MOST_PATHS:,}")
    return redrawn(book, paths, seed, estimator)


def _story(packs: Packs, one: ScenarioRisk) -> list[tuple[str, list[str]]]:
    """The worst path that was seen, across deals; nothing where none loses."""
    if one.worst_path is None:
        return []
    from stress.report.book import path_story
    from stress.runs.book.replayed import replay_book

    found = replay_book(packs, one.worst_path, one.scenario)
    held = {deal: [p for p in one.positions if p.deal == deal] for deal in found.deals}
    names = () if packs.book.factors is None else packs.book.factors.names
    return path_story(found.path, found.scenario, found.factor, names, found.deals, held)


def _save(book: Book, told: Told, page: Path | None, workbook: Path | None) -> None:
    from stress.cli.writing import save_text, writing

    about = plain(told.risk) | {"scenarios": len(told.risk.scenarios)}
    if page is not None:
        from stress.report.page.book import render

        save_text("--report", page, render(told.risk, told.one, told.story, told.common))
    if workbook is not None:
        from stress.report import book_workbook
        from stress.report.workbook import write

        with writing("--xlsx", workbook):
            write(workbook, book_workbook.tables(told.risk, told.common), book_workbook.inputs(book), about)


def _document(told: Told, above: list[BookBreach]) -> dict[str, Any]:
    """The detailed scenario's figures at the top, every scenario below `scenarios`."""
    from stress.cli.book_reverse import document

    scenarios = {each.scenario: plain(each) for each in told.risk.scenarios}
    return {
        **{key: value for key, value in plain(told.risk).items() if key != "scenarios"},
        **scenarios[told.one.scenario],
        "story": [{"part": part, "says": says} for part, says in told.story],
        "reverse": None if told.common is None else document(told.common, told.macro),
        "breaches": plain(above),
        "scenarios": scenarios,
    }


def _table(told: Told) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from stress.cli import book_reverse
    from stress.report import book as sheets

    risk, one = told.risk, told.one
    tables = [
        sheet_table(sheets.overview(risk), f"Book {risk.book}"),
        sheet_table(sheets.exceedances(risk), ""),
        sheet_table(sheets.positions(risk, one), f"Positions under {one.scenario}"),
        *(sheet_table(sheet, "") for _, sheet in sheets.concentrations(one)),
        sheet_table(sheets.together(one), ""),
        *([sheet_table(sheets.ways(one), "")] if one.ways else []),
        *([] if told.common is None else book_reverse.tables(told.common, one, told.macro)),
    ]
    lines = [Text(f"{part}: {' '.join(says)}") for part, says in told.story]
    if lines:
        lines.insert(0, Text("The worst path", style="italic"))
    if risk.illustrative:
        lines.append(Text(f"\nIllustrative: {'; '.join(risk.illustrative)}."))
    return Group(*tables, *lines)
