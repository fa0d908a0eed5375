"""`stress book`: what is asked of a counted book and what is said: tables, JSON, page, workbook, limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from stress.cli.answer import plain, sheet_table
from stress.cli.book_limits import BookBreach, Limit, limits_of, measured
from stress.cli.limits import refuse_breaches, say_untold, sorted_out
from stress.cli.output import Output
from stress.cli.resuming import CUT
from stress.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.analysis.macro_path import MacroPath
    from stress.answers.book import BookRisk, ScenarioRisk
    from stress.answers.book_path import BookPath
    from stress.answers.book_reverse import BookReverse
    from stress.cli.book_counted import BookCounted
    from stress.inputs.book import Book
    from stress.inputs.macro.satellite import Satellite
    from stress.runs.book.count import Packs


class Reverse(NamedTuple):
    """What `--reverse` and `--satellite` ask for."""

    loss: float | None
    """None: the value at risk."""
    satellites: dict[str, Satellite]


class Asked(NamedTuple):
    """What is asked of a book, checked against it."""

    losses: tuple[float, ...] = ()
    scenario: str | None = None
    reverse: Reverse | None = None
    limits: tuple[Limit, ...] = ()


class Told(NamedTuple):
    """What the command has to say."""

    book: Book
    risk: BookRisk
    one: ScenarioRisk
    """In detail."""
    worst: BookPath | None
    """That it lost most on."""
    common: BookReverse | None
    macro: dict[str, MacroPath]
    above: list[BookBreach]
    untold: list[BookBreach]
    sha256: str
    partial: str | None

    def story(self) -> list[tuple[str, list[str]]]:
        """The worst path across deals, (heading, sentences)."""
        from stress.report.book_path import story

        return [] if self.worst is None else story(self.worst, self.one.positions)


def asked_of(
    book: Book,
    losses: tuple[float, ...] = (),
    scenario: str | None = None,
    reverse: str | None = None,
    satellites: tuple[str, ...] = (),
    limits: tuple[str, ...] = (),
) -> Asked:
    """What the options ask for. Raises ConfigError where the book has no such scenario, position, group or factors."""
    if scenario is not None and scenario not in book.scenarios:
        from stress.spelling import suggest

        known = list(book.scenarios)
        raise ConfigError(f"no scenario {scenario!r} in the book; it has {', '.join(known)}{suggest(scenario, known)}")
    return Asked(losses, scenario, _reverse(book, reverse, satellites), tuple(limits_of(limits, book)))


def tell(counts: BookCounted, asked: Asked, page: Path | None, workbook: Path | None, output: Output) -> None:
    """Say it and write it. Raises LimitBreached afterwards; exit code 130 where the count was interrupted."""
    told = told_of(counts, asked)
    save(told, page, workbook)
    say_untold(told.untold, output)
    output.result(lambda: table(told), lambda: document(told))
    if told.partial and not counts.is_kept:
        click.echo(f"stress: interrupted: this rests on {told.partial}", err=True)
        raise click.exceptions.Exit(CUT)
    refuse_breaches(told.above)


def told_of(counts: BookCounted, asked: Asked) -> Told:
    """The answer, its detailed scenario, the worst path and, where it is asked for, the common path."""
    from stress.analysis.book_levels import tails_at
    from stress.analysis.book_risk import book_risk, harshest

    packs, tally = counts.packs, counts.tally

    def detailed(risk: BookRisk) -> ScenarioRisk:
        return next((s for s in risk.scenarios if s.scenario == asked.scenario), None) or harshest(risk)

    risk = book_risk(packs.book, tally, counts.level, asked.losses)
    one, common, macro = detailed(risk), None, dict[str, "MacroPath"]()
    if asked.reverse is not None:
        from stress.analysis.book_reverse import reverse_book
        from stress.cli.book_reverse import aim_of, macro_of

        aim = aim_of(one, counts.level, asked.reverse.loss)
        risk = book_risk(packs.book, tally, counts.level, (*asked.losses, aim))
        one = detailed(risk)
        common = reverse_book(packs.book, one.scenario, aim, one.exceedance[f"{aim:g}"], risk.unseen)
        macro = macro_of(common, asked.reverse.satellites)
    tails = [tails_at(tally, limit.what, limit.level, risk.unseen) for limit in asked.limits]
    held = sorted_out(measured(asked.limits, risk, tails))
    return Told(packs.book, risk, one, _worst(packs, one), common, macro, *held, counts.sha256, counts.partial)


def save(told: Told, page: Path | None, workbook: Path | None) -> None:
    """The page and the workbook, where they are asked for."""
    from stress.cli.writing import save_text, writing

    if page is not None:
        from stress.report.page.book import render

        save_text("--report", page, render(told.book, told.risk, told.one, told.worst, told.common, about_book(told)))
    if workbook is not None:
        from stress.report import book_workbook
        from stress.report.workbook import write

        about = about_book(told) | plain(told.risk) | {"scenarios": len(told.risk.scenarios)}
        with writing("--xlsx", workbook):
            write(
                workbook,
                book_workbook.tables(told.risk, told.one, told.worst, told.common),
                book_workbook.inputs(told.book),
                about,
            )


def about_book(told: Told) -> dict[str, Any]:
    """Provenance of what the command made of a book."""
    from stress.digest import source_digest
    from stress.version import __version__

    known = {"command": "stress book", "version": __version__, "source_digest": source_digest()}
    known |= {key: getattr(told.risk, key) for key in ("seed", "estimator", "paths", "level")}
    known["result_sha256"] = told.sha256
    return known | ({"partial": told.partial} if told.partial else {})


def document(told: Told) -> dict[str, Any]:
    """The detailed scenario's figures at the top, every scenario below `scenarios`."""
    from stress.cli.book_reverse import document as reverse

    scenarios = {each.scenario: plain(each) for each in told.risk.scenarios}
    return {
        **{key: value for key, value in plain(told.risk).items() if key != "scenarios"},
        **scenarios[told.one.scenario],
        "story": [{"part": part, "says": says} for part, says in told.story()],
        "reverse": None if told.common is None else reverse(told.common, told.macro),
        "breaches": plain(told.above),
        "untold": plain(told.untold),
        "scenarios": scenarios,
        "partial": told.partial,
        "result_sha256": told.sha256,
    }


def table(told: Told) -> RenderableType:
    """For the terminal."""
    from rich.console import Group
    from rich.text import Text

    from stress.cli import book_reverse
    from stress.report import book as sheets

    risk, one = told.risk, told.one
    title = f"Book {risk.book}{', PARTIAL: ' + told.partial if told.partial else ''}"
    tables = [
        *(Text(line) for line in sheets.findings(risk, one)),
        sheet_table(sheets.overview(risk), title),
        sheet_table(sheets.exceedances(risk), ""),
        sheet_table(sheets.positions(risk, one), f"Positions under {one.scenario}"),
        *(sheet_table(sheet, "") for _, sheet in sheets.concentrations(risk, one)),
        sheet_table(sheets.together(risk, one), ""),
        *([sheet_table(sheets.ways(risk, one), "")] if one.ways else []),
        *([] if told.common is None else book_reverse.tables(told.common, one, told.macro)),
    ]
    lines = [Text(f"{part}: {' '.join(says)}") for part, says in told.story()]
    if lines:
        lines.insert(0, Text("The worst path", style="italic"))
    if said := sheets.illustrative(told.book, risk):
        lines.append(Text(f"\n{said}"))
    return Group(*tables, *lines)


def _reverse(book: Book, reverse: str | None, satellites: tuple[str, ...]) -> Reverse | None:
    from stress.cli.book_reverse import loss_of, satellites_of

    if satellites and reverse is None:
        raise click.UsageError("--satellite goes with --reverse")
    if reverse is not None and book.factors is None:
        raise ConfigError("--reverse searches the book's named factors, and it has no [factors]")
    return None if reverse is None else Reverse(loss_of(reverse), satellites_of(satellites, book))


def _worst(packs: Packs, one: ScenarioRisk) -> BookPath | None:
    """The worst path that was seen; None where none loses."""
    if one.worst_path is None:
        return None
    from stress.runs.book.replayed import replay_book

    return replay_book(packs, one.worst_path, one.scenario)
