"""Regulatory capital of every class under one body of rules: at closing, or after the month of a job's state, and by
month as a distribution over paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stress import capital as formulas
from stress.analysis import trials
from stress.analysis.order_statistics import mean_of, quantile_of
from stress.analysis.positions import Positions, positions
from stress.analysis.risk_transfer import transfer_of
from stress.analysis.synthetic_excess import KINDS
from stress.answers.capital import Capital, Months, Weights
from stress.arrays import Array, Bools
from stress.assemble.contract import sizes_of
from stress.errors import ConfigError
from stress.inputs.files.parse import parse_as
from stress.inputs.job import Job
from stress.inputs.numbers import enough
from stress.inputs.rules import Rules
from stress.inputs.state.rules import started
from stress.kernels.layout import LANES
from stress.spelling import fraction_for, suggest

STANDARD = Path(__file__).parent.parent / "data" / "basel.toml"
PATHS = 2_048
"""Paths of the distribution, where the caller gives none."""
REQUIRED = 0.08
"""Capital over risk-weighted amounts: BCBS, RBC20."""
PAST_DUE = 1.5
"""Risk weight of what is 90 days past due, in the average of the pool and so in K_SA, which is of all its loans: BCBS,
CRE20 (where provisions are low) and CRE41."""
TAIL = 0.95


class Bank(NamedTuple):
    """What only the bank or its user knows."""

    pool_weight: float | None = None
    """Standardised risk weight of a loan that is not past due; None: the rules' own (75% in Basel's CRE20)."""
    delinquent: float | None = None
    """W at closing, or after the month of the job's state: the share of the pool's balance that is delinquent (CRE41:
    90 days past due, in default, ...). None: 0 at closing, and what the state tells."""
    irb_capital: float | None = None
    """K_IRB: capital of the pool by internal ratings with expected loss, over exposure."""
    loss_given_default: float = 0.85
    """Of the pool, beside K_IRB."""
    qualities: Mapping[str, str] = {}
    """Note -> external rating that the user holds, as the rules' table names it."""
    kept: Mapping[str, float] | None = None
    """Note -> share of it that the originator keeps; None: no transfer is asked about."""
    excess_spread: float | None = None
    """Of a synthetic transfer: what the originator designates to absorb losses first, a year, of the pool's balance."""
    excess_kind: str = KINDS[0]
    """`use-it-or-lose-it` or `trapped`."""


def load_rules(path: str | Path | None = None) -> Rules:
    """Read a body of rules, the Basel standard where no file is given. Raises ConfigError.

    >>> load_rules().standardised.floor
    0.15
    """
    return parse_as(STANDARD if path is None else Path(path), Rules, "--rules")


def capital(
    job: Job,
    rules: Rules | None = None,
    bank: Bank = Bank(),  # noqa: B008 -- a constant
    scenario: str | None = None,
    paths: int = PATHS,
    progress: trials.Progress | None = None,
) -> Capital:
    """Risk weights at closing by SEC-SA, and by SEC-IRBA and SEC-ERBA where `bank` has what they need; SEC-SA by month.

    Of a job in mid-life the weights are those after the month of its state: A, D and W of what is outstanding then, M_T
    of the years that are left; by month from there on. By month W comes from what is 90 days past due, A and D from
    balances and funded cash; paths (rounded up to blocks of 32) are plain ones of the job's seed. `rules`: the Basel
    standard where left out. Raises ConfigError for fewer than 64 paths, for a note, a rating or a scenario that is not
    there, and for a state that does not tell which defaults are not written off yet.

    >>> answer = capital(job, paths=64)
    >>> [round(note.risk_weight, 4) for note in answer.weights]
    [0.15, 2.2304, 4.9797, 11.3839]
    """
    enough(paths)
    rules = rules or load_rules()
    _check(job, rules, bank)
    loan = rules.loan_weight if bank.pool_weight is None else bank.pool_weight
    single = trials.only(job, scenario)
    blocks = -(-paths // LANES)
    place = positions(single, blocks, bank.delinquent)
    pool = (1.0 - place.delinquent) * loan + PAST_DUE * place.delinquent
    pool_capital = formulas.delinquent_charge(REQUIRED * pool, place.delinquent)
    weight, looked = _standardised(rules, place, pool_capital, pool)
    now = tuple(
        _now(job, rules, bank, k, place, (pool_capital, pool), weight, looked) for k in range(len(job.deal.notes))
    )
    if progress is not None:
        progress(1, 1)
    return Capital(
        job.name, single.scenarios[0].name, rules.name, rules.status, rules.date.isoformat(), blocks * LANES, job.seed,
        loan, float(place.delinquent[0, 0]), now, tuple(_months(job, place, weight)),
        None if bank.kept is None else transfer_of(
            single, rules, bank.kept, place, now, float(pool[0, 0]), bank.irb_capital,
            None if bank.excess_spread is None else (bank.excess_spread, bank.excess_kind),
        ),
        tuple(_left_out(rules, bank)), "" if job.state is None else job.state.as_of,
    )  # fmt: skip


def _standardised(rules: Rules, place: Positions, pool_capital: Array, pool: Array) -> tuple[Array, Bools]:
    """(T + 1, N, path) risk weights by SEC-SA after floor and cap, and where the cap binds.

    What of a class nothing stands behind any more lies below K_A on a pool that is gone: 1,250%.
    """
    sa, top = rules.standardised, place.senior
    p = np.where(top, sa.p if sa.p_senior is None else sa.p_senior, sa.p)
    floor = np.where(top, sa.floor if sa.floor_senior is None else sa.floor_senior, sa.floor)
    weight = formulas.sec_sa(place.attachment, place.detachment, pool_capital[:, None, :], p, floor)
    lost = formulas.HIGHEST * place.uncovered
    if not rules.look_through:
        return (1.0 - place.uncovered) * weight + lost, np.zeros(weight.shape, bool)
    capped = formulas.look_through(weight, pool[:, None, :], top)
    return (1.0 - place.uncovered) * capped + lost, capped < weight


def _now(
    job: Job, rules: Rules, bank: Bank, k: int, place: Positions, pool: tuple[Array, Array], weight: Array,
    looked: Bools,
) -> Weights:  # fmt: skip
    """A class in the first month. `pool`: K_A of the pool and its average risk weight."""
    low, high, uncovered = (float(x[0, k, 0]) for x in (place.attachment, place.detachment, place.uncovered))
    senior = bool(place.senior[0, k, 0])
    years = (job.deal.legal_maturity_months - started(job)) / 12.0
    risk_weight = float(weight[0, k, 0])
    name = job.deal.notes[k].name
    k_a, average = (float(value[0, 0]) for value in pool)
    irba, internal = _irba(rules, bank, low, high, senior, years), formulas.HIGHEST * (bank.irb_capital or 0.0)
    erba = _erba(rules, bank, name, high - low, senior, years)
    caps = rules.look_through and senior
    return Weights(
        name, low, high, senior, k_a, risk_weight, bool(looked[0, k, 0]),
        *_capped(irba, internal, caps, uncovered), *_capped(erba, average, caps, uncovered),
        REQUIRED * risk_weight * float(place.balance[0, k, 0]),
    )  # fmt: skip


def _capped(weight: float, pool_weight: float, caps: bool, uncovered: float) -> tuple[float, bool]:
    """A risk weight, of a senior note at most the pool's by the same approach, and whether that binds; 1,250% of the
    share that nothing stands behind any more."""
    covered = float(formulas.look_through(weight, pool_weight, caps))
    return (1.0 - uncovered) * covered + formulas.HIGHEST * uncovered, caps and pool_weight < weight


def maturity(years: float) -> float:
    """M_T from the years to legal maturity: 1 + (M_L - 1) x 80%, between 1 and 5 years (BCBS, CRE40).

    >>> maturity(3.0)
    2.6
    """
    return min(5.0, max(1.0, 1.0 + (years - 1.0) * 0.8))


def _irba(rules: Rules, bank: Bank, low: float, high: float, senior: bool, years: float) -> float:
    if rules.irba is None or bank.irb_capital is None:
        return np.nan
    ours = rules.irba
    floor = ours.floor if not senior or ours.floor_senior is None else ours.floor_senior
    plain = formulas.retail_p(bank.irb_capital, bank.loss_given_default, maturity(years), senior, least=-np.inf)
    return float(formulas.sec_irba(low, high, bank.irb_capital, np.maximum(ours.least_p, ours.scale * plain), floor))


def _erba(rules: Rules, bank: Bank, name: str, thickness: float, senior: bool, years: float) -> float:
    if rules.erba is None or name not in bank.qualities:
        return np.nan
    table = {quality.name: (*quality.senior, *quality.other) for quality in rules.erba.qualities}
    floor = rules.erba.floor if not senior or rules.erba.floor_senior is None else rules.erba.floor_senior
    return float(formulas.sec_erba(table, bank.qualities[name], senior, maturity(years), thickness, floor))


def _months(job: Job, place: Positions, weight: Array) -> list[Months]:
    """A row of every class, then of all of them."""
    month = np.arange(len(weight), dtype=np.float64) + started(job)
    there = place.balance > 1e-6 * job.pool.balance
    needs = REQUIRED * weight * place.balance
    rows = []
    sizes = sizes_of(job.deal, job.pool.balance)
    for k, (note, original) in enumerate(zip(job.deal.notes, sizes, strict=True)):
        of_note = needs[:, k] / original if original > 0.0 else np.zeros_like(needs[:, k])  # a certificate lent nothing
        rows.append(_row(note.name, month, there[:, k], weight[:, k], of_note))
    whole = place.balance.sum(axis=1)
    mean = np.divide((weight * place.balance).sum(axis=1), whole, out=np.zeros_like(whole), where=whole > 0.0)
    rows.append(_row("", month, np.asarray(there.any(axis=1)), mean, needs.sum(axis=1) / job.pool.balance))
    return rows


def _row(name: str, month: Array, there: Bools, weight: Array, needs: Array) -> Months:
    tops = [np.where(month > month[0], most, at[0, 0]) for most, at in ((formulas.HIGHEST, weight), (1.0, needs))]
    return Months(
        name, month, there.mean(axis=-1), mean_of(weight, there), quantile_of(weight, TAIL, there, tops[0]),
        mean_of(needs), quantile_of(needs, TAIL, most=tops[1]),
    )  # fmt: skip


def _check(job: Job, rules: Rules, bank: Bank) -> None:
    for option, value, most in (("--pool-weight", bank.pool_weight, 12.5), ("--delinquent", bank.delinquent, 1.0)):
        if value is not None and not 0.0 <= value <= most:
            raise ConfigError(
                f"{option} {value:g}: must be a fraction from 0 to {most:g}{fraction_for(str(value), most)}"
            )
    for option, share in (("--irb-capital", bank.irb_capital), ("--lgd", bank.loss_given_default)):
        if share is not None and not 0.0 < share <= 1.0:
            raise ConfigError(f"{option} {share:g}: must be a fraction above 0 and up to 1{fraction_for(str(share))}")
    for name, quality in bank.qualities.items():
        trials.note_index(job, name, option="--quality")
        known = [] if rules.erba is None else [row.name for row in rules.erba.qualities]
        if rules.erba is None:
            raise ConfigError(f"--quality {name}={quality}: the rules '{rules.name}' have no SEC-ERBA")
        if quality not in known:
            hint = suggest(quality, known)
            raise ConfigError(f"--quality {name}={quality}: one of {', '.join(known)}{hint}")
    if bank.excess_kind not in KINDS:
        raise ConfigError(f"--excess-kind {bank.excess_kind}: one of {', '.join(KINDS)}")
    if bank.excess_spread is not None:
        if not 0.0 <= bank.excess_spread <= 0.5:
            hint = fraction_for(str(bank.excess_spread), 0.5)
            raise ConfigError(f"--excess-spread {bank.excess_spread:g}: must be a fraction a year from 0 to 0.5{hint}")
        if bank.kept is None:
            raise ConfigError("--excess-spread: is of a transfer of risk: say with --keep what the originator keeps")
    for name, kept in (bank.kept or {}).items():
        trials.note_index(job, name, option="--keep")
        if not 0.0 <= kept <= 1.0:
            raise ConfigError(f"--keep {name}={kept:g}: must be a fraction from 0 to 1{fraction_for(str(kept))}")


def _left_out(rules: Rules, bank: Bank) -> list[str]:
    reasons = []
    if rules.irba is None or bank.irb_capital is None:
        reasons.append(
            "SEC-IRBA: the rules have none" if rules.irba is None else "SEC-IRBA: needs the bank's --irb-capital"
        )
    if rules.erba is None or not bank.qualities:
        reasons.append(
            "SEC-ERBA: the rules have none" if rules.erba is None else "SEC-ERBA: needs your --quality NOTE=NAME"
        )
    return [*reasons, *([rules.note.rstrip(".")] if rules.note else [])]
