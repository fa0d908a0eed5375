"""A state in words -> the rows with which every path begins in mid-life (`kernels`, Opening state)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stress.assemble.contract import moments
from stress.assemble.held import Holding, holding_of
from stress.assemble.priority import account_names
from stress.assemble.told_factors import check_factors, law_of
from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool
from stress.inputs.state import State, TriggerState
from stress.inputs.state.rules import month_of
from stress.kernels import codes
from stress.kernels.image import Image
from stress.kernels.layout import Sizes
from stress.kernels.staged_rows import LATE, N_KEPT, RING
from stress.kernels.tables import DEAL, Contract, Opening, Problem


def sizes_from(sizes: Sizes, deal: Deal, clock: Clock, state: State) -> Sizes:
    """Sizes of a deal that starts after the month of its state."""
    before = month_of(state, deal)
    waits = clock != "monthly" and state.pending is not None
    knows = 0 if not state.factors else 1 if state.known is None else 2
    return sizes._replace(n_before=before, n_paid=before - waits, knows_factors=knows)


def rate_begins(state: State | None, deal: Deal) -> int:
    """Months that a random short rate stands on its curve before it moves: none where a state tells where it stands."""
    return 0 if state is None or state.short_rate is not None else month_of(state, deal)


def untested(state: State, deal: Deal) -> State:
    """The state in the phase that the calendar alone gives: triggers are off, entry is at the pool's own odds, and no
    purchase lag holds cash back."""
    phase = "revolving" if month_of(state, deal) <= deal.revolving_months else "amortization"
    never = {name: TriggerState() for name in state.triggers}
    pool = tuple(held.model_copy(update={"quality": 1}) for held in state.pool)
    lately = state.lately.model_copy(update={"locked": ()})
    calm = {"phase": phase, "lasting_phase": phase, "triggers": never, "pool": pool, "lately": lately}
    return state.model_copy(update=calm)


def begun(problem: Problem, deal: Deal, pools: Sequence[Pool], clock: Clock, state: State) -> Problem:
    """The problem, starting from a state. Raises ConfigError where it gives what the deal does not have."""
    sizes = sizes_from(problem.sizes, deal, clock, state)
    held = holding_of(pools, clock, state, sizes)
    receivables = problem.receivables._replace(
        opening=np.ascontiguousarray(held.bucket), open_due=held.due, open_fee=held.fee
    )
    contract = _contract_from(problem.contract, deal, state, sizes)
    problem = problem._replace(sizes=sizes, receivables=receivables, contract=contract)
    image = Image(sizes, {name: table for group in problem[1:] for name, table in group._asdict().items()})
    _put_pool(image, held, state)
    _put_receivables(image, problem, held)
    _put_cash(image, problem, deal, state, held)
    _put_liabilities(image, problem, deal, state)
    _put_memory(image, problem, state)
    return problem._replace(opening=Opening(image.flat, law_of(problem, state)))


def _contract_from(contract: Contract, deal: Deal, state: State, sizes: Sizes) -> Contract:
    """Lives, yields and prices count from the payment date of the state's month, over the balance then."""
    now = sizes.n_before - 1
    years, terms = contract.years.copy(), contract.deal.copy()
    terms[DEAL.index("first_years")] -= years[now, 0]
    years[:, 0] -= years[now, 0]
    balance = np.array([state.notes[note.name].balance for note in deal.notes])
    received = np.array([state.notes[note.name].received for note in deal.notes])
    accrued = np.array([state.notes[note.name].accrued_interest for note in deal.notes])
    over = np.where(balance > 0.0, balance, contract.original)
    outstanding = contract.opening_note > 0.0
    written = np.array([state.notes[note.name].written_down for note in deal.notes])
    share = np.where(outstanding, (balance + written) * contract.per_original, 1.0)
    columns = [1.0 / over, 1.0 / (over + accrued), accrued / over, share, received * contract.per_original]
    stake = np.ascontiguousarray(np.stack(columns, axis=1))
    discount = contract.discount / contract.discount[:, now : now + 1]
    at_guess = moments(years[:, 0], contract.guess)
    return contract._replace(years=years, deal=terms, stake=stake, discount=discount, at_guess=at_guess)


def _put_pool(image: Image, held: Holding, state: State) -> None:
    total = held.bucket.sum(axis=(0, 1))
    spread = [0.0, 0.0, 0.0, *state.lately.excess_spread]
    values = {
        "balance": float(held.bucket.sum()),
        "performing": total[0],
        "late_1": total[1],
        "late_2": total[2],
        "late_3": total[3],
        "late_beyond": total[4:].sum(),
        "total_defaulted": state.sums.defaults,
        "total_recovered": state.sums.recoveries,
        "total_bought": state.sums.purchases,
        "total_income": state.sums.income,
        "excess": spread[-1],
        "excess_before": spread[-2],
        "excess_two_before": spread[-3],
        "idle_days": state.lately.idle_days,
        "phase": float(codes.PHASES.index(state.phase)),
    }
    for name, value in values.items():
        image.row("pool", name)[...] = value


def _put_receivables(image: Image, problem: Problem, held: Holding) -> None:
    sizes, before = problem.sizes, problem.sizes.n_before
    performing = held.bucket[:, :, 0]
    image.row("cohort", "survival")[...] = 1.0
    image.row("cohort", "performing")[...] = performing
    image.row("segment", "balance")[...] = held.bucket.sum(axis=(0, 2))
    if sizes.n_bucket:
        image.group("staged")[..., LATE : LATE + sizes.n_bucket] = held.bucket[:, :, 1 : 1 + sizes.n_bucket]
    else:
        for b in (1, 2, 3):
            image.row("cohort", f"late_{b}")[...] = held.bucket[:, :, b]
    for r in (1, 2, 3):
        image.row("cohort", f"due_{r}")[...] = performing * held.due[0, :, :, before + r]
        image.row("cohort", f"fee_{r}")[...] = performing * held.fee[0, :, :, before + r]
    if sizes.seasoned:
        for s in range(sizes.n_segment):
            image.group("since")[:, s, s % sizes.n_stage] = 1.0
        for r in range(1, 1 + sizes.n_ring):
            for part, table in enumerate((held.due, held.fee)):
                row = RING + N_KEPT * part + (before + r) % sizes.n_ring
                image.group("staged")[..., row] = performing * table[0, :, :, before + r]
    if held.waiting.any():
        image.group("unsettled")[:, :, (before - 1) % 2] = held.waiting


def _put_cash(image: Image, problem: Problem, deal: Deal, state: State, held: Holding) -> None:
    cash = np.array([state.accounts[name] for name in account_names(deal)])
    image.group("account")[...] = cash
    lasting = state.lasting_phase or state.phase
    early = _early(deal, state) if state.early_amortization is None else state.early_amortization
    notes = sum(note.balance for note in state.notes.values())
    assets = float(held.bucket.sum())
    if state.series is not None:
        assets = state.series.invested
        numerator = state.series.numerator
        image.row("trust", "invested")[...] = assets
        image.row("trust", "numerator")[...] = assets if numerator is None else numerator
    values = {
        "cash_in": float(cash.sum()),
        "gap": notes - assets - float(cash @ problem.contract.of_principal),
        "deficiency": state.deficiency,
        "early_month": float(early),
        "lasting": float(codes.PHASES.index(lasting)),
        "locked": sum(state.lately.locked),
    }
    if state.pending is not None:
        values |= {"senior_cost": state.pending.senior_cost, "retained": state.pending.retained}
    for name, value in values.items():
        image.row("cash", name)[...] = value


def _early(deal: Deal, state: State) -> int:
    """Month in which a trigger ended the revolving period: the first trip of one that leads on; 0 if none did."""
    trips = [state.triggers[t.name].tripped or 0 for t in deal.triggers if t.effect != "none"]
    ended = min([month for month in trips if 0 < month <= deal.revolving_months], default=0)
    return ended if codes.PHASES.index(state.phase) >= codes.ACCELERATION else 0


def _put_liabilities(image: Image, problem: Problem, deal: Deal, state: State) -> None:
    sizes = problem.sizes
    for n, note in enumerate(deal.notes):
        stands, years = state.notes[note.name], float(problem.contract.years[sizes.n_paid, 0])
        values = {
            "outstanding": stands.balance,
            "accrued": stands.accrued_interest,
            "unpaid": stands.unpaid_interest,
            "shortfall": stands.worst_shortfall,
            "principal_time": stands.balance * years,
            "first_loss": float(sizes.n_before),
        }
        for name, value in values.items():
            image.row("note", name)[n] = value
    if sizes.writes_down:
        image.group("written")[...] = [state.notes[note.name].written_down for note in deal.notes]
        image.group("surplus")[...] = state.surplus
    for f, fee in enumerate(deal.fees):
        if fee.name in state.fees:
            if sizes.fee_years:
                image.group("paid_this_year")[f] = state.fees[fee.name].paid_this_year or 0.0
            image.row("fee", "left")[f] = state.fees[fee.name].unpaid
            image.row("fee", "due")[f] = state.fees[fee.name].unpaid  # what a payment that waits pays of
    for g, trigger in enumerate(deal.triggers):
        has = state.triggers[trigger.name]
        on = has.tripped is not None if has.in_force is None else has.in_force
        for name, count in (("count", has.breaches), ("month", has.tripped or 0), ("on", on), ("passed", has.passes)):
            image.row("trigger", name)[g] = float(count)
    for q, name in enumerate(deal.parties):
        if name in state.parties:
            image.group("received")[q] = state.parties[name].received
            image.group("paid")[q] = state.parties[name].paid


def _put_memory(image: Image, problem: Problem, state: State) -> None:
    """What rules look back at, and what a payment that waits was determined from."""
    sizes, last = problem.sizes, problem.sizes.n_before - 1
    for name, n, values in (
        ("recovery_ring", sizes.n_lag, state.lately.recoverable),
        ("default_ring", sizes.n_write_off, state.lately.defaults),
    ):
        for i, value in enumerate(reversed(values)):
            image.group(name)[(last - i) % n] = value
    if len(state.lately.locked) > sizes.n_lock:
        raise ConfigError(f"state: lately.locked: the purchase lag has {sizes.n_lock} steps at most")
    step = sizes.n_before * sizes.n_cohort
    for i, value in enumerate(state.lately.locked):
        image.group("lock_ring")[(step + i) % sizes.n_lock] = value
    check_factors(state, sizes.n_factor)
    if state.factors:
        image.group("factor")[...] = state.factors
    if state.short_rate is not None and image.group("short").size:
        image.group("short")[0] = state.short_rate
    _put_means(image, problem, state)
    if state.pending is None:
        return
    for key, group, given in (
        ("conditions", "condition", state.pending.conditions),
        ("quantities", "kept", state.pending.quantities),
    ):
        rows = image.group(group)
        if given and len(given) != len(rows):
            raise ConfigError(f"state: pending.{key}: has {len(given)}, the deal has {len(rows)}")
        rows[: len(given)] = given


def _put_means(image: Image, problem: Problem, state: State) -> None:
    months = problem.contract.kept_of[:, 1]
    since = problem.sizes.n_before - 1 - problem.sizes.first_payment
    rows = [k for k in range(len(months)) if months[k] > 1]
    if len(state.lately.means) != len(rows) and since >= 0:
        raise ConfigError(
            f"state: lately.means: has {len(state.lately.means)}, the deal has {len(rows)} of mean(x, n) and ago"
        )
    for k, values in zip(rows, state.lately.means, strict=False):
        known = min(int(months[k]), since + 1)
        if len(values) < known:
            ago = int(problem.contract.kept_of[k, 2])
            call = f"{('mean', 'ago')[ago]}(x, {months[k] - ago})"
            raise ConfigError(f"state: lately.means: has {len(values)} values, {call} needs {known}")
        for i, value in enumerate(reversed(values[-known:] if known > 0 else ())):
            image.group("mean_ring")[k, (since - i) % months[k]] = value
