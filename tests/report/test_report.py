"""What people read: a page that stands alone, says what was found, and cannot be broken by a name."""

import csv
import html
import html.parser
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from markupsafe import Markup
from rich.console import Console
from synthetic import TRANCHES, job_of, results_of, tranche_losses, vasicek, weighed_alike

from stress import measures, report, results
from stress.answers.validation_record import KEYS
from stress.cli.measures_json import document
from stress.errors import DataError
from stress.report import figures, sheets, words
from stress.report.estimator import reading
from stress.report.figures import overview
from stress.report.numbers import PERCENT, bare_percent, fraction, interval, percent, with_error
from stress.report.page import whole
from stress.report.page.template import HERE, data, script

DRAWN = ((1, 1.0), (100, 0.0), (32, 0.0), (32, 1.0))
"""Paths and losses of extremes of which the figures are drawn too; the numbers that stand below figures are of all."""
NASTY = '<script>alert(1)</script> & "x" $a_b$ {{ 7*7 }}'


@pytest.fixture
def ds(three_scenarios: xr.Dataset) -> xr.Dataset:
    return three_scenarios


@pytest.fixture
def text(its_page: Path) -> str:
    return its_page.read_text(encoding="utf-8")


class Reader(html.parser.HTMLParser):
    """Tags, their balance, and what they point to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src", "xlink:href")]
        self.ids += [v or "" for k, v in attrs if k == "id"]
        if tag not in ("meta", "br", "link", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_heat_map_of_many_notes_is_a_figure_a_measure(monkeypatch: pytest.MonkeyPatch, ds: xr.Dataset) -> None:
    drawn: list[tuple[str, int]] = []
    monkeypatch.setattr(figures, "heat_map", lambda ds, of=(): len(of))
    monkeypatch.setattr(whole, "svg_of", lambda figure, name: drawn.append((name, figure)))
    (exhibit,) = whole._heat(ds)
    assert exhibit.title == "Notes by scenarios"
    monkeypatch.setattr(overview, "BESIDE", ds.sizes["tranche"] - 1)
    several = list(whole._heat(ds))
    assert drawn == [("heat", 0), ("heat 0", 1), ("heat 1", 1), ("heat 2", 1)]
    assert [exhibit.title for exhibit in several] == [
        f"{measure.title} by notes and scenarios" for measure in overview.measures_of(ds)
    ]
    assert len({exhibit.data for exhibit in several}) == 3


def test_a_note_of_which_no_yield_and_no_price_is_known_has_no_figure_of_them(
    monkeypatch: pytest.MonkeyPatch, ds: xr.Dataset
) -> None:
    monkeypatch.setattr(whole, "svg_of", lambda figure, name: Markup(""))
    monkeypatch.setattr(figures, "loss", lambda *_: None)
    monkeypatch.setattr(figures, "lives", lambda *_: None)
    last = str(ds["tranche"].values[-1])
    titles = [exhibit.title for exhibit in whole._note(ds, last, residual=True)[3]]
    assert titles == [f"Loss distribution of {last}", f"Yield and value of {last}"]
    monkeypatch.setattr(measures, "irr_quantile", lambda note: note["loss_probability"] * np.nan)
    bare = ds.drop_vars("price_count", errors="ignore")
    assert [exhibit.title for exhibit in whole._note(bare, last, residual=True)[3]] == titles[:1]


def test_the_page_stands_alone_and_runs_the_script_it_ships_and_no_other(text: str) -> None:
    reader = Reader(text)
    assert reader.open == []
    assert not reader.seen & {"iframe", "object", "link", "img"}
    own = script("tables", "plot", "figures")
    assert text.count("<script") == 1
    assert f"<script>{own.text}</script>" in text
    assert f'script-src {own.policy}"' in html.unescape(text)
    assert all(link.startswith("#") for link in reader.links)
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_every_inner_link_has_its_target_and_no_id_comes_twice(text: str) -> None:
    reader = Reader(text)
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))


def test_the_same_result_gives_the_same_bytes(ds: xr.Dataset, text: str, tmp_path: Path) -> None:
    opened = results.open(results.save(ds, tmp_path / "r.nc"))
    assert report.write(opened, tmp_path / "report.html").read_text() == text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.nc", "report.html"]


def test_every_section_names_every_note_and_scenario(ds: xr.Dataset, text: str) -> None:
    for name in (*ds["scenario"].values, *TRANCHES, "Summary", "Checks", "Inputs and provenance", "Reading the errors"):
        assert str(name) in text
    assert text.count("<svg") == 1 + 1 + 2 * len(TRANCHES) + 7 + 1
    assert text.count("Numbers of this figure") == text.count("<svg")


def test_a_residual_note_is_owed_no_interest_that_could_be_late(ds: xr.Dataset) -> None:
    assert "P(late interest) [95%]" in sheets.earned(ds, "A").head
    residual = sheets.earned(ds, "A", residual=True)
    assert "P(late interest) [95%]" not in residual.head
    assert all(len(row) == len(residual.head) for row in residual.rows)


def test_every_number_of_a_note_has_its_error_on_a_wide_terminal(ds: xr.Dataset) -> None:
    wide, narrow = io.StringIO(), io.StringIO()
    Console(file=wide, width=180).print(report.table(ds))
    Console(file=narrow, width=120).print(report.table(ds))
    rows = [[re.split(r"  +", line.strip()) for line in out.getvalue().splitlines() if "Mezzanine  " in line]
            for out in (wide, narrow)]  # fmt: skip
    known = re.compile(r"±|<|>|\[|^0$|^100%$|^–$")
    assert all(known.search(cell) for row in rows[0] for cell in row[-6:])
    assert not all(known.search(cell) for row in rows[1] for cell in row[-6:])
    assert "errors of VaR, ES, IRR, WAL and price" in " ".join(narrow.getvalue().split())


def test_convergence_ends_at_the_estimate_and_its_error_falls_with_the_root_of_paths(ds: xr.Dataset) -> None:
    curve = measures.convergence(ds, "expected_loss")
    last = curve.isel(step=-1)
    assert np.array_equal(last["estimate"], ds["expected_loss"])
    assert int(last["paths"]) == int(measures.paths(ds))
    pool = measures.convergence(ds, "mean_default")
    scaled = pool["error"] * np.sqrt(pool["paths"])
    assert bool((abs(np.log(scaled / scaled.isel(step=-1))) < np.log(2.5)).all())
    assert bool((abs(pool["estimate"] - pool["estimate"].isel(step=-1)) < 5.0 * pool["error"]).all())


def test_what_is_illustrative_is_flagged(ds: xr.Dataset, text: str) -> None:
    job = json.loads(ds.attrs["job"])
    for line in (*job["deal"]["illustrative"], *job["pool"]["illustrative"]):
        assert line in text
    register = dict(whole.illustrative(job))
    assert len(register) == 3
    assert register["Size of the shock is ours."] == "scenario baseline; scenario macro_mild; scenario macro_moderate"


def test_names_from_files_are_escaped_everywhere(tmp_path: Path) -> None:
    losses = tranche_losses(vasicek(640, 0.1, 0.05))[None, 2:]
    job = job_of([NASTY])
    for part in (job, job["deal"], job["pool"], job["deal"]["notes"][0]):
        part["name"] = NASTY
    job["pool"]["source"] = "<b onmouseover=alert(1)>"
    ds = results_of(losses, notes=[NASTY, "=D"], scenarios=[NASTY], job=json.dumps(job))
    text = report.write(ds, tmp_path / "r.html").read_text()
    assert "b" not in Reader(text).seen
    assert text.count("<script") == 1
    assert "{{ 7*7 }}" in text
    Console(width=120, file=io.StringIO()).print(report.table(ds))


@pytest.mark.usefixtures("no_figures")
def test_a_result_without_its_job_still_gives_a_report(tmp_path: Path) -> None:
    ds = results_of(tranche_losses(vasicek(320, 0.1, 0.05))[None], job="")
    assert "cannot be told" in report.write(ds, tmp_path / "r.html").read_text()


@pytest.mark.parametrize("n_path", [1, pytest.param(32, marks=pytest.mark.slow), 100])
@pytest.mark.parametrize("loss", [0.0, 1.0])
def test_the_extremes_have_a_report_too(n_path: int, loss: float, request: pytest.FixtureRequest) -> None:
    if (n_path, loss) not in DRAWN:
        request.getfixturevalue("no_figures")
    ds = results_of(np.full((1, 2, n_path), loss), notes=["A", "B"])
    text = whole.render(ds)
    assert ">nan" not in text
    assert "inf" not in " ".join(words.summary(ds)).replace("information", "")


def test_a_note_that_never_loses_is_bounded_not_called_safe() -> None:
    ds = results_of(np.zeros((1, 4, 100_000)))
    said = " ".join(words.summary(ds))
    assert "below 0.30 bp with 95% confidence, which is not zero" in said
    assert sheets.note(ds, "A").rows[0][1] == "< 0.30 bp"


def test_the_terminal_table_fits_120_columns_and_shows_every_note(ds: xr.Dataset) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(report.table(ds))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 120
    assert sum("Mezzanine  " in line for line in lines) == 3
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (fraction(0.0467), "4.67%"), (fraction(0.4727), "47.3%"), (fraction(0.00123), "12.3 bp"),
        (fraction(3e-7), "0.003 bp"), (fraction(3e-10), "0.000003 bp"),
        (with_error(3e-9, 1e-9), "0.000030 ± 0.000010 bp"),
        (with_error(2e-8, 0.0), "0.00020 ± 0 bp"), (with_error(2e-8, 1e-8, unit=PERCENT), "<0.0001%"),
        (interval(3e-9, 1e-9, 6e-9), "0.000030 [0.000010, 0.000060] bp"),
        (fraction(0.0), "0"), (fraction(float("nan")), "–"), (percent(-0.4227), "−42.27%"),
        (with_error(0.00595, 0.0004), "59.5 ± 4.0 bp"), (with_error(0.4727, 0.0014), "47.27 ± 0.14%"),
        (with_error(0.0549, 4e-5), "5.490 ± 0.004%"), (with_error(0.0554, 1.2e-6), "5.540 ± <0.001%"),
        (with_error(0.0, 1e-5, 0.0, 1.5e-4), "< 1.50 bp"), (with_error(1.0, 1e-4, 0.9997, 1.0), "> 99.97%"),
        (with_error(0.5, float("nan")), "50.0% (no error)"),
        (interval(0.0194, 0.0175, 0.0214), "1.94 [1.75, 2.14]%"), (interval(0.0, 0.0, 3e-5), "< 0.30 bp"),
        (interval(1.0, 0.9997, 1.0), "> 99.97%"), (bare_percent(9e-6), "0.0009"), (bare_percent(1e-8), "<0.0001"),
        (fraction(9e-6, PERCENT), "0.0009%"), (with_error(-3e-13, 0.0, unit=PERCENT), "0"),
    ],
)  # fmt: skip
def test_numbers_carry_no_more_digits_than_their_error(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 200])
def test_no_number_of_the_terminal_table_is_cut(width: int, ds: xr.Dataset) -> None:
    out = io.StringIO()
    Console(file=out, width=width).print(ds.stress.table())
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert not re.search(r"[\d.%]…", out.getvalue().replace("99%: ", ""))
    heads = [line.split() for line in lines[:3]]
    assert any("WAL" in head for head in heads) == (width >= 120)
    assert any("Price" in head for head in heads) == (width >= 200)


def test_the_table_of_a_run_waits_for_no_figure() -> None:
    code = "import sys, stress.report.page.sweep, stress.report.terminal; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]


def test_the_accessor_offers_table_figures_and_files(
    ds: xr.Dataset, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert ds.stress.table().row_count == 12
    assert len(ds.stress.plot.loss("A").axes) == 2
    assert len(ds.stress.plot.fan("excess_spread").axes) == 3
    assert (ds.stress.compare(ds)["estimate"] == 0).all()
    with pytest.raises(DataError, match="no note named"):
        ds.stress.plot.loss("Z")
    with pytest.raises(DataError, match="no fan of"):
        ds.stress.plot.fan("Z")
    assert ds.isel(scenario=[0]).stress.table().row_count == 4
    for part in (ds.isel(scenario=0), ds[["loss_count"]]):
        with pytest.raises(DataError, match="not a whole result: variable"):
            part.stress.table()
    request.getfixturevalue("no_figures")
    assert ds.stress.report(tmp_path / "r.html").exists()


def test_csv_and_parquet_hold_the_measures(ds: xr.Dataset, tmp_path: Path) -> None:
    files = ds.stress.to_csv(tmp_path / "csv")
    frame = pd.read_csv(tmp_path / "csv" / "scenario_tranche.csv")
    assert len(frame) == 12
    assert frame["expected_loss"].iloc[3] == pytest.approx(ds["expected_loss"][0, 3].item())
    pytest.importorskip("pyarrow")
    same = pd.read_parquet(ds.stress.to_parquet(tmp_path / "parquet")[0])
    assert len(files) == len({v.dims for v in results.DERIVED})
    assert len(same) == len(pd.read_csv(files[0]))


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@SUM(A1)", "\tx"])
def test_a_name_cannot_become_a_formula(name: str, tmp_path: Path) -> None:
    ds = results_of(np.zeros((1, 2, 32)), notes=[name, "B"])
    for file in ds.stress.to_csv(tmp_path):
        with file.open(newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert not any(re.match(r"[=+@\t]|-[^\d.]", cell) for cell in cells)


@pytest.mark.usefixtures("no_figures")
def test_a_record_of_checks_is_escaped_like_every_file(ds: xr.Dataset) -> None:
    check = dict.fromkeys(KEYS["checks"], NASTY) | {"part": "p", "findings": []}
    finding = {"what": NASTY, "expected": 1.0, "got": 1.0, "tolerance": 0.0, "error": None, "kept": True}
    part = {"name": "p", "title": NASTY, "text": [NASTY]}
    checks = [{**check, "findings": [finding]}, {**check, "said": [NASTY], "data": {}}]
    text = whole.render(ds, record={"version": NASTY, "parts": [part], "checks": checks})
    assert text.count("&lt;script&gt;") >= 10
    assert "b" not in Reader(text).seen
    assert text.count("<script") == 1


def test_figures_do_not_depend_on_the_callers_matplotlib_settings(ds: xr.Dataset) -> None:
    import matplotlib as mpl

    before = figures.svg(figures.fan(ds, "cumulative_default"), "x")
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "svg.fonttype": "path"}):
        assert figures.svg(figures.fan(ds, "cumulative_default"), "x") == before
        assert mpl.rcParams["font.size"] == 30


def test_the_first_column_of_a_table_of_words_breaks_like_the_others() -> None:
    """Promises of the validation chapter are sentences: on one line they leave no room for what was measured."""
    rules = dict(re.findall(r"^([^{}\n]+) \{ (.*) \}$", (HERE / "style.css").read_text(), re.MULTILINE))
    assert "white-space: nowrap" in rules["tbody th"]
    assert "white-space: normal" in rules[".words td, .words th"]


def test_a_residual_note_has_a_money_multiple_and_a_value_only_where_it_is_discounted(ds: xr.Dataset) -> None:
    alike = ds.assign(price=ds["multiple"])
    plain, apart = (sheets.earned(run, "Subordinated", residual=True) for run in (alike, ds))
    assert plain.head == ("Scenario", "Money multiple", "Median yield (IRR)")
    assert apart.head == (*plain.head, "Value at its rate, share of its size")
    multiple = float(ds["multiple"].sel(scenario="baseline", tranche="Subordinated"))
    assert plain.rows[0][1].startswith(f"{multiple:.4f} ± ")
    table = str(report.table(ds))
    assert f"×{multiple:.4f} ± " in table
    assert table.count("×") == ds.sizes["scenario"] + 1, "one a scenario, and what it means"


@pytest.mark.usefixtures("no_figures")
def test_the_signs_are_explained_as_the_paths_were_drawn(ds: xr.Dataset) -> None:
    weighted = results.derive(weighed_alike(ds)).assign_attrs(estimator="importance")
    assert "Clopper-Pearson" in reading(ds).interval
    assert "gamma quantiles" in reading(weighted).interval
    assert "about 12 divided by" in reading(weighted).bound
    assert "16 replicates" in reading(ds.assign_attrs(estimator="sobol")).error
    text = whole.render(weighted)
    assert "gamma quantiles" in text
    assert "Clopper-Pearson" not in text


def test_json_gives_early_amortization_by_the_end_and_how_far_it_can_be_trusted(ds: xr.Dataset) -> None:
    answer = document(ds)
    early = answer["measures"]["early_amortization_probability"]["baseline"]
    assert early == ds["early_amortization_probability"].sel(scenario="baseline").values[-1]
    assert answer["estimator"] == "plain"
    assert answer["warnings"] == []
    weighted = results.derive(weighed_alike(ds)).assign_attrs(estimator="importance")
    assert document(weighted)["warnings"] == measures.warnings(weighted) != []


def test_a_name_cannot_end_the_data_of_a_page() -> None:
    block = str(data({"name": NASTY}))
    assert not set("<>&") & set(block)
    assert json.loads(block) == {"name": NASTY}


def test_what_is_zero_to_the_last_digit_has_no_minus_sign() -> None:
    assert [percent(x) for x in (-1e-9, -0.0, -0.00004, -0.00005001)] == [
        "0.00%",
        "0.00%",
        "0.00%",
        "\N{MINUS SIGN}0.01%",
    ]
    assert with_error(-1e-7, 5e-4, unit=PERCENT) == "0.000 ± 0.050%"
