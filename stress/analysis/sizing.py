"""Sizing: note shares that meet a target each, the enhancement they imply, and a run on fresh draws that proves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from stress import measures
from stress.analysis import runs
from stress.analysis.bands import Bands, load_bands
from stress.analysis.inputs_moved import note_share, with_shares
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.measures.estimate import Interval
from stress.sampling.shifts import shifted_of

if TYPE_CHECKING:
    import xarray as xr

Kind = Literal["EL", "PD", "BAND"]

SMALLEST = 0.001
"""Share of the notes below which a note is not worth issuing."""
SWEEPS, HALVINGS = 2, 10
"""Times that every note is sized in turn; halvings of its range (to 1 / 1,024 of it)."""
CLOSE = 2.0**-9
"""Sizes that move less than this between sweeps are final."""
PROOF_SEED, PROOF_PATHS = 0x5EED, 4
"""Added to the job's seed, times its paths, for the run that proves the sizes."""


class Target(NamedTuple):
    """What a note must meet."""

    kind: Kind
    limit: float
    """Largest expected loss, or largest probability of a loss; NaN for a band."""
    band: str = ""

    def __str__(self) -> str:
        return f"band {self.band}" if self.kind == "BAND" else f"{self.kind} ≤ {self.limit:g}"


class Sized(NamedTuple):
    """One note before and after, and what the fresh run says of it."""

    note: str
    before: float
    """Share of the cut-off balance."""
    share: float
    enhancement: float
    """Share of all notes that rank below."""
    target: str
    limit: float
    """The number that was to be met (of a band: its limit at the note's life)."""
    measured: Interval
    """In the fresh run; expected loss where there is no target."""
    life: float
    """Weighted average life in the fresh run, years."""
    life_error: float
    band: str
    """EL-implied, by the table; not a rating. `1 to 4` where the paths leave it open: estimate to upper bound."""
    verdict: str
    """`met`: the whole 95% interval lies within the target; `met, not proven`: the estimate does; `missed`; or none."""


class Sizing(NamedTuple):
    """Sizes of all notes."""

    job: str
    scenario: str
    notes: tuple[Sized, ...]
    paths: int
    seed: int
    proof_paths: int
    proof_seed: int
    table: str
    """Name of the table of bands."""
    feasible: bool
    says: str


def target_of(text: str, bands: Bands) -> tuple[str | None, Target]:
    """`EL=0.0005`, `A:PD=0.001` or `A:band=3` -> the note (None: every note but the residual one) and its target."""
    note, colon, rest = text.rpartition(":")
    kind, equals, value = (part.strip() for part in rest.partition("="))
    form = "write EL=0.0005, PD=0.001 or band=3, for one note A:EL=0.0005"
    if not equals or kind.upper() not in ("EL", "PD", "BAND") or (colon and not note.strip()):
        raise ConfigError(f"--target {text}: {form}")
    if kind.upper() == "BAND":
        bands.limit(value, 1.0)
        return note.strip() or None, Target("BAND", np.nan, value)
    try:
        limit = float(value)
    except ValueError:
        limit = np.nan
    if not 0.0 < limit < 1.0:
        raise ConfigError(f"--target {text}: the limit must be a fraction above 0 and below 1; {form}")
    return note.strip() or None, Target("EL" if kind.upper() == "EL" else "PD", limit)


def size(
    job: Job,
    targets: Mapping[str | None, Target],
    scenario: str | None = None,
    bands: Bands | None = None,
    threads: int | None = None,
    progress: runs.Progress | None = None,
) -> Sizing:
    """The largest notes, the most senior first, that meet their targets.

    A note is sized by what ranks below it; notes without a target, and notes whose target a junior's implies, share the
    room above in proportion to their size. Solved on the job's draws so that the upper end of the 95% interval meets
    the limit; judged on fresh ones, four times as many, drawn around likely losses too (so that a band of a note that
    hardly ever loses is known). Without a target the notes stay as they are and are judged so. Raises ConfigError where
    a target names no note or the residual one, or where the paths are too few for a limit.

    >>> from stress.analysis.bands import load_bands
    >>> target = target_of("A:PD=0.05", load_bands(None))
    >>> sized = size(job.model_copy(update={"paths": 2048}), dict([target]))
    >>> [note.note for note in sized.notes]
    ['A', 'B', 'mezzanine', 'subordinated']
    """
    table = bands or load_bands()
    case, wanted = runs.case_of(job, scenario), _wanted(job, targets)
    sized = [k for k in wanted if not _implied(wanted, k)]
    if wanted:
        _check_paths(job, wanted, table)
    work = _Work(job, case, wanted, table, threads, progress)
    shares, feasible = [note_share(job, k) for k in range(len(job.deal.notes))], dict.fromkeys(sized, True)
    for sweep in range(SWEEPS):
        before = list(shares)
        for at, k in enumerate(sized):
            shares, feasible[k] = _smallest_cut(work, shares, sized[at - 1] + 1 if at else 0, k)
        if sweep and max(abs(a - b) for a, b in zip(shares, before, strict=True)) < CLOSE:
            break
    seed = (job.seed + PROOF_SEED) % 2**64
    fresh = job.model_copy(update={"seed": seed, "paths": PROOF_PATHS * job.paths})
    sizes = with_shares(fresh, shares) if wanted else fresh
    proof = _read(sizes, case, threads, aimed=True)
    notes = tuple(_sized(job, k, shares, wanted.get(k), proof, table) for k in range(len(shares)))
    return Sizing(job.name, case.name, notes, job.paths, job.seed, fresh.paths, seed, table.name,
                  all(feasible.values()), _says(job, wanted, feasible, notes))  # fmt: skip


class _Reading(NamedTuple):
    """What a run says of every note."""

    expected_loss: list[Interval]
    loss_probability: list[Interval]
    life: list[Interval]


class _Work(NamedTuple):
    """What every trial needs."""

    job: Job
    case: ScenarioCase
    wanted: Mapping[int, Target]
    table: Bands
    threads: int | None
    progress: runs.Progress | None


def _smallest_cut(work: _Work, shares: list[float], first: int, note: int) -> tuple[list[float], bool]:
    """Halve the range of what ranks below `note` until the smallest that meets its target is known.

    Notes first..note share what lies between the cut and the seniors; the juniors scale to the cut.
    """
    room = sum(shares[first:])
    low, high = SMALLEST, room - SMALLEST
    good = _cut(shares, first, note, high)
    if high <= low or not _meets(work, good, note):
        return good if high > low else shares, False
    for halving in range(HALVINGS):
        middle = 0.5 * (low + high)
        trial = _cut(shares, first, note, middle)
        if _meets(work, trial, note):
            high, good = middle, trial
        else:
            low = middle
        if work.progress is not None:
            work.progress(halving + 1, HALVINGS)
    return good, True


def _cut(shares: list[float], first: int, note: int, cut: float) -> list[float]:
    """Shares with `cut` below `note`; the group first..note and the juniors each keep their proportions."""
    group, junior = sum(shares[first : note + 1]), sum(shares[note + 1 :])
    room = group + junior
    return [
        share if k < first else share * (room - cut) / group if k <= note else share * cut / junior
        for k, share in enumerate(shares)
    ]


def _meets(work: _Work, shares: list[float], note: int) -> bool:
    """Whether the upper end of the interval lies within the target."""
    reading = _read(with_shares(work.job, shares), work.case, work.threads)
    value, limit = _against(work.wanted[note], reading, note, work.table)
    return bool(value.high <= limit)


def _read(job: Job, case: ScenarioCase, threads: int | None, aimed: bool = False) -> _Reading:
    one = runs.variants(job, case, [[]])
    ds = runs.counted(one, threads, sampler=shifted_of(one) if aimed else None)
    loss, chance, life = measures.expected_loss(ds), measures.loss_probability(ds), measures.wal(ds)

    def each(answer: xr.Dataset) -> list[Interval]:
        parts = [answer[k].values[0] for k in Interval._fields]
        return [Interval(*row) for row in zip(*parts, strict=True)]

    return _Reading(each(loss), each(chance), each(life))


def _against(target: Target, reading: _Reading, note: int, table: Bands) -> tuple[Interval, float]:
    """The measure that the target is about, and its limit."""
    if target.kind == "PD":
        return reading.loss_probability[note], target.limit
    limit = target.limit if target.kind == "EL" else table.limit(target.band, float(reading.life[note].estimate))
    return reading.expected_loss[note], limit


def _sized(job: Job, note: int, shares: list[float], target: Target | None, proof: _Reading, table: Bands) -> Sized:
    value, limit = (proof.expected_loss[note], np.nan) if target is None else _against(target, proof, note, table)
    verdict = ""
    if target is not None:
        verdict = "missed" if value.estimate > limit else "met" if value.high <= limit else "met, not proven"
    return Sized(
        note=job.deal.notes[note].name,
        before=note_share(job, note),
        share=shares[note],
        enhancement=sum(shares[note + 1 :]) / sum(shares),
        target="" if target is None else str(target),
        limit=limit,
        measured=value,
        life=float(proof.life[note].estimate),
        life_error=float(proof.life[note].error),
        band=_band(table, proof.expected_loss[note], float(proof.life[note].estimate)),
        verdict=verdict,
    )


def _band(table: Bands, loss: Interval, life: float) -> str:
    best, worst = table.band(float(loss.estimate), life), table.band(float(loss.high), life)
    return best if best == worst else f"{best} to {worst}"


def _wanted(job: Job, targets: Mapping[str | None, Target]) -> dict[int, Target]:
    """Targets by place of the note, senior first. The last note takes what is left and has none."""
    last = len(job.deal.notes) - 1
    if targets and last < 1:
        raise ConfigError("sizing needs a note below the one that is sized; the deal has one note only")
    found: dict[int, Target] = {}
    for name, target in targets.items():
        if name is None:
            found = dict.fromkeys(range(last), target) | found
            continue
        note = runs.note_index(job, name)
        if note == last:
            raise ConfigError(
                f"--target {name}:...: {name} ranks last and takes what the others leave; size a note above it"
            )
        found[note] = target
    return dict(sorted(found.items()))


def _implied(wanted: Mapping[int, Target], note: int) -> bool:
    """Whether a junior's target, of the same kind and not looser, covers this note's: a senior loses no more."""
    own = wanted[note]
    return any(
        k > note
        and other.kind == own.kind
        and (other.band == own.band if own.kind == "BAND" else other.limit <= own.limit)
        for k, other in wanted.items()
    )


def _check_paths(job: Job, wanted: Mapping[int, Target], table: Bands) -> None:
    """Without a loss on any path the bound is 3 / paths: a limit below that can never be shown to be met."""
    years = job.deal.scheduled_months / 12.0
    limit = min(t.limit if t.kind != "BAND" else table.limit(t.band, years) for t in wanted.values())
    if limit * job.paths < 3.1:
        least = f"{int(np.ceil(3.1 / limit)):,}"
        raise ConfigError(
            f"--paths {job.paths:,}: too few to show that a limit of {limit:.2g} is met; at least {least}"
        )


def _says(job: Job, wanted: Mapping[int, Target], feasible: Mapping[int, bool], notes: tuple[Sized, ...]) -> str:
    """Plain words where some target is out of reach."""
    short = [job.deal.notes[k].name for k, ok in feasible.items() if not ok]
    if short:
        remedy = "give those more enhancement by a tighter target, or this one a looser one"
        return f"no size of {', '.join(short)} meets its target below the notes above it: {remedy}"
    missed = [one.note for one in notes if one.verdict == "missed"]
    if missed:
        return f"on fresh paths {', '.join(missed)} misses its target: more --paths narrow this"
    return ""
