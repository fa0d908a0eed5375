"""The report under the hands of its readers: values told, scenarios and notes chosen, figures drawn anew, links."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from browser import CHROMIUM, SHOWN_ON, Browser
from matplotlib.figure import Figure

from stress import measures
from stress.report import figures
from stress.report.figures.panels import panels

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
ROWS = "[...document.querySelectorAll('#scenarios tbody th')].filter(t => t.offsetParent).map(t => t.innerText)"


@pytest.fixture
def ds(three_scenarios: xr.Dataset) -> xr.Dataset:
    return three_scenarios


@pytest.fixture
def page(its_page: Path) -> Path:
    return its_page


def test_a_panel_tells_the_numbers_that_it_draws(ds: xr.Dataset) -> None:
    figure = figures.fan(ds, "cumulative_default")
    figures.svg(figure, "told")
    drawn_panels = panels(figure)
    assert [panel["title"] for panel in drawn_panels] == [str(name) for name in ds["scenario"].values]
    median = next(s for s in drawn_panels[0]["series"] if s["name"] == "median")
    expected = measures.fan(ds, "cumulative_default", clamp=True).values[0, : len(median["y"]), 2]
    assert np.allclose(median["y"], expected, rtol=1e-3)
    assert drawn_panels[0]["y"]["percent"]
    assert all(0.0 <= x <= 1.0 for panel in drawn_panels for x in panel["box"])


def test_a_panel_of_no_bars_tells_none() -> None:
    figure = Figure()
    figure.add_subplot().barh([], [])
    assert [panel["series"] for panel in panels(figure)] in ([], [[]])


def test_every_figure_tells_something_and_has_a_link_of_its_own(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    drawn = re.findall(r'<figure id="(figure-\d+)">\s*<figcaption><a href="#\1"', text)
    assert len(drawn) == len(set(drawn)) == text.count("<figure id=") >= 8
    figures = re.findall(r'data-panels="([^"]*)"', text)
    assert len(figures) == len(drawn)
    assert all(len(json.loads(figure.replace("&#34;", '"').replace("&amp;", "&"))) for figure in figures)


@needs_browser
@pytest.mark.parametrize(("scheme", "width"), SHOWN_ON)
def test_values_are_told_under_the_pointer_and_by_the_arrow_keys(
    scheme: str, width: int, page: Path, browser: Browser
) -> None:
    browser.open(page, width, scheme)
    figure = "#months figure:first-of-type"
    browser.point(f"{figure} svg", 0.3, 0.4)
    tip = f"document.querySelector('{figure} .tip').textContent"
    assert re.fullmatch(r".+: [\d.]+% at \d+(\.\d+)?", browser.value(tip))
    browser.value(f"document.querySelector('{figure} .plot').focus()")
    before = browser.value(tip)
    browser.press("ArrowRight")
    assert browser.value(tip) != before
    assert not browser.value("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    assert browser.complaints == []


@needs_browser
def test_the_heat_map_tells_its_cells(page: Path, ds: xr.Dataset, browser: Browser) -> None:
    browser.open(page)
    browser.point("#scenarios figure svg", 0.3, 0.6)
    tip = browser.value("document.querySelector('#scenarios figure .tip').textContent")
    assert any(str(name) in tip for name in ds["scenario"].values)
    assert any(str(name) in tip for name in ds["tranche"].values)


@needs_browser
def test_scenarios_and_notes_are_chosen(page: Path, ds: xr.Dataset, browser: Browser) -> None:
    browser.open(page)
    scenario, note = (str(ds[dim].values[1]) for dim in ("scenario", "tranche"))
    assert scenario in browser.value(ROWS)
    browser.click(f"input[name=scenario][value='{scenario}']")
    assert scenario not in browser.value(ROWS)
    assert str(ds["scenario"].values[0]) in browser.value(ROWS)
    shown = f"!!document.querySelector('[data-note=\"{note}\"] h3').offsetParent"
    assert browser.value(shown)
    browser.click(f"input[name=note][value='{note}']")
    assert not browser.value(shown)
    browser.click(f"input[name=note][value='{note}']")
    assert browser.value(shown)


@needs_browser
def test_a_figure_is_drawn_anew_with_chosen_series_linear_or_logarithmic(page: Path, browser: Browser) -> None:
    browser.open(page)
    anew = "#months figure:first-of-type .anew"
    browser.click(f"{anew} summary")
    names = f"[...document.querySelectorAll('{anew} polyline')].map(p => p.dataset.name)"
    browser.until(f"!!document.querySelector('{anew} polyline')")
    whole = browser.value(names)
    assert {"median", "mean"} <= set(whole)
    browser.click(f"{anew} fieldset input")
    assert browser.value(names) == whole[1:]
    line = f"document.querySelector('{anew} polyline').getAttribute('points')"
    before = browser.value(line)
    browser.click(f"{anew} input[type=checkbox]")
    assert browser.value(line) != before


@needs_browser
def test_a_link_leads_to_its_figure_and_paper_holds_no_control(page: Path, browser: Browser) -> None:
    browser.open(page)
    browser.click("#figure-2 figcaption a")
    assert browser.value("location.hash") == "#figure-2"
    assert len(re.findall(rb"/Type\s*/Page\b", browser.pdf())) >= 5
    browser._send("Emulation.setEmulatedMedia", media="print")
    controls = "[...document.querySelectorAll('.copy, .anew, #chosen, .tip')].filter(e => e.offsetParent).length"
    assert browser.value(controls) == 0
    browser._send("Emulation.setEmulatedMedia", media="")
