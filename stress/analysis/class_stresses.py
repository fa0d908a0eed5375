"""Each class under a user's table of stresses: its break-even in net loss against what the table asks.

Deterministic, as agencies run their stresses: expected rates, rho 0, one path a stress. Defaults are turned up under
the category's haircuts until a class is no longer paid in full; the pool's net loss there is the break-even. Of a job
in mid-life all of it is of the months that are left: net loss from its state on over the pool then, the base likewise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.cuts import SMALLEST, moved
from stress.analysis.inputs_moved import ahead_of, note_share, with_shares
from stress.analysis.remaining import pool_since, since_of
from stress.answers.rating import ClassRating, Rating, Stand, StressSize
from stress.answers.since import Since
from stress.arrays import Array, Bools
from stress.errors import ConfigError
from stress.explain.notes import support_then
from stress.inputs.door import from_closing
from stress.inputs.files.parse import parse_as
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.state.rules import repaid, started
from stress.inputs.stresses import Category, Stresses

LOW, HIGH = 0.1, 100.0
"""Multiples of the odds of arrears or default between which break-evens are looked for."""
TILTED_HIGH = 90.0
"""Where defaults are tilted: to the power of 1.5 this is the largest multiple that a shock may hold."""
SCAN, WITHIN, ROUNDS = 129, 7, 2
"""Points of the first scan, 5.5% apart: a class that is paid again over a shorter stretch than that is not seen to be.
Points that divide a bracket, twice: 0.1% of the multiple in the end."""
HALVINGS = 8
"""Of the range of a size: to 1/256 of it."""


def load_stresses(path: str | Path) -> Stresses:
    """Read a table of stresses. Raises ConfigError.

    >>> load_stresses("scenarios/stresses/example.toml").place("hard")
    1
    """
    return parse_as(Path(path), Stresses, "--stresses")


def rating(
    job: Job,
    table: Stresses,
    scenario: str | None = None,
    held: Mapping[str, str] | None = None,
    size: bool = False,
    progress: trials.Progress | None = None,
) -> Rating:
    """Which categories each class stands, its gap in points of CNL and in notches; with `size`, its largest size too.

    `held`: note -> category, before the table's own. Classes are all notes but residual ones. Raises ConfigError for
    a note, a category or a scenario that is not there, where the pool loses nothing, and for sizes of a job in
    mid-life; of its classes those that are repaid are left out.

    >>> table = load_stresses("scenarios/stresses/example.toml")
    >>> row = rating(job, table).classes[0]
    >>> row.note, row.held, row.passes
    ('A', 'hardest', False)
    """
    if size:
        from_closing(job, "rating with --size", "sets notes that are issued already")
    case, wanted, since = trials.case_of(job, scenario), _held(job, table, held or {}), pool_since(job)
    classes, base = _classes(job), _base(job, case, since)
    stands: list[dict[int, Stand]] = []
    steps = len(table.categories) + (len(wanted) if size else 0)
    for k, category in enumerate(table.categories):
        stands.append(_stands(_Work(job, case, table, category, since), base, classes))
        if progress is not None:
            progress(k + 1, steps)
    support = support_then(job)
    rows = tuple(
        _class(job, table, note, support[note], wanted.get(note), tuple(by_note[note] for by_note in stands))
        for note in classes
    )
    sizes = _sizes(job, case, table, wanted, base, trials.portion(progress, 0, 1)) if size else ()
    return Rating(
        job.name, case.name, table.name, table.timing, base, rows, sizes, since, since.in_all(base),
        tuple(note.name for k, note in enumerate(job.deal.notes) if repaid(job, k)),
    )  # fmt: skip


def _base(job: Job, case: ScenarioCase, since: Since) -> float:
    """Net loss of the scenario from where the job starts on. Raises ConfigError where it is none."""
    base = since.remaining(float(trials.to_maturity(trials.variants(job, case, [[]])).of_pool("net_loss")[0]))
    if base > 0.0:
        return base
    after = f" after {since.as_of}" if since.as_of else ""
    raise ConfigError(
        f"scenario {case.name}: on expected rates the pool loses nothing{after}, and a multiple of it is nothing"
    )


class _Work(NamedTuple):
    """One category on one structure."""

    job: Job
    case: ScenarioCase
    table: Stresses
    category: Category
    since: Since

    def net_loss(self, run: trials.Expected) -> Array:
        """(place,) from where the job starts on, over the pool then."""
        return self.since.remaining(run.of_pool("net_loss"))

    def multiples(self, place: Array) -> Array:
        """Places from 0 to 1 -> multiples of the odds."""
        high = HIGH if self.table.timing == "even" else TILTED_HIGH
        return np.asarray(LOW * (high / LOW) ** place, np.float64)

    def run(self, place: Array) -> trials.Expected:
        """The deterministic run at each place, under the category's haircuts."""
        deal, cuts = self.job.deal, self.category.haircuts()
        over = deal.scheduled_months, deal.legal_maturity_months, started(self.job)
        moves = [[*cuts, self.table.defaults(float(x), *over)] for x in self.multiples(place)]
        return trials.to_maturity(trials.variants(self.job, self.case, moves))


class _Bracket(NamedTuple):
    """Two places between which a class begins to lose, and the pool's net loss at each."""

    note: int
    place: Array
    """(2,)"""
    cnl: Array
    """(2,)"""

    def within(self) -> Array:
        """Places that divide it."""
        return np.linspace(self.place[0], self.place[1], WITHIN + 2)[1:-1]

    def narrowed(self, lost: Bools, cnl: Array) -> _Bracket:
        """Around the first of them at which the class has begun to lose."""
        k = int(np.argmax(np.append(lost, True)))
        place = np.concatenate([self.place[:1], self.within(), self.place[1:]])
        cnl = np.concatenate([self.cnl[:1], cnl, self.cnl[1:]])
        return _Bracket(self.note, place[k : k + 2], cnl[k : k + 2])


class _Begins(NamedTuple):
    """Where a class begins to lose as defaults are turned up. Early amortization stops purchases, so that more defaults
    can mean less net loss: a class may be paid in full again, and begin to lose once more."""

    cnl: Array
    """(crossings, 2) net loss of the pool on either side, the smaller first; in order of the multiples."""
    first: bool
    """It loses already at the first place."""
    never: bool

    @property
    def lowest(self) -> Array:
        """(2,) where the net loss is smallest."""
        return np.asarray(self.cnl[np.argmin(self.cnl[:, 0])])


def _begins(work: _Work, notes: Sequence[int]) -> list[_Begins]:
    """Scan, then divide the brackets of all classes together."""
    place = np.linspace(0.0, 1.0, SCAN)
    scan = work.run(place)
    cnl, lost = work.net_loss(scan), scan.of_notes("any_loss") > 0.0
    brackets = [
        _Bracket(note, place[k : k + 2], cnl[k : k + 2])
        for note in notes
        for k in np.flatnonzero(lost[1:, note] & ~lost[:-1, note])
    ]
    for _ in range(ROUNDS if brackets else 0):
        outcomes = work.run(np.concatenate([bracket.within() for bracket in brackets]))
        inner = work.net_loss(outcomes).reshape(-1, WITHIN)
        hit = outcomes.of_notes("any_loss").reshape(-1, WITHIN, lost.shape[1]) > 0.0
        brackets = [bracket.narrowed(hit[i, :, bracket.note], inner[i]) for i, bracket in enumerate(brackets)]
    return [_of_class(note, cnl, lost[:, note], brackets) for note in notes]


def _of_class(note: int, cnl: Array, lost: Bools, brackets: Sequence[_Bracket]) -> _Begins:
    own = [np.sort(bracket.cnl) for bracket in brackets if bracket.note == note]
    if lost[0]:
        own.insert(0, cnl[[0, 0]])
    return _Begins(np.array(own or [cnl[[-1, -1]]]), bool(lost[0]), not own)


def _stands(work: _Work, base: float, classes: list[int]) -> dict[int, Stand]:
    asked, stands = work.category.multiple * base, {}
    for note, begins in zip(classes, _begins(work, classes), strict=True):
        low, high = begins.lowest
        stands[note] = Stand(
            work.category.name, asked, float(low), float(high - low), float(low / base), float(low - asked),
            bool(low >= asked and not begins.first), begins.never,
            () if begins.never else tuple(begins.cnl[:, 0].tolist()), begins.first, work.since.in_all(float(low)),
        )  # fmt: skip
    return stands


def _class(
    job: Job, table: Stresses, note: int, support: float, held: str | None, stands: tuple[Stand, ...]
) -> ClassRating:
    passed = [k for k, stand in enumerate(stands) if stand.passes]
    best = passed[0] if passed else len(stands)
    shown = stands[min(best, len(stands) - 1) if held is None else table.place(held)]
    return ClassRating(
        job.deal.notes[note].name,
        support,
        held or "",
        None if held is None else shown.passes,
        None if held is None else shown.gap,
        shown.breakeven_cnl,
        shown.breakeven_multiple_cnl,
        stands[best].category if passed else "",
        None if held is None else table.place(held) - best,
        stands,
    )


def _classes(job: Job) -> list[int]:
    """All notes but residual ones and those that are repaid: those that are owed principal. Raises ConfigError where
    there is none."""
    owed = [k for k, note in enumerate(job.deal.notes) if not note.residual and not repaid(job, k)]
    if job.state is not None and not owed:
        raise ConfigError(f"job {job.name!r} starts after {job.state.as_of}: every class is repaid, none can lose")
    return owed


def _residual(job: Job, name: str) -> bool:
    """Whether the deal's note of that name is a residual one: it is held to no stress, whatever it lent."""
    return any(note.residual for note in job.deal.notes if note.name == name)


def _held(job: Job, table: Stresses, given: Mapping[str, str]) -> dict[int, str]:
    """Category by place of the note, senior first; those of the table that the deal has not are another deal's."""
    names = [note.name for note in job.deal.notes]
    wanted = {names.index(row.note): row.category for row in table.held if row.note in names}
    wanted = {k: category for k, category in wanted.items() if not repaid(job, k)}
    for note, category in given.items():
        table.place(category, f"--class {note}={category}: ")
        wanted[trials.note_index(job, note, can_lose=not _residual(job, note), option="--class")] = category
    for k in wanted:
        if job.deal.notes[k].residual:
            raise ConfigError(f"note {names[k]}: a residual note takes what is left and can be held to no stress")
    return dict(sorted(wanted.items()))


def _sizes(
    job: Job, case: ScenarioCase, table: Stresses, wanted: Mapping[int, str], base: float,
    progress: trials.Progress | None,
) -> tuple[StressSize, ...]:  # fmt: skip
    """Every class to its own stress, the most senior first: what ranks below it is as little as it stands."""
    shares = [note_share(job, k) for k in range(len(job.deal.notes))]
    first, sizes = 0, []
    for at, (note, held) in enumerate(wanted.items()):
        category = table.categories[table.place(held)]
        work = _Work(job, case, table, category, since_of(job))
        cut = _smallest_cut(work, shares, first, note, category.multiple * base)
        if cut is not None:
            shares = moved(shares, first, note, cut)
        before = note_share(job, note)
        below = max(0.0, 1.0 - float(ahead_of(job.deal, shares, note) @ shares))
        sizes.append(StressSize(job.deal.notes[note].name, held, before, shares[note], below, cut is not None))
        first = note + 1
        if progress is not None:
            progress(len(table.categories) + at + 1, len(table.categories) + len(wanted))
    return tuple(sizes)


def _smallest_cut(work: _Work, shares: list[float], first: int, note: int, asked: float) -> float | None:
    """What must rank below a class for it to stand that net loss; None where it does not at the largest."""

    def stands(cut: float) -> bool:
        sized = work._replace(job=with_shares(work.job, moved(shares, first, note, cut)))
        (begins,) = _begins(sized, [note])
        return float(begins.lowest[0]) >= asked

    low, high = SMALLEST, sum(shares[first:]) - SMALLEST
    if high <= low or not stands(high):
        return None
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if stands(middle) else (middle, high)
    return high
