"""Several pools under one waterfall in a book: segments on named factors of their own."""

from pathlib import Path

import numpy as np
import pytest
from large_pools import PATHS, P

from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import EDGES, exceeds
from stress.analytic import TwoPools, two_pool_es, two_pool_exceedance
from stress.errors import ConfigError
from stress.explain import explain_book
from stress.inputs.book import Book, Factors, Held, Member
from stress.inputs.book.remarks import notes_of_book
from stress.inputs.load import load_book
from stress.inputs.pool import Loadings, Segment
from stress.runs.book.count import count, packs_of
from stress.runs.book.weather import weather_of
from stress.runs.counting.book_tally import bin_of, powers
from stress.validation.one_period import BALANCE, one_period_job

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RHO = 0.15
TWO = Factors(names=("a", "b"), phi=(0.0, 0.0), correlation=((1.0, 0.4), (0.4, 1.0)))


def two_pools(row: tuple[float, float, float] = (0.0, 1.0, 0.0)) -> Book:
    """One deal whose pool is two large ones of equal size: the first on 0.9 of a, the second on 0.7 of b."""
    job = one_period_job(P[0], RHO, (0.9,), PATHS)
    loadings = Loadings(
        default=(1.0, 0.0, 0.0), segment={"second": row}, prepayment=(0.0, 0.0, 1.0), recovery=(0.0, 0.0, 1.0)
    )
    segments = tuple(
        Segment(name=name, share=0.5, entry_rate=p) for name, p in zip(("first", "second"), P, strict=True)
    )
    dependence = job.pool.dependence.model_copy(update={"loadings": loadings})
    pool = job.pool.model_copy(update={"segments": segments, "dependence": dependence})
    deal = Member(name="deal", group=None, originator="x", loads=(0.9, 0.0), segments={"second": (0.0, 0.7)}, start=0,
                  job=job.model_copy(update={"pool": pool}))  # fmt: skip
    held = tuple(
        Held(name=str(n), deal=0, note=n, share=1.0, amount=BALANCE * (0.1 if n else 0.9), price=1.0) for n in (0, 1)
    )
    return Book(name="pools", currency="CNY", factors=TWO, deals=(deal,), positions=held, scenarios=("base",),
                paths=PATHS, seed=7)  # fmt: skip


def test_two_pools_of_one_deal_lose_as_the_law_of_their_named_factors_says() -> None:
    book, law = two_pools(), TwoPools((0.5, 0.5), P, (RHO, RHO), 0.9 * 0.7 * 0.4)
    tally = count(packs_of(book), 2)
    risk, (seen,) = book_risk(book, tally, 0.99).scenarios[0], powers(tally)
    assert abs(risk.expected_loss - sum(P) / 2.0) < 4.0 * risk.expected_loss_se
    for at in bin_of(np.array([0.02, 0.05, 0.1, 0.2])):
        x = float(EDGES[at])
        want = two_pool_exceedance(x, law)
        assert abs(exceeds(seen.loss_count[0, -1], x) - want) < 4.0 * (want * (1.0 - want) / PATHS) ** 0.5
    shortfall = risk.expected_shortfall["0.99"]
    assert abs(shortfall.estimate - two_pool_es(0.99, law)) < 4.0 * shortfall.se
    alone = TwoPools((0.5, 0.5), P, (RHO, RHO), 0.0)  # the named factors are seen: independent pools lose less
    assert abs(shortfall.estimate - two_pool_es(0.99, alone)) > 4.0 * shortfall.se
    assert sum(f.contribution_es for f in risk.factors) == pytest.approx(shortfall.estimate, rel=1e-6)


def test_a_segment_s_factor_is_told_by_its_sign() -> None:
    """A row that points the other way stands on minus the column of the root; the named factor is bad when low."""
    plain, opposite = two_pools(), two_pools((0.0, -1.0, 0.0))
    parts = [weather_of(book, [3]).deals[0].parts[0] for book in (plain, opposite)]
    assert parts[0].column == parts[1].column == 1
    for book, part in zip((plain, opposite), parts, strict=True):
        tally = count(packs_of(book.model_copy(update={"paths": 2048})), 1)
        ways = book_risk(book, tally, losses=[0.1]).scenarios[0].ways
        assert ways[-1].factors[1].mean < -0.5
        assert part.own == pytest.approx((1.0 - 0.49) ** 0.5)


def test_segments_with_factors_of_their_own_are_explained_and_told() -> None:
    book = two_pools()
    assert "| deal, second | x | 1 | b 0.7 | 49% | 51% |" in explain_book(book)
    assert notes_of_book(book) == []
    tied = book.deals[0].model_copy(update={"segments": {"second": (0.5, 0.5)}})
    said = " ".join(str(note) for note in notes_of_book(book.model_copy(update={"deals": (tied,)})))
    assert "its segments share a named factor" in said


BOOK = """
kind = "book"
version = 1
name = "segments"
currency = "CNY"
paths = 1024
scenarios = [{ name = "baseline" }]
factors = { names = ["a", "b"], phi = [0.9736, 0.9736] }
deals = [{ name = "12m", job = "JOB", loads = { a = 0.9 }, segments = SEGMENTS }]
positions = [{ deal = "12m", note = "mezzanine", share = 1.0 }]
"""
JOB = """
kind = "job"
version = 1
name = "segments"
deal = "SHIPPED/deals/baitiao-12m.toml"
pool = "pool.toml"
scenarios = ["SHIPPED/baseline.toml"]
"""


@pytest.mark.parametrize(
    ("segments", "loadings", "says"),
    [
        ("{ NAMES1 = { b = 0.8 } }", "", "all segments of the pool are on one factor"),
        ("{ none = { b = 0.8 } }", "", "the pool has segments"),
        ("{ NAMES0 = { b = 0.8 } }", "ROWS", "the pool's first: its weights are `loads`"),
        ("{ NAMES1 = { c = 0.8 } }", "ROWS", "is not in factors.names"),
        ("{ NAMES1 = { b = 1.2 } }", "ROWS", "must be"),
        ("{ NAMES1 = { a = 0.9, b = 0.9 } }", "ROWS", "at most 1"),
        ("{ NAMES1 = { b = 0.8 } }", "MIXED", "a row at right angles to all others"),
        ("{ NAMES1 = { b = 0.8 } }", "ROWS", ""),
    ],
)
def test_a_segment_that_has_no_factor_of_its_own_is_refused(
    segments: str, loadings: str, says: str, tmp_path: Path
) -> None:
    pool = (SCENARIOS / "pools" / "baitiao.toml").read_text(encoding="utf-8")
    names = [line.split('"')[1] for line in pool.split("[[segments]]")[1:] for line in [line.split("name = ", 1)[1]]]
    second = {"ROWS": "[0.0, 1.0, 0.0]", "MIXED": "[0.6, 0.8, 0.0]"}.get(loadings)
    if second is not None:
        kept = [line for line in pool.splitlines() if not line.startswith("correlation_")]
        at = next(k for k, line in enumerate(kept) if line.startswith("[dependence]"))
        kept[at + 1 : at + 1] = [
            f'loadings = {{ default = [1.0, 0.0, 0.0], segment = {{ "{names[1]}" = {second} }}, '
            "prepayment = [0.0, 0.0, 1.0], recovery = [0.0, 0.0, 1.0] }"
        ]
        pool = "\n".join(kept)
    (tmp_path / "pool.toml").write_text(pool, encoding="utf-8")
    (tmp_path / "job.toml").write_text(JOB.replace("SHIPPED", SCENARIOS.as_posix()), encoding="utf-8")
    for k in (0, 1):
        segments = segments.replace(f"NAMES{k}", f'"{names[k]}"')
    file = tmp_path / "book.toml"
    file.write_text(BOOK.replace("JOB", "job.toml").replace("SEGMENTS", segments), encoding="utf-8")
    if not says:
        assert load_book(file).deals[0].segments == {names[1]: (0.0, 0.8)}
        return
    with pytest.raises(ConfigError, match=says):
        load_book(file)
