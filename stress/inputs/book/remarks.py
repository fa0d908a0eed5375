"""What is allowed in a book and still likely to surprise. Each rule is a sentence."""

from __future__ import annotations

from stress.inputs.book import Book
from stress.inputs.job.amount_remarks import SMALL
from stress.inputs.state.rules import started
from stress.inputs.text.remark import Remark, Sentences, named, remarks

CHEAP, DEAR = 0.05, 2.0
"""Of what is left of a note at par: prices of one that is not residual, beyond which they are asked about."""


def notes_of_book(book: Book) -> list[Remark]:
    """Notes on a book that was read."""
    return remarks("book", book, _RULES)


def _unused_factor(book: Book) -> Sentences:
    for f, name in enumerate(() if book.factors is None else book.factors.names):
        if not any(loads[f] for deal in book.deals for loads in (deal.loads, *deal.segments.values())):
            yield "factors.names", f"no deal loads on {name!r}: it moves nothing"


def _on_its_own(book: Book) -> Sentences:
    names = [deal.name for deal in book.deals if not any(map(any, (deal.loads, *deal.segments.values())))]
    if names and len(book.deals) > 1:
        yield "deals", f"{', '.join(names)}: without loads: its factors are its own, independent of every other deal"


def _other_persistence(book: Book) -> Sentences:
    if book.factors is None:
        return
    for deal in book.deals:
        own = deal.job.pool.dependence.phi
        every = (deal.loads, *deal.segments.values())
        others = [phi for f, phi in enumerate(book.factors.phi) if phi != own and any(loads[f] for loads in every)]
        if others:
            yield (
                named("deals", deal.name),
                f"the pool's phi is {own:g} and that of a factor that it loads on {others[0]:g}: what is shared moves "
                "at the factor's, so the deal's losses differ from those alone",
            )


def _tied_segments(book: Book) -> Sentences:
    for deal in book.deals if book.factors is not None else ():
        every = [deal.loads, *deal.segments.values()]
        if any(any(map(all, zip(a, b, strict=True))) for i, a in enumerate(every) for b in every[:i]):
            yield (
                named("deals", deal.name),
                "its segments share a named factor: they default together more than the deal alone says",
            )


def _tables(book: Book) -> Sentences:
    """What the readers of scenarios and of their tables assumed and left out, once."""
    notes = (
        (f"{named('scenarios', case.name)}: {key}", says)
        for deal in book.deals
        for case in deal.job.scenarios
        for key, says in case.table_notes
    )
    yield from {says: (key, says) for key, says in reversed(list(notes))}.values()


def _not_held(book: Book) -> Sentences:
    held = {position.deal for position in book.positions}
    for i, deal in enumerate(book.deals):
        if i not in held:
            yield named("deals", deal.name), "the book holds none of its notes: it costs time and changes nothing"


def _short(book: Book) -> Sentences:
    if book.short > sum(p.amount for p in book.positions if p.amount > 0.0):
        yield "positions", "more is short than held: figures are shares of what is short"
    held = {(p.deal, p.note) for p in book.positions if p.amount > 0.0}
    for p in book.positions:
        if p.amount < 0.0 and (p.deal, p.note) in held:
            yield named("positions", p.name), "a short of a note that the book also holds: only the difference counts"


def _odd_prices(book: Book) -> Sentences:
    for p in book.positions:
        note = book.deals[p.deal].job.deal.notes[p.note]
        if not note.residual and not CHEAP * p.left <= p.price <= DEAR * p.left:
            yield named("positions", p.name) + ".price", f"{p.price:g} per 1 of original balance: 0.99 is 99% of par"


def _odd_amounts(book: Book) -> Sentences:
    """As amounts of a deal beside its pool: shares, or millions."""
    for p in book.positions:
        job = book.deals[p.deal].job
        size = job.deal.notes[p.note].original(job.pool.balance)
        amount = abs(p.share) * size
        if amount < SMALL * size:
            verdict = "an amount of money, not a share" if amount < 1.0 else "less than a millionth of the note"
            says = f"{amount:g} is {verdict}, whose original balance is {size:,.0f}"
            yield named("positions", p.name) + ".amount", says + (": is it in millions?" if amount >= 1.0 else "")


def _begins(book: Book) -> Sentences:
    begun = {deal.start + started(deal.job): deal for deal in book.deals if deal.job.state is not None}
    if not begun:
        return
    if len(begun) > 1:
        months = ", ".join(f"{deal.name} after {deal.job.state.as_of}" for deal in begun.values() if deal.job.state)
        yield "deals", f"begin in unlike months ({months}): what a deal reported last is not what it is today"
    late = [deal.name for deal in book.deals if deal.job.state is None and deal.start < max(begun)]
    if late:
        yield (
            "deals",
            f"{', '.join(late)}: simulated from a closing before others' states: give each a state of its own",
        )
    for p in book.positions:
        if p.left < 1.0 - 1e-9:
            yield (
                named("positions", p.name),
                f"its amount and its price are of the original balance, of which {100.0 * p.left:.3g}% is left",
            )


def _apart(book: Book) -> Sentences:
    if book.factors is None or len(book.deals) < 2:
        return
    ends = [(deal.start, deal.start + deal.job.deal.legal_maturity_months, deal) for deal in book.deals]
    for start, end, deal in ends:
        if not any(
            start < other_end and other_start < end for other_start, other_end, other in ends if other is not deal
        ):
            yield (
                named("deals", deal.name),
                'lives in no month of another deal: by date they share little weather; align = "closing" counts months '
                "from each closing",
            )


def _other_economies(book: Book) -> Sentences:
    names = sorted({deal.var for deal in book.deals if deal.var is not None})
    if len(names) > 1:
        drawn = " and ".join(names)
        yield (
            "scenarios",
            f"macro variables are drawn by {drawn}, which know nothing of each other: one name, one economy",
        )
    still = [deal.name for deal in book.deals if deal.var is None]
    if names and still:
        yield "scenarios", f"{', '.join(still)}: no macro variables are drawn, where those of other deals are"


def _still_rates(book: Book) -> Sentences:
    drawn = {deal.rate.currency for deal in book.deals if deal.rate is not None}
    still = [deal.name for deal in book.deals if deal.rate is None and deal.job.deal.currency in drawn]
    if still:
        yield "scenarios", f"{', '.join(still)}: the short rate stands still, where that of other deals is random"


_RULES = (
    _unused_factor,
    _on_its_own,
    _other_persistence,
    _tied_segments,
    _tables,
    _not_held,
    _short,
    _odd_prices,
    _odd_amounts,
    _begins,
    _apart,
    _other_economies,
    _still_rates,
)
