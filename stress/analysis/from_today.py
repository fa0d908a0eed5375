"""A followed deal as it stands: what was reported in the place of what the model had, and the life from there on.

The state after a report is that of the most likely path given all reports so far; every figure that the report gives
takes its place: balances by bucket, notes, accounts, sums of defaults, recoveries and purchases, and the defaults and
recoveries of each month that the deal's rules look back at, with the recoveries to be expected. Reports without a note
or an account are read as ratios alone: of them the shares past due. What no report gave stays the model's, and is said
to be: of what rules look back at the excess spread and other means. From there on the weighted draws of the reports'
posterior go on.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np

from stress.analysis.followed import expected_losses
from stress.analysis.reported_past import lately_of
from stress.analysis.unused import far, is_like, unlike
from stress.analysis.whitened import Sample, Whitened
from stress.answers.follow import Moved
from stress.arrays import Array
from stress.assemble.formulas import past_flows
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import Reported
from stress.inputs.job import Job
from stress.inputs.reports import ACCOUNT, NAMED, NOTE, WRITTEN
from stress.inputs.state import Held, State
from stress.inputs.state import Known as KnownLaw
from stress.inputs.text.base import LONGEST_TEXT
from stress.kernels.tables import N_PARAMETER
from stress.runs.trace import replay
from stress.tables.dates import with_dates

BUCKETS = ("late_1", "late_2", "late_3")
DIGITS = 6
"""Of the normals of the most likely path, and of the law of factors, in a state: a job that starts from it is the same
job on machines whose linear algebra rounds otherwise."""
LEAST = 1e-12
"""Added to variances: a level that the reports leave no doubt of."""


class Standing(NamedTuple):
    """A deal after a report."""

    state: State
    given: tuple[str, ...]
    """What of it was reported."""
    left: tuple[str, ...]
    """What of the report could not be used, in words."""
    unlike: str = ""
    """Why its amounts are none of this deal's pool, so that none of them is used."""


def standing(whitened: Whitened, reports: Reported, month: int, point: Array) -> Standing:
    """The state after the last of the reports, in month `month` of the deal (from 1). `point`: the most likely normals.

    Raises ConfigError, DataError where a reported figure is one that the deal cannot have.
    """
    then, point = whitened.as_of(month), np.round(point, DIGITS)
    model = then.state(point, month)
    figures = {name: value[-1] for name, value in reports.figure.items() if not math.isnan(value[-1])}
    stood = model.receivables
    pool = figures.get("pool", math.nan)
    if not any(name.startswith(NAMED) for name in figures):  # nothing says that the amounts are the deal's own
        changes, given = _of_pool(model, _over(figures, stood), stood)
        return Standing(model.model_copy(update=changes), tuple(f"share of {name}" for name in given[1:]), ())
    if not is_like(pool, stood):
        why = f"the reported amounts are {unlike(pool, stood)}: none of them is used"
        return Standing(model, (), (why,), why)
    figures, left = _before_payment(whitened.job, model, figures)
    changes, given = _of_pool(model, figures, pool)
    for part, (change, names) in {
        "notes": _of_notes(model, figures, whitened.job),
        "accounts": _of_accounts(model, figures, whitened.job),
        "sums": _of_sums(model, reports, month),
        "lately": lately_of(model, reports, lambda: then.defaults(point, month), past_flows(whitened.problem.contract)),
    }.items():
        if names:
            changes[part], given = change, (*given, *names)
    return Standing(model.model_copy(update=changes), given, (*left, *far(model, figures, whitened.job)))


def _before_payment(job: Job, model: State, figures: dict[str, float]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Balances and cash, reported after the payment of the month, as they are before it where the state has it still to
    be made: moved by what this payment changes in the model. In words, which."""
    reported = [name for name in figures if name.startswith(NAMED)]
    if model.pending is None or not reported:
        return figures, ()
    paid = replay(job.but(state=model), path=0).isel(month=0)
    moved = dict(figures)
    for n, note in enumerate(job.deal.notes):
        if (name := NOTE + note.name) in figures:
            repaid = model.notes[note.name].balance - float(paid["note_balance"][n])
            moved[name] = min(figures[name] + repaid, note.original(job.pool.balance))
        if (name := WRITTEN + note.name) in figures and "written_down" in paid:
            down = float(paid["written_down"][n]) - model.notes[note.name].written_down
            moved[name] = max(0.0, figures[name] - down)
    for account, cash in model.accounts.items():
        if (name := ACCOUNT + account) in figures:
            moved[name] = max(0.0, figures[name] + cash - float(paid["account_after"].sel(account=account)))
    why = f"reported after the payment for {model.as_of}; the state, which has it still to make, stands before it"
    return moved, (f"{', '.join(reported)}: {why}",)


def _over(figures: dict[str, float], stood: float) -> dict[str, float]:
    """Buckets as shares of the reported pool, of a pool as large as the model's."""
    whole = figures.get("pool", math.nan)
    return {name: figures[name] / whole * stood for name in BUCKETS if name in figures and whole > 0.0}


def _of_pool(model: State, figures: dict[str, float], pool: float) -> tuple[dict[str, object], tuple[str, ...]]:
    """Buckets as reported, over segments as the model has them; the current balance is what is left."""
    if math.isnan(pool):
        return {}, ()
    late = [sum(held.late[b] for held in model.pool if b < len(held.late)) for b in range(6)]
    reported = {b: figures[name] for b, name in enumerate(BUCKETS) if name in figures and late[b] > 0.0}
    scale = [reported[b] / late[b] if b in reported else 1.0 for b in range(6)]
    others = sum(x * s for x, s in zip(late, scale, strict=True))
    current = sum(held.performing for held in model.pool)
    share = max(0.0, pool - others) / current if current > 0.0 else 0.0
    entries = tuple(_scaled(held, share, scale) for held in model.pool)
    return {"pool": entries}, ("pool", *(BUCKETS[b] for b in reported))


def _scaled(held: Held, share: float, late: list[float]) -> Held:
    changes: dict[str, object] = {
        "performing": held.performing * share,
        "late": tuple(x * late[b] for b, x in enumerate(held.late)),
        "waiting": held.waiting * share,
    }
    for key in ("due", "fee"):
        slots = getattr(held, key)
        changes[key] = None if slots is None else tuple(x * share for x in slots)
    return held.model_copy(update=changes)


def _of_notes(model: State, figures: dict[str, float], job: Job) -> tuple[object, tuple[str, ...]]:
    """Balances and write-downs as reported; a residual note has received as much more, or less, as its balance is below
    the model's. Of write-downs that are not reported the model's, as far as the balance leaves room for them."""
    notes, given = dict(model.notes), list[str]()
    for terms in job.deal.notes:
        changes, note = dict[str, float](), notes[terms.name]
        if (name := NOTE + terms.name) in figures:
            given.append(name)
            changes["balance"] = figures[name]
            room = max(0.0, terms.original(job.pool.balance) - figures[name])
            changes["written_down"] = min(note.written_down, room)
            if terms.residual:
                changes["received"] = max(0.0, note.received + note.balance - figures[name])
        if (name := WRITTEN + terms.name) in figures:
            given.append(name)
            changes["written_down"] = figures[name]
        notes[terms.name] = note.model_copy(update=changes)
    return notes, tuple(given)


def _of_accounts(model: State, figures: dict[str, float], job: Job) -> tuple[object, tuple[str, ...]]:
    reported = {name.removeprefix(ACCOUNT): cash for name, cash in figures.items() if name.startswith(ACCOUNT)}
    for name in reported:
        if name not in model.accounts:
            raise DataError(f"{ACCOUNT}{name}: {job.deal.name} has no such account: {', '.join(model.accounts)}")
    return dict(model.accounts) | reported, tuple(ACCOUNT + name for name in reported)


def _of_sums(model: State, reports: Reported, month: int) -> tuple[object, tuple[str, ...]]:
    """Sums since closing of amounts that every month's report gave."""
    sums = {}
    for key, name in (("defaults", "defaults"), ("recoveries", "recoveries"), ("purchases", "new_receivables")):
        values = reports.figure.get(name, ())
        if len(values) == month and not any(map(math.isnan, values)):
            sums[key] = float(sum(values))
    return model.sums.model_copy(update=sums), tuple(f"sum of {key}" for key in sums)


class Later(NamedTuple):
    """The rest of the life from a state; the whole life from closing for None."""

    whitened: Whitened
    state: State | None


class Known(Protocol):
    """What the reports so far say: weighted points, and the mode over the coordinates that were observed."""

    @property
    def point(self) -> Array:
        """(P, n)"""

    @property
    def weight(self) -> Array:
        """(P,)"""

    @property
    def centre(self) -> Array:
        """(m,)"""


class Sampled(Known, Protocol):
    """Known paths with what they came to."""

    @property
    def sample(self) -> Sample:
        """Of all points."""


class Rest(NamedTuple):
    """The rest of the life as seen from the last report."""

    state: State
    given: tuple[str, ...]
    today: Sample
    moved: tuple[Moved, ...]


def later(job: Job, state: State, file: str) -> Later:
    """The job from a state on. Raises ConfigError with the reports' file where the deal cannot stand so."""
    try:
        return Later(Whitened(job.but(state=state)), state)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def with_source(state: State, job: Job, reports: Reported, given: tuple[str, ...]) -> State:
    """A state with where it comes from: its reports, what of it they gave, and of which model the rest is."""
    listed = ", ".join(given) or "nothing of it as an amount"
    model = f"all else is that of the most likely path of {job.name} under {job.scenarios[0].name}."
    source = f"{with_dates(reports.name, reports.note)}: reported are {listed}; {model}"
    whole = f"{source} {reports.source}".strip()
    fits = len(whole) <= LONGEST_TEXT
    return state.model_copy(update={"source": whole if fits else source, "illustrative": reports.illustrative})


def with_law(stands: State, whitened: Whitened, now: Sampled, last: int) -> State:
    """A state of month `last` (from 0) with the normal law of the weighted paths: drawn parameters, levels of factors.

    What a path draws beyond these (mixing variable, heterogeneity, macro variables) keeps the law that it has.
    """
    drawn = whitened.of(now.point, "parameters")
    values = np.hstack([drawn, now.sample.factor[:, last]])
    mean = now.weight @ values
    away = values - mean
    root = np.linalg.cholesky((away.T * now.weight) @ away + LEAST * np.eye(len(mean))).round(DIGITS)
    mean = mean.round(DIGITS)
    none = N_PARAMETER - drawn.shape[1]  # of them nothing is told where the scenario draws none
    rows = [(0.0,) * i + (1.0,) for i in range(none)]
    rows += [(0.0,) * none + tuple(row[: i + 1]) for i, row in enumerate(root.tolist())]
    parameters = (*(0.0,) * none, *mean[: drawn.shape[1]].tolist())
    known = KnownLaw.model_validate({"parameters": parameters, "root": tuple(rows)})
    return stands.model_copy(update={"factors": tuple(mean[drawn.shape[1] :].tolist()), "known": known})


def moved(
    job: Job, last: Later, then: Known, stands: Later, losses: tuple[Array, Array], month: int
) -> tuple[Moved, ...]:
    """What moved the expected losses between two reports, step after step: the steps add up exactly.

    `last` and `then`: the deal and what was known after the report before; `stands`: the deal after that of `month`;
    `losses`: expected after the one and after the other.
    """

    def known_then(at: Later) -> Array:
        return expected_losses(at.whitened.sample(then.point), then.weight)[0]

    predicted = later(job, last.whitened.state(then.centre, month), job.name)
    path = [losses[0], known_then(predicted), known_then(stands), losses[1]]
    steps = np.diff(np.array(path), axis=0)
    return tuple(
        Moved._make((note.name, float(path[0][n]), *steps[:, n].tolist(), float(path[3][n])))
        for n, note in enumerate(job.deal.notes)
    )
