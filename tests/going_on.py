"""The law of an opening state: what starts from the state of a path goes on as the path did."""

import json
from typing import Any

import numpy as np

from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.inputs.state import State
from stress.runs.mid_life import state_at
from stress.runs.trace import values_of

OVER_THE_BALANCE = ("wal", "irr", "price", "multiple")
"""Results that count from the state on."""
COUNTED = ("trigger_count", "phase", "trigger_month", "tripped", "idle_cash_days")
LOOSE = ("trigger_value", "excess_spread", "trigger_limit", "quantity_value")
"""Quotients: of what is next to nothing they are next to anything."""


def goes_on(job: Job, month: int, path: int | None = None) -> float:
    """Largest difference over the months after `month`, and of losses: money over the cut-off balance.

    The base case where no path is given. Supply is without end: what is needed of it is that of the state.
    """
    first = job.model_copy(update={"scenarios": job.scenarios[:1]})
    first = first.but(pool=first.pool.but(supply={"unlimited": True}))
    whole = _values(first, path)
    later = _values(first.but(state=state_at(first, month, path)), path)
    worst = 0.0
    for name, (dims, before) in whole.items():
        if name in OVER_THE_BALANCE or name == "supply":
            continue
        after = np.asarray(later[name][1], float)
        before = np.asarray(before, float)
        if name == "first_loss_month":
            before = np.where(before > 0.0, np.maximum(before, month + 1.0), before)
        if dims[:1] == ("month",):
            before, after = before[month:], after[month:]
        known = np.isfinite(before) & (np.abs(before) < 1e200)
        assert np.array_equal(known, np.isfinite(after) & (np.abs(after) < 1e200)), name
        scale = np.maximum(1.0, np.abs(before)) * 1e3 if name in LOOSE else _unit(name, before, job)
        worst = max(worst, float(np.max((np.abs(before - after) / scale)[known], initial=0.0)))
    return worst


def _unit(name: str, values: np.ndarray, job: Job) -> float:
    shares = name.startswith(("final_", "factor", "cumulative", "default_stock")) or name.endswith("_rate")
    small = shares or "roll" in name or name in (*COUNTED, "loss", "any_loss", "shortfall", "first_loss_month")
    return 1.0 if small else job.pool.balance


def _values(job: Job, path: int | None):
    problem = assemble(job, deterministic=path is None)
    still = np.zeros((problem.sizes.n_month, problem.sizes.n_factor))
    return values_of(job, problem, path or 0, still if path is None else None)


def moved(state: State, **changes: Any) -> State:
    """Parts of a state, each given as a file gives it."""
    document = json.loads(state.model_dump_json())
    for key, value in changes.items():
        at = document
        *path, last = key.split("__")
        for name in path:
            at = at[int(name) if isinstance(at, list) else name]
        at[last] = value
    return State.model_validate_json(json.dumps(document))
