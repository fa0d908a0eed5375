"""`stress.analysis.book`: a book counted and answered in one call."""

from __future__ import annotations

from collections.abc import Sequence

from stress.analysis.book_risk import book_risk
from stress.answers.book import BookRisk
from stress.errors import ConfigError
from stress.inputs.book import Book, redrawn
from stress.inputs.door import seed_of, threads_of
from stress.inputs.kinds import level_of


def book(
    held: Book,
    paths: int | None = None,
    seed: int | None = None,
    level: float = 0.999,
    losses: Sequence[float] = (),
    threads: int | None = None,
    estimator: str | None = None,
) -> BookRisk:
    """What a book can lose under every scenario, what its positions bring to it; shares of its original balance.

    `level`: of contributions, increments and concentrations; `losses`: more x of P(loss > x); `estimator`: plain or
    importance instead of the book's own; paths of importance aim at the tail beyond `level`. Raises ConfigError.

    >>> import stress
    >>> held = stress.load("scenarios/books/consumer.toml")
    >>> risk = stress.analysis.book(held, paths=2048, level=0.99)
    >>> scenario_risk = risk.scenarios[-1]
    >>> total = sum(position.contribution_es for position in scenario_risk.positions)
    >>> abs(total - scenario_risk.expected_shortfall["0.99"].estimate) < 1e-8
    True
    """
    from stress.runs.book.aims import ready
    from stress.runs.book.driven import counted
    from stress.runs.engine import n_core
    from stress.runs.jobs.where import Where

    if not isinstance(held, Book):
        raise ConfigError(f"a {type(held).__name__} is not a book: give what stress.load reads from a book's file")
    level_of("level", level)
    chosen = redrawn(held, paths, None if seed is None else seed_of(seed), estimator)
    counts = counted(ready(chosen, level), Where(threads_of(threads) or n_core()))
    return book_risk(chosen, counts.tally, level, losses)
