"""Classes under a table of stresses: break-evens in net loss against the one-period closed form."""

import numpy as np
import pytest
from shipped import JOB, SCENARIOS

from stress.analysis import trials
from stress.analysis.class_numbers import UNSTRESSED
from stress.analysis.class_stresses import _begins, load_stresses, rating
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.inputs.scenario import Shock
from stress.inputs.stresses import Stresses
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.report.page.rating_chapter import rating_sheet
from stress.validation.one_period import one_period_job

TABLE = SCENARIOS / "stresses/example.toml"
P, SHARES = 0.02, (0.80, 0.12)
"""Default rate of one period without recoveries; A has 20% below it, B 8%."""


def table(timing: str = "even", **cuts: float) -> Stresses:
    return Stresses(
        kind="stresses",
        version=1,
        name="t",
        timing=timing,
        categories=(
            {"name": "x12", "multiple": 12.0, **cuts},
            {"name": "x6", "multiple": 6.0, **cuts},
            {"name": "x3", "multiple": 3.0, **cuts},
        ),
        held=tuple({"note": note, "category": "x6"} for note in ("A", "B", "another deal's")),
    )


@pytest.fixture(scope="module")
def answer():
    return rating(one_period_job(P, 0.1, SHARES), table(), size=True)


def test_the_break_even_net_loss_of_a_class_is_what_stands_below_it(answer):
    assert answer.base_cnl == pytest.approx(P, rel=1e-9)
    for rated, enhancement in zip(answer.classes, (0.20, 0.08), strict=True):
        assert rated.enhancement == pytest.approx(enhancement)
        for stand in rated.by_category:
            assert stand.breakeven_cnl <= enhancement <= stand.breakeven_cnl + stand.precision + 1e-12
            assert stand.precision < 0.002 * enhancement
            assert stand.gap == pytest.approx(stand.breakeven_cnl - stand.stressed_cnl)


def test_a_class_passes_its_own_category_and_its_notches_count_the_categories_between(answer):
    a, b = answer.classes
    assert (a.held, a.passes, a.stands, a.notches) == ("x6", True, "x6", 0)
    assert (b.held, b.passes, b.stands, b.notches) == ("x6", False, "x3", -1)
    assert b.gap == pytest.approx(0.08 - 6 * P, abs=2e-4)
    assert a.breakeven_multiple_cnl == pytest.approx(10.0, rel=2e-3)


def test_a_class_is_sized_until_what_ranks_below_it_is_the_loss_that_its_category_asks(answer):
    for size in answer.sizes:
        assert size.feasible
        assert 6 * P <= size.enhancement < 6 * P + 0.01
    shares = {size.note: size.share for size in answer.sizes}
    assert shares["B"] < 0.01 < shares["A"]


def test_a_class_that_no_size_lets_stand_keeps_its_own_and_progress_counts_every_class():
    """At a default rate of 20% a multiple of 6 asks 120%: nothing that ranks below is so much."""
    seen = []
    sizes = rating(one_period_job(0.2, 0.1, SHARES), table(), size=True, progress=lambda *at: seen.append(at)).sizes
    assert [size.feasible for size in sizes] == [False, False]
    assert [size.share for size in sizes] == [size.before for size in sizes]
    assert seen[-1] == (5, 5)
    assert seen == sorted(set(seen))


def test_when_only_one_period_defaults_early_stress_moves_no_break_even_and_late_stress_never_gets_there():
    front, back = (
        rating(one_period_job(P, 0.1, SHARES), table(timing)).classes[0].by_category[0] for timing in ("front", "back")
    )
    assert front.breakeven_cnl == pytest.approx(0.20, rel=2e-3)
    assert not front.open
    assert back.open
    assert back.breakeven_cnl < 0.20


def test_a_haircut_of_recoveries_asks_fewer_defaults_for_the_same_net_loss_and_one_of_yield_takes_cushion():
    job = load_job(JOB)
    plain = {k: [s.breakeven_cnl for s in rating(job, table(yield_cut=k)).classes[0].by_category] for k in (0.0, 0.4)}
    assert all(low < high for low, high in zip(plain[0.4], plain[0.0], strict=True))


def test_back_loaded_defaults_let_more_principal_through_before_they_fall():
    """The deal ends in month 24 of 36: what defaults late finds notes already repaid."""
    job = load_job(JOB)
    front, back = (rating(job, table(t)).classes[0].by_category[0].breakeven_cnl for t in ("front", "back"))
    assert front != back


class Twice:
    """Net loss rises to 0.30 at place 0.5, falls by half there (early amortization), and rises on. The first class
    begins to lose at 0.26 and again at 0.17, the second at 0.28 and at 0.20, the third always, the last never."""

    def run(self, place):
        net = np.where(place < 0.5, 0.6 * place, 0.15 + 0.6 * (place - 0.5))
        before = np.stack([net > 0.26, net > 0.28, place >= 0.0, place < 0.0], axis=1)
        after = np.stack([net > 0.17, net > 0.20, place >= 0.0, place < 0.0], axis=1)
        lost = np.where(place[:, None] < 0.5, before, after)
        pool = np.zeros((place.size, len(POOL_QUANTITIES)))
        pool[:, POOL_QUANTITIES.index("net_loss")] = net
        notes = np.zeros((place.size, 4, len(NOTE_QUANTITIES)))
        notes[:, :, NOTE_QUANTITIES.index("any_loss")] = lost
        return trials.Expected(notes, pool)

    def net_loss(self, run):
        return run.of_pool("net_loss")


def test_a_class_that_begins_to_lose_twice_has_both_net_losses_and_the_lowest_is_its_break_even():
    first, second, always, never = _begins(Twice(), [0, 1, 2, 3])
    for start, losses in ((first, (0.26, 0.17)), (second, (0.28, 0.20))):
        assert len(start.cnl) == 2
        for (low, high), loss in zip(start.cnl, losses, strict=True):
            assert low <= loss <= high < low + 0.6 / 128 / 64 + 1e-12
        assert tuple(start.lowest) == tuple(start.cnl[1])
    assert (always.first, always.lowest[0]) == (True, 0.0)
    assert (never.never, never.lowest[0]) == (True, pytest.approx(0.45))


def test_early_amortization_saves_the_mezzanine_of_a_revolving_deal_for_a_while():
    job = load_job(JOB)
    answer = rating(job, UNSTRESSED)
    stand = answer.classes[2].by_category[0]
    assert len(stand.crossings) == 2
    assert stand.breakeven_cnl == min(stand.crossings) < stand.crossings[0]
    assert 0.0 < stand.precision < 0.001
    moves = [[Shock.model_validate({"target": "default_odds", "multiply": x})] for x in np.geomspace(3.0, 6.0, 40)]
    run = trials.outcomes(trials.variants(job, job.scenarios[0], moves))
    lost = run.of_notes("any_loss")[:, 2] > 0.0
    assert np.count_nonzero(lost[:-1] & ~lost[1:]) == 1
    assert "mezzanine under scenario begins to lose at" in rating_sheet(answer).note
    assert [len(rated.by_category[0].crossings) for rated in answer.classes] == [1, 1, 2]


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"Z": "hard"}, "--class Z: the deal has no such note"),
        ({"A": "hrad"}, "--class A=hrad: 'example stresses' has no category 'hrad'.* did you mean hard"),
        ({"subordinated": "hard"}, "residual"),
    ],
)
def test_a_class_or_category_that_is_not_there_is_refused(held, words):
    with pytest.raises(ConfigError, match=words):
        rating(load_job(JOB), load_stresses(TABLE), held=held)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("multiple = 3.0", "multiple = 5.0"), "hardest must stand first"),
        (('name = "hard"', 'name = "hardest"'), "names must differ"),
        (('category = "hard"', 'category = "hrad"'), "no category"),
        (("payment_cut = 0.30", "payment_cut = 30"), "payment_cut"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_in_words(change, words, tmp_path):
    file = tmp_path / "t.toml"
    file.write_text(TABLE.read_text().replace(*change))
    with pytest.raises(ConfigError, match=words):
        load_stresses(file)
