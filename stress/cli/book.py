"""`stress book`: what a book of positions on common factors can lose, and what makes it."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.book_answer import asked_of, tell
from stress.cli.book_counted import counted, subject_of
from stress.cli.books import xlsx_option
from stress.cli.options import FILE, PAGE, QUEUES, Count, OneOf, output_options
from stress.cli.output import Output
from stress.inputs.numbers import LEVELS
from stress.runs.jobs.where import Where


@click.command()
@click.argument("book", type=FILE, metavar="BOOK.toml|RESULTS")
@click.option("--paths", type=Count(), help="Paths instead of the book's own.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the book's own.")
@click.option("--estimator", type=OneOf(["plain", "importance"]),
              help="importance: paths that aim at the worst 1 - level, instead of the book's own choice.")  # fmt: skip
@click.option("--level", type=click.FloatRange(*LEVELS),
              help="Of contributions, increments, concentrations. [default: 0.999; of RESULTS, theirs]")  # fmt: skip
@click.option("--scenario", metavar="NAME", help="Told in detail. [default: the one with the largest shortfall]")
@click.option("--loss", "losses", type=click.FloatRange(0, 1), multiple=True, help="Also P(loss > this share).")
@click.option("--reverse", is_flag=False, flag_value="var", metavar="[SHARE]",
              help="Also the most likely path of the named factors on which the book loses more than this share. "
              "[without one: its VaR at --level]")  # fmt: skip
@click.option("--satellite", "satellites", multiple=True, metavar="GROUP=FILE",
              help="With --reverse: the macro path that this satellite puts behind a group's rates.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]")
@click.option("--workers", type=click.IntRange(1, 1024), help="Worker processes instead of threads.")
@click.option("--queue", type=OneOf(QUEUES),
              help="With --out: workers as jobs of this queue, set up in Dask's jobqueue.yaml.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler instead, such as tcp://host:8786.")
@click.option("--out", type=FILE, metavar="DIR",
              help="Keep what is counted here: the same command goes on from there, with more paths too.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="With --out: start over.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and do nothing.")
@click.option("--report", "page", type=PAGE, metavar="FILE.html", help="Also write a page with figures.")
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
    level: float | None,
    scenario: str | None,
    losses: tuple[float, ...],
    reverse: str | None,
    satellites: tuple[str, ...],
    threads: int | None,
    workers: int | None,
    queue: str | None,
    scheduler: str | None,
    out: Path | None,
    fresh: bool,
    dry_run: bool,
    page: Path | None,
    texts: tuple[str, ...],
    workbook: Path | None,
    output: Output,
) -> None:
    """Run many positions on common factors: loss of the book, what each brings to its tail, what a sale changes.

    Every deal sees the same weather on a path: the named factors of the book, and what is its own. Expected loss, VaR
    and ES under every scenario; of one scenario contributions (Euler, they sum to ES), the book without each position,
    concentrations by deal, originator and factor, and the worst path as a story across deals.

    RESULTS is the folder that --out wrote: the same is told of what is counted there, and nothing is counted.

    \b
    Example:
      stress book scenarios/books/consumer.toml
      stress book book.toml --scenario "Fed 2025" --level 0.99 --report book.html
      stress book book.toml --estimator importance --level 0.9999 --reverse
      stress book book.toml --paths 1e7 --workers 16 --out results/book
      stress book results/book --scenario baseline --reverse 0.1
      stress book book.toml --fail-on ES99.9=0.10 --fail-on SHARE=0.5
    """
    where = Where(threads, workers, scheduler, queue, out=out, fresh=fresh)
    subject = subject_of(book, level, paths, seed, estimator, where, dry_run)
    asked = asked_of(subject.book, losses, scenario, reverse, satellites, texts)
    counts = counted(subject, where, dry_run, output)
    if counts is not None:
        tell(counts, asked, page, workbook, output)
