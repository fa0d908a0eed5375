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
    from stress.answers.book import BookPath, BookRisk, ScenarioRisk
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


class BookAnswer(NamedTuple):
    """What the command has to say."""

    book: Book
    risk: BookRisk
    scenario_risk: ScenarioRisk
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

        return [] if self.worst is None else story(self.worst, self.scenario_risk.positions)


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
    answer = answer_of(counts, asked)
    save(answer, page, workbook)
    say_untold(answer.untold, output)
    output.result(lambda: table(answer), lambda: document(answer))
    if answer.partial and not counts.is_kept:
        click.echo(f"stress: interrupted: this rests on {answer.partial}", err=True)
        raise click.exceptions.Exit(CUT)
    refuse_breaches(answer.above)


def answer_of(counts: BookCounted, asked: Asked) -> BookAnswer:
    """The answer, its detailed scenario, the worst path and, where it is asked for, the common path."""
    from stress.analysis.book_levels import tails_at
    from stress.analysis.book_risk import book_risk, harshest

    packs, tally = counts.packs, counts.tally

    def detailed(risk: BookRisk) -> ScenarioRisk:
        return next((s for s in risk.scenarios if s.scenario == asked.scenario), None) or harshest(risk)

    risk = book_risk(packs.book, tally, counts.level, asked.losses)
    scenario_risk, common, macro = detailed(risk), None, dict[str, "MacroPath"]()
    if asked.reverse is not None:
        from stress.analysis.book_reverse import reverse_book
        from stress.cli.book_reverse import macro_of, threshold_of

        threshold = threshold_of(scenario_risk, counts.level, asked.reverse.loss)
        risk = book_risk(packs.book, tally, counts.level, (*asked.losses, threshold))
        scenario_risk = detailed(risk)
        common = reverse_book(
            packs.book, scenario_risk.scenario, threshold, scenario_risk.exceedance[f"{threshold:g}"], risk.unseen
        )
        macro = macro_of(common, asked.reverse.satellites)
    tails = [tails_at(tally, limit.what, limit.level, risk.unseen) for limit in asked.limits]
    held = sorted_out(measured(asked.limits, risk, tails))
    return BookAnswer(
        packs.book,
        risk,
        scenario_risk,
        _worst(packs, scenario_risk),
        common,
        macro,
        *held,
        counts.sha256,
        counts.partial,
    )


def save(answer: BookAnswer, page: Path | None, workbook: Path | None) -> None:
    """The page and the workbook, where they are asked for."""
    from stress.cli.writing import save_text, writing

    if page is not None:
        from stress.report.page.book import render

        save_text(
            "--report",
            page,
            render(answer.book, answer.risk, answer.scenario_risk, answer.worst, answer.common, about_book(answer)),
        )
    if workbook is not None:
        from stress.report import book_workbook
        from stress.report.workbook import write

        about = about_book(answer) | plain(answer.risk) | {"scenarios": len(answer.risk.scenarios)}
        with writing("--xlsx", workbook):
            write(
                workbook,
                book_workbook.tables(answer.risk, answer.scenario_risk, answer.worst, answer.common),
                book_workbook.inputs(answer.book),
                about,
            )


def about_book(answer: BookAnswer) -> dict[str, Any]:
    """Provenance of what the command made of a book."""
    from stress.digest import source_digest
    from stress.version import __version__

    known = {"command": "stress book", "version": __version__, "source_digest": source_digest()}
    known |= {key: getattr(answer.risk, key) for key in ("seed", "estimator", "paths", "level")}
    known["result_sha256"] = answer.sha256
    return known | ({"partial": answer.partial} if answer.partial else {})


def document(answer: BookAnswer) -> dict[str, Any]:
    """The detailed scenario's figures at the top, every scenario below `scenarios`."""
    from stress.cli.book_reverse import document as reverse

    scenarios = {scenario_risk.scenario: plain(scenario_risk) for scenario_risk in answer.risk.scenarios}
    return {
        **{key: value for key, value in plain(answer.risk).items() if key != "scenarios"},
        **scenarios[answer.scenario_risk.scenario],
        "story": [{"part": part, "says": says} for part, says in answer.story()],
        "reverse": None if answer.common is None else reverse(answer.common, answer.macro),
        "breaches": plain(answer.above),
        "untold": plain(answer.untold),
        "scenarios": scenarios,
        "partial": answer.partial,
        "result_sha256": answer.sha256,
    }


def table(answer: BookAnswer) -> RenderableType:
    """For the terminal."""
    from rich.console import Group
    from rich.text import Text

    from stress.cli import book_reverse
    from stress.report import book as sheets

    risk, scenario_risk = answer.risk, answer.scenario_risk
    title = f"Book {risk.book}{', PARTIAL: ' + answer.partial if answer.partial else ''}"
    tables = [
        *(Text(line) for line in sheets.findings(risk, scenario_risk)),
        sheet_table(sheets.overview(risk), title),
        sheet_table(sheets.exceedances(risk), ""),
        sheet_table(sheets.positions(risk, scenario_risk), f"Positions under {scenario_risk.scenario}"),
        *(sheet_table(sheet, "") for _, sheet in sheets.concentrations(risk, scenario_risk)),
        sheet_table(sheets.together(risk, scenario_risk), ""),
        *([sheet_table(sheets.ways(risk, scenario_risk), "")] if scenario_risk.ways else []),
        *([] if answer.common is None else book_reverse.tables(answer.common, scenario_risk, answer.macro)),
    ]
    lines = [Text(f"{part}: {' '.join(says)}") for part, says in answer.story()]
    if lines:
        lines.insert(0, Text("The worst path", style="italic"))
    if said := sheets.illustrative(answer.book, risk):
        lines.append(Text(f"\n{said}"))
    return Group(*tables, *lines)


def _reverse(book: Book, reverse: str | None, satellites: tuple[str, ...]) -> Reverse | None:
    from stress.cli.book_reverse import loss_of, satellites_of

    if satellites and reverse is None:
        raise click.UsageError("--satellite goes with --reverse")
    if reverse is not None and book.factors is None:
        raise ConfigError("--reverse searches the book's named factors, and it has no [factors]")
    return None if reverse is None else Reverse(loss_of(reverse), satellites_of(satellites, book))


def _worst(packs: Packs, scenario_risk: ScenarioRisk) -> BookPath | None:
    """The worst path that was seen; None where none loses."""
    if scenario_risk.worst_path is None:
        return None
    from stress.runs.book.replayed import replay_book

    return replay_book(packs, scenario_risk.worst_path, scenario_risk.scenario)
