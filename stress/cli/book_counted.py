"""`stress book`: the book that is asked about, counted where the options say, or as its folder holds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from stress.cli.answer import plain
from stress.cli.output import Output
from stress.cli.resuming import CUT
from stress.cli.watch import interruptible
from stress.errors import ConfigError
from stress.runs.jobs.where import Where

if TYPE_CHECKING:
    from stress.inputs.book import Book
    from stress.runs.book.count import Packs
    from stress.runs.counting.book_tally import BookTally


HERE = Where()


class Subject(NamedTuple):
    """A book to ask about, from its file or from its folder."""

    book: Book
    level: float
    """Of the tail that is asked about."""
    packs: Packs | None = None
    tally: BookTally | None = None
    """Of a folder: what is counted already."""


class BookCounted(NamedTuple):
    """A book and its counts."""

    packs: Packs
    level: float
    tally: BookTally
    sha256: str
    is_kept: bool
    """Whether a folder held them."""

    @property
    def partial(self) -> str | None:
        """How many paths of how many, where some are missing."""
        done, paths = int(self.tally.path[0]), self.packs.book.paths
        return None if done >= paths else f"{done:,} of {paths:,} paths"


def subject_of(
    file: Path,
    level: float | None,
    paths: int | None = None,
    seed: int | None = None,
    estimator: str | None = None,
    where: Where = HERE,
    dry_run: bool = False,
) -> Subject:
    """The book of a file with the options that change it, or of a folder with what is counted there.

    Raises ConfigError, also for options of counting beside a folder; DataError for a folder without counts.
    """
    where.check()
    if not file.is_dir():
        from stress.analysis.loading import load_book
        from stress.inputs.book import redrawn
        from stress.runs.book.count import LEVEL

        return Subject(redrawn(load_book(file), paths, seed, estimator), LEVEL if level is None else level)
    counting: dict[str, object] = {"paths": paths, "seed": seed, "estimator": estimator}
    counting |= {name: value for name, value, usual in zip(Where._fields, where, HERE, strict=True) if value != usual}
    counting["dry-run"] = dry_run or None
    given = [f"--{name}" for name, value in counting.items() if value is not None]
    if given:
        raise ConfigError(f"{', '.join(given)}: {file} is counted already; the book's file with --out {file} goes on")
    from stress.runs.book.folder import opened

    held = opened(file)
    return Subject(held.packs.book, held.packs.level if level is None else level, *held)


def counted(subject: Subject, where: Where, dry_run: bool, output: Output) -> BookCounted | None:
    """What is counted of it; None after a dry run, whose plan is said. Exit code 130 where nothing was by Ctrl-C."""
    from stress.inputs.book.remarks import notes_of_book
    from stress.runs.book import plans
    from stress.runs.book.aims import ready

    for note in notes_of_book(subject.book):
        output.log("note", says=f"{note.key}: {note.says}")
    if subject.packs is not None and subject.tally is not None:
        return kept(subject.packs, subject.tally, subject.level, output)
    packs = ready(subject.book, subject.level)
    if dry_run:
        plan = plans.plan_of(packs, where.threads, where.workers)
        output.result(lambda: plans.says(plan), lambda: plain(plan))
        return None
    return _counted(packs, where, output)


def kept(packs: Packs, tally: BookTally, level: float, output: Output) -> BookCounted:
    """What a folder holds; of one that is not over it is said."""
    from stress.runs.counting.counted import digest

    counts = BookCounted(packs, level, tally, digest(tally), is_kept=True)
    if counts.partial:
        click.echo(f"stress: PARTIAL: {counts.partial}", err=True)
    return counts


def _counted(packs: Packs, where: Where, output: Output) -> BookCounted:
    """The counts; with a folder all of them or exit code 130, without one what there is by the time of Ctrl-C."""
    from stress.inputs.book import LEAST_PATHS
    from stress.runs.book import driven

    count = driven.counted if where.out is None else driven.counted_in
    try:
        with interruptible() as stop, output.progress("book") as progress:
            counts = count(packs, where, progress, output.log, stop)
    except KeyboardInterrupt as error:
        if not str(error):
            raise
        click.echo(f"stress: {error}", err=True)
        raise click.exceptions.Exit(CUT) from None
    if int(counts.tally.path[0]) < LEAST_PATHS:
        raise KeyboardInterrupt
    return BookCounted(packs, packs.level, counts.tally, counts.sha256, is_kept=False)
