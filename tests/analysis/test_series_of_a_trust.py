"""Questions to a series of a master trust: its notes stand on what is invested, not on the trust."""

import pytest
from shipped import JOBS

import stress
from stress.analysis.capital_needs import capital
from stress.analysis.inputs_moved import note_share, with_shares
from stress.analysis.note_targets import load_bands, target_of, wanted_of
from stress.analysis.positions import positions
from stress.errors import ConfigError

TRUST = JOBS / "card-trust-2005-1.toml"


def test_attachment_points_are_shares_of_the_series() -> None:
    """Classes of 525, 36 and 39 of 600; the trust holds 1300."""
    job = stress.load(TRUST)
    weights = {weight.note: weight for weight in capital(job, paths=64).weights}
    assert (weights["A"].attachment, weights["A"].detachment) == pytest.approx((0.125, 1.0))
    assert (weights["C"].attachment, weights["C"].detachment) == pytest.approx((0.0, 0.065))


def test_while_it_revolves_a_series_is_covered_but_for_what_is_charged_off() -> None:
    place = positions(stress.load(TRUST), 1)
    assert place.pool[0] == pytest.approx(600e6)
    assert (place.pool[1:30] <= 600e6 * (1.0 + 1e-12)).all()
    assert place.pool[1:30].max() == pytest.approx(600e6)


def test_the_last_class_with_a_size_has_no_target_though_a_certificate_ranks_below_it() -> None:
    job, bands = stress.load(TRUST), load_bands(None)
    assert list(wanted_of(job, dict([target_of("EL=0.001", bands)]))) == [0, 1]
    with pytest.raises(ConfigError, match="C ranks last"):
        wanted_of(job, dict([target_of("C:EL=0.001", bands)]))


@pytest.mark.parametrize("name", ["card-trust-2005-1", "auto-swapped"])
def test_notes_of_other_sizes_keep_the_deal_a_right_one(name: str) -> None:
    """With cash of parties, which names no source, and for a series, whose notes are amounts."""
    job = stress.load(JOBS / f"{name}.toml")
    size = [note_share(job, k) for k in range(len(job.deal.notes))]
    moved = with_shares(job, [0.9 * size[0], *size[1:]])
    assert note_share(moved, 0) == pytest.approx(0.9 * size[0])
    assert [note_share(moved, k) for k in range(1, len(size))] == pytest.approx(size[1:])
