"""Significant risk transfer: mechanical tests, commensurate transfer of lifetime losses, cost of capital released."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stress import capital as formulas
from stress.analysis.positions import Positions
from stress.analysis.synthetic_excess import borne, excess_of
from stress.answers.capital import Transfer, Transferred, Weights
from stress.arrays import Array, Bools, Ints
from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.inputs.rules import Rules
from stress.inputs.state.rules import started
from stress.kernels.layout import LANES
from stress.measures import batches
from stress.runs.trace import values_of

GROUPS = 32
"""Groups of paths that are left out in turn."""
MEZZANINE = 0.25
"""A mezzanine note stands between this risk weight and 1,250%: Regulation (EU) No 575/2013, Art. 242(18)."""
WORST = 0.95
"""The unexpected loss is what the paths beyond this quantile lose more than the mean."""
ABOUT = 0.25
"""Paths on either side of the quantile, as a share of the tail, on which a mean at the quantile is taken."""


def transfer_of(
    job: Job,
    rules: Rules,
    kept: Mapping[str, float],
    place: Positions,
    weights: tuple[Weights, ...],
    loan: float,
    internal: float | None = None,
    excess: tuple[float, str] | None = None,
) -> Transfer:
    """Tests of a transfer in which the originator keeps these shares of notes, the rest being sold, by what stands in
    the first month.

    Mechanical tests: Regulation (EU) No 575/2013, Art. 244(2): of the risk-weighted amounts of all mezzanine notes, or
    where there is none of the first loss tranche, the most junior one (Art. 242). `loan`: average risk weight of
    the loans. `internal`: K_IRB with expected loss of a bank that has it: loans and notes then weigh what SEC-IRBA
    says, which comes first (Art. 254), else SEC-SA.
    `excess`: rate a year and kind of a synthetic transfer's excess spread: the tranches then bear the pool's net losses
    by where they attach, what it takes comes first, and it counts in full against the capital that is released.
    """
    names = [note.name for note in job.deal.notes]
    share = np.array([kept.get(name, 0.0) for name in names])
    by_irba = internal is not None and rules.irba is not None
    size = place.balance[0, :, 0]
    weight = np.array([(row.irba if by_irba else row.risk_weight) * (row.capital > 0.0) for row in weights])
    first = np.array([row.attachment == weights[-1].attachment and not row.senior for row in weights])
    between = (weight > MEZZANINE) & (weight < formulas.HIGHEST - 1e-9)
    mezzanine = between & ~first & np.array([not row.senior for row in weights])
    held = _share(share * size * weight, size * weight, mezzanine), _share(share * size, size, first)
    passes, says = _mechanical(rules, *held)
    needs = float((share * size * weight).sum()) * 0.08 / job.pool.balance
    pool_capital = (internal if internal is not None and by_irba else 0.08 * loan) * place.begins / job.pool.balance
    cap = float(formulas.capital_cap(pool_capital, share.max()))
    cost = _interest(job) @ (1.0 - share) / job.pool.balance
    loss, spread = place.loss, None
    if excess is not None:
        spread, took = excess_of(job, *excess, place.loss.shape[1] // LANES)
        low, high = (np.array([getattr(row, key) for row in weights]) for key in ("attachment", "detachment"))
        loss = borne(took.rest, low, high, place.begins)
    own = 0.0 if spread is None else float(spread.designated.estimate)
    needed = min(needs, cap) + own
    saved = pool_capital - needed
    return Transfer(
        dict(zip(names, map(float, share), strict=True)), *held, passes, says, _losses(loss, share, job.pool.balance),
        pool_capital, needed, cap < needs, float(cost), float(cost / saved) if saved > 0.0 else np.nan, spread,
        "SEC-IRBA" if by_irba else "SEC-SA",
    )  # fmt: skip


def _share(part: Array, whole: Array, chosen: Bools) -> float:
    total = float(whole[chosen].sum())
    return float(part[chosen].sum()) / total if total > 0.0 else float("nan")


def _mechanical(rules: Rules, mezzanine: float, first: float) -> tuple[bool | None, str]:
    if rules.transfer is None:
        return None, f"the rules '{rules.name}' have no mechanical test"
    if not np.isnan(mezzanine):
        most = rules.transfer.mezzanine_held
        return mezzanine <= most, f"mezzanine notes: at most {100 * most:g}% of their risk-weighted amounts may be kept"
    most = rules.transfer.first_loss_held
    if np.isnan(first):
        return None, "neither a mezzanine note nor a first loss tranche: no test applies"
    return first <= most, (
        f"no mezzanine note: at most {100 * most:g}% of the first loss tranche may be kept; that it exceeds the "
        "expected loss by a substantial margin is for the originator to show"
    )


def _losses(loss: Array, kept: Array, balance: float) -> tuple[Transferred, ...]:
    """Shares of the notes' losses that are transferred: of the mean, and of what the worst paths lose beyond it."""
    whole, sold = loss.sum(axis=0), (1.0 - kept) @ loss
    take, near = _worst(whole)
    groups = np.arange(whole.size) * GROUPS // whole.size

    def grouped(values: Array) -> Array:
        return np.asarray(np.bincount(groups, values, GROUPS), np.float64)

    def tail_of(values: Array) -> batches.Replicates:
        middle = float(values[near].mean())
        over = batches.ratio(grouped((values - middle) * take), (1.0 - WORST) * n)
        return batches.Replicates(middle + over.value, middle + over.without)

    n = grouped(np.ones(whole.size))
    expected = [batches.ratio(grouped(x), n) for x in (sold, whole)]
    tail = [tail_of(x) for x in (sold, whole)]
    beyond = [batches.Replicates(a.value - b.value, a.without - b.without) for a, b in zip(tail, expected, strict=True)]
    rows = []
    for name, (part, total) in (("expected loss", expected), ("unexpected loss", beyond)):
        share = batches.symmetric(batches.quotient(part, total), n)
        over = batches.Replicates(total.value / balance, total.without / balance)
        rows.append(Transferred(name, share, batches.symmetric(over, n)))
    return tuple(rows)


def _worst(whole: Array) -> tuple[Array, Ints]:
    """(path,) what of each path is in the worst 1 - WORST, those that lose as much as the quantile in equal parts; the
    paths about the quantile, whose mean is what a path more or less in the tail brings (Hong 2009)."""
    size = (1.0 - WORST) * whole.size
    quantile = np.quantile(whole, WORST, method="inverted_cdf")
    above, level = whole > quantile, whole == quantile
    take = above + level * (size - above.sum()) / level.sum()
    ranks = np.arange(whole.size) + 0.5
    near = np.argsort(whole, kind="stable")[np.abs(ranks - WORST * whole.size) <= max(1.0, ABOUT * size)]
    return np.asarray(take, np.float64), near


def _interest(job: Job) -> Array:
    """Interest a year on each note at its first balance: of the deterministic run, over its own balances."""
    rows = values_of(job, assemble(job, deterministic=True), 0)
    begin = started(job)
    due, balance, paid = (rows[name][1][begin:] for name in ("interest_due", "note_balance", "principal_paid"))
    opening = np.vstack([balance[:1] + paid[:1], balance[:-1]])
    mean = opening.sum(axis=0) / 12.0
    rate = np.divide(due.sum(axis=0), mean, out=np.zeros_like(mean), where=mean > 0.0)
    return np.asarray(rate * opening[0], np.float64)
