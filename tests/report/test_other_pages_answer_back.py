"""Pages of a sweep, a book, a back-test, a followed deal answer back as the report does, and read without a script."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import CHROMIUM, SHOWN_ON, Browser
from shipped import SCENARIOS
from synthetic import case

import stress
from stress import report, results
from stress.cli import exit_code
from stress.report.page.exhibit import SCHEME, in_scheme

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async t => { window.copied = t; }}})"
SHOWN = (
    "[...document.querySelectorAll('main .scroll > table')].find("
    "t => !t.closest('details') && t.querySelector('.sorts'))"
)
"""The first table that is seen and can be sorted."""


def of_sweep(file: Path) -> None:
    report.write(results.combine([({"seed": seed}, case(3_000, 3, seed=seed)) for seed in (1, 2)]), file)


def of_book(file: Path) -> None:
    arguments = ["book", str(SCENARIOS / "books/consumer.toml"), "--paths", "2048", "-q", "--report", str(file)]
    assert exit_code(arguments) == 0


def of_backtest(file: Path) -> None:
    job, reports = (SCENARIOS / name for name in ("jobs/card-master-trust.toml", "reports/us-cards.toml"))
    arguments = ["backtest", str(job), str(reports), "--from", "2014-01", "--draws", "300", "-q"]
    assert exit_code([*arguments, "--report", str(file)]) == 0


def of_follow(file: Path) -> None:
    job, reports = (SCENARIOS / name for name in ("jobs/baitiao-24m.toml", "reports/baitiao-24m-made-up.toml"))
    arguments = ["follow", str(job), str(reports), "--as-of", "2020-02", "--paths", "256", "-q"]
    assert exit_code([*arguments, "--report", str(file)]) == 0


MADE: dict[str, Callable[[Path], None]] = {
    "sweep": of_sweep, "book": of_book, "backtest": of_backtest, "follow": of_follow
}  # fmt: skip
DRAWN = ("book", "backtest", "follow")
"""Pages with figures."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def page_of(kind: str, folder: Path) -> Path:
    """The page, made once."""
    file = folder / f"{kind}.html"
    if not file.exists():
        MADE[kind](file)
    return file


@pytest.mark.parametrize("kind", MADE)
def test_a_page_holds_its_script_and_links_to_its_figures(kind: str, folder: Path) -> None:
    text = page_of(kind, folder).read_text(encoding="utf-8")
    assert text.count("<script>") == 1
    assert re.search(r"script-src '?(&#39;)?sha256-", text)
    drawn = re.findall(r'<figure id="(figure-\d+)">\s*<figcaption><a href="#\1"', text)
    assert len(drawn) == len(set(drawn)) == text.count("<figure") == text.count("data-panels=")
    assert bool(drawn) == (kind in DRAWN)


@needs_browser
@pytest.mark.parametrize(("scheme", "width"), SHOWN_ON)
@pytest.mark.parametrize("kind", MADE)
def test_a_page_fits_is_sorted_and_copied(kind: str, scheme: str, width: int, folder: Path, browser: Browser) -> None:
    browser.open(page_of(kind, folder), width, scheme)
    assert not browser.value("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    browser.value(f"{SHOWN}.id = 'first'")
    column = "[...document.querySelectorAll('#first tbody tr')].map(r => r.cells[0].innerText)"
    browser.value("document.querySelector('#first th.sorts').focus()")
    browser.press("Enter")
    first = browser.value(column)
    browser.press("Enter")
    assert browser.value("document.querySelector('#first th.sorts').getAttribute('aria-sort')") == "ascending"
    assert sorted(browser.value(column)) == sorted(first)
    assert browser.value(column)[0] == first[-1] or len(set(first)) == 1
    browser.value(CLIPBOARD)
    browser.value("document.querySelector('#first').parentElement.nextElementSibling.id = 'copies'")
    browser.click("#copies")
    browser.until("!!window.copied")
    head = browser.value("document.querySelector('#first thead th').innerText")
    assert browser.value("window.copied").startswith(f'"{head}","')
    assert browser.complaints == []


@needs_browser
@pytest.mark.parametrize("kind", DRAWN)
def test_a_figure_tells_its_values_in_the_colours_of_the_scheme(kind: str, folder: Path, browser: Browser) -> None:
    letters = "getComputedStyle(document.querySelector('.plot svg text')).fill"
    browser.open(page_of(kind, folder), 1300, "dark")
    dark = browser.value(letters)
    browser.open(page_of(kind, folder), 1300, "light")
    light = browser.value(letters)
    brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (light, dark)]
    assert brightness[0] < 3 * 128 < brightness[1]
    browser.value("document.querySelector('figure .plot').focus()")
    browser.press("ArrowRight")
    assert browser.value("document.querySelector('figure .tip').textContent")
    if kind == "backtest":
        browser.press("ArrowRight")
        assert browser.value("document.querySelector('figure .tip').textContent").endswith(" at 2014.25")


@needs_browser
@pytest.mark.parametrize("kind", ["sweep", "book"])
def test_scenarios_are_chosen(kind: str, folder: Path, browser: Browser) -> None:
    browser.open(page_of(kind, folder))
    name = browser.value("document.querySelector('input[name=scenario]').value")
    shown = (
        "[...document.querySelectorAll('main th[scope=row]')].filter("
        f"t => t.offsetParent && t.innerText === {name!r}).length"
    )
    assert browser.value(shown) >= 1
    browser.click("input[name=scenario]")
    assert browser.value(shown) == 0


@needs_browser
@pytest.mark.parametrize("kind", MADE)
def test_a_page_reads_without_a_script_and_on_paper(kind: str, folder: Path, browser: Browser) -> None:
    browser.open(page_of(kind, folder), script=False)
    assert browser.pdf().startswith(b"%PDF")
    browser.open(page_of(kind, folder))
    assert browser.value("document.querySelectorAll('main td').length") > 5


def test_quarters_of_years_are_told_apart(folder: Path) -> None:
    text = page_of("backtest", folder).read_text(encoding="utf-8")
    data = html.unescape(re.findall(r'data-panels="([^"]*)"', text)[0])
    came = next(s for s in json.loads(data)[0]["series"] if s["name"] == "what came")
    assert came["x"][:3] == [2014.0, 2014.25, 2014.5]


def test_quiet_colours_follow_the_page_and_those_of_notes_stay() -> None:
    for colour, name in SCHEME.items():
        assert in_scheme(f'<g style="fill: {colour}">') == f'<g style="fill: var(--{name})">'
    assert in_scheme('<g style="stroke: #e69f00">') == '<g style="stroke: #e69f00">'
    style = (Path(stress.report.__file__).parent / "page" / "style.css").read_text(encoding="utf-8")
    for name in SCHEME.values():
        assert style.count(f"--{name}:") == 3, name  # light, dark, and on paper whatever the scheme
