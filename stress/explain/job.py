"""A job in words: its deal, its pool, and what each scenario moves."""

from __future__ import annotations

from stress.explain.deal import explain_deal
from stress.explain.dependence import dependence, drawn
from stress.explain.notes import support_then
from stress.explain.pool import after_default, ladder, limits, loans, past_due, stages
from stress.explain.shocks import shock_words
from stress.explain.words import PHASE, listed, money, percent, table
from stress.inputs.deal.reading import buys
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool, Segment
from stress.inputs.state.rules import started


def explain_job(job: Job, on_odds: str | None = None) -> str:
    """Markdown: the deal at this pool's size, the pool, the scenarios, the run.

    `on_odds`: what shocks on the odds of entry do to defaults, in words (`stress.assemble.odds`).

    >>> "## Notes" in explain_job(job)
    True
    """
    lines = [explain_deal(job.deal, job.pool.balance), *_stands(job)]
    lines += [f"# Pool: {job.pool.name}", "", *_pool(job.pool, buys(job.deal), job.deal.trust is None), ""]
    lines += ["# Scenarios", ""]
    if on_odds:
        lines += [f"{on_odds[0].upper()}{on_odds[1:]}.", ""]
    for case in job.scenarios:
        lines += _scenario(case)
    lines += ["# Run", "", _run(job), ""]
    return "\n".join(lines)


def _stands(job: Job) -> list[str]:
    """A deal in mid-life: where its state leaves it."""
    state = job.state
    if state is None:
        return []
    pool = state.receivables
    late = sum(sum(held.late) for held in state.pool)
    share = f", {percent(late / pool)} of it past due" if pool > 0.0 else ""
    months = {name: trigger.tripped for name, trigger in state.triggers.items() if trigger.tripped is not None}
    tripped = [f"{name} (month {month})" for name, month in months.items()]
    lines = [
        f"# Where it stands at the end of {state.as_of}",
        "",
        f"{PHASE[state.phase]}, after month {started(job)}: what was before is data. The pool is {money(pool)}{share}; "
        f"defaults so far {money(state.sums.defaults)}, recoveries {money(state.sums.recoveries)}. Tripped: "
        f"{listed(tripped) if tripped else 'no trigger'}.",
        "",
        *table(["note", "balance", "of its size", "enhancement below it"], _notes_then(job)),
        "",
    ]
    lines += [f"{state.source.removesuffix('.')}.", ""] if state.source else []
    return [*lines, f"Illustrative: {'; '.join(state.illustrative)}.", ""] if state.illustrative else lines


def _notes_then(job: Job) -> list[list[str]]:
    """A row a note: what is left of it, and what ranks below it now."""
    rows = []
    for note, below in zip(job.deal.notes, support_then(job), strict=True):
        balance, size = (job.state.notes[note.name].balance if job.state else 0.0), note.original(job.pool.balance)
        rows.append([note.name, money(balance), percent(balance / size, 2) if size else "-", percent(below, 2)])
    return rows


def _pool(pool: Pool, buying: bool, limited: bool) -> list[str]:
    """`limited`: by what an originator offers and the deal may buy, which a master trust knows nothing of."""
    lines = [f"Cut-off balance {money(pool.balance)} {pool.currency}."]
    if pool.payment_rate is not None:
        rate = pool.payment_rate
        buys = "" if rate.purchase_rate is None else f"cardholders buy {percent(rate.purchase_rate)} of it a month; "
        paid = rate.monthly_curve or percent(rate.monthly)
        lines.append(f"Pays {paid} of its balance a month; {buys}yield {percent(rate.annual_yield)} a year.")
    else:
        lines += loans(pool, buying)
    if pool.billing is not None:
        dates = listed(str(date) for date in pool.billing.dates)
        lines.append(
            f"Billed on day {dates} of a month of 30, an equal share of borrowers each; due {pool.billing.days_to_due} "
            "days after the bill."
        )
    enters = "enters M1 a month" if pool.ladder is not None else "defaults a month"
    columns = {"share": "share", "of what is new": "new_share"}
    if not (buying or not limited) or all(s.new_share in (None, s.share) for s in pool.segments):
        del columns["of what is new"]
    columns |= {enters: "entry_rate", "fee a month": "monthly_fee", "prepays a month": "prepayment"}
    columns["recovered"] = "recovery"
    if any(s.apr is not None for s in pool.segments):
        columns["interest a year"] = "apr"
    if pool.payment_rate is not None or not any(s.monthly_fee for s in pool.segments):
        del columns["fee a month"]
    rows = [[s.name, *(_shown(s, key) for key in columns.values())] for s in pool.segments]
    lines += ["", *table(["segment", *columns], rows), ""]
    lines += [*stages(pool), *ladder(pool), *past_due(pool)]
    lines.append(" ".join(dependence(pool)))
    lines.append(" ".join([*after_default(pool), *(limits(pool) if buying and limited else [])]))
    if pool.illustrative:
        lines += ["", "Illustrative, not published:", "", *[f"- {item}" for item in pool.illustrative]]
    return lines


def _shown(segment: Segment, key: str) -> str:
    if key == "new_share" and segment.new_share is None:
        key = "share"
    words = getattr(segment, f"{key}_curve", None)
    return str(words) if words is not None else percent(getattr(segment, key) or 0.0)


def _scenario(case: ScenarioCase) -> list[str]:
    lines = [f"## {case.name}", ""]
    if case.description:
        lines += [case.description, ""]
    if case.probability is not None:
        lines += [f"Probability {percent(case.probability)} in the mixture of scenarios.", ""]
    lines += [f"- {shock_words(shock)}" for shock in case.shocks] or ["- Nothing is moved."]
    lines += [f"- {words}" for words in drawn(case)]
    if case.source:
        lines += ["", f"Source: {case.source}"]
    if case.illustrative:
        lines += ["", f"Illustrative: {'; '.join(case.illustrative)}."]
    for part in case.made_of:
        called = f" Illustrative: {'; '.join(part.illustrative)}." * bool(part.illustrative)
        lines += ["", f"From {part.kind} {part.name}: {part.source or 'no source stated'}{called}"]
    return [*lines, ""]


def _run(job: Job) -> str:
    clock = {
        "monthly": "everything falls due once a month",
        "daily": "thirty due days a month, purchases every day",
        "payment_date": "purchases at payment dates only",
    }[job.clock]
    return f"{job.paths:,} paths, seed {job.seed}, {job.clock} clock ({clock}), estimator {job.estimator}."
