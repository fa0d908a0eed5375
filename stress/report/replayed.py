"""The story of one replayed path: which months matter, which trigger tripped, which note lost how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress.kernels.codes import PHASES
from stress.report.numbers import fraction, percent
from stress.report.sheets import Sheet

SMALL = 1e-9
"""Share of a note's original balance below which an amount is rounding."""
MOST = 14
"""Key months of a table."""


class Event(NamedTuple):
    """Something that happened in a month."""

    month: int
    text: str


def story(trace: xr.Dataset) -> list[str]:
    """A replayed path in sentences: the pool, the triggers, every note.

    `trace` is what `stress.replay` gives.

    >>> import stress
    >>> job = stress.load("scenarios/jobs/baitiao-24m.toml")
    >>> print(*stress.report.story(stress.replay(job, path=77)), sep="\\n")  # doctest: +ELLIPSIS
    Defaults reach ...% of the cut-off balance ...
    """
    return [_pool(trace), *_triggers(trace), *(_note(trace, str(n)) for n in trace["tranche"].values)]


def key_months(trace: xr.Dataset) -> Sheet:
    """The months in which something happened: what, and how pool and notes stood at its end."""
    events: dict[int, list[str]] = {int(trace["month"][0]): []}
    for month, event in sorted(_events(trace)):
        events.setdefault(month, []).append(event)
    last = int(trace["month"][-1])
    events.setdefault(last, [])
    shown = dict(sorted(events.items())[: MOST - 1]) | {last: events[last]}
    notes = [str(n) for n in trace["tranche"].values]
    head = ("Month", "What happened", "Pool", "Default", "Excess spread", *notes)
    cut_off = float(trace.attrs["cut_off"])
    rows = []
    for month, happened in shown.items():
        state = trace.sel(month=month)
        left = (state["note_balance"] / _original(trace)).values
        cells = (
            percent(float(state["pool_balance"]) / cut_off, 1),
            percent(float(state["cumulative_default"])),
            percent(float(state["excess_spread"]), 1),
            *(percent(float(x), 1) for x in left),
        )
        rows.append((str(month), "; ".join(happened), *cells))
    return Sheet(
        head, tuple(rows), "At the month's end: pool and default over the cut-off balance, notes over original."
    )


def _pool(trace: xr.Dataset) -> str:
    defaults = trace["defaults"].values
    worst = int(np.argmax(defaults))
    cut_off = float(trace.attrs["cut_off"])
    defaulted, left = (float(trace[name][-1]) for name in ("cumulative_default", "default_stock"))
    text = (
        f"Defaults reach {percent(defaulted)} of the cut-off balance; the worst month is {int(trace['month'][worst])} "
        f"({percent(float(defaults[worst]) / cut_off)}); {percent(defaulted - left)} is recovered."
    )
    if not defaults.any():
        text = f"Nothing defaults{' any more' if defaulted > 0.0 else ''}."
    if "default" in trace["factor"].values:
        factor = trace["factor_value"].sel(factor="default").values
        low = int(np.argmin(factor))
        when = int(trace["month"][low])
        text += f" The default factor is lowest in month {when}, at {_signed(factor[low])}; its mean is "
        text += f"{_signed(factor.mean())} (a low factor is a bad month)."
    return text


def _triggers(trace: xr.Dataset) -> list[str]:
    sentences = []
    for name in trace["trigger"].values:
        trigger = trace.sel(trigger=name)
        month = int(trigger["trigger_month"].max())
        if month == 0:
            continue
        if month < int(trace["month"][0]):
            sentences.append(f"Trigger '{name}' had tripped in month {month}.")
            continue
        value, limit = (_level(float(trigger[k].sel(month=month))) for k in ("trigger_value", "trigger_limit"))
        measured = f": {value} against a limit of {limit}"
        measured = "" if value == limit or name in trace.attrs.get("conditions", ()) else measured
        again = "".join(f"; {turn} in month {when}" for when, turn in _turns(trace, str(name), month))
        sentences.append(f"Trigger '{name}' trips in month {month}{measured}{again}.")
    sentences += [_begins(trace, *change) for change in _changes(trace)]
    return sentences or ["No trigger trips."]


def _turns(trace: xr.Dataset, name: str, first: int) -> list[tuple[int, str]]:
    """Months after the first trip in which a curable trigger is cured, or trips again."""
    tripped = trace["tripped"].sel(trigger=name).values > 0.0
    turned = 1 + np.flatnonzero((tripped[1:] != tripped[:-1]) & _there(trace)[1:])
    months = [(int(trace["month"][at]), "trips again" if tripped[at] else "is cured") for at in turned]
    return [turn for turn in months if turn[0] > first]


def _there(trace: xr.Dataset) -> np.ndarray:
    """(month,) whether there was a pool or a note at its beginning."""
    behind = trace["invested" if "invested" in trace else "pool_balance"]
    stands = (behind + trace["note_balance"].sum("tranche")).values
    return np.concatenate([[True], stands[:-1] > SMALL * float(trace.attrs["cut_off"])])


def _changes(trace: xr.Dataset) -> list[tuple[int, int, int]]:
    """Months in which the phase changes while there is a pool or a note, the phase before and the one they end in."""
    phase = trace["phase"].values.astype(int)
    before = np.concatenate([[PHASES.index(trace.attrs["begins_in"])], phase[:-1]])
    changed = np.flatnonzero((phase != before) & _there(trace))
    return [(int(trace["month"][at]), int(before[at]), int(phase[at])) for at in changed]


def _begins(trace: xr.Dataset, month: int, before: int, phase: int) -> str:
    """The phase that a month ends in; where a trigger brings it, whether that is an early amortization."""
    name = PHASES[phase]
    text = f"{name.replace('_', ' ').capitalize()} begins in month {month}"
    static = not trace.attrs["revolving_months"]
    if static or name == "amortization" or before > PHASES.index("amortization"):
        return f"{text}."
    if month <= trace.attrs["revolving_months"]:
        return f"{text}: early amortization, purchases stop."
    return f"{text} (after the revolving period: not an early amortization)."


def _note(trace: xr.Dataset, name: str) -> str:
    note = trace.sel(tranche=name)
    original, loss = float(_original(trace).sel(tranche=name)), float(note["loss"])
    amount = f"{loss * original:,.0f} {trace.attrs.get('currency', '')}".strip()
    if original == 0.0:
        received = float(note["residual_yield"].sum())
        return f"{name}, a certificate, receives {received:,.0f} {trace.attrs.get('currency', '')}".strip() + "."
    repaid = _repaid(note, original)
    if loss > SMALL:
        text = f"{name} loses {fraction(loss)} of its principal ({amount})"
    else:
        text = f"{name} is repaid in full" + (f" by month {repaid}" if repaid else "")
    late = _late(note, original)
    if late.size:
        months = f"month {late[0]}" if late.size == 1 else f"{late.size} months, {late[0]} the first"
        unpaid = float(note["interest_unpaid"][-1])
        end = f"; {unpaid:,.0f} is never paid" if unpaid > SMALL * original else "; all of it is paid later"
        text += f"; interest is late in {months}{end}"
    return f"{text}."


def _events(trace: xr.Dataset) -> Iterator[Event]:
    """All that happened, in no order."""
    if trace["defaults"].values.any():
        yield Event(int(trace["month"][int(np.argmax(trace["defaults"].values))]), "most defaults")
    for name in trace["trigger"].values:
        if (month := int(trace["trigger_month"].sel(trigger=name).max())) >= int(trace["month"][0]):
            yield Event(month, f"'{name}' trips")
            for when, turn in _turns(trace, str(name), month):
                yield Event(when, f"'{name}' {turn}")
    for month, _, phase in _changes(trace):
        yield Event(month, f"{PHASES[phase].replace('_', ' ')} begins")
    for name in map(str, trace["tranche"].values):
        note, original = trace.sel(tranche=name), float(_original(trace).sel(tranche=name))
        late = _late(note, original)
        if late.size:
            yield Event(int(late[0]), f"{name} interest late")
        if "written_down" in note and (down := np.flatnonzero(note["written_down"].values > SMALL * original)).size:
            yield Event(int(note["month"][int(down[0])]), f"{name} written down")
        if repaid := _repaid(note, original):
            yield Event(repaid, f"{name} repaid")


def _original(trace: xr.Dataset) -> xr.DataArray:
    """Balance at closing, by note."""
    return xr.DataArray(np.array(trace.attrs["original"], float), coords={"tranche": trace["tranche"]}, dims="tranche")


def _repaid(note: xr.Dataset, original: float) -> int | None:
    """The month that ends with nothing left of the note; None for a certificate, of which nothing was there."""
    if original == 0.0:
        return None
    written = note["written_down"].values if "written_down" in note else 0.0
    gone = np.flatnonzero(note["note_balance"].values + written <= SMALL * original)
    return int(note["month"][int(gone[0])]) if gone.size else None


def _late(note: xr.Dataset, original: float) -> np.ndarray:
    """Months in which interest that was due was not paid in full."""
    late = (note["interest_due"] - note["interest_paid"]).values > SMALL * original
    return np.asarray(note["month"].values[late])


def _signed(factor: float) -> str:
    """Standard deviations, one digit, with a true minus sign and no minus zero."""
    return f"{round(factor, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def _level(value: float) -> str:
    """A trigger's value: a share in percent, anything beyond 2 as a number."""
    if not np.isfinite(value):
        return "none"
    return percent(value) if abs(value) <= 2.0 else f"{value:,.4g}"
