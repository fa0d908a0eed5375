"""The page a committee signs, and numbers that read alike down a column."""

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from synthetic import case, results_of, tranche_losses, vasicek

import stress
from stress import report
from stress.report import figure_data, sheets
from stress.report.cover import Signed, assumptions, cover
from stress.report.figures.months import lived
from stress.report.numbers import NONE, PERCENT, POINTS, fraction, interval, many, span, tail_mean, unit_of, with_error
from stress.report.page import whole


@pytest.fixture(scope="module")
def mild_and_harsh() -> xr.Dataset:
    """Losses below a basis point under the first scenario, of half the note under the last."""
    pool = np.stack([vasicek(6_000, mean, 0.05) for mean in (0.02, 0.05, 0.12)])
    return results_of(tranche_losses(pool), pool)


def units(cells: list[str]) -> set[str]:
    """What the numbers of a column are written in; a bound of 0, a word or a dash has none."""
    return {"bp" if "bp" in cell else "%" for cell in cells if "bp" in cell or "%" in cell}


@pytest.mark.parametrize("tranche", ["A", "B", "Mezzanine", "Subordinated"])
def test_a_column_of_a_table_has_one_unit(tranche: str, mild_and_harsh: xr.Dataset) -> None:
    for sheet in (sheets.note(mild_and_harsh, tranche), sheets.earned(mild_and_harsh, tranche)):
        for column in zip(*[row[1:] for row in sheet.rows], strict=True):
            assert len(units(list(column))) <= 1, column


def test_a_column_of_the_terminal_has_one_unit(mild_and_harsh: xr.Dataset) -> None:
    grid = report.table(mild_and_harsh)
    for column in grid.columns[2:]:  # type: ignore[union-attr]
        assert len(units([str(cell) for cell in column.cells])) <= 1


def test_a_column_below_one_percent_is_in_basis_points_and_any_other_in_percent() -> None:
    assert unit_of([1e-6, 0.0, float("nan")]) is POINTS
    assert unit_of([1e-6, 0.0121]) is PERCENT
    assert with_error(0.0022, 0.0007, unit=PERCENT) == "0.220 ± 0.070%"
    assert interval(0.3, 0.29, 0.31, unit=POINTS) == "3,000 [2,900, 3,100] bp"
    assert fraction(0.000374, PERCENT) == "0.037%"


def test_one_of_a_kind_and_a_span_of_one_month_are_written_so() -> None:
    assert [many(n, "path") for n in (0, 1, 8192)] == ["0 paths", "1 path", "8,192 paths"]
    assert [span(51, last) for last in (52, 51)] == ["51-52", "51"]


@pytest.mark.parametrize("error", [1e-9, 1e-7, 0.0])
def test_a_yield_without_noise_is_told_to_a_hundredth_of_a_basis_point_at_most(error: float) -> None:
    for shown in (with_error(0.001223843, error, unit=PERCENT), with_error(0.001223843, error)):
        number = re.match(r"[\d.]+", shown)
        assert number is not None
        assert len(number[0].partition(".")[2]) <= 4


def test_an_expected_shortfall_of_a_note_that_never_lost_is_not_given_the_bound_of_the_run(
    mild_and_harsh: xr.Dataset,
) -> None:
    assert tail_mean(0.0, 0.15) == NONE
    safe = sheets.note(mild_and_harsh, "A").rows[0]
    assert safe[-1] == NONE
    assert safe[4:6] == ("0", "0")
    assert safe[2].startswith("< ")


@pytest.mark.usefixtures("no_figures")
def test_a_note_that_loses_nothing_has_a_sentence_and_no_empty_figure() -> None:
    losses = np.zeros((2, 2, 640))
    losses[:, 1, :40] = 0.3
    text = whole.render(results_of(losses, np.full((2, 640), 0.05), ["A", "B"]))
    assert "A loses nothing on any path of any scenario" in text
    assert "Loss distribution of A" not in text
    assert "Loss distribution of B" in text


def test_month_axes_end_when_the_deal_is_over(mild_and_harsh: xr.Dataset) -> None:
    month = mild_and_harsh["month"]
    over = mild_and_harsh.assign(
        pool_balance_mean=mild_and_harsh["pool_balance_mean"].where(month < 15, 0.0),
        note_balance_mean=mild_and_harsh["note_balance_mean"].where(month < 17, 0.2),
    )
    assert lived(over).sizes["month"] == 18
    assert len(figure_data.fan(over, "pool_balance").rows) == 3 * 18
    assert lived(mild_and_harsh).sizes["month"] == mild_and_harsh.sizes["month"]


@pytest.mark.usefixtures("no_figures")
def test_the_cover_has_the_structure_three_findings_and_who_signs() -> None:
    job = stress.load("scenarios/jobs/baitiao-24m.toml")
    ds = stress.simulate(job, paths=512, scenarios=["baseline", "credit_contraction"])
    text = whole.render(ds, signed=Signed("Ann <b>", "2026-11-29", "draft 2"))
    made = cover(ds, job)
    assert [row[:4] for row in made.structure.rows[:2]] == [
        ("A", "807,000,000 (80.7%)", "19.3%", "5.4% fixed"),
        ("B", "55,000,000 (5.5%)", "13.8%", "5.8% fixed"),
    ]
    assert len(made.findings) == 3
    assert "Ann &lt;b&gt;" in text
    for words in ("draft 2", "Approved by", "Key assumptions", "statements on inputs", made.findings[0]):
        assert words in text


def test_what_is_recovered_is_of_the_segments_that_default(mild_and_harsh: xr.Dataset) -> None:
    job = stress.load("scenarios/jobs/baitiao-24m.toml")
    segment = job.pool.segments[0]
    calm = segment.but(name="calm", share=0.5, new_share=None, entry_rate=0.01, recovery=0.4)
    weak = segment.but(name="weak", share=0.5, new_share=None, entry_rate=0.03, recovery=0.0)
    pool = job.pool.but(segments=(calm, weak), opening=(), eligibility={})
    rows = dict(assumptions(mild_and_harsh, job.but(pool=pool)))
    assert rows["Credit"].startswith("2% of the balance enters arrears a month, 10% of defaults is recovered")


@pytest.mark.usefixtures("no_figures")
def test_validation_is_an_appendix_on_request(mild_and_harsh: xr.Dataset, its_page: Path, tmp_path: Path) -> None:
    assert "validation" not in its_page.read_text()
    text = report.write(mild_and_harsh, tmp_path / "r.html", appendix=True).read_text()
    assert "Appendix: validation" in text
    assert text.index("Reading the errors</h2>") < text.index('id="validation"')


def test_a_cover_of_a_result_without_its_job_names_the_classes(mild_and_harsh: xr.Dataset) -> None:
    made = cover(mild_and_harsh, None)
    assert [row[0] for row in made.structure.rows] == ["A", "B", "Mezzanine", "Subordinated"]
    assert case(64, 1).sizes["scenario"] == 1
    assert len(cover(case(640, 1), None).structure.head) == 6


def test_a_bound_below_the_last_digit_has_one_sign() -> None:
    assert interval(0.0, 0.0, 1e-9, unit=PERCENT) == "< 0.0001%"
    assert with_error(0.0, 0.0, 0.0, 1e-9, unit=PERCENT) == "< 0.0001%"
    assert interval(0.0, 0.0, 0.002, unit=PERCENT) == "< 0.20%"
