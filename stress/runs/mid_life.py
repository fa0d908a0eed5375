"""The state of a path at the end of a month, in the words of a state file: the kernels run to that month and are read.

What starts from it goes on as the path did (`kernels`, Opening state).
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from stress.arrays import Array
from stress.assemble.market import factors_of
from stress.assemble.priority import account_names
from stress.assemble.problem import assemble
from stress.assemble.receivables import due_of, waits_of
from stress.assemble.swing import periods_over
from stress.assemble.told_factors import later_law
from stress.errors import ConfigError
from stress.inputs.arguments import put_to
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import counted_by_year
from stress.inputs.door import path_of, with_options
from stress.inputs.job import Job
from stress.inputs.numbers import whole
from stress.inputs.pool import Pool
from stress.inputs.state import State
from stress.inputs.state.rules import month_of
from stress.kernels import alone, codes
from stress.kernels.image import Image, image_of
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace
from stress.kernels.staged_rows import LATE
from stress.kernels.tables import N_PARAMETER, Problem
from stress.runs.schedules import schedules_of
from stress.runs.trace import check_normals

Document = dict[str, Any]
SUMS = {"defaults": "defaulted", "recoveries": "recovered", "purchases": "bought", "income": "income"}
"""Key of a sum since closing -> what of the pool its row adds up."""


@put_to
def state_at(
    job: Job,
    month: int,
    path: int | None = None,
    scenario: str | None = None,
    normals: Array | None = None,
    name: str = "",
) -> State:
    """A deal's state at the end of a month of its life: of the base case, or of a path of the job.

    The base case moves at unconditional rates and says nothing of the factors; of a job whose own state tells of them
    it moves at the rates expected given that, and says what is left of it. A path's state gives their levels.
    `normals` (T, F) replaces the path's own innovations, and leaves the levels out.
    Raises ConfigError for a month that is none of the deal's or not after the job's own state.

    >>> state = stress.state_at(job, 6)
    >>> state.notes["A"].balance == 807e6
    True
    """
    last = job.deal.legal_maturity_months - 1
    if last < 1:
        raise ConfigError(f"month = {month}: {job.deal.name} ends with month 1: no month is left after one")
    month = whole("month", month, 1, last)
    single = with_options(job, scenarios=None if scenario is None else [scenario])
    single = single.model_copy(update={"scenarios": single.scenarios[:1]})
    deterministic = path is None and normals is None
    problem = assemble(single, deterministic)
    if month <= problem.sizes.n_before:
        raise ConfigError(f"month = {month}: the job starts after month {problem.sizes.n_before}")
    stopped = until(problem, month)
    block, lane = divmod(path_of(path or 0), LANES)
    if normals is not None:
        check_normals(normals, problem)
    drawn = np.zeros((problem.sizes.n_month, problem.sizes.n_factor)) if deterministic else normals
    given = None if drawn is None else np.repeat(np.asarray(drawn, float)[:, :, None], LANES, axis=2)
    space = alone.run_block(stopped, block, job.seed, given)
    state = read_state(single, space, lane, month, name or f"{job.name} month {month}", path is not None)
    whose = "paths of given innovations" if normals is not None else "the base case" if path is None else f"path {path}"
    said = f"The model's own, {whose} of {job.name} under {single.scenarios[0].name}; no deal reported it."
    told = _still_told(single, month) if deterministic else {}
    return state.model_copy(update={"source": said, **told})


def _still_told(job: Job, month: int) -> Document:
    """What is left in a later month of what the job's own state tells of the factors."""
    if job.state is None or not job.state.factors:
        return {}
    phi, root = job.pool.dependence.phi, factors_of(job.pool).root
    levels, law = later_law(job.state, phi, root, month - month_of(job.state, job.deal))
    return {"factors": tuple(levels.tolist()), "known": law}


def until(problem: Problem, month: int) -> Problem:
    """The problem whose paths are left as they stand after a month."""
    return problem._replace(sizes=problem.sizes._replace(n_stop=month))


def read_state(job: Job, space: Workspace, lane: int, month: int, name: str, with_factors: bool) -> State:
    """The state in which a lane of a workspace stands whose problem ran `until` a month, under the first scenario."""
    problem = space.packed.problem
    image = Image(problem.sizes, {n: table for group in problem[1:] for n, table in group._asdict().items()})
    image.flat[:] = image_of(space, lane)
    received = space.rows("log")[:month, :, lane].sum(axis=0)
    document = {
        "kind": "state",
        "version": 1,
        "name": name[:80],
        "as_of": as_of_text(job, month),
        **_phases(image, month),
        **_liabilities(job, image, received, job.clock != "monthly" or month <= problem.sizes.first_payment),
        "pool": _pool(job, problem, image, month),
        "sums": {key: _money(image.row("pool", f"total_{row}")) for key, row in SUMS.items()},
        "deficiency": _money(image.row("cash", "deficiency")),
        "surplus": _money(image.group("surplus").sum()),
        "lately": _lately(problem, image, month),
    }
    if job.deal.trust is not None:
        document["series"] = {name: _money(image.row("trust", name)) for name in ("invested", "numerator")}
    if with_factors:
        document["factors"] = image.group("factor").tolist()
        document |= _drawn(job, space, lane, month, image)
        document |= _known(job, problem)
    if job.clock != "monthly":
        document["pending"] = {
            "conditions": (image.group("condition") > 0.5).tolist(),
            "quantities": image.group("kept").tolist(),
            "senior_cost": _money(image.row("cash", "senior_cost")),
            "retained": _money(image.row("cash", "retained")),
        }
    return State.model_validate_json(json.dumps(document))


def _known(job: Job, problem: Problem) -> Document:
    """Where the job's own state says what is known: the path keeps its parameters; its levels are given."""
    if job.state is None or job.state.known is None:
        return {}
    law = job.state.known
    left = [*law.root[:N_PARAMETER], *((0.0,) * (N_PARAMETER + 1 + f) for f in range(problem.sizes.n_factor))]
    return {"known": {"parameters": law.parameters, "root": left}}


def _drawn(job: Job, space: Workspace, lane: int, month: int, image: Image) -> Document:
    """What else a path has drawn by then: its short rate and its macro variables, under the first scenario."""
    case = job.scenarios[0]
    document: Document = {}
    if case.short_rate is not None and (short := image.group("short")).size:
        document["short_rate"] = float(short[0])
    if case.swing is not None:
        n_variable, over = len(case.swing.var.variables), periods_over(case.swing, month)
        normals = space.rows("shocks")[0][:, lane].reshape(-1, n_variable)[:over].copy()
        if job.state is not None:
            before = periods_over(case.swing, month_of(job.state, job.deal))
            normals[:before] = job.state.macro.get(case.name) or 0.0
        document["macro"] = {case.name: normals.tolist()}
    return document


def as_of_text(job: Job, month: int) -> str:
    """The collection month of a month of the deal, as 2020-09."""
    closing = job.deal.closing_date
    at = 12 * closing.year + closing.month - 1 + month
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def _money(value: Any) -> float:
    """An amount; what rounding left below nothing is nothing."""
    return max(0.0, float(value))


def _phases(image: Image, month: int) -> Document:
    phase, lasting = (
        codes.PHASES[round(float(image.row(group, row)))] for group, row in (("pool", "phase"), ("cash", "lasting"))
    )
    early = int(image.row("cash", "early_month"))
    return {"phase": phase, "lasting_phase": lasting, "early_amortization": early}


def _liabilities(job: Job, image: Image, received: Array, waits: bool) -> Document:
    deal = job.deal
    notes: Document = {}
    for n, note in enumerate(deal.notes):
        notes[note.name] = {
            "balance": _money(image.row("note", "outstanding")[n]),
            "unpaid_interest": _money(image.row("note", "unpaid")[n]),
            "accrued_interest": _money(image.row("note", "accrued")[n]),
            "worst_shortfall": _money(image.row("note", "shortfall")[n]),
        }
        if (written := image.group("written")).size:
            notes[note.name]["written_down"] = _money(written[n])
        if note.residual:
            before = 0.0 if job.state is None else job.state.notes[note.name].received
            notes[note.name]["received"] = before + _money(received[n])
    triggers: Document = {}
    for g, trigger in enumerate(deal.triggers):
        rows = {name: float(image.row("trigger", name)[g]) for name in ("count", "month", "on", "passed")}
        triggers[trigger.name] = {"breaches": int(rows["count"]), "passes": int(rows["passed"])}
        if rows["month"] > 0.5:
            triggers[trigger.name] |= {"tripped": int(rows["month"]), "in_force": rows["on"] > 0.5}
    return {
        "notes": notes,
        "accounts": {
            name: _money(cash) for name, cash in zip(account_names(deal), image.group("account"), strict=True)
        },
        "fees": _fees(deal, image, waits),
        "triggers": triggers,
        "parties": {
            name: {"received": _money(paid_in), "paid": _money(paid)}
            for name, paid_in, paid in zip(deal.parties, image.group("received"), image.group("paid"), strict=True)
        },
    }


def _fees(deal: Deal, image: Image, waits: bool) -> Document:
    """What is unpaid of each fee, unless it has lapsed, and what is counted of it by the year."""
    fees: Document = {
        fee.name: {"unpaid": _money(left)}
        for fee, left in zip(deal.fees, image.row("fee", "left"), strict=True)
        if left > 0.0 and (fee.carry_over or waits)
    }
    names = [fee.name for fee in deal.fees]
    for name in counted_by_year(deal):
        paid = _money(image.group("paid_this_year")[names.index(name)])
        fees[name] = fees.get(name, {}) | {"paid_this_year": paid}
    return fees


def _pool(job: Job, problem: Problem, image: Image, month: int) -> list[Document]:
    sizes, pool = problem.sizes, job.pool
    buckets = len(pool.buckets)
    due, fee = (None, None) if sizes.constant_payment else schedules_of(problem, image, month)
    entries, waiting = [], _waiting(pool, problem, image, month)
    for c in range(sizes.n_cohort):
        for s in range(sizes.n_segment):
            quality, at = divmod(s // sizes.n_stage, sizes.n_level)
            entry: Document = {"segment": pool.segments[at].name}
            if pool.stages:
                entry["stage"] = pool.stages[s % sizes.n_stage].name
            if sizes.n_cohort > 1:
                entry["cohort"] = c + 1
            if quality:
                entry["quality"] = quality + 1
            entry["performing"] = _money(image.row("cohort", "performing")[c, s])
            late = [image.row("cohort", f"late_{b}")[c, s] for b in (1, 2, 3)]
            late = image.group("staged")[c, s, LATE : LATE + sizes.n_bucket].tolist() if sizes.n_bucket else late
            entry["late"] = [_money(x) for x in late[:buckets]]
            if due is not None and fee is not None:
                entry |= {"due": _trimmed(due[c, s]), "fee": _trimmed(fee[c, s])}
            elif waits := _money(waiting[c, s]):
                entry["waiting"] = waits
            entries.append(entry)
    return entries


def _waiting(pool: Pool, problem: Problem, image: Image, month: int) -> Array:
    """(C, S) cards that pass one due date of the next month before they are billed."""
    sizes = problem.sizes
    if pool.billing is None or month > sizes.n_history:
        return np.zeros((sizes.n_cohort, sizes.n_segment))
    waits = waits_of(due_of(pool.billing, sizes.n_cohort))
    return np.asarray((image.group("unsettled")[:, :, (month - 1) % 2] * waits[:, None]).sum(axis=-1))


def _trimmed(slots: Array) -> list[float]:
    """Amounts up to the last that is one."""
    positive = np.maximum(slots, 0.0)
    last = np.flatnonzero(positive)
    return [float(x) for x in positive[: int(last[-1]) + 1 if last.size else 0]]


def _lately(problem: Problem, image: Image, month: int) -> Document:
    sizes, last = problem.sizes, month - 1

    def ring(rows: Array, n: int, at: int, count: int) -> list[float]:
        return [float(rows[(at - i) % n]) for i in reversed(range(min(count, at + 1)))]

    since = last - sizes.first_payment
    excess = [float(image.row("pool", name)) for name in ("excess_two_before", "excess_before", "excess")]
    months = problem.contract.kept_of[:, 1]
    step = month * sizes.n_cohort
    locked = [_money(image.group("lock_ring")[(step + i) % sizes.n_lock]) for i in range(sizes.n_lock)]
    return {
        "defaults": [_money(x) for x in ring(image.group("default_ring"), sizes.n_write_off, last, sizes.n_write_off)],
        "recoverable": [_money(x) for x in ring(image.group("recovery_ring"), sizes.n_lag, last, sizes.n_lag)],
        "excess_spread": excess[-min(3, month) :],
        "means": [
            ring(image.group("mean_ring")[k], int(n), since, int(n)) if since >= 0 else []
            for k, n in enumerate(months)
            if n > 1
        ],
        "locked": locked if sum(locked) > 0.0 else [],
        "idle_days": float(image.row("pool", "idle_days")),
    }
