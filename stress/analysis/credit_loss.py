"""Expected credit loss by IFRS 9 and CECL: discounted at the effective rate, weighted by the scenarios' probabilities.

Of a note: its claim (balance and unpaid interest) grows at its contractual rate and shrinks by what is paid, so that
all that is paid plus the discounted claim at legal maturity is what it is owed: the discounted unpaid claim is the
present value of all cash shortfalls (IFRS 9, B5.5.28), at the note's own effective rate, fixed or floating.
Of the loans: the closing pool in run-off, without purchases (a later loan has its own allowance when it is bought).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.order_statistics import mean_of
from stress.analysis.remaining import at_all_times
from stress.answers.ecl import Allowance, Ecl
from stress.arrays import Array
from stress.assemble.contract import sizes_of
from stress.assemble.problem import assemble
from stress.assemble.stages import by_column
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.numbers import enough
from stress.inputs.scenario import Shock
from stress.inputs.state.rules import started
from stress.kernels.layout import LANES
from stress.measures.estimate import Interval
from stress.measures.proportions import UNSEEN
from stress.runs.trace import block_rows, values_of

PATHS = 2_048
MULTIPLE = 2.0
"""The rise of a rate from which credit risk has risen significantly, where the user gives none: a convention."""
YEAR = 12
WEIGHTED = "weighted"
LOANS = "loans"
_OF_NOTES = ("note_balance", "written_down", "interest_unpaid", "interest_paid", "principal_paid", "first_loss")
_OF_LOANS = ("month_start_balance", "pool_balance", "defaults", "recoveries", "m2", "m3", "m4_on", "entry_rate")


def ecl(
    job: Job,
    dates: Sequence[int] = (),
    multiple: float = MULTIPLE,
    scenarios: Sequence[str] = (),
    paths: int = PATHS,
    progress: trials.Progress | None = None,
) -> Ecl:
    """12-month and lifetime expected credit loss under every scenario, and weighted where all have a probability.

    `dates`: reporting dates in months from closing; where the job starts, and a year later where it lives then, if none
    is given. `multiple`: a segment is in stage 2 in the months in which its
    entry rate is so many times that of the first scenario's expected rate at closing, all loans 30 days past due are
    (the backstop of IFRS 9, 5.5.11). Means over plain paths of the job's seed, the same for all scenarios. Raises
    ConfigError for fewer than 64 paths, a date beyond legal maturity or an unknown scenario.

    >>> answer = ecl(job, paths=64, scenarios=["baseline"])
    >>> [row.book for row in answer.rows if row.month == 0]
    ['A', 'B', 'mezzanine', 'loans']
    """
    enough(paths)
    dates = tuple(dates) or _dates(job)
    _check(job, dates, multiple)
    cases = [trials.case_of(job, name) for name in scenarios] or list(job.scenarios)
    blocks = -(-paths // LANES)
    rate, base = _closing(job)
    tables: list[dict[tuple[str, int], _Paths]] = []
    for k, case in enumerate(cases):
        tables.append(
            _notes(trials.only(job, case.name), blocks, dates)
            | _loans(_run_off(job, case), blocks, dates, rate, multiple * base)
        )
        if progress is not None:
            progress(k + 1, len(cases))
    rows = [
        _row(case.name, *key, of_paths)
        for case, table in zip(cases, tables, strict=True)
        for key, of_paths in table.items()
    ]
    weights = [case.probability for case in cases]
    given = [weight for weight in weights if weight is not None]
    if len(given) == len(cases) and sum(given) > 0.0:
        rows += [
            _row(WEIGHTED, *key, _Paths(*(_mixed(given, [table[key][k] for table in tables]) for k in range(5))))
            for key in tables[0]
        ]
        says = "Weighted by the scenarios' probabilities, scaled to 1."
    else:
        says = "Not weighted over scenarios: not all of them have a probability in the job."
    return Ecl(job.name, blocks * LANES, job.seed, multiple, (1.0 + rate) ** YEAR - 1.0, tuple(rows), says)


def at_start(job: Job, paths: int = PATHS) -> dict[str, tuple[Interval, Interval]]:
    """12-month and lifetime loss of every note that is owed principal, at closing or after the month of the job's
    state, under its first scenario, as `ecl` finds them; the loans are left out."""
    table = _notes(trials.only(job, None), -(-paths // LANES), (started(job),))
    return {note: (_loss(of_paths.twelve_month), _loss(of_paths.lifetime)) for (note, _), of_paths in table.items()}


class _Paths(NamedTuple):
    """Values of every path, (path,), of a book at a date."""

    outstanding: Array
    twelve_month: Array
    lifetime: Array
    stage_2: Array
    allowance: Array


def _row(scenario: str, book: str, month: int, of_paths: _Paths) -> Allowance:
    return Allowance(scenario, book, month, _mean(of_paths.outstanding), *(_loss(values) for values in of_paths[1:]))


def _mean(values: Array) -> Interval:
    return Interval(*(float(part) for part in mean_of(values)))  # type: ignore[arg-type]


def _loss(values: Array) -> Interval:
    """The mean of a share, with the rule of three above one of which no path shows anything."""
    mean = _mean(values)
    return mean if mean.estimate != 0.0 else Interval(*mean[:3], min(1.0, UNSEEN / values.size))  # type: ignore[arg-type]


def _mixed(weights: Sequence[float], parts: Sequence[Array]) -> Array:
    """The mean over scenarios on each path: common draws enter the error as they should."""
    return np.asarray(sum(w * part for w, part in zip(weights, parts, strict=True)) / sum(weights), np.float64)


def _gathered(job: Job, blocks: int, names: Sequence[str]) -> dict[str, Array]:
    rows: dict[str, list[Array]] = {name: [] for name in names}
    for block in block_rows(job, assemble(job), blocks, [n for n in names if n != "first_loss"]):
        for name, parts in rows.items():
            parts.append(block[name])
    return {name: np.concatenate(parts, axis=-1) for name, parts in rows.items()}


def _notes(job: Job, blocks: int, dates: Sequence[int]) -> dict[tuple[str, int], _Paths]:
    rows = _gathered(job, blocks, _OF_NOTES)
    size = np.asarray(sizes_of(job.deal, job.pool.balance), np.float64)
    n_path = blocks * LANES
    opening = np.broadcast_to(size[:, None], (1, size.size, n_path))
    claim = np.concatenate([opening, rows["note_balance"] + rows["written_down"] + rows["interest_unpaid"]])
    due = claim[1:] + rows["interest_paid"] + rows["principal_paid"]
    least = 1e-9 * job.pool.balance
    growth = np.divide(due, claim[:-1], out=np.ones_like(due), where=claim[:-1] > least)
    growth[: started(job)] = 1.0  # data: nothing is discounted to before the state
    discount = np.concatenate([np.cumprod(1.0 / growth[::-1], axis=0)[::-1], np.ones((1, size.size, n_path))])
    shortfall = np.where(claim[-1] > least, claim[-1], 0.0) * discount
    fails = np.where((rows["first_loss"] > 0) & (claim[-1] > least), rows["first_loss"], len(claim) - 1)
    nothing = np.full(n_path, np.nan)
    return {
        (note.name, t): _Paths(
            claim[t, n] / size[n], shortfall[t, n] * (fails[n] <= t + YEAR) / size[n], shortfall[t, n] / size[n],
            nothing, nothing,
        )
        for n, note in enumerate(job.deal.notes)
        if not note.residual
        for t in dates
    }  # fmt: skip


def _loans(job: Job, blocks: int, dates: Sequence[int], rate: float, limit: Array) -> dict[tuple[str, int], _Paths]:
    """The closing pool in run-off. A path's recoveries belong to all of its defaults in proportion."""
    rows = _gathered(job, blocks, _OF_LOANS)
    n_month = len(rows["defaults"])
    discount = (1.0 + rate) ** -np.arange(1.0, n_month + 1.0)[:, None]
    lost, back = rows["defaults"] * discount, rows["recoveries"] * discount
    never = 1.0 - np.divide(back.sum(axis=0), lost.sum(axis=0), out=np.zeros(lost.shape[1]), where=lost.sum(axis=0) > 0)
    by_segment = np.array([segment.share for segment in job.pool.segments])
    share = by_column(by_segment, job.pool) * by_segment.size / rows["entry_rate"].shape[1]  # stages weigh alike
    risen = np.tensordot(share, rows["entry_rate"] >= limit[:, None], axes=(0, 1))
    late = np.divide(
        rows["m2"] + rows["m3"] + rows["m4_on"], rows["pool_balance"], out=np.zeros_like(risen),
        where=rows["pool_balance"] > 0,
    )  # fmt: skip
    table = {}
    for t in dates:
        left = never * (1.0 + rate) ** t / job.pool.balance
        whole, soon = left * lost[t:].sum(axis=0), left * lost[t : t + YEAR].sum(axis=0)
        now = min(t, n_month - 1)  # at closing: what the first month does
        stage = np.minimum(1.0, risen[now] + (1.0 - risen[now]) * late[max(t - 1, 0)] * (t > 0))
        balance = rows["pool_balance"][t - 1] / job.pool.balance if t else np.ones(lost.shape[1])
        table[LOANS, t] = _Paths(balance, soon, whole, stage, soon + risen[now] * (whole - soon))
    return table


def _run_off(job: Job, case: ScenarioCase) -> Job:
    """The pool of closing alone: nothing is bought."""
    stop = Shock.model_validate({"target": "originations", "multiply": 0.0})
    return trials.variants(job, case, [[stop]])


def _closing(job: Job) -> tuple[float, Array]:
    """What the loans earn a month on expected rates, and the entry rates of each segment at closing, from which credit
    risk may have risen: what a state tells of the factors is left out."""
    run_off = at_all_times(_run_off(job, job.scenarios[0]))
    rows = values_of(run_off, assemble(run_off, deterministic=True), 0)
    earned = rows["fee_income"][1].sum() + rows["late_charge"][1].sum()
    return float(earned / rows["month_start_balance"][1].sum()), np.asarray(
        rows["entry_rate"][1][started(job)], np.float64
    )


def _dates(job: Job) -> tuple[int, ...]:
    """Where the job starts, and a year later where it still lives then."""
    begin = started(job)
    later = begin + 12
    return (begin, later) if later < job.deal.legal_maturity_months else (begin,)


def _check(job: Job, dates: Sequence[int], multiple: float) -> None:
    for date in dates:
        if not 0 <= date < job.deal.legal_maturity_months:
            last = job.deal.legal_maturity_months - 1
            raise ConfigError(f"--date {date}: a month from 0 (closing) to {last}, before legal maturity")
        if date < started(job):
            raise ConfigError(f"--date {date}: job {job.name!r} starts after month {started(job)}: that month or later")
    if not multiple > 1.0:
        raise ConfigError(f"--multiple {multiple:g}: must be above 1: so many times the rate at closing")
