"""The cover that a committee signs: the structure with what it loses, key assumptions, three findings, who and when."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from stress import measures
from stress.answers.since import Since
from stress.measures.means import has_principal
from stress.report import words
from stress.report.inputs import illustrative
from stress.report.numbers import MISSING, PERCENT, many, own_unit, percent, with_error
from stress.report.remaining import expected, short, whole
from stress.report.sheets import Sheet

if TYPE_CHECKING:
    from stress.answers.rating import Rating
    from stress.inputs.job import Job


class Signed(NamedTuple):
    """Who answers for a report. What is left out is a line to be filled in by hand."""

    author: str = ""
    date: str = ""
    revision: str = ""


UNSIGNED = Signed()


class Cover(NamedTuple):
    """The first page."""

    structure: Sheet
    desks: Sheet | None
    """Capital, expected credit loss and price of each class; None where the result holds none."""
    assumptions: tuple[tuple[str, str], ...]
    findings: tuple[str, ...]
    signed: Signed
    version: str


def cover(ds: xr.Dataset, job: Job | None, signed: Signed = UNSIGNED, rating: Rating | None = None) -> Cover:
    """The cover of a result; `job` as the run knew it, or None where it cannot be read.

    `rating`: what each class stands, where it was asked: break-even and gap join the structure.
    """
    engine = f"stress {ds.attrs.get('version', '?')}, job {str(ds.attrs.get('job_hash', '?'))[:8]}"
    return Cover(structure(ds, job, rating), desks(ds), assumptions(ds, job), tuple(words.findings(ds)), signed, engine)


def structure(ds: xr.Dataset, job: Job | None, rating: Rating | None = None, based: bool = True) -> Sheet:
    """One row a class: size, enhancement, coupon; life and expected loss under the first scenario; loss at worst; the
    break-even multiple of net loss and the gap to the stress that it is held to. `based`: with the base net loss."""
    first = str(ds["scenario"].values[0])
    since = since_of(ds, rating)
    stands = _of_rating(rating) if rating is not None else _of_run(ds, based)
    several = ds.sizes["scenario"] > 1
    head = (
        "Class",
        "Size",
        "Enhancement",
        "Coupon",
        "WAL, years",
        "Expected loss",
        *("At its worst",) * several,
        *(f"× base {short(since)}",) * bool(stands),
        *("Gap, points",) * (rating is not None),
    )
    terms = [(MISSING,) * 3] * ds.sizes["tranche"] if job is None else _terms(job)
    rows = []
    for n, name in enumerate(map(str, ds["tranche"].values)):
        note = ds.isel(tranche=n)
        cells = [own_unit(float(note["wal"][0]), float(note["wal_se"][0]), digits=2), _loss(note, 0)]
        if several:
            cells.append(_loss(note, int(np.argmax(note["expected_loss"].values))))
        cells = cells if has_principal(note) else [MISSING] * len(cells)
        rows.append((name, *terms[n], *cells, *(_stands(name, rating) if rating is not None else _breakeven(note))))
    text = f"Enhancement{' now' * bool(since.as_of)}: what ranks below, over the pool or the series. "
    text += f"Life and expected loss under {first}, ± standard error"
    text += "; at its worst: the scenario in which the class loses most." if several else "."
    return Sheet(head, tuple(rows), f"{text} {stands}".strip())


def desks(ds: xr.Dataset) -> Sheet | None:
    """One row a class: capital and expected credit loss at closing, or after the month of the job's state, price and
    yield, as the run found them."""
    if "risk_weight" not in ds:
        return None
    about = json.loads(str(ds.attrs.get("committee", "{}")))
    floating = bool(ds["discount_margin"].notnull().any())
    head = ("Class", "Risk weight", "Capital", "12-month ECL", "Lifetime ECL", "Price", "Yield at par")
    rows = tuple(_desk(ds.isel(tranche=n), str(name), floating) for n, name in enumerate(ds["tranche"].values))
    return Sheet((*head, *("DM at par",) * floating), rows, _of_desks(about, str(ds.attrs.get("as_of", ""))))


def _desk(note: xr.Dataset, name: str, floating: bool) -> tuple[str, ...]:
    weight, charge = float(note["risk_weight"]), float(note["capital_charge"])
    price = (float(note[f"price{k}"][0]) for k in ("", "_se")) if "price" in note else (math.nan, math.nan)
    margin = float(note["discount_margin"])
    return (
        name,
        MISSING if math.isnan(weight) else f"{exact_percent(weight)} exact",
        MISSING if math.isnan(charge) else f"{exact_percent(charge)} exact",
        _allowance(note, "ecl_12m"),
        _allowance(note, "ecl_lifetime"),
        own_unit(*price, digits=4),
        MISSING if math.isnan(float(note["yield_at_par"])) else f"{100.0 * float(note['yield_at_par']):.3f}%",
        *(MISSING if math.isnan(margin) else f"{1e4 * margin:,.1f} bp",) * floating,
    )


def exact_percent(share: float) -> str:
    """Four digits of a percentage that has no error: 1138.4%, 15%, 0.1234%.

    >>> exact_percent(0.15), exact_percent(11.38393)
    ('15%', '1138%')
    """
    return f"{float(f'{100.0 * share:.4g}'):.10g}%"


def _allowance(note: xr.Dataset, name: str) -> str:
    estimate, error = float(note[name]), float(note[f"{name}_se"])
    if math.isnan(estimate):
        return MISSING
    return with_error(estimate, error, *(float(note[f"{name}{k}"]) for k in ("_low", "_high")), unit=PERCENT)


def _of_desks(about: dict[str, Any], as_of: str) -> str:
    """What the numbers of the second table rest on."""
    if "rules" not in about:
        return ""
    proposed = " PROPOSED, not in force." if about["status"] == "proposed" else ""
    when, over = (f"after {as_of}", "original balance") if as_of else ("at closing", "balance")
    held = (
        f" Risk weight and capital over exposure {when}: SEC-SA by {about['rules']} ({about['status']}, "
        f"{about['date']}), loans at {percent(about['pool_weight'])}.{proposed}" if about["rules"] else ""
    )  # fmt: skip
    text = (
        f"Under {about['scenario']}.{held} Expected credit loss {when} over {over}, at the effective rate, "
        f"{many(about['paths'], 'path')}, ± standard error; where none shows a loss, the bound of all paths of the run."
        " Price: mean present value over par, ± standard error. Yield and margin at par: deterministic, no error."
    )
    left = "; ".join(about["left_out"])
    return f"{text} Left out: {left}." if left else text


def _breakeven(note: xr.Dataset) -> tuple[str, ...]:
    """The break-even multiple that the run found, with half the bracket in which it lies."""
    if "breakeven_multiple" not in note:
        return ()
    multiple, width = float(note["breakeven_multiple"]), float(note["breakeven_multiple_precision"])
    if math.isnan(multiple):
        return (MISSING,)
    return (f"{'> ' * bool(note['breakeven_open'])}{own_unit(multiple, 0.5 * width, digits=2)}",)


def base_net_loss(ds: xr.Dataset) -> float:
    """What the break-even multiples of a run are of; NaN where it holds none."""
    return float(json.loads(str(ds.attrs.get("committee", "{}"))).get("base_net_loss", math.nan))


def since_of(ds: xr.Dataset, rating: Rating | None = None) -> Since:
    """Where the net losses count from that break-evens are multiples of."""
    known = json.loads(str(ds.attrs.get("committee", "{}"))).get("since", {})
    return rating.since if rating is not None else Since(**{key: known[key] for key in Since._fields if key in known})


def _of_run(ds: xr.Dataset, based: bool) -> str:
    """What the break-even multiple of a run is; empty where it holds none."""
    from stress.explain.words import listed

    if "breakeven_multiple" not in ds:
        return ""
    since = since_of(ds)
    base = f" ({percent(base_net_loss(ds))} on {expected(since)})" if based else f" on {expected(since)}"
    several = []
    if "breakeven_crossings" in ds:  # results of earlier versions have none
        several = [str(name) for name in ds["tranche"].values[ds["breakeven_crossings"].values > 1.0]]
    again = (
        f" {listed(several)} begin{'s' * (len(several) == 1)} to lose more than once as they rise and "
        f"{'is' if len(several) == 1 else 'are'} paid in full in between, as where a trigger stops purchases or "
        "changes the order of payments: the lowest is given."
    )
    return (
        f"× base {short(since)}: multiple of the pool's {whole(since)}{base} where the "
        "class begins to lose as the odds of default rise, deterministic, ± half the bracket of the search; no rating."
        + again
        * bool(several)
    )


def _stands(name: str, rating: Rating) -> tuple[str, ...]:
    rated = next((rated for rated in rating.classes if rated.note == name), None)
    if rated is None:
        return MISSING, MISSING
    beyond = "> " * rated.shown.open
    gap = MISSING if rated.gap is None else f"{beyond}{100.0 * rated.gap:+.2f} ({rated.held})"
    return f"{beyond}{rated.breakeven_multiple_cnl:.2f}", gap


def _of_rating(rating: Rating) -> str:
    return (
        f"× base {short(rating.since)}: multiple of the pool's {whole(rating.since)} at which the class is no longer "
        f"paid in full, deterministic, by the stresses of '{rating.table}'; gap: that loss less what its category asks."
        " No ratings."
    )


def _terms(job: Job) -> list[tuple[str, str, str]]:
    from stress.explain.notes import amounts_of, coupon_words, shares_of, support_then
    from stress.explain.words import money
    from stress.explain.words import percent as exactly

    deal, balance = job.deal, job.pool.balance
    rows = []
    sizes = amounts_of(deal, balance), shares_of(deal, balance)
    for note, amount, share, below in zip(deal.notes, *sizes, support_then(job), strict=True):
        size = MISSING if share is None or amount is None else f"{money(amount)} ({exactly(share)})"
        coupon = "residual" if note.residual else coupon_words(deal, note).partition(";")[0]
        coupon = coupon if note.index is None else f"{note.index} + {exactly(note.coupon)}"
        if job.state is not None:
            size += f", {100.0 * job.state.notes[note.name].balance / amount:.3g}% left" if amount else ""
        rows.append((size, exactly(below) if job.state is None else percent(below), coupon))
    return rows


def _loss(note: xr.Dataset, at: int) -> str:
    return with_error(
        *(float(note.variables[f"expected_loss{k}"][at]) for k in ("", "_se", "_low", "_high")), unit=PERCENT
    )


def assumptions(ds: xr.Dataset, job: Job | None) -> tuple[tuple[str, str], ...]:
    """What the findings rest on, each in a line."""
    from stress.explain.words import listed

    names = [str(s) for s in ds["scenario"].values]
    shown = listed(names) if len(names) <= 6 else f"{', '.join(names[:5])} and {len(names) - 5} more"
    run = (
        ("Scenarios", f"{len(names)}: {shown}"),
        ("Simulation", f"{many(measures.paths(ds), 'path')} each on common random numbers, "
                       f"{ds.attrs.get('estimator')}, seed {ds.attrs.get('seed')}"),
    )  # fmt: skip
    return run if job is None else (*_of_job(job), *run)


def _of_job(job: Job) -> tuple[tuple[str, str], ...]:
    from stress.explain.dependence import dependence
    from stress.explain.words import listed, money
    from stress.explain.words import percent as exactly

    deal, pool = job.deal, job.pool
    enters = "enters arrears" if pool.ladder is not None else "defaults"
    enter = [(s.share * (s.entry_rate or 0.0), s.recovery) for s in pool.segments]
    entering = sum(rate for rate, _ in enter)
    recovered = sum(rate * recovery for rate, recovery in enter) / entering if entering > 0.0 else 0.0
    if pool.payment_rate is not None:
        pays = f"{exactly(pool.payment_rate.monthly)} of the balance a month"
    else:
        pays = f"instalments of {listed(str(plan.term) for plan in pool.plans)} months"
    revolves = f"revolves {deal.revolving_months} months" if deal.revolving_months else "does not revolve"
    rows = [
        ("Deal", f"closing {deal.closing_date}; {revolves}, scheduled to end in month "
                 f"{deal.scheduled_months}, legal maturity in month {deal.legal_maturity_months}"),
        ("Pool", f"{money(pool.balance)} {pool.currency} in {len(pool.segments)} segment"
                 f"{'s' * (len(pool.segments) > 1)}; {pays}"),
        ("Credit", f"{exactly(entering)} of the balance {enters} a month, {exactly(recovered, 2)} of defaults is "
                   f"recovered (means over segments)"),
        ("Dependence", dependence(pool)[0]),
    ]  # fmt: skip
    if state := job.state:
        left = listed(f"{note.name} {money(state.notes[note.name].balance)}" for note in deal.notes)
        rows.insert(1, ("In mid-life", f"after {state.as_of}, with {money(state.receivables)} of the pool left and of "
                        f"the notes {left}; enhancement, lives, yields and prices are of what is left then, losses "
                        "over the original balance"))  # fmt: skip
    if n := len(illustrative(job)):
        are = "1 statement on inputs is" if n == 1 else f"{n} statements on inputs are"
        rows.append(("Illustrative", f"{are} the authors' own; see Inputs"))
    return tuple(rows)
