"""Where reports contradict themselves: figures that end, balances that do not tie, parts above the whole, rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from stress.inputs.files.reported import Reported, read_reports, reported_of
from stress.inputs.reports import Reports
from stress.inputs.text.remark import Remark

Contradictions = Iterator[tuple[str, str]]

ROUNDING = 1e-4
"""Of the balance: published figures are rounded to thousands or millions."""
SMALL = 1e-6
"""Of the balance: an amount that is smaller in every report is a share, more likely."""
RATE = 0.2
"""Relative difference between a printed rate and that of its amounts beyond which it is said."""


RENAMED = ' (a renamed column takes a list: column = ["old", "new"])'


def contradictions(reports: Reported) -> list[tuple[str, str]]:
    """(period, sentence) of each contradiction, in the order of the rules."""
    return [contradiction for rule in _RULES for contradiction in rule(reports)]


def oddities(reports: Reported) -> list[tuple[str, str]]:
    """(period, sentence) of figures that end, then of each contradiction."""
    return [*_ended(reports), *contradictions(reports)]


def notes_of_reports(path: Path, model: Reports) -> list[Remark]:
    """How a report file's table is read, and its contradictions, as notes of `stress check`."""
    return _remarks(path, reported_of(path, model))


def notes_of_tables(path: Path) -> list[Remark]:
    """The same of a table, or a folder of tables, headed by our names. Raises ConfigError, DataError."""
    reports = read_reports(path)
    ends = f"{reports.period[0]} to {reports.period[-1]}" if len(reports.period) > 1 else f"{reports.period[0]}"
    missing = reports.at[-1] + 1 - len(reports.period)
    held = (
        f"{len(reports.period)} reports, {ends}{f' ({missing} missing)' * (missing > 0)}: {', '.join(reports.figure)}"
    )
    return [Remark(f"reports {reports.name}", "table", held, str(path)), *_remarks(path, reports)]


def _remarks(path: Path, reports: Reported) -> list[Remark]:
    notes = [*(("table", note) for note in reports.note), *oddities(reports)]
    return [Remark(f"reports {reports.name}", place, says, str(path)) for place, says in notes]


def _of(reports: Reported, k: int, *names: str) -> tuple[float, ...] | None:
    """Figures of a report; None where one is missing."""
    value = tuple(reports.figure.get(name, (math.nan,) * len(reports.period))[k] for name in names)
    return None if any(map(math.isnan, value)) else value


def _ended(reports: Reported) -> Contradictions:
    """Figures that reports gave and the last one does not, as where a column has got another name."""
    last: dict[str, list[str]] = {}
    for name, value in reports.figure.items():
        given = [str(period) for period, x in zip(reports.period, value, strict=True) if not math.isnan(x)]
        if given and given[-1] != str(reports.period[-1]):
            last.setdefault(given[-1], []).append(name)
    for period, names in last.items():
        ends = f"is the last report of {', '.join(names)}; later ones do not give it"
        yield period, ends + RENAMED


def _balances_tie(reports: Reported) -> Contradictions:
    for k, period in enumerate(reports.period):
        figures = _of(reports, k, "pool_begin", "new_receivables", "principal_collections", "defaults", "pool")
        if figures is None:
            continue
        begin, new, paid, lost, end = figures
        gap = begin + new - paid - lost - end
        if abs(gap) > ROUNDING * max(begin, end):
            yield (
                str(period),
                f"begin + new receivables - collections - defaults is {gap:+,.2f} off the balance at the end",
            )


def _carried_over(reports: Reported) -> Contradictions:
    for k in range(1, len(reports.period)):
        before, begin = _of(reports, k - 1, "pool"), _of(reports, k, "pool_begin")
        if before is None or begin is None or reports.at[k] != reports.at[k - 1] + 1:
            continue
        if abs(before[0] - begin[0]) > ROUNDING * max(before[0], begin[0]):
            yield (str(reports.period[k]), f"begins with {begin[0]:,.2f}; the report before ends with {before[0]:,.2f}")


def _parts_within(reports: Reported) -> Contradictions:
    late = [name for name in ("late_1", "late_2", "late_3") if name in reports.figure]
    for k, period in enumerate(reports.period):
        pool = _of(reports, k, "pool")
        past_due = sum(x for name in late if not math.isnan(x := reports.figure[name][k]))
        if pool is not None and past_due > pool[0] * (1.0 + ROUNDING):
            yield str(period), f"{past_due:,.2f} is past due of a balance of {pool[0]:,.2f}"


def _rate_of_amounts(reports: Reported) -> Contradictions:
    for k, period in enumerate(reports.period):
        figures = _of(reports, k, "default_rate", "defaults", "pool_begin")
        if figures is None or figures[2] <= 0.0:
            continue
        rate, amounts = figures[0], figures[1] / figures[2] * reports.per_year
        if abs(rate - amounts) > RATE * max(rate, amounts):
            yield (
                str(period),
                f"default_rate is {100 * rate:.2f}% a year; defaults over pool_begin are {100 * amounts:.2f}%",
            )


def _amounts(reports: Reported) -> Contradictions:
    """Shares of the balance where amounts of money belong, printed as fractions or as percents."""
    for name, values in reports.figure.items():
        pairs = [(k, x, _of(reports, k, "pool") or _of(reports, k, "pool_begin")) for k, x in enumerate(values)]
        known = [(k, x, pool[0]) for k, x, pool in pairs if x > 0.0 and pool is not None and pool[0] > 0.0]
        if name != "default_rate" and known and all(x < SMALL * pool for _, x, pool in known):
            k, x, pool = known[0]
            yield str(reports.period[k]), f"{name} is {x:g} beside a balance of {pool:,.0f}: an amount, not a share?"


_RULES: tuple[Callable[[Reported], Contradictions], ...] = (
    _balances_tie,
    _carried_over,
    _parts_within,
    _amounts,
    _rate_of_amounts,
)
