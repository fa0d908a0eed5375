"""What no path of a book shows has a bound, in every table alike, and is no zero."""

import json
from pathlib import Path

import numpy as np
import pytest
from handed import Capture

from stress.analysis.book_tail import quantile_interval
from stress.answers.book import Quantile
from stress.cli import exit_code
from stress.cli.book_limits import BookBreach
from stress.cli.limits import Breach, sorted_out
from stress.runs.counting.book_tally import N_BIN


@pytest.fixture
def book(tmp_path: Path, capsys: Capture) -> str:
    """The template: a class B twice and a short class A, none of which loses under the base case."""
    assert exit_code(["new", "book", "bk", "-o", str(tmp_path)]) == 0
    capsys.readouterr()
    return str(tmp_path / "bk" / "book.toml")


def test_a_book_that_loses_on_no_path_is_told_with_bounds(book: str, capsys: Capture) -> None:
    """3 / 1,024 = 0.29%; below cost is every path or none, at 99.71% or 0.29%."""
    assert exit_code(["book", book, "--paths", "1024", "--scenario", "baseline"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Under baseline no note of the book loses on any of 1,024 paths" in said
    assert "below 0.29% (95%), which is not zero" in said
    assert "0.000 ±" not in said
    assert "100.000 ±" not in said
    assert "2 or more deals lose < 0.29%" in said
    assert "In the tail, on average" not in said


def test_a_quantile_that_too_few_paths_tell_of_is_not_bounded_by_the_worst_that_was_seen(
    book: str, capsys: Capture
) -> None:
    """Ranks 1022.98 + 1.98 of 1,024 for 99.9%, 972.8 + 13.7 for 95%."""
    assert exit_code(["book", book, "--paths", "1024", "--json"]) == 0
    var = json.loads(capsys.readouterr().out)["scenarios"]["baseline"]["value_at_risk"]
    assert var["0.999"] == {"estimate": 0.0, "low": 0.0, "high": 1.0}
    assert var["0.95"] == {"estimate": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize(("paths", "bounded"), [(3837, False), (3838, True)])
def test_the_worst_thousandth_is_bounded_once_its_upper_rank_is_a_path(paths: int, bounded: bool) -> None:
    """n - 0.999 n >= 1.96 sqrt(n 0.001 0.999), so n >= 1.96^2 x 999 = 3,837.6."""
    count = np.zeros(N_BIN)
    count[0] = paths
    assert quantile_interval(count, 0.999) == (0.0, 0.0, 0.0 if bounded else 1.0)


@pytest.mark.parametrize(
    ("limit", "bound"),
    [
        ("PD={}", 3.0 / 1024.0),
        ("EL={}", 3.0 / 1024.0),
        ("ES95={}", 60.0 / 1024.0),
        ("VAR99.9={}", 1.0),
        ("SHARE={}", 1.0),
    ],
)
def test_a_limit_below_what_so_few_paths_can_tell_is_said_as_it_is_of_a_run(
    limit: str, bound: float, book: str, capsys: Capture
) -> None:
    """No path loses: only what a limit at the bound asks is known to hold."""
    for most, untold in ((0.999 * bound, True), (bound, False)):
        if most >= 1.0:
            continue
        asked = ["book", book, "--paths", "1024", "--json", "--log-json", "--fail-on", limit.format(most)]
        assert exit_code([*asked, "--scenario", "baseline"]) == 0
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert document["breaches"] == []
        assert [row["high"] for row in document["untold"] if row["scenario"] == "baseline"] == pytest.approx(
            [bound] * (3 if "SHARE" in limit else 1) * untold
        )
        assert ("no path shows any, and so few paths do not tell whether it holds" in said.err) is untold


def test_a_quantile_that_nothing_bounds_is_untold_though_the_paths_that_there_are_meet_the_limit() -> None:
    """Of a run and of a book alike."""
    near, far = Quantile(0.03, 0.02, 0.9), Quantile(0.03, 0.02, 1.0)
    ranks = [(0.95, near), (0.95, far), (0.02, far)]
    runs = [(most, Breach("", {}, "base", "A", *rank)) for most, rank in ranks]
    books = [(most, BookBreach("", "base", None, *rank)) for most, rank in ranks]
    for measured in (runs, books):
        above, untold = sorted_out(measured)
        assert above == [measured[2][1]]
        assert untold == [measured[1][1]]
