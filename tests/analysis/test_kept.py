"""A question that is stopped gives what it has, keeps what it counted, and asked again goes on from there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from handed import Patch
from shipped import JOB

import stress
from stress.analysis import break_even, kept, sensitivities, sizing, trials
from stress.analysis.inputs_moved import INPUTS
from stress.analysis.kept import Interrupted, Kept, keeping
from stress.analysis.note_targets import load_bands, target_of
from stress.inputs.job import Job

PATHS = 1_024


@pytest.fixture(scope="module")
def few() -> Job:
    return stress.load(JOB).but(paths=PATHS)


def stopped_after(monkeypatch: Patch, counts: int) -> Kept:
    """A question that is asked to stop as soon as so many counts are done."""
    held = Kept()
    real = kept.counted

    def counted(*args: Any) -> xr.Dataset:
        ds = real(*args)
        if len(held.known) >= counts:
            held.stop.set()
        return ds

    monkeypatch.setattr(trials.kept, "counted", counted)
    return held


def same(a: Any, b: Any) -> bool:
    """Answers with NaN and arrays in them."""
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float | np.ndarray):
        return bool(np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True))
    return bool(a == b)


def test_a_breakeven_that_is_stopped_has_a_part_of_its_curve_and_goes_on(few: Job, monkeypatch: Patch) -> None:
    whole = break_even.breakeven(few, "subordinated", percentiles=[0.5])
    assert whole.undone == ""
    held = stopped_after(monkeypatch, 1)
    with keeping(held):
        part = break_even.breakeven(few, "subordinated", percentiles=[0.5])
    assert held.cut
    assert part.undone.startswith("interrupted: 16 points of the curve")
    assert np.array_equal(part.curve.probability, whole.curve.probability[np.isin(whole.curve.value, part.curve.value)])
    assert same(part.answers[0], whole.answers[0])
    again = Kept(known=held.known)
    monkeypatch.undo()
    with keeping(again):
        assert same(break_even.breakeven(few, "subordinated", percentiles=[0.5]), whole)
    assert not again.cut
    assert len(again.known) > len(held.known) == 1


def test_a_tornado_that_is_stopped_has_the_bars_that_are_done(few: Job, monkeypatch: Patch) -> None:
    moved = ("default odds", "recovery", "subordination", "asset correlation")  # the last two are counts of their own
    some = [item for item in INPUTS if item.name in moved]
    whole = sensitivities.sensitivity(few, "EL", "subordinated", inputs=some)
    held = stopped_after(monkeypatch, 1)
    with keeping(held):
        part = sensitivities.sensitivity(few, "EL", "subordinated", inputs=some)
    assert held.cut
    assert part.undone
    assert part.bars
    assert not set(part.undone) & {bar.name for bar in part.bars}
    of_whole = {bar.name: bar for bar in whole.bars}
    assert all(same(bar, of_whole[bar.name]) for bar in part.bars)
    monkeypatch.undo()
    with keeping(Kept(known=held.known)):
        assert same(sensitivities.sensitivity(few, "EL", "subordinated", inputs=some), whole)


def test_sizes_that_are_stopped_say_which_are_solved_and_that_nothing_is_proven(few: Job, monkeypatch: Patch) -> None:
    targets = dict([target_of("A:PD=0.05", load_bands(None)), target_of("B:PD=0.2", load_bands(None))])
    held = stopped_after(monkeypatch, 12)  # the first note takes a trial and ten halvings
    with keeping(held):
        part = sizing.size(few, targets)
    assert held.cut
    assert part.says.startswith("Interrupted: A sized, the others as they were; no proof")
    assert {note.verdict for note in part.notes if note.target} == {"not proven: interrupted"}
    assert all(np.isnan(note.measured.estimate) for note in part.notes)
    assert part.notes[0].share != part.notes[0].before
    from stress.cli.size import _table

    _table(part)


def test_a_reverse_stress_that_is_stopped_gives_its_best_so_far(few: Job) -> None:
    held = Kept()
    held.stop.set()
    with keeping(held):
        answer = stress.analysis.reverse(few, "subordinated")
    assert held.cut
    assert len(answer.searches) == 1
    assert np.isfinite(answer.beta)
    assert np.isnan(answer.simulated.estimate)
    assert "interrupted: the best so far" in answer.says


def test_a_question_that_can_say_nothing_yet_is_interrupted(few: Job) -> None:
    held = Kept()
    held.stop.set()
    with keeping(held), pytest.raises(Interrupted):
        sensitivities.sensitivity(few, "EL", "subordinated")
    assert held.cut
    assert not held.known


@pytest.mark.parametrize("change", [lambda j: j.but(seed=3), lambda j: j.but(paths=2 * PATHS)])
def test_what_is_kept_stands_for_no_other_count(few: Job, change: Callable[[Job], Job]) -> None:
    single = few.but(scenarios=few.scenarios[:1])
    held = Kept()
    with keeping(held):
        first = trials.counted(single)
        assert trials.counted(single) is first
        trials.counted(change(single))
    assert len(held.known) == 2


def test_nothing_is_kept_where_nobody_listens(few: Job) -> None:
    single = few.but(scenarios=few.scenarios[:1])
    assert kept.now() is None
    assert not kept.asked_to_stop()
    kept.check()
    assert trials.counted(single) is not trials.counted(single)
