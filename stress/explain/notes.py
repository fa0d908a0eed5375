"""The notes in words: size, coupon, what ranks below."""

from __future__ import annotations

from collections.abc import Iterator

from stress.explain.words import listed, money, percent, table
from stress.inputs.deal import Deal, Note
from stress.inputs.deal.index import levels
from stress.inputs.deal.reading import groups_of, phases, steps_of
from stress.inputs.job import Job


def notes_table(deal: Deal, balance: float | None) -> list[str]:
    """A row a note, from the most senior; amounts where the pool's cut-off balance is known."""
    shares, amounts, support = shares_of(deal, balance), amounts_of(deal, balance), support_of(deal, balance)
    rows = []
    for note, share, amount, below in zip(deal.notes, shares, amounts, support, strict=True):
        rows.append([
            note.name,
            percent(share) if share is not None else "-",
            money(amount) if amount is not None else "-",
            coupon_words(deal, note),
            percent(below) if below is not None else "-",
        ])  # fmt: skip
    base = "the notes" if balance is None and _all_amounts(deal) else "cut-off"
    base = base if deal.trust is None else "the series"
    return table(["note", f"share of {base}", f"amount ({deal.currency})", "coupon", "enhancement below it"], rows)


def shares_of(deal: Deal, balance: float | None) -> list[float | None]:
    """Share of the cut-off balance; of the notes' sum where all are given by amount and no pool is known, or where the
    pool is a trust's."""
    if (balance is None or deal.trust is not None) and _all_amounts(deal):
        balance = sum(note.amount or 0.0 for note in deal.notes)
    return [
        note.share if note.share is not None else (note.amount or 0.0) / balance if balance else None
        for note in deal.notes
    ]


def amounts_of(deal: Deal, balance: float | None) -> list[float | None]:
    """Size in money; of a share where the pool's cut-off balance is known."""
    return [note.original(balance) if balance else note.amount for note in deal.notes]


def support_of(deal: Deal, balance: float | None) -> list[float | None]:
    """What bears losses before each note: the classes that rank below its own, and pool beyond all notes."""
    shares = shares_of(deal, balance)
    known = [share for share in shares if share is not None]
    if len(known) < len(shares):
        return [None] * len(shares)
    return [max(0.0, 1.0 - sum(known[: last + 1])) for last in last_of_class(deal)]


def support_then(job: Job) -> list[float]:
    """The same where the job starts: at closing, or of what its state leaves of the notes, over the receivables then
    with the cash of `principal` and principal accounts (of a series of a trust over what it has invested with it)."""
    state, deal = job.state, job.deal
    if state is None:
        return [support or 0.0 for support in support_of(deal, job.pool.balance)]
    held = sum(state.accounts[name] for name in ("principal", *deal.principal_accounts))
    behind = held + (state.receivables if state.series is None else state.series.invested)
    left = [state.notes[note.name].balance for note in deal.notes]
    return [max(0.0, 1.0 - sum(left[: last + 1]) / behind) if behind > 0.0 else 0.0 for last in last_of_class(deal)]


def last_of_class(deal: Deal) -> list[int]:
    """For each note the most junior one of its class: notes that share losses, though one may be repaid before another.

    Of one class are notes whose interest is paid pari passu in one step, or whose principal is pro rata, in any phase
    that can occur; and those that stand as a group in an order of repayments or of losses.
    """
    names = [note.name for note in deal.notes]
    last = list(range(len(names)))
    for together in sorted(_alike(deal), key=lambda paid: -max(map(names.index, paid))):
        lowest = max(last[names.index(name)] for name in together)
        for name in together:
            last[names.index(name)] = lowest
    return last


def _alike(deal: Deal) -> Iterator[tuple[str, ...]]:
    for phase in phases(deal):
        for step in steps_of(deal, phase):
            groups = groups_of(step)
            for_a_time = step.step == "pay_principal" and len(groups) == 1 and bool(step.to_balance or step.until)
            if not step.when and not for_a_time:
                yield from (group for group in groups if len(group) > 1)


def coupon_words(deal: Deal, note: Note) -> str:
    """`5.4% fixed; paid every 3 months in revolving`."""
    if note.residual:
        valued = f", valued at {percent(note.discount_rate)}" if note.discount_rate else ""
        return f"residual: takes what is left{valued}"
    if note.index is None:
        words = f"{percent(note.coupon)} fixed"
    else:
        words = f"{note.index} + {percent(note.coupon)} ({_levels(deal, note)})"
    words += f", at most {percent(note.cap)}" if note.cap is not None else ""
    words += f", at least {percent(note.floor)}" if note.floor is not None else ""
    if note.step_up is not None:
        up = note.step_up
        start = f"from month {up.from_month}" if up.trigger is None else f"once {up.trigger!r} has tripped"
        words += f", {'plus' if up.add > 0.0 else 'minus'} {percent(abs(up.add))} {start}"
    words += f", {note.day_count}" if note.day_count not in (None, deal.day_count) else ""
    slow = [f"every {n} months in {phase.replace('_', ' ')}" for phase, n in note.payment_months.items() if n > 1]
    return f"{words}; paid {listed(slow)}" if slow else words


def _levels(deal: Deal, note: Note) -> str:
    """`now 4.65%`, or `4.65% in month 1, 4.25% from month 20`: the index and the margin."""
    level = levels(deal.indices[note.index or ""], deal.legal_maturity_months)
    months = [t for t in range(1, len(level)) if level[t] != level[t - 1]]
    if not months:
        return f"now {percent(level[0] + note.coupon)}"
    first, last = percent(level[0] + note.coupon), percent(level[-1] + note.coupon)
    between = f", {len(months)} changes" if len(months) > 1 else ""
    return f"{first} in month 1{between}, {last} from month {months[-1] + 1}"


def _all_amounts(deal: Deal) -> bool:
    return all(note.amount is not None for note in deal.notes)
