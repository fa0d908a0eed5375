"""One path again, with all its cash flows: the same kernels, the same draws, every row kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stress.assemble.calendar import calendar_of
from stress.assemble.contract import sizes_of
from stress.assemble.market import factors_of
from stress.assemble.priority import account_names, step_labels
from stress.assemble.problem import assemble
from stress.assemble.stages import columns
from stress.errors import ConfigError
from stress.inputs.arguments import put_to
from stress.inputs.deal.reading import conditions
from stress.inputs.door import cases_of, path_of, with_options
from stress.inputs.job import Job
from stress.inputs.state.rules import begins_in
from stress.kernels import alone, codes, tables
from stress.kernels.codes import SHIFT
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.kernels.shown import SHOWN
from stress.kernels.tables import Problem
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.runs import sampling
from stress.runs.ledger import fees_due, ledger_of, paid_by_step
from stress.runs.since_state import since_payment

if TYPE_CHECKING:
    import xarray as xr


NOTHING = 1e-9
"""Share of the pool at closing up to which nothing is left of it."""
Values = dict[str, tuple[tuple[str, ...], np.ndarray]]
"""(dims, values) by name."""


@put_to
def replay(
    job: Job, path: int, scenario: str | None = None, normals: np.ndarray | None = None, seed: int | None = None
) -> xr.Dataset:
    """Month-by-month cash flows of one path under one scenario (the job's first where left out).

    `seed` overrides the job's, as in `simulate`. `normals` (T, F) replaces the path's own innovations.
    Money in the deal's currency, rates per month; purchases count from one determination to the next. Interest and fees
    are due from the first payment on: what has accrued by then falls due with it. A row has what
    its month collected and the payment made from it: `account_opening` + `account_in` - `account_out` is
    `account_after` that payment; `account_balance` is of the month's end, before it on clocks that pay a month later.
    Raises ConfigError for a path that is no whole number from 0 to 10^12, an unknown scenario, or a job that breaks a
    rule.

    >>> import stress
    >>> ds = stress.replay(stress.load("scenarios/jobs/baitiao-24m.toml"), path=77, scenario="macro_severe")
    >>> bool(abs(ds["principal_paid"].sel(tranche="A").sum() + ds["note_balance"].sel(tranche="A")[-1] - 807e6) < 1.0)
    True
    """
    single, problem, path, normals = _asked(job, path, scenario, normals, seed)
    return trace_of(single, problem, path, normals)


def path_values(job: Job, path: int) -> Values:
    """The variables of `replay` of a job's first scenario, every month of the deal, without labels."""
    return values_of(*_asked(job, path, None, None, None))


def _asked(
    job: Job, path: int, scenario: str | None, normals: np.ndarray | None, seed: int | None
) -> tuple[Job, Problem, int, np.ndarray | None]:
    path = path_of(path)
    job = sampling.resolved(with_options(job, seed=seed)).job
    single = job.model_copy(
        update={"scenarios": cases_of(job, [scenario])[:1] if scenario is not None else job.scenarios[:1]}
    )
    problem = assemble(single)
    if normals is not None:
        check_normals(normals, problem)
    if normals is None and job.estimator != "plain":
        normals = sampling.normals_of(job, problem, path)
    return single, problem, path, normals


def check_normals(normals: np.ndarray, problem: Problem) -> None:
    """Raise ConfigError for innovations that are not finite, or not one for each month and factor."""
    wanted, given = (problem.sizes.n_month, problem.sizes.n_factor), np.shape(normals)
    if given != wanted or not np.isfinite(np.asarray(normals, float)).all():
        raise ConfigError(f"normals of shape {given}: must be finite, one for each month and factor: {wanted}")


def trace_of(
    job: Job,
    problem: Problem,
    path: int,
    normals: np.ndarray | None = None,
    beside: Mapping[str, np.ndarray] | None = None,
) -> xr.Dataset:
    """The trace of a one-scenario problem as a Dataset. `beside`: as `alone.run_block` has it."""
    import xarray as xr

    variables = values_of(job, problem, path, normals, beside)
    attrs = {
        "path": path,
        "scenario": job.scenarios[0].name,
        "seed": str(job.seed),
        "currency": job.deal.currency,
        "revolving_months": job.deal.revolving_months,
        "begins_in": begins_in(job),
        "cut_off": float(job.pool.balance),
        "original": sizes_of(job.deal, job.pool.balance),
        "conditions": conditions(job.deal),
    }
    return since_payment(job, xr.Dataset(variables, coords=labels_of(job), attrs=attrs))


def labels_of(job: Job) -> dict[str, Any]:
    """Coordinates of a trace: months with their dates, names of notes, segments, accounts, fees, triggers, steps."""
    dates, n_month = calendar_of(job.deal), job.deal.legal_maturity_months
    return {
        "month": np.arange(1, n_month + 1),
        "collection_end": ("month", np.array(dates.collection_end, "datetime64[ns]")),
        "payment_date": ("month", np.array(dates.payment, "datetime64[ns]")),
        "tranche": [n.name for n in job.deal.notes],
        "segment": columns(job.pool),
        "account": account_names(job.deal),
        "fee": [f.name for f in job.deal.fees],
        "trigger": [t.name for t in job.deal.triggers],
        "step": step_labels(job.deal)[0],
        **({"party": list(job.deal.parties)} if job.deal.parties else {}),
        **({"quantity": list(job.deal.quantities)} if job.deal.quantities else {}),
        "factor": list(factors_of(job.pool).name),
        "bucket": list(range(1, max(3, len(job.pool.buckets)) + 1)),
    }


def values_of(
    job: Job,
    problem: Problem,
    path: int,
    normals: np.ndarray | None = None,
    beside: Mapping[str, np.ndarray] | None = None,
) -> Values:
    """The variables of a trace as (dims, values) by name, without labels: no xarray is loaded."""
    block, lane = divmod(path, LANES)
    drawn = None if normals is None else np.repeat(np.asarray(normals, float)[:, :, None], LANES, axis=2)
    space = alone.run_block(problem, block, job.seed, drawn, beside)
    variables = _variables(job, space, problem, step_labels(job.deal)[1], lane) | _outcome(space, problem, lane)
    return {**variables, "supply": (("month", "cohort"), problem.market.supply[0, : problem.sizes.n_month])}


def block_means(job: Job, problem: Problem, blocks: int) -> Iterator[Values]:
    """The variables of a trace as means over the 32 paths of each block, block after block of the job's seed."""
    steps = step_labels(job.deal)[1]
    for space in _blocks(job, problem, blocks):
        stock = overdue_stock(job, space.traced("defaults"), space.traced("pool_balance"))
        yield _variables(job, space, problem, steps, None) | {"overdue_stock": (("month",), stock.mean(axis=-1))}


def overdue_stock(job: Job, defaults: np.ndarray, pool_balance: np.ndarray) -> np.ndarray:
    """Defaults not yet written off (month, ...), 0 from where the path's pool is repaid or sold."""
    so_far = np.cumsum(defaults, axis=0)
    written_off = np.zeros_like(so_far)
    written_off[job.pool.write_off_months :] = so_far[: -job.pool.write_off_months]
    return np.where(pool_balance > NOTHING * job.pool.balance, so_far - written_off, 0.0)


def block_rows(job: Job, problem: Problem, blocks: int, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
    """Rows of `SHOWN` by name, (T, ..., 32) of the paths of each block, block after block of the job's seed.

    With them NOTE_QUANTITIES and the month of first loss of every path, (N, 32), and POOL_QUANTITIES, (32,), as
    final_NAME.
    """
    n_note = problem.sizes.n_note
    for space in _blocks(job, problem, blocks):
        rows = {name: _as_named(problem, name, space.traced(name)).copy() for name in names}
        notes, pool = np.split(np.array(space.outcomes()), [len(NOTE_QUANTITIES) * n_note])
        rows |= {name: notes[i :: len(NOTE_QUANTITIES)] for i, name in enumerate(NOTE_QUANTITIES)}
        rows["first_loss"] = np.array(space.rows("note", "first_loss"))
        yield rows | {f"final_{name}": pool[i] for i, name in enumerate(POOL_QUANTITIES)}


def _blocks(job: Job, problem: Problem, blocks: int) -> Iterator[Workspace]:
    """The workspace after each block of a one-scenario problem."""
    space = Workspace(pack(problem, traced=True))
    for block in range(blocks):
        space.put_normals(alone.drawn_normals(problem, block, job.seed))
        alone.run(space, 0, 1, LANES, job.seed, drawn=True, first_path=block * LANES)
        yield space


def paths_of(job: Job, problem: Problem, blocks: int, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
    """Rows of the pool as (month, 32 paths), block after block of the job's seed."""
    space = Workspace(pack(problem, traced=True))
    for block in range(blocks):
        space.put_normals(alone.drawn_normals(problem, block, job.seed))
        alone.run(space, 0, 1, LANES, job.seed, drawn=True, first_path=block * LANES)
        yield {name: np.array(space.traced(name)) for name in names}


def _as_named(problem: Problem, name: str, rows: np.ndarray) -> np.ndarray:
    """Rates of the segments as the pool names them: of what stood in the pool at closing, not of other qualities."""
    return rows[:, : problem.sizes.n_level * problem.sizes.n_stage] if SHOWN[name][0] == "acting" else rows


_INNER = ("total_defaulted", "total_recovered")
_DIMS: dict[str, tuple[str, ...]] = {"note": ("tranche",), "fee": ("fee",), "trigger": ("trigger",), "pool": ()}
"""Dimensions, beside the month, of the groups of rows that a replay shows under the names of the kernels."""


def _variables(job: Job, space: Workspace, problem: Problem, step_of_row: list[int], lane: int | None) -> Values:
    """Rows of each month by name, of one lane or as the mean of all."""

    def at(name: str) -> np.ndarray:
        """(T, ...) of the path."""
        rows = _as_named(problem, name, space.traced(name))
        return rows.mean(axis=-1) if lane is None else np.array(rows[..., lane])

    variables: Values = {}
    for name, (group, _) in SHOWN.items():
        if group in _DIMS and name not in _INNER:
            variables[name] = (("month", *_DIMS[group]), at(name))
    variables["fee_due"] = (("month", "fee"), fees_due(job, at("fee_due")))
    if problem.sizes.trust:
        variables |= {name: (("month",), at(name)) for name, (group, _) in SHOWN.items() if group == "trust"}
        left = at("pool_balance") - at("invested") - problem.contract.others[:, 0]
        variables["seller_interest"] = (("month",), np.maximum(left, 0.0))
    if problem.sizes.n_party:
        for name in ("received", "paid_out"):
            variables[name] = (("month", "party"), at(name))
    if problem.sizes.writes_down:
        variables["written_down"] = (("month", "tranche"), at("written_down"))
    variables |= _of_deal(problem, at) | ledger_of(job, problem, at)
    variables["step_paid"] = (("month", "step"), paid_by_step(at("step_paid"), step_of_row))
    if problem.contract.shown_of.size:
        variables["quantity_value"] = (("month", "quantity"), at("quantity_value"))
    variables["deficiency"] = (("month",), at("deficiency"))
    if problem.short_rate.rate_law[:, 0].any():
        variables["rate_shift"] = (("month",), at("short_rate")[:, SHIFT])
    variables["factor_value"] = (("month", "factor"), at("factor_value"))
    for name in ("entry_rate", "prepayment_rate", "recovery_rate"):
        variables[name] = (("month", "segment"), at(name))
    rolls = np.stack([at(f"roll_rate_{bucket}") for bucket in range(1, 7)], axis=-1)
    rolls = rolls[..., : max(3, problem.sizes.n_bucket)]
    variables["roll_rate"] = (("month", "segment", "bucket"), rolls)
    if problem.sizes.n_whole > problem.sizes.n_level:
        variables |= _rates_of_new(space, problem, lane)
    variables["trigger_limit"] = (("month", "trigger"), problem.contract.threshold.T)
    return variables


def _of_deal(problem: Problem, at: Callable[[str], np.ndarray]) -> Values:
    """Cumulative default, and accounts at the month's end."""
    cut_off = problem.contract.deal[tables.DEAL.index("cut_off")]
    defaulted, recovered, accounts = at("total_defaulted"), at("total_recovered"), at("account_balance")
    return {
        "cumulative_default": (("month",), defaulted / cut_off),
        "default_stock": (("month",), (defaulted - recovered) / cut_off),
        "account_balance": (("month", "account"), accounts),
        "income_cash": (("month",), accounts[:, codes.INCOME]),
        "principal_cash": (("month",), accounts[:, codes.PRINCIPAL]),
    }


def _rates_of_new(space: Workspace, problem: Problem, lane: int | None) -> Values:
    """Entry and roll rates of every quality, the first that of the pool at closing, and which of them a month buys."""
    sizes = problem.sizes

    def at(name: str) -> np.ndarray:
        rows = space.traced(name)
        chosen = rows.mean(axis=-1) if lane is None else np.array(rows[..., lane])
        return chosen.reshape(sizes.n_month, -1, sizes.n_level * sizes.n_stage)

    rolls = np.stack([at(f"roll_rate_{bucket}") for bucket in range(1, 1 + max(3, sizes.n_bucket))], axis=-1)
    share = problem.receivables.mix[0].reshape(sizes.n_history, -1, sizes.n_level).sum(axis=2)
    bought = np.full(sizes.n_month, -1)  # nothing can be bought
    bought[: sizes.n_history] = np.where(share.any(axis=1), share.argmax(axis=1), -1)
    return {
        "entry_rate_by_quality": (("month", "quality", "segment"), at("entry_rate")),
        "roll_rate_by_quality": (("month", "quality", "segment", "bucket"), rolls),
        "quality_bought": (("month",), bought),
    }


def _outcome(space: Workspace, problem: Problem, lane: int) -> Values:
    """What the path came to: per note, and for the pool over the cut-off balance."""
    n_note = problem.sizes.n_note
    outcome = space.outcomes()[:, lane]
    notes = outcome[: len(NOTE_QUANTITIES) * n_note].reshape(n_note, len(NOTE_QUANTITIES))
    by_name = dict(zip(NOTE_QUANTITIES, notes.T, strict=True))
    time, principal = by_name.pop("principal_time"), by_name.pop("principal")
    by_name["wal"] = np.divide(time, principal, out=np.zeros(n_note), where=principal > 1e-9)
    by_name["irr"] = np.where(problem.contract.opening_note > 0.0, by_name["irr"], np.nan)
    by_name["first_loss_month"] = space.rows("note", "first_loss")[:, lane]
    variables: Values = {name: (("tranche",), np.array(values)) for name, values in by_name.items()}
    pool = outcome[len(NOTE_QUANTITIES) * n_note :]
    return variables | {f"final_{name}": ((), pool[i]) for i, name in enumerate(POOL_QUANTITIES)}
