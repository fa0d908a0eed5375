"""Many variants of one case as the scenarios of one job: common random numbers, few counts, no report."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.analysis import kept
from stress.analysis.kept import Interrupted
from stress.arrays import Array
from stress.assemble.calendar import calendar_of
from stress.assemble.contract import sizes_of
from stress.assemble.effects import alike
from stress.assemble.problem import assemble
from stress.digest import source_digest
from stress.errors import ConfigError, StressError
from stress.explain.shocks import shock_words
from stress.inputs.deal import Note
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.job.rules import check_job
from stress.inputs.numbers import enough
from stress.inputs.scenario import Shock
from stress.inputs.state.rules import repaid
from stress.inputs.targets import Target
from stress.inputs.text.base import LONGEST_NAME
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.samplers import Sampler
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES, Tally
from stress.runs import engine
from stress.runs.counting.counted import joined
from stress.runs.dataset import RNG
from stress.spelling import suggest

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]

MOST = 16
"""Scenarios counted at once: with 64 the fans of a tally take more than 1 GB."""
MOST_CALM = 64
"""Scenarios of a deterministic run at once, which counts nothing."""
MOVED, NUMBER = " with shocks more", 8
"""Of a variant whose moves are too long for a name; signs that a number needs, where several are alike."""
PATHS = 32_768
"""Paths at each point of a curve, where the caller gives none; a power of two splits into equal tasks."""


def case_of(job: Job, scenario: str | None, option: str = "--scenario") -> ScenarioCase:
    """A scenario of the job by name, the first where none is given. A message begins with the option that named it."""
    names = [case.name for case in job.scenarios]
    if scenario is None:
        return job.scenarios[0]
    if scenario not in names:
        hint = suggest(scenario, names) or "; a new one is first added to `scenarios` in the job's file"
        raise ConfigError(f"{option} {scenario}: the job has no such scenario; it has {', '.join(names)}{hint}")
    return job.scenarios[names.index(scenario)]


def only(job: Job, scenario: str | None) -> Job:
    """The job under one of its scenarios, the first where none is named; a probability says nothing of one alone."""
    return job.but(scenarios=(case_of(job, scenario).model_copy(update={"probability": None}),))


def note_index(job: Job, tranche: str, can_lose: bool = False, option: str = "--tranche") -> int:
    """Place of a note in the deal, from the most senior; `can_lose` refuses a certificate, which lent nothing, and
    what is repaid where the job starts. A message begins with the option that named it."""
    names = [note.name for note in job.deal.notes]
    if tranche not in names:
        known = f"{', '.join(names)}{suggest(tranche, names)}"
        raise ConfigError(f"{option} {tranche}: the deal has no such note: {known}")
    place = names.index(tranche)
    if can_lose and not lends(job.deal.notes[place]):
        can = "it can lose nothing and has neither yield nor life"
        raise ConfigError(f"{option} {tranche}: a certificate of size 0 lent nothing, so {can}")
    if can_lose and job.state is not None and repaid(job, place):
        raise ConfigError(f"{option} {tranche}: is repaid in {job.state.as_of}: it can lose nothing and has no price")
    return place


def lends(note: Note) -> bool:
    """False for a certificate, a residual note of size 0."""
    return 0.0 not in (note.share, note.amount)


def has_target(job: Job, target: Target) -> bool:
    """Whether the job has what a shock on `target` moves: only index rates may be missing altogether."""
    return target != "index_rate" or bool(job.deal.indices)


def refuse_idle(job: Job, case: ScenarioCase, option: str, low: Shock, high: Shock) -> None:
    """ConfigError where a shock does not fit at an end of its range, or moves nothing between them."""
    if not has_target(job, low.target):
        raise ConfigError(f"{option}: the job has no index rates, so it would move nothing")
    if alike(job, *variants(job, case, [[low], [high]]).scenarios):
        raise ConfigError(f"{option}: nothing in this deal, pool and scenario depends on it, so it would move nothing")


def variants(job: Job, case: ScenarioCase, moves: Sequence[Sequence[Shock]]) -> Job:
    """A job whose scenarios are `case` with each of the moves added after its own shocks, named by what is moved.

    Raises ConfigError where a shock does not fit deal, pool or clock.
    """
    cases = tuple(
        case.model_copy(update={"name": name, "probability": None, "shocks": (*case.shocks, *move)})
        for name, move in zip(_names(case, moves), moves, strict=True)
    )
    varied = job.model_copy(update={"scenarios": cases})
    try:
        check_job(varied)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return varied


def _names(case: ScenarioCase, moves: Sequence[Sequence[Shock]]) -> list[str]:
    """Of each variant its scenario and its moves in words, as far as a name may be long; with a number where several
    are alike."""
    counts: Counter[str] = Counter()
    names = []
    for move in moves:
        name = f"{case.name} with {'; '.join(map(shock_words, move))}" if move else case.name
        if len(name) > LONGEST_NAME - NUMBER:
            name = f"{case.name[: LONGEST_NAME - NUMBER - len(MOVED)]}{MOVED}"
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return names


class Expected(NamedTuple):
    """What the deterministic run comes to under every scenario."""

    notes: Array
    """(scenario, note, NOTE_QUANTITIES)"""
    pool: Array
    """(scenario, POOL_QUANTITIES), over the cut-off balance."""

    def of_pool(self, quantity: str) -> Array:
        """(scenario,) of one of POOL_QUANTITIES."""
        return np.asarray(self.pool[:, POOL_QUANTITIES.index(quantity)], np.float64)

    def of_notes(self, quantity: str) -> Array:
        """(scenario, note) of one of NOTE_QUANTITIES."""
        return np.asarray(self.notes[:, :, NOTE_QUANTITIES.index(quantity)], np.float64)


def uncalled(job: Job) -> Job:
    """The job without the call that ends its deal early: what a pool loses is then that of its whole life, at every
    stress alike, and not what it loses until somebody buys it."""
    return job.model_copy(update={"deal": job.deal.model_copy(update={"clean_up": None})})


def to_maturity(job: Job) -> Expected:
    """The deterministic run: of the notes with the call that ends the deal, of the pool without it."""
    run = outcomes(job)
    return run if job.deal.clean_up is None else run._replace(pool=outcomes(uncalled(job)).pool)


def outcomes(job: Job) -> Expected:
    """The deterministic run: expected rates, rho = 0 (not a factor of 0)."""
    n_note = len(job.deal.notes)
    values = []
    for part in _parts(job, MOST_CALM):
        space = Workspace(pack(assemble(part, deterministic=True), handed=True))
        alone.run(space, 0, 1, LANES, part.seed)
        values.append(space.handed()[:, 0].mean(axis=-1))
        worst = space.counts().residual.max(axis=1)
        _refuse_broken(part, np.count_nonzero(~np.isfinite(values[-1]), axis=1), worst)
    notes, pool = np.split(np.concatenate(values), [len(NOTE_QUANTITIES) * n_note], axis=1)
    return Expected(notes.reshape(len(job.scenarios), n_note, len(NOTE_QUANTITIES)), pool)


def counted(
    job: Job,
    threads: int | None = None,
    progress: Progress | None = None,
    sampler: Sampler | None = None,
    replicated: bool = False,
    client: Any = None,
) -> xr.Dataset:
    """Batch sums and loss counts of every scenario, as `measures` reads them; the rest of a result is left out.

    `sampler`: who draws the factors, the same for all that is to be compared; None: plain sampling.
    `replicated`: losses by replicate too, for differences of their tails. `client`: a Dask cluster that counts.
    Raises ConfigError for too few paths; Interrupted, with the scenarios that are done, where a question that is kept
    (`kept`) is to stop.
    """
    enough(job.paths)
    parts = _parts(job)
    done: list[xr.Dataset] = []
    for at, part in enumerate(parts):
        step = portion(progress, at, len(parts))
        packed = pack(assemble(part), sampler=sampler, replicated=replicated)
        try:
            done.append(_whole(packed, part, replicated, threads, client, step))
        except Interrupted:
            raise Interrupted(_beside(done) if done else None) from None
    return _beside(done)


def _beside(done: list[xr.Dataset]) -> xr.Dataset:
    import xarray as xr

    return done[0] if len(done) == 1 else xr.concat(done, "scenario", data_vars="minimal", join="exact")


def _whole(
    packed: Packed, part: Job, replicated: bool, threads: int | None, client: Any, progress: Progress | None
) -> xr.Dataset:
    """Counts of a part, or what was kept of it. Raises Interrupted."""

    def rests_on() -> str:
        names = ([case.name for case in part.scenarios], [note.name for note in part.deal.notes])
        return repr((source_digest(), engine.problem_digest(packed), part.seed, part.paths, replicated, *names))

    def count(stop: threading.Event | None) -> xr.Dataset | None:
        counts = engine.count(packed, part, None, threads, client, progress, stop=stop)
        first = next(counts, None)
        whole = None if first is None else joined(itertools.chain([first], counts))
        if whole is None or whole.n_path < part.paths:
            return None
        tally = whole.tally()
        check_laws(part, tally)
        return _dataset(part, tally, "importance" if tally.weight_sum.size else "plain")

    return kept.counted(rests_on, count)


def check_laws(job: Job, tally: Tally) -> None:
    """As every run: cash and balances conserved to 1e-9 on every path, nothing that is not a number."""
    _refuse_broken(job, tally.fault[:, 0], tally.residual.max(axis=1))


def _refuse_broken(job: Job, faults: NDArray[np.integer[Any]], worst: Array) -> None:
    for case, bad, error in zip(job.scenarios, faults, worst, strict=True):
        if bad or not error <= 1e-9:
            raise StressError(
                f"scenario {case.name}: a law of the model is broken (off by {error:.2g}, {bad} not a number)"
            )


def _parts(job: Job, most: int = MOST) -> list[Job]:
    """The job in pieces of at most so many scenarios; draws depend on seed and path only, so nothing changes."""
    cases = job.scenarios
    return [job.model_copy(update={"scenarios": cases[k : k + most]}) for k in range(0, len(cases), most)]


def portion(progress: Progress | None, at: int, parts: int) -> Progress | None:
    """The progress of one of several equal parts."""
    return None if progress is None else lambda done, total: progress(at * total + done, parts * total)


KEPT = (
    *("batch_path", "batch_sum", "loss_count", "default_count", "loss_weight", "loss_weight_square"),
    *("default_weight", "default_weight_square", "batch_weight", "batch_weight_square", "batch_square_sum"),
    *("loss_top_weight", "loss_replicate"),
)
"""What the measures of a question read; the last ones where paths carry weights."""


def _dataset(job: Job, tally: Tally, estimator: str) -> xr.Dataset:
    from stress.results.build import counted as named

    ds = named(
        tally._asdict(),
        [case.name for case in job.scenarios],
        [note.name for note in job.deal.notes],
        [trigger.name for trigger in job.deal.triggers],
        np.array(calendar_of(job.deal).collection_end, dtype="datetime64[ns]"),
        {"seed": str(job.seed), "paths": job.paths, "rng": RNG, "estimator": estimator, "job": _notes_of(job)},
        sizes_of(job.deal, job.pool.balance),
    )
    return ds[[name for name in KEPT if name in ds]]


def _notes_of(job: Job) -> str:
    """Of the job what measures ask: which notes are residual, and so have no life."""
    return json.dumps({"deal": {"notes": [{"name": note.name, "residual": note.residual} for note in job.deal.notes]}})
