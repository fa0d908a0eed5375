"""Sizing: note shares that meet a target each, the enhancement they imply, and a run on fresh draws that proves it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from stress.analysis import kept, trials
from stress.analysis.break_even import FEW
from stress.analysis.cuts import Reading, Work, against, moved, read, smallest_cut, with_error
from stress.analysis.inputs_moved import ahead_of, note_share, with_shares
from stress.analysis.joint_cuts import Group, Joint, independent, interval, joint_of, laid
from stress.analysis.kept import Interrupted
from stress.analysis.note_targets import Target, implied, load_bands, smallest, wanted_of
from stress.analysis.remaining import of_left, share_left, since_of
from stress.answers.sizing import Sized, Sizing
from stress.arrays import Array
from stress.errors import ConfigError
from stress.explain.notes import support_then
from stress.inputs.bands import Bands
from stress.inputs.door import from_closing
from stress.inputs.job import Job
from stress.kernels.samplers import Shifted
from stress.measures.estimate import Interval
from stress.measures.proportions import UNSEEN
from stress.runs.sampling.shifts import shifted_of

SWEEPS = 2
"""Times that every note is sized in turn."""
CLOSE = 2.0**-9
"""Sizes that move less than this between sweeps are final."""
PROOF_SEED, PROOF_PATHS = 0x5EED, 4
"""Added to the job's seed, times its paths, for the run that proves the sizes."""


def size(
    job: Job,
    targets: Mapping[str | None, Target],
    scenario: str | None = None,
    bands: Bands | None = None,
    threads: int | None = None,
    progress: trials.Progress | None = None,
) -> Sizing:
    """The largest notes, the most senior first, that meet their targets.

    A target may name a scenario of its own, as a class has that is rated under its own stress. A note is sized by what
    ranks below it; notes without a target, and notes whose target a junior's implies, share the
    room above in proportion to their size. Solved on the job's draws so that the upper end of the 95% interval meets
    the limit, those draws being drawn around losses where a limit is below 50 of the paths; judged on fresh ones, four
    times as many, drawn around losses too (so that a band of a note that hardly ever loses is known). Without a target
    the notes stay as they are and are judged so: those of a job in mid-life by what is lost of what is left of them.
    Raises ConfigError where a target names no note or the residual one, and for a target in mid-life.

    >>> from stress.analysis.note_targets import load_bands
    >>> from stress.analysis.note_targets import target_of
    >>> target = target_of("A:PD=0.05", load_bands(None))
    >>> sized = size(job.but(paths=2048), dict([target]))
    >>> [note.note for note in sized.notes]
    ['A', 'B', 'mezzanine', 'subordinated']
    """
    if targets:
        from_closing(job, "size with a target", "sets notes that are issued already")
    table = bands or load_bands()
    case, wanted = trials.case_of(job, scenario), wanted_of(job, targets)
    work = Work(job, case, wanted, table, threads, progress)
    shares, groups, joint, whole = _solved(work)
    shares = shares if wanted else _left(job)
    seed = (job.seed + PROOF_SEED) % 2**64
    proof_job = job.model_copy(update={"seed": seed, "paths": PROOF_PATHS * job.paths})
    sizes = with_shares(proof_job, shares) if wanted else proof_job
    proofs, samplers, proven = _proofs(work, sizes)
    whole = whole and proven
    proof_of = [proofs[work.case_of(k).name] for k in range(len(shares))]
    notes = tuple(
        _sized(job, k, (shares, groups, joint, whole), wanted.get(k), proof_of[k], table) for k in range(len(shares))
    )
    notes = tuple(note._replace(scenario=work.case_of(k).name) for k, note in enumerate(notes))
    feasible = {group.last: group.cut.feasible for group in groups}
    return Sizing(
        job=job.name,
        scenario=case.name,
        notes=notes,
        paths=job.paths,
        seed=job.seed,
        estimator="importance" if _rare(work) and any(samplers.values()) else "plain",
        proof_paths=proof_job.paths if whole else 0,
        proof_seed=seed,
        table=table.name,
        feasible=all(feasible.values()),
        since=since_of(job),
        says=_says(job, feasible, notes, [line for proof in proofs.values() for line in proof.warnings])
        if whole
        else _cut_short(job, groups),
    )


def _proofs(work: Work, sizes: Job) -> tuple[dict[str, Reading], dict[str, Shifted | None], bool]:
    """The run on fresh paths under every scenario, who drew them, and whether it came to its end."""
    samplers: dict[str, Shifted | None] = {}
    try:
        kept.check()
        samplers = _samplers(work, sizes)
        return (
            {name: read(sizes, case, work.threads, samplers[name]) for name, case in work.cases().items()},
            samplers,
            True,
        )
    except Interrupted:
        return {name: Reading.unread(len(sizes.deal.notes)) for name in work.cases()}, samplers, False


def _left(job: Job) -> list[float]:
    """Shares of the notes as they stand where the job starts. Raises ConfigError where none of them is left."""
    shares = [share_left(job, note) for note in range(len(job.deal.notes))]
    if job.state is not None and not sum(shares) > 0.0:
        raise ConfigError(f"job {job.name!r} starts after {job.state.as_of}: nothing is left of its pool or its notes")
    return shares


_Solved = tuple[list[float], list[Group], Joint, bool]
"""The last: whether all of it was solved."""


def _solved(work: Work) -> _Solved:
    """Shares of all notes, the cuts that they follow from, senior first, and how these vary together."""
    shares = [note_share(work.job, k) for k in range(len(work.job.deal.notes))]
    sized = [k for k in work.wanted if not implied(work.wanted, k)]
    groups: list[Group] = []
    try:
        for sweep in range(SWEEPS if sized else 0):
            before, earlier, groups = list(shares), groups, []
            if _rare(work):
                work = work._replace(samplers=_samplers(work, with_shares(work.job, shares)))
            for at, k in enumerate(sized):
                first = sized[at - 1] + 1 if at else 0
                groups.append(Group(first, k, smallest_cut(work, shares, first, k)))
                shares = moved(shares, first, k, groups[-1].cut.value)
            if sweep and max(abs(a - b) for a, b in zip(shares, before, strict=True)) < CLOSE:
                break
        solved = [group._replace(cut=with_error(work, shares, *group)) for group in groups]
        return shares, solved, joint_of(work, shares, solved), True
    except Interrupted:
        if len(groups) < len(earlier):  # the sweep before was whole
            shares, groups = before, earlier
        return shares, groups, independent(len(groups)), False


def _rare(work: Work) -> bool:
    """Whether plain paths that show a loss as rare as the tightest limit are too few to tell."""
    years = work.job.deal.scheduled_months / 12.0
    return bool(work.wanted) and smallest(work.wanted, work.table, years) * work.job.paths < FEW


def _samplers(work: Work, job: Job) -> dict[str, Shifted | None]:
    """Shifts towards losses of the notes as sized, by scenario; None where plain paths show them."""
    return {name: shifted_of(trials.variants(job, case, [[]])) for name, case in work.cases().items()}


def _sized(job: Job, note: int, solved: _Solved, target: Target | None, proof: Reading, table: Bands) -> Sized:
    lost = of_left(job, note, proof.expected_loss[note])
    value, limit = (lost, np.nan) if target is None else against(target, proof, note, table)
    if not trials.lends(job.deal.notes[note]):
        value = _known(np.nan)
    share, below = _ends(job, solved, note)
    below = below if job.state is None else _known(support_then(job)[note])
    by = [job.deal.notes[group.last].name for group in solved[1] if group.first <= note <= group.last]
    verdict = ""
    if target is not None and not solved[-1]:
        verdict = "not proven: interrupted"
    elif target is not None:
        verdict = "missed" if value.estimate > limit else "met" if value.high <= limit else "met, not proven"
    return Sized(
        note=job.deal.notes[note].name,
        before=note_share(job, note),
        share=float(share.estimate),
        share_error=float(share.error),
        share_low=float(share.low),
        share_high=float(share.high),
        enhancement=float(below.estimate),
        enhancement_error=float(below.error),
        target="" if target is None else str(target),
        limit=limit,
        measured=value,
        life=float(proof.life[note].estimate),
        life_error=float(proof.life[note].error),
        band=_band(table, lost, float(proof.life[note].estimate)),
        verdict=verdict,
        sized_by="".join(by),
    )


def _ends(job: Job, solved: _Solved, note: int) -> tuple[Interval, Interval]:
    """Share of a note, and its enhancement: both are linear in the cuts, whose errors go together."""
    shares, groups, joint, _ = solved
    ahead = ahead_of(job.deal, shares, note)
    if not groups:
        return _known(shares[note]), _known(max(0.0, 1.0 - float(ahead @ shares)))
    none = np.zeros(len(groups))
    base, *units = (np.array(laid(shares, groups, row.tolist())) for row in (none, *np.eye(len(groups))))

    def of(row: Array) -> Interval:
        """A sum of shares, `row` says of which notes."""
        shift = float(row @ base)
        return interval(np.array([float(row @ unit) for unit in units]) - shift, shift, groups, joint)

    estimate, error, low, high = of(ahead)
    return of(np.eye(len(shares))[note]), Interval(1.0 - estimate, error, 1.0 - high, 1.0 - low)


def _known(value: float) -> Interval:
    """What was given and not solved: it has no error."""
    return Interval(*(np.array(x) for x in (value, np.nan, np.nan, np.nan)))


def _band(table: Bands, loss: Interval, life: float) -> str:
    if not (np.isfinite(loss.estimate) and np.isfinite(life)):
        return ""  # a residual note has no life, and a band is a limit by life
    best, worst = table.band(float(loss.estimate), life), table.band(float(loss.high), life)
    return best if best == worst else f"{best} to {worst}"


def _cut_short(job: Job, groups: list[Group]) -> str:
    """What an interrupted search came to."""
    known = ", ".join(job.deal.notes[group.last].name for group in groups)
    return f"Interrupted: {f'{known} sized' if known else 'no note sized'}, the others as they were; no proof was run."


def _says(job: Job, feasible: Mapping[int, bool], notes: tuple[Sized, ...], warnings: list[str]) -> str:
    """Plain words where some target is out of reach, or the proof is not to be trusted."""
    short = [job.deal.notes[k].name for k, ok in feasible.items() if not ok]
    bound = UNSEEN / job.paths
    meets = [note for note in notes if note.note in short and note.measured.estimate <= note.limit]
    unseen = [note.limit for note in meets if 0.0 < note.limit < bound]
    if unseen:
        return (
            f"{job.paths:,} paths on which a note never loses bound its loss by {bound:.2%} (3/n), above "
            f"the target of {', '.join(short)}: take --paths {math.ceil(UNSEEN / min(unseen)):,} or more."
        )
    if short:
        remedy = "give those more enhancement by a tighter target, or this one a looser one"
        return f"No size of {', '.join(short)} meets its target below the notes above it: {remedy}."
    missed = [note.note for note in notes if note.verdict == "missed"]
    if missed:
        return f"On fresh paths {', '.join(missed)} misses its target: more --paths narrow this."
    return f"Not to be trusted: {'; '.join(warnings)}." if warnings else ""
