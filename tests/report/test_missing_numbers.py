"""Where a number is missing, endless or not there at all: what sentences, tables and sheets say instead."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from shipped import JOBS

from stress import explain, results, tape
from stress.answers.book import Estimate
from stress.answers.sizing import Sized, Sizing
from stress.answers.whatif import Read
from stress.cli import size
from stress.cli.calibration_tables import satellite_notes
from stress.errors import DataError
from stress.explain import explain_job
from stress.explain.dependence import _rate
from stress.explain.notes import _levels
from stress.explain.shocks import shock_words
from stress.inputs.deal.index import IndexByMonth
from stress.inputs.job import Job
from stress.inputs.load import load_job
from stress.inputs.scenario import Shock
from stress.inputs.scenario.short_rate import ShortRate
from stress.measures.estimate import Interval
from stress.report import book, book_reverse, cover, desk_sheets, figure_data, replayed, reported, sheets
from stress.report.document import sections
from stress.report.figures import books, panels
from stress.report.numbers import PERCENT, bare_percent, interval, share, with_error
from stress.report.page import validation, whatif
from stress.report.sheets import Sheet
from stress.report.workbook import of_job
from stress.report.workbook_first import _break_even, _terms
from stress.results.paths import check_run

NAN = float("nan")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (bare_percent(NAN), "–"),
        (replayed._level(math.inf), "none"),
        (replayed._level(0.031), "3.10%"),
        (replayed._level(41.0), "41"),
        (desk_sheets._adjusted(SimpleNamespace(option_adjusted=Estimate(NAN, NAN))), ("–",)),
        (desk_sheets._adjusted(SimpleNamespace(option_adjusted=None)), ()),
        (desk_sheets._number(SimpleNamespace(derivative=NAN)), ("–", "–", "–")),
        (reported._worth(SimpleNamespace(balance=0.0, worth=0.0, expected_loss=0.0)), "repaid"),
        (reported._worth(SimpleNamespace(balance=0.0, worth=NAN, expected_loss=0.0)), "–"),
        (book.probability(Estimate(NAN, NAN), 1e-3), "–"),
        (list(panels._points("a line", np.array([[1.0, NAN]]))), []),
        (of_job(None), []),
    ],
)
def test_what_is_not_known_is_a_dash_a_word_or_nothing(said: object, words: object) -> None:
    assert said == words


def test_drift_is_told_where_it_was_tested() -> None:
    drift = SimpleNamespace(level=0.05, evidence=np.array([0.5, 3.25]))
    rule = "alarm at 20, the chance of a false one is at most 5% over the life"
    for tested, alarm, said in (
        (None, None, "drift: not tested (it needs forecasts one report ahead)"),
        (drift, None, f"drift: no alarm; the most evidence against the law was 3.2 ({rule})"),
        (drift, "2005 Q4", f"drift: alarm in 2005 Q4 ({rule})"),
    ):
        answer = SimpleNamespace(drift=tested, alarm=alarm, says=("a remark",))
        assert reported.sentences_of_scores(answer) == ["a remark", said]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.6, 0.4), "A makes 60% of it."),
        ((0.3, 0.25, 0.45), "A and B make 55% of it."),
        ((0.3, 0.0, 0.7), ""),
        ((NAN,), ""),
        ((0.3,), ""),
    ],
)
def test_half_of_a_tail_is_told_if_positions_make_it(shares: tuple[float, ...], said: str) -> None:
    positions = [SimpleNamespace(name=name, share_es=share) for name, share in zip("ABC", shares, strict=False)]
    assert book.half(SimpleNamespace(positions=positions)) == said


def test_a_common_path_that_was_not_simulated_says_so() -> None:
    answer = SimpleNamespace(
        scenario="base", loss=0.1, says="no path of 12 loses so much", beta=math.inf, simulated=Estimate(NAN, NAN)
    )
    assert book_reverse.headline(answer) == "Under base no path of 12 loses so much (10.0%); not simulated."


@pytest.mark.parametrize(
    ("value", "said"),
    [(9.5, ("> 9 ×", "")), (9.0, ("> 9 ×", "")), (0.5, ("< 1 ×", "")), (2.0, ("2.00 ×", "± 0.10 · ± 0.20"))],
)
def test_a_multiple_at_an_end_of_its_range_is_beyond_it(value: float, said: tuple[str, str]) -> None:
    surface = SimpleNamespace(unit="x", least=1.0, most=9.0, value=np.array([2.0]), bound=np.array([NAN]))
    assert whatif.written(surface, Read(value, 0.1, 0.2, NAN, NAN)) == said


def test_a_page_without_a_record_of_validation_has_none(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(file: object) -> dict[str, Any]:
        raise DataError(f"{file}: cannot be read")

    monkeypatch.setattr(validation, "read", read)
    assert validation.record_of(tmp_path / "report.html") is None


def test_the_data_of_a_heat_map_of_shortfalls_is_of_the_last_level(three_scenarios: xr.Dataset) -> None:
    sheet = figure_data.heat(three_scenarios, 2)
    assert sheet.head == ("ES 99.9% ± error", *map(str, three_scenarios["tranche"].values))
    assert [row[0] for row in sheet.rows] == [str(name) for name in three_scenarios["scenario"].values]
    assert {"none", "100%"} <= {cell for row in sheet.rows for cell in row}


def test_notes_of_a_result_without_a_job_have_names_alone(three_scenarios: xr.Dataset) -> None:
    names = [str(name) for name in three_scenarios["tranche"].values]
    assert list(_terms(three_scenarios, None)) == [(name, None, None, None, None) for name in names]


def test_a_break_even_beyond_the_search_is_a_bound_and_one_that_was_not_asked_is_nothing() -> None:
    assert _break_even(xr.Dataset()) == (None, None)
    measured = {"breakeven_multiple": 4.25, "breakeven_multiple_precision": 0.02, "breakeven_open": False}
    assert _break_even(xr.Dataset(measured)) == (4.25, 0.01)
    assert _break_even(xr.Dataset({**measured, "breakeven_open": True})) == ("> 4.25", None)


def test_a_class_of_no_stress_has_dashes_and_a_run_of_earlier_versions_no_second_crossing() -> None:
    assert cover._stands("A", SimpleNamespace(classes=())) == ("–", "–")
    shown = SimpleNamespace(open=True)
    rated = SimpleNamespace(note="A", shown=shown, gap=0.0125, held="hard", breakeven_multiple_cnl=4.5)
    assert cover._stands("A", SimpleNamespace(classes=(rated,))) == ("> 4.50", "> +1.25 (hard)")
    rated.gap = None
    assert cover._stands("A", SimpleNamespace(classes=(rated,))) == ("> 4.50", "–")
    run = xr.Dataset({"breakeven_multiple": ("tranche", [4.5, 2.0])}, {"tranche": ["A", "B"]})
    assert cover._of_run(xr.Dataset(), based=False) == ""
    assert "more than once" not in cover._of_run(run, based=False)
    run["breakeven_crossings"] = ("tranche", [1.0, 3.0])
    assert " B begins to lose more than once as they rise and is paid in full in between" in cover._of_run(
        run, based=False
    )


def test_a_document_of_published_facts_alone_has_no_register_and_an_empty_record_no_dates(worked_job: Job) -> None:
    assert "Register: inputs that are the authors' own" in " ".join(sections._register(worked_job))
    plain = {"illustrative": ()}
    bare = worked_job.model_copy(
        update={
            "deal": worked_job.deal.model_copy(update=plain),
            "pool": worked_job.pool.model_copy(update=plain),
            "scenarios": tuple(case.model_copy(update={**plain, "made_of": ()}) for case in worked_job.scenarios),
        }
    )
    assert list(sections._register(bare)) == ["", "No input is called illustrative."]
    assert list(sections._dated({"checks": []}, xr.Dataset())) == []
    assert list(sections._dated(None, xr.Dataset())) == []


def test_a_path_without_a_factor_of_default_tells_none() -> None:
    months = {"month": [1, 2], "factor": ["entry"]}
    by = {name: ("month", values) for name, values in (
        ("defaults", [1.0, 3.0]), ("cumulative_default", [0.01, 0.04]), ("default_stock", [0.01, 0.03]))}  # fmt: skip
    trace = xr.Dataset(by | {"factor_value": (("month", "factor"), [[-1.0], [0.5]])}, months, {"cut_off": 100.0})
    said = replayed._pool(trace)
    assert said.startswith("Defaults reach 4.00% of the cut-off balance; the worst month is 2 (3.00%); 1.00% is")
    assert "factor" not in said
    named = replayed._pool(trace.assign_coords(factor=["default"]))
    assert "The default factor is lowest in month 1, at \N{MINUS SIGN}1.0;" in named


def test_a_certificate_without_principal_has_no_losses_to_be_spared_of(three_scenarios: xr.Dataset) -> None:
    first = three_scenarios["tranche"].values[0]
    certificate = three_scenarios.assign_coords(original=("tranche", [0.0, 1.0, 1.0, 1.0]))
    assert sheets.spared(certificate, first) == Sheet((), ())
    lender = three_scenarios.assign_coords(original=("tranche", [1.0] * 4))
    assert sheets.spared(lender, first).note.startswith(f"{first} loses nothing on any path of any scenario")


def test_a_path_on_which_no_note_is_left_is_drawn_without_a_legend_of_notes() -> None:
    level, note = books.worst_path({"consumer": np.zeros(3)}, {}).axes
    assert level.get_legend() is not None
    assert note.get_legend() is None


def test_sizes_under_several_scenarios_name_the_one_of_each_note() -> None:
    def headings(*scenarios: str) -> list[str]:
        some = Interval(*(np.float64(x) for x in (0.01, 0.001, 0.008, 0.012)))
        notes = tuple(
            Sized(
                f"note {k}",
                0.5,
                0.4,
                0.01,
                0.38,
                0.42,
                0.6,
                0.01,
                "EL=0.02",
                0.02,
                some,
                2.0,
                0.1,
                "1",
                "met",
                scenario,
            )
            for k, scenario in enumerate(scenarios)
        )
        table = size._table(Sizing("j", "base", notes, 64, 1, "plain", 64, 2, "mine", True, ""))
        return [str(column.header) for column in table.columns]

    assert "scenario" not in headings("base", "base")
    assert headings("base", "harsh")[-2:] == ["scenario", "verdict"]


def test_residuals_that_remember_longer_than_the_lags_ask_for_more() -> None:
    fit = SimpleNamespace(residual_persistence=0.75, n=100, residual_sd=0.2, robust_lags=4, r2=0.5, per_year=4,
                          term=(SimpleNamespace(variable="x"),))  # fmt: skip
    said = satellite_notes(fit)
    assert "Their memory is about 7 quarters; fewer lags make errors too small: try --lags 7." in said
    assert "residual_rho = true leaves the factor 0.50 of rho." in said
    fit.robust_lags, fit.term = 12, (SimpleNamespace(variable=None),)
    assert "memory" not in satellite_notes(fit)
    assert "residual_rho" not in satellite_notes(fit)


def test_a_result_of_one_job_has_no_other_to_choose(three_scenarios: xr.Dataset) -> None:
    with pytest.raises(DataError, match="seed = 3: the result holds one seed only, so it has no such choice"):
        results.cell(three_scenarios, seed=3)


def test_kept_paths_are_those_of_the_result_beside_them() -> None:
    names = {"scenario": ["base"], "tranche": ["A", "B"]}
    kept = xr.Dataset({"loss": ("path", np.zeros(64))}, names)
    check_run("kept.zarr", kept, xr.Dataset({}, names, {"paths": 64}))
    with pytest.raises(DataError, match=r"kept\.zarr: tranche is not that of the results beside it"):
        check_run("kept.zarr", kept, xr.Dataset({}, {**names, "tranche": ["A", "C"]}, {"paths": 64}))
    with pytest.raises(DataError, match=r"kept\.zarr: holds 64 paths, the results beside it 1,024"):
        check_run("kept.zarr", kept, xr.Dataset({}, names, {"paths": 1024}))


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (((1, 0.03),), "now 4%"),
        (((1, 0.03), (20, 0.02)), "4% in month 1, 3% from month 20"),
        (((1, 0.03), (7, 0.025), (20, 0.02)), "4% in month 1, 2 changes, 3% from month 20"),
    ],
)
def test_a_floating_coupon_is_told_from_its_first_level_to_its_last(points: Any, said: str) -> None:
    deal = SimpleNamespace(indices={"lpr": IndexByMonth(by_month=points)}, legal_maturity_months=24)
    assert _levels(deal, SimpleNamespace(index="lpr", coupon=0.01)) == said


def test_a_few_months_of_a_shock_are_told_one_by_one() -> None:
    shock = Shock(target="default_odds", by_month=((1, 2.0), (7, 1.0)), how="multiply")
    assert shock_words(shock).endswith(" times 2 from month 1, 1 from month 7")


def test_a_short_rate_of_its_own_is_told_from_its_start_to_its_mean() -> None:
    law = ShortRate(model="vasicek", mean_reversion=0.2, volatility=0.01, start=0.03, mean=0.02)
    assert "Vasicek, from 3% to 2%" in _rate(law)


def test_a_pool_that_is_billed_says_when_and_how_long_it_has(worked_job: Job) -> None:

    assert "Billed on day" not in explain_job(worked_job)
    billed = load_job(JOBS / "baitiao-24m-billing.toml")
    due = billed.pool.billing.days_to_due  # type: ignore[union-attr]
    assert f"of a month of 30, an equal share of borrowers each; due {due} days after the bill." in explain_job(billed)


def test_modules_that_load_a_part_when_asked_have_no_others() -> None:
    for module in (explain, tape):
        with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'nothing'"):
            module.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("x", "error", "said"),
    [
        (7e-6, 5e-6, "0.0007 ± 0.0005%"),
        (9e-6, 9.4e-6, "0.0009 ± 0.0009%"),
        (5e-5, 6e-6, "0.0050 ± 0.0006%"),
        (4e-6, 4e-6, "0.0004 ± 0.0004%"),
        (2e-5, 2e-5, "0.002 ± 0.002%"),
        (3e-4, 7e-6, "0.030 ± 0.001%"),
        (0.012, 1.2e-4, "1.20 ± 0.01%"),
    ],
)
def test_an_error_below_a_thousandth_of_a_percent_is_told_where_the_estimate_is_as_small(
    x: float, error: float, said: str
) -> None:
    """0.001 ± 0.001% stood for 0.0007 ± 0.0005% and for 0.0014 ± 0.0014% alike; ordinary columns stay as they are."""
    assert with_error(x, error, unit=PERCENT) == said
    if x < 0.01:
        assert share(x, error) == said


def test_an_error_that_has_no_digit_is_told_as_below_one() -> None:
    assert share(0.25, 1.2e-6) == "25.000 ± <0.001%"
    assert interval(7e-6, 0.0, 1.4e-5, unit=PERCENT) == "0.0007 [0.0000, 0.0014]%"
