"""A book in words: what it holds, what its deals share, and what each scenario is for each group."""

from __future__ import annotations

from stress.explain.dependence import drawn
from stress.explain.shocks import shock_words
from stress.explain.words import listed, money, percent, table
from stress.inputs.book import Book, Held, Member
from stress.inputs.files.book_loads import common_share, joint_share, stationary
from stress.inputs.files.book_rates import shared
from stress.inputs.job import ScenarioCase

MOST = 12
"""Deals whose correlations are a table that can be read."""


def explain_book(book: Book) -> str:
    """Markdown: positions by note, named factors, how much deals share, short rates, scenarios by group, the run.

    >>> import stress
    >>> "## Positions" in explain_book(stress.load("scenarios/books/consumer.toml"))
    True
    """
    lines = [f"# Book {book.name}", "", *_whole(book), "", "## Positions", "", *_positions(book), ""]
    lines += ["## What the deals share", "", *_shared(book), ""]
    lines += ["## Scenarios", "", *_scenarios(book), "", "## Run", "", _run(book), ""]
    return "\n".join(lines)


def holds(book: Book) -> str:
    """What a book comes to, in its currency: how many positions in how many deals, short, paid."""
    paid = sum(position.amount * position.price for position in book.positions)
    short = f", {money(book.short)} short" if book.short else ""
    held, deals = len(book.positions), len(book.deals)
    positions = f"{held} position{'s' * (held > 1)} in {deals} deal{'s' * (deals > 1)}"
    return f"{positions}: {money(book.amount)} {book.currency}{short}; paid {money(paid)}"


def _whole(book: Book) -> list[str]:
    lines = [f"{holds(book)}. All figures are shares of {money(book.amount)}."]
    if book.illustrative:
        lines.append(f"Illustrative: {'; '.join(book.illustrative)}.")
    return lines


def _positions(book: Book) -> list[str]:
    head = ["position", "deal", "note", f"amount, {book.currency}", "of the note", "rank", "below it", "price"]
    return table(head, [_position(book, position) for position in book.positions])


def _position(book: Book, position: Held) -> list[str]:
    deal, name = book.notes_of(position)
    job = book.deals[position.deal].job
    sizes = [note.original(job.pool.balance) for note in job.deal.notes]
    below = sum(sizes[position.note + 1 :]) / sum(sizes)
    amount = f"{money(abs(position.amount))}{' short' if position.amount < 0.0 else ''}"
    rank = f"{position.note + 1} of {len(sizes)}"
    shares = (percent(abs(position.share)), rank, percent(below))
    return [position.name, deal, name, amount, *shares, f"{position.price:g}"]


def _shared(book: Book) -> list[str]:
    if book.factors is None:
        return ["No factor: every deal is on its own.", *_rates(book)]
    named = zip(book.factors.names, book.factors.phi, strict=True)
    factors = listed(f"{name} (persistence {phi:g} a month)" for name, phi in named)
    lines = [f"Named factors: {factors}; a low factor is a bad month."]
    level, names = stationary(book.factors), book.factors.names
    pairs = [
        f"{names[i]} and {names[j]} {level[i][j]:g}"
        for i in range(len(names))
        for j in range(i)
        if abs(level[i][j]) > 0.0
    ]
    lines.append(f"Their levels correlate: {listed(pairs)}." if pairs else "They are independent.")
    head = ["deal", "originator", "closes in month", "loads", "shared", "its own", "rho"]
    rows = [_loads(book, deal, deal.loads) for deal in book.deals]
    for deal in book.deals:
        rows += [_loads(book, deal, loads, f", {segment}") for segment, loads in deal.segments.items()]
    lines += ["", *table(head, rows)]
    if 1 < len(book.deals) <= MOST:
        lines += ["", "Correlation of the deals' default factors where they live in the same months:", ""]
        rows = [[deal.name, *(_correlation(book, deal, other) for other in book.deals)] for deal in book.deals]
        lines += table(["", *(deal.name for deal in book.deals)], rows)
    return [*lines, *_rates(book)]


def _correlation(book: Book, deal: Member, other: Member) -> str:
    assert book.factors is not None
    return "1" if deal is other else f"{joint_share(deal.loads, other.loads, book.factors):.2f}"


def _loads(book: Book, deal: Member, weights: tuple[float, ...], segment: str = "") -> list[str]:
    assert book.factors is not None
    loads = [f"{name} {weight:g}" for name, weight in zip(book.factors.names, weights, strict=True) if weight]
    part = common_share(weights, book.factors)
    rho = deal.job.pool.dependence.rho
    begins = "" if deal.job.state is None else f", met after {deal.job.state.as_of}"
    closes, words = f"{deal.start + 1}{begins}", listed(loads) if loads else "nothing"
    return [f"{deal.name}{segment}", deal.originator, closes, words, percent(part), percent(1.0 - part), f"{rho:g}"]


def _rates(book: Book) -> list[str]:
    rates = {deal.rate.currency: deal.rate for deal in book.deals if deal.rate is not None}
    names, correlation = ((), ()) if book.factors is None else (book.factors.names, book.factors.correlation)
    lines = []
    for currency, rate in rates.items():
        weights = [f"{name} {w:g}" for name, w in zip(names, rate.loads, strict=True) if w]
        tied = f"by {listed(weights)}, the rest its own" if weights else "by nothing but its own"
        part = percent(shared(rate.loads, correlation))
        says = f"The random short rate in {currency} is one for all deals in it and moves {tied} ({part} shared)."
        lines += ["", says]
    return lines


def _scenarios(book: Book) -> list[str]:
    rows = []
    for k, name in enumerate(book.scenarios):
        groups: dict[str, list[str]] = {}
        for deal in book.deals:
            groups.setdefault(_case_words(deal.job.scenarios[k]), []).append(deal.name)
        rows += [[name, "all" if len(groups) == 1 else listed(deals), words] for words, deals in groups.items()]
    return table(["scenario", "deals", "what it is"], rows)


def _case_words(case: ScenarioCase) -> str:
    """The author's words; else what it moves."""
    return case.description or "; ".join([*map(shock_words, case.shocks), *drawn(case)]) or "no shock"


def _run(book: Book) -> str:
    aims = "; they aim at the tail and carry weights" if book.estimator == "importance" else ""
    return f"{book.paths:,} paths of all deals, seed {book.seed}{aims}."
