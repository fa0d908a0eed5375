"""Sizes against the one-period closed form; bands; what is said where no size meets a target."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stress.analysis.bands import load_bands
from stress.analysis.sizing import size, target_of
from stress.analytic import tranche_el, tranche_pd
from stress.errors import ConfigError
from stress.validation.one_period import one_period_job

P, RHO, PATHS = 0.02, 0.1, 16_384
BANDS = load_bands()


def targets(*texts: str):
    return dict(target_of(text, BANDS) for text in texts)


def test_a_senior_note_is_as_large_as_its_probability_of_loss_allows():
    found = size(one_period_job(P, RHO, (0.8,), PATHS), targets("PD=0.01"))
    note = found.notes[0]
    chance = float(tranche_pd(note.enhancement, P, RHO))
    error = np.sqrt(0.01 / PATHS)
    assert 0.01 - 6.5 * error < chance < 0.01 + 2.5 * error
    assert note.measured.estimate == pytest.approx(chance, abs=4.0 * float(note.measured.error))
    assert note.verdict.startswith("met")
    assert sum(one.share for one in found.notes) == pytest.approx(1.0)


def test_expected_losses_of_senior_and_junior_meet_their_own_targets():
    found = size(one_period_job(P, RHO, (0.7, 0.2), PATHS), targets("A:EL=0.0005", "B:EL=0.05"))
    cuts = [1.0, *(note.enhancement for note in found.notes)]
    for at, note in enumerate(found.notes[:2]):
        exact = float(tranche_el(cuts[at + 1], 1.0 - sum(n.share for n in found.notes[:at]), P, RHO))
        assert note.measured.estimate == pytest.approx(exact, abs=4.0 * float(note.measured.error))
        assert exact < note.limit
        assert note.verdict.startswith("met")


def test_a_junior_with_a_target_as_tight_covers_its_seniors():
    found = size(one_period_job(P, RHO, (0.7, 0.2), PATHS), targets("PD=0.01"))
    before = [note.before for note in found.notes]
    assert found.notes[0].share / found.notes[1].share == pytest.approx(before[0] / before[1])
    assert found.notes[0].measured.estimate <= found.notes[1].measured.estimate


def test_notes_without_a_target_are_judged_as_they_are_however_rarely_they_lose():
    found = size(one_period_job(P, RHO, (0.65, 0.1), PATHS), {})
    assert [note.share for note in found.notes] == [note.before for note in found.notes]
    cuts = (1.0, 0.35, 0.25, 0.0)
    for note, top, bottom in zip(found.notes, cuts, cuts[1:], strict=False):
        exact = float(tranche_el(bottom, top, P, RHO))
        assert note.measured.estimate == pytest.approx(exact, abs=4.0 * float(note.measured.error))
        assert note.measured.error < 0.1 * exact
        assert note.band == BANDS.band(exact, note.life)
        assert note.verdict == ""
    assert found.notes[0].measured.estimate < 1e-8


def test_no_size_is_said_plainly():
    found = size(one_period_job(P, RHO, (0.7, 0.2), PATHS), targets("A:PD=0.1", "B:EL=0.001"))
    assert not found.feasible
    assert "no size of B meets its target" in found.says
    assert found.notes[1].verdict == "missed"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EL=5", "fraction"),
        ("EL", "write EL="),
        ("A:SD=1", "write EL="),
        (":EL=0.1", "write EL="),
        ("band=AAA", "no band"),
    ],
)
def test_a_target_is_checked(text, words):
    with pytest.raises(ConfigError, match=words):
        target_of(text, BANDS)


def test_too_few_paths_for_a_limit_are_refused():
    with pytest.raises(ConfigError, match="too few to show"):
        size(one_period_job(P, RHO, (0.8,), 1024), targets("PD=0.0001"))


def test_the_last_note_takes_what_is_left_and_has_no_target():
    with pytest.raises(ConfigError, match="ranks last"):
        size(one_period_job(P, RHO, (0.8,)), targets("equity:EL=0.1"))


def test_a_band_grows_with_life_and_is_never_skipped():
    assert BANDS.limit("3", 2.0) == 2.0 * BANDS.limit("3", 1.0)
    assert [BANDS.band(x, 1.0) for x in (0.0, 1e-6, 1.1e-6, 0.001, 0.9)] == ["1", "1", "2", "6", "10"]
    assert "not a rating" in BANDS.source or "rating" in BANDS.source


def test_a_table_of_ones_own_is_checked(tmp_path: Path):
    text = 'kind = "bands"\nversion = 1\nname = "x"\nyears = [1.0]\n[[bands]]\nname = "a"\nlimit = [0.1]\n'
    file = tmp_path / "bands.toml"
    file.write_text(text + '[[bands]]\nname = "b"\nlimit = [0.05]\n')
    with pytest.raises(ConfigError, match="band b"):
        load_bands(file)
    file.write_text(text)
    assert load_bands(file).band(0.2, 1.0) == "none"
