"""Every committee's number of a job in one answer: break-even in net loss, capital, expected credit loss, yield.

Each by the function that answers it alone (`rating`, `capital`, `ecl`, `price`), under the job's first scenario: what a
run's own counts do not hold. `with_committee` puts it into a run's Dataset, where its report, tables and JSON find it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.capital_needs import REQUIRED, Bank, capital
from stress.analysis.class_stresses import rating
from stress.analysis.credit_loss import at_start
from stress.analysis.note_price import all_at_par
from stress.analysis.remaining import since_of
from stress.answers.capital import Capital
from stress.answers.committee import ClassNumbers, Committee
from stress.answers.since import Since
from stress.errors import ConfigError, StressError
from stress.inputs.job import Job
from stress.inputs.load import job_hash
from stress.inputs.numbers import FEW_PATHS, enough
from stress.inputs.rules import Rules
from stress.inputs.stresses import Category, Stresses
from stress.kernels.layout import LANES
from stress.measures.estimate import Interval
from stress.measures.proportions import UNSEEN

if TYPE_CHECKING:
    import xarray as xr

PATHS = 2_048
"""Paths of the expected credit losses, where the caller gives none."""
UNSTRESSED = Stresses(version=1, kind="stresses", name="none", categories=(Category(name="scenario", multiple=1.0),))
"""The scenario as it is: break-evens without haircuts."""
NONE = Interval(*(np.full(4, np.nan)))
Numbers = dict[str, dict[str, Any]]
"""Note -> fields of `ClassNumbers`."""


class Fixed(NamedTuple):
    """What rests on no paths, the same for every seed."""

    held: Capital | None
    """None where the state of a job in mid-life does not tell what capital counts."""
    base_net_loss: float
    since: Since
    numbers: Numbers
    left_out: tuple[str, ...]


def fixed_numbers(
    job: Job,
    rules: Rules | None = None,
    bank: Bank = Bank(),  # noqa: B008 -- a constant
) -> Fixed:
    """Capital, break-even and yield of every class. Raises what `capital` raises, but of a job in mid-life what its
    state does not tell: capital is left out then, and why is said."""
    held, unknown = _held(job, rules, bank)
    in_all = trials.to_maturity(trials.variants(job, trials.case_of(job, None), [[]])).of_pool("net_loss")
    since = since_of(job)
    steps: dict[str, Callable[[], Numbers]] = {
        "capital": lambda: {} if held is None else _capital(held),
        "break-even": lambda: _breakeven(job),
        "yield": lambda: _yields(job),
    }
    numbers, left_out = _gathered(job, steps)
    return Fixed(held, since.remaining(float(in_all[0])), since, numbers, (*unknown, *left_out))


def _held(job: Job, rules: Rules | None, bank: Bank) -> tuple[Capital | None, tuple[str, ...]]:
    """Capital; None and why where a state does not tell what it counts."""
    try:
        return capital(job, rules, bank, paths=FEW_PATHS), ()
    except ConfigError as error:
        if job.state is None:
            raise
        return None, (f"capital: {error}",)


def _gathered(job: Job, steps: Mapping[str, Callable[[], Numbers]]) -> tuple[Numbers, tuple[str, ...]]:
    """What each step finds of every note, and what could not be computed and why."""
    by_note: Numbers = {note.name: {} for note in job.deal.notes}
    left_out = []
    for step, numbers in steps.items():
        try:
            for name, values in numbers().items():
                by_note[name] |= values
        except StressError as error:
            left_out.append(f"{step}: {error}")
    return by_note, tuple(left_out)


def committee(
    job: Job,
    rules: Rules | None = None,
    bank: Bank = Bank(),  # noqa: B008 -- a constant
    paths: int = PATHS,
    progress: trials.Progress | None = None,
    fixed: Fixed | None = None,
) -> Committee:
    """Break-even net loss, capital by SEC-SA, expected credit loss and yield at par of every class, with their errors.

    Under the job's first scenario, at closing or after the month of the job's state; `rules` and `bank` as `capital`
    takes them, `paths` of the expected credit losses; `fixed`: what `fixed_numbers` found for a job that differs in its
    seed alone. What a deal has not (a residual note a coupon, a certificate a balance) is NaN; what cannot be computed
    is said. Raises ConfigError for fewer than 64 paths.

    >>> answer = committee(job, paths=64)
    >>> [(row.note, round(row.risk_weight, 2)) for row in answer.classes][0]
    ('A', 0.15)
    """
    enough(paths)
    known = fixed or fixed_numbers(job, rules, bank)
    if progress is not None:
        progress(1, 2)
    losses, unknown = _gathered(job, {"expected credit loss": lambda: _ecl(job, paths)})
    if progress is not None:
        progress(2, 2)
    blocks = -(-paths // LANES)
    held = known.held
    basis = ("", "", "", np.nan) if held is None else (held.rules, held.status, held.date, held.pool_weight)
    return Committee(
        job.name, job.scenarios[0].name, *basis, known.base_net_loss, known.since, blocks * LANES, job.seed,
        tuple(_numbers(name, values | losses[name]) for name, values in known.numbers.items()),
        (*known.left_out, *unknown),
    )  # fmt: skip


def _numbers(name: str, values: dict[str, Any]) -> ClassNumbers:
    """A class; NaN where nothing was found."""
    kinds = ClassNumbers.__annotations__
    rest = {key: NONE if "Interval" in str(kind) else np.nan for key, kind in kinds.items() if key != "note"}
    return ClassNumbers(note=name, **(rest | {"breakeven_open": False} | values))


def _capital(held: Capital) -> Numbers:
    return {
        row.note: {
            "attachment": row.attachment,
            "detachment": row.detachment,
            "risk_weight": row.risk_weight,
            "capital_charge": REQUIRED * row.risk_weight,
        }
        for row in held.exposures()
    }


def _breakeven(job: Job) -> Numbers:
    answer = rating(job, UNSTRESSED)
    stands = {row.note: row.by_category[0] for row in answer.classes}
    per = 1.0 / answer.base_cnl if answer.base_cnl > 0.0 else np.nan
    return {
        note: {
            "breakeven_net_loss": stand.breakeven_cnl,
            "breakeven_net_loss_precision": stand.precision,
            "breakeven_multiple": stand.breakeven_cnl * per,
            "breakeven_multiple_precision": stand.precision * per,
            "breakeven_open": stand.open,
            "breakeven_crossings": float(len(stand.crossings)),
        }
        for note, stand in stands.items()
    }


def _ecl(job: Job, paths: int) -> Numbers:
    return {name: {"ecl_12m": soon, "ecl_lifetime": whole} for name, (soon, whole) in at_start(job, paths).items()}


def _yields(job: Job) -> Numbers:
    return {
        name: {"yield_at_par": priced.yield_, "discount_margin": priced.margin}
        for name, priced in all_at_par(job).items()
    }


def with_committee(ds: xr.Dataset, answer: Committee) -> xr.Dataset:
    """A run's Dataset with the answer as variables by tranche (`stress.results.COMMITTEE`), and what it rests on.

    >>> with_numbers = with_committee(ds, committee(job, paths=64))
    >>> float(with_numbers["risk_weight"].sel(tranche="A"))
    0.15
    """
    from stress.results.variables import COMMITTEE

    names = [str(name) for name in ds["tranche"].values]
    rows = {row.note: row for row in answer.classes}
    flat = [_flat(rows[name], _unseen(ds, name, answer.paths)) for name in names]
    values = {v.name: np.array([row[v.name] for row in flat]) for v in COMMITTEE}
    about = {
        key: getattr(answer, key)
        for key in ("scenario", "rules", "status", "date", "pool_weight", "base_net_loss", "paths", "left_out")
    }
    about["since"] = answer.since._asdict()
    variables = {v.name: (v.dims, values[v.name], {"units": v.unit, "long_name": v.meaning}) for v in COMMITTEE}
    return ds.assign(variables).assign_attrs(committee=json.dumps(about, ensure_ascii=False))


def _unseen(ds: xr.Dataset, note: str, paths: int) -> float:
    """Above a discounted loss that no path showed: the rule of three, or what the run's own paths say of the loss."""
    first = ds.sel(tranche=note).isel(scenario=0)
    bound = min(1.0, UNSEEN / paths)
    return min(bound, float(first["expected_loss_high"])) if float(first["expected_loss"]) == 0.0 else bound


def _flat(numbers: ClassNumbers, unseen: float) -> dict[str, float]:
    """Fields of a class, an interval as four of them; `unseen` above a loss that no path showed."""
    fields: dict[str, float] = {}
    for key, value in numbers._asdict().items():
        if isinstance(value, Interval):
            ends = dict(zip(("", "_se", "_low", "_high"), value, strict=True))
            fields |= {f"{key}{end}": float(x) for end, x in ends.items()}
            if fields[key] == 0.0:
                fields[f"{key}_high"] = unseen
        elif key != "note":
            fields[key] = float(value)
    return fields


def beside_counts(job: Job, known: dict[str, Fixed] | None = None) -> Callable[[xr.Dataset], xr.Dataset]:
    """What `stress run` adds to a result, worked out before there is one: none of it rests on counts. Where the job's
    structure has no such numbers, why.

    `known`: filled with what rests on no paths, and read for jobs that differ in their seed alone.
    """
    key, held = job_hash(job.model_copy(update={"seed": 0, "paths": 1})), {} if known is None else known
    try:
        if key not in held:
            held[key] = fixed_numbers(job)
        return functools.partial(with_committee, answer=committee(job, fixed=held[key]))
    except StressError as error:
        why = json.dumps({"left_out": [str(error)]}, ensure_ascii=False)
        return lambda ds: ds.assign_attrs(committee=why)
