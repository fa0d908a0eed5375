"""Books with shorts: what cancels cancels exactly, contributions of both signs sum to the shortfall, closed forms."""

import numpy as np
import pytest
from large_pools import RHO, P, pools
from scipy.stats import norm
from shipped import SCENARIOS

from stress.analysis.book_reverse import reverse_book
from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import EDGES, exceeds, quantile
from stress.answers.book import Estimate
from stress.inputs.book import Book, Factors, Held, redrawn
from stress.inputs.book.remarks import notes_of_book
from stress.inputs.load import load_book
from stress.report import book as sheets
from stress.runs.book.aims import ready
from stress.runs.book.count import count, packs_of
from stress.runs.counting.book_tally import N_BIN, UNIT, BookTally, bins_of, powers

SHIPPED = SCENARIOS / "books" / "consumer.toml"
ONE = Factors(names=("a",), phi=(0.0,))
LEVEL, PATHS = 0.999, 32_768


def short(held: Held, name: str | None = None, part: float = 1.0) -> Held:
    """The opposite of a holding, or of a part of it."""
    amount, share = -part * held.amount, -part * held.share
    return held.model_copy(update={"name": name or f"short {held.name}", "share": share, "amount": amount})


def counted(book: Book) -> BookTally:
    (tally,) = powers(count(packs_of(book), 2))
    return tally


def hedged(paths: int = PATHS) -> Book:
    """The riskier of two large pools on one factor held, the other short."""
    book = pools([(1.0,), (1.0,)], ONE, paths)
    positions = (*(short(held) for held in book.positions[:2]), *book.positions[2:])
    return book.model_copy(update={"positions": positions})


def law(n: int = 2_000_000) -> np.ndarray:
    """Loss of that book by quantile of its one factor, from bad to good: rate of the second pool less the first's."""
    y = norm.ppf((np.arange(n) + 0.5) / n)
    first, second = (
        norm.cdf((norm.ppf(p) - np.sqrt(rho) * y) / np.sqrt(1.0 - rho)) for p, rho in zip(P, RHO, strict=True)
    )
    return np.asarray(second - first)


@pytest.fixture(scope="module")
def shipped() -> Book:
    """The shipped book, hedged by a short of a note that it does not hold and by a part of one that it does."""
    book = load_book(SHIPPED).model_copy(update={"paths": 4096})
    b, mezzanine = book.positions[0], book.positions[2]
    other = short(b.model_copy(update={"note": b.note + 2}), "hedge", 0.8)
    return book.model_copy(update={"positions": (*book.positions, other, short(mezzanine, "half of it", 0.5))})


def test_a_position_that_is_hedged_by_its_own_note_nets_to_nothing() -> None:
    book = load_book(SHIPPED).model_copy(update={"paths": 2048})
    held = (book.positions[3], book.positions[7], short(book.positions[3]), short(book.positions[7]))
    book = book.model_copy(update={"positions": held})
    tally = counted(book)
    assert (tally.loss_count[:, -1, N_BIN - 1] == 2048).all()
    assert (tally.loss_sum[:, -1] == 0).all()
    assert (tally.moment[:, -1] == 0).all()
    for scenario_risk in book_risk(book, count(packs_of(book), 2), 0.99).scenarios:
        assert scenario_risk.expected_loss == 0.0 == scenario_risk.expected_shortfall["0.99"].estimate
        assert scenario_risk.value_at_risk["0.99"].estimate == 0.0
        assert scenario_risk.worst_path is None
        assert sum(p.contribution_es for p in scenario_risk.positions) == 0.0
        parts = {p.name: p for p in scenario_risk.positions}
        for p in book.positions[:2]:
            assert parts[p.name].expected_loss == -parts[f"short {p.name}"].expected_loss
            assert parts[f"short {p.name}"].loss_probability == 0.0
            alone = parts[p.name]
            assert alone.incremental_es == pytest.approx(-parts[f"short {p.name}"].standalone_es, abs=1e-9) or (
                alone.incremental_es >= 0.0
            )


def test_a_book_that_is_short_of_all_gains_what_its_opposite_loses() -> None:
    book = load_book(SHIPPED).model_copy(update={"paths": 2048})
    opposite = book.model_copy(update={"positions": tuple(short(p) for p in book.positions)})
    assert opposite.amount == book.amount
    tally, opposite_tally = counted(book), counted(opposite)
    np.testing.assert_array_equal(opposite_tally.loss_count[..., : N_BIN - 1][..., ::-1], tally.loss_count[..., 1:])
    np.testing.assert_array_equal(opposite_tally.loss_count[..., N_BIN - 1], tally.loss_count[..., 0])
    np.testing.assert_array_equal(opposite_tally.loss_sum.sum(-1), -tally.loss_sum.sum(-1))
    np.testing.assert_array_equal(opposite_tally.moment[..., 0], -tally.moment[..., 0])
    assert (opposite_tally.loss_count[..., N_BIN:] == 0).all()
    assert (opposite_tally.below_cost + tally.below_cost <= 2048).all()


def test_parts_of_both_signs_sum_to_the_shortfall_at_every_level(shipped: Book) -> None:
    tally = count(packs_of(shipped), 2)
    for level in (0.6, 0.9, 0.99, 0.9991):
        for scenario_risk in book_risk(shipped, tally, level).scenarios:
            total = sum(p.contribution_es for p in scenario_risk.positions)
            assert total == pytest.approx(scenario_risk.expected_shortfall[f"{level:g}"].estimate, rel=1e-6, abs=1e-8)
            assert sum(d.contribution_es for d in scenario_risk.deals) == pytest.approx(total, rel=1e-9, abs=1e-12)
            assert sum(f.contribution_es for f in scenario_risk.factors) == pytest.approx(total, rel=1e-9, abs=1e-12)
            assert sum(f.amount for f in scenario_risk.factors) == pytest.approx(1.0, rel=1e-12)
            assert sum(p.expected_loss for p in scenario_risk.positions) == pytest.approx(
                scenario_risk.expected_loss, rel=1e-6, abs=1e-8
            )
            value = sum(abs(p.amount) / shipped.amount * p.value for p in scenario_risk.positions)
            assert value == pytest.approx(scenario_risk.value, abs=1e-5)


def test_the_book_without_its_hedge_is_the_book_of_the_others(shipped: Book) -> None:
    whole = counted(shipped)
    rest = shipped.model_copy(update={"positions": shipped.positions[:-1]})
    other = counted(rest)
    np.testing.assert_array_equal(whole.without_count[:, -1], other.loss_count[:, -1])
    np.testing.assert_allclose(whole.without_sum[:, -1].sum(-1), other.loss_sum[:, -1].sum(-1), atol=4096)
    for k in range(len(shipped.scenarios)):  # half of the note gained back where it loses
        assert whole.loss_sum[k, -2].sum() == pytest.approx(-whole.loss_sum[k, 2].sum(), abs=4096)
        assert (whole.without_count[k, -1, N_BIN:].sum()) >= whole.loss_count[k, -1, N_BIN:].sum()


def test_a_hedged_book_loses_as_the_law_of_both_pools_says() -> None:
    book = hedged()
    tally = count(packs_of(book), 2)
    risk, (seen,) = book_risk(book, tally, LEVEL), powers(tally)
    scenario_risk, want = risk.scenarios[0], np.sort(law())[::-1]
    assert abs(scenario_risk.expected_loss - (P[1] - P[0])) < 4.0 * scenario_risk.expected_loss_se
    shortfall = scenario_risk.expected_shortfall[f"{LEVEL}"]
    assert abs(shortfall.estimate - want[: round((1.0 - LEVEL) * len(want))].mean()) < 4.0 * shortfall.se
    for x in (EDGES[-70], EDGES[-130]):
        chance = (want > x).mean()
        assert abs(exceeds(seen.loss_count[0, -1], x) - chance) < 4.0 * np.sqrt(chance / PATHS)
    low = want[round(0.9 * len(want))]  # where the second pool defaults less than the first: a gain
    assert low < 0.0
    assert abs(quantile(seen.loss_count[0, -1], 0.1) - low) < 0.1 * abs(low)


def test_aimed_paths_know_the_tail_of_a_hedged_book_better() -> None:
    book, want = redrawn(hedged(8192), estimator="importance"), np.sort(law())[::-1]
    risk = book_risk(book, count(ready(book, LEVEL), 2), LEVEL)
    shortfall = risk.scenarios[0].expected_shortfall[f"{LEVEL}"]
    assert abs(shortfall.estimate - want[: round((1.0 - LEVEL) * len(want))].mean()) < 4.0 * shortfall.se
    assert risk.scenarios[0].variance_ratio > 5.0
    total = sum(p.contribution_es for p in risk.scenarios[0].positions)
    assert total == pytest.approx(shortfall.estimate, rel=1e-6)


def test_the_common_path_of_a_hedged_book_is_that_of_the_law() -> None:
    """One factor moves both pools: the nearest path is the factor at which their rates differ by so much."""
    x, at = 0.15, law()
    answer = reverse_book(hedged(1024), "base", x, Estimate(0.001, 0.0001))
    q = (np.flatnonzero(at > x)[-1] + 1.0) / len(at)
    assert answer.beta == pytest.approx(-norm.ppf(q), rel=1e-3)
    assert x < answer.lost < x * 1.001
    assert answer.positions["short deal 0 1"] < 0.0


def test_what_a_hedge_does_is_said(shipped: Book) -> None:
    risk = book_risk(shipped, count(packs_of(shipped), 2), 0.99)
    scenario_risk = risk.scenarios[-1]
    assert "Short: USD" in sheets.overview(risk).note
    assert "gains what its note loses" in sheets.positions(risk, scenario_risk).note
    assert any("Without the short" in line for line in sheets.findings(risk, scenario_risk))
    said = " ".join(str(note) for note in notes_of_book(shipped))
    assert "only the difference counts" in said
    most = shipped.model_copy(update={"positions": tuple(short(p) for p in shipped.positions[:3])})
    assert "more is short than held" in " ".join(str(note) for note in notes_of_book(most))


def test_bins_of_gains_mirror_those_of_losses() -> None:
    bins = bins_of(is_short=True)
    edge = bins.edges()
    assert len(edge) == bins.n + 1
    x = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 301)])
    up, down = bins.of(x), bins.of(-x)
    np.testing.assert_array_equal(up - bins.zero, bins.zero - down)
    assert (edge[down] <= -x + UNIT).all()
    assert (-x <= edge[down + 1]).all()
    assert edge[bins.zero] == edge[bins.zero + 1] == 0.0
