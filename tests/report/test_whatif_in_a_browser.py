"""The page of `stress whatif` as its users have it: sliders moved by mouse and keyboard, values read back, printed."""

import re
from pathlib import Path

import pytest
from browser import CHROMIUM, SHOWN_ON, Browser
from shipped import JOB

import stress
from stress.answers import WhatIf
from stress.report.page.whatif import render, written

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async t => { window.copied = t; }}})"
OVER = ["default_odds=1:3", "share:A=0.78:0.84"]


@pytest.fixture(scope="module")
def answer() -> WhatIf:
    job = stress.load(JOB).but(paths=256)
    return stress.analysis.whatif(job, OVER, points=12)


@pytest.fixture(scope="module")
def page(answer: WhatIf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("what if") / "page.html"
    file.write_text(render(answer), encoding="utf-8")
    return file


def expected(answer: WhatIf, place: list[float]) -> list[list[str]]:
    """All values with their errors, as the page must show them."""
    return [list(written(surface, answer.read(surface, place))) for surface in answer.surfaces]


def shown(browser: Browser) -> list[list[str]]:
    cells = browser.value(
        "[...document.querySelectorAll('[data-surface]')].map(c => [Number(c.dataset.surface), "
        "c.querySelector('.value').textContent, c.querySelector('small').textContent])"
    )
    return [cell[1:] for cell in sorted(cells)]


def wide(browser: Browser) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(browser.value("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))


@pytest.mark.parametrize(("scheme", "width"), SHOWN_ON)
def test_a_slider_moved_by_the_keyboard_shows_what_the_surfaces_say(
    scheme: str, width: int, answer: WhatIf, page: Path, browser: Browser
) -> None:
    browser.open(page, width, scheme)
    assert shown(browser) == expected(answer, answer.start())
    browser.value("document.getElementById('axis0').focus()")
    browser.press("End", "ArrowLeft", "ArrowLeft")
    moved = float(browser.value("document.getElementById('axis0').value"))
    assert 0.9 < moved < 1.0
    assert shown(browser) == expected(answer, [moved, answer.start()[1]])
    assert browser.value("document.getElementById('at0').textContent").startswith("× 2.9")
    assert not wide(browser)
    assert browser.complaints == []


def test_a_slider_is_moved_by_the_mouse_and_set_back_by_the_button(
    answer: WhatIf, page: Path, browser: Browser
) -> None:
    browser.open(page)
    browser.click("#axis1")
    moved = float(browser.value("document.getElementById('axis1').value"))
    assert abs(moved - 0.5) < 0.03
    assert shown(browser) == expected(answer, [answer.start()[0], moved])
    assert shown(browser) != expected(answer, answer.start())
    browser.click("button[type=reset]")
    assert shown(browser) == expected(answer, answer.start())


def test_curves_follow_the_measure_the_notes_and_the_scale_that_are_chosen(page: Path, browser: Browser) -> None:
    browser.open(page)
    names = "[...document.querySelectorAll('#curve0 polyline')].map(p => p.dataset.name)"
    assert browser.value(names) == ["A", "B", "mezzanine", "subordinated"]
    browser.click(".note-chosen[value=A]")
    assert browser.value(names) == ["B", "mezzanine", "subordinated"]
    line = "document.querySelector('#curve0 polyline[data-name=subordinated]').getAttribute('points')"
    before = browser.value(line)
    browser.click("#log")
    assert browser.value(line) != before
    browser.value(
        "const m = document.getElementById('measure'); m.value = 'Default'; m.dispatchEvent(new Event('change'))"
    )
    assert browser.value(names) == ["pool"]
    browser.point("#curve0 svg", 0.98, 0.5)
    tip = browser.value("document.querySelector('#curve0 .tip').textContent")
    assert re.fullmatch(r"pool: 1\d\.\d\d% at × (2\.9\d?|3)", tip)


def test_a_curve_stands_in_the_band_of_both_its_errors(answer: WhatIf, page: Path, browser: Browser) -> None:
    """One error to either side, the root of the squares of both, on a linear axis: heights are in proportion."""
    browser.open(page)
    at = "document.querySelector('#curve0 {}[data-name=subordinated]').getAttribute('points')"
    line, band = (
        [float(point.split(",")[1]) for point in browser.value(at.format(kind)).split()]
        for kind in ("polyline", "polygon")
    )
    low, high = band[: len(line)], band[: len(line) - 1 : -1]
    (loss,) = (s for s in answer.surfaces if (s.measure, s.note) == ("EL", "subordinated"))
    reads = [answer.read(loss, [k / (len(line) - 1), answer.start()[1]]) for k in range(len(line))]
    spread = [(read.error**2 + read.between**2) ** 0.5 for read in reads]
    steepness = (line[0] - line[-1]) / (reads[-1].value - reads[0].value)
    for k, read in enumerate(reads):
        assert line[k] - high[k] == pytest.approx(steepness * (min(read.value + spread[k], 1.0) - read.value), abs=0.3)
        assert low[k] - line[k] == pytest.approx(steepness * (read.value - max(read.value - spread[k], 0.0)), abs=0.3)
    browser.click("#log")
    assert "NaN" not in browser.value(at.format("polygon"))


def test_tables_are_sorted_by_click_and_key_and_copied_as_csv(answer: WhatIf, page: Path, browser: Browser) -> None:
    browser.open(page)
    first = "[...document.querySelectorAll('.now tbody tr')].slice(0, 4).map(r => r.cells[0].innerText)"
    browser.click(".now thead th:nth-child(2)")
    assert browser.value(first)[0] == "subordinated"
    browser.value("document.querySelector('.now thead th').focus()")
    browser.press("Enter", "Enter")
    assert browser.value(first) == ["A", "B", "mezzanine", "subordinated"]
    browser.value(CLIPBOARD)
    browser.click("#now .copy")
    copied = browser.value("new Promise(done => setTimeout(() => done(window.copied), 100))").split("\r\n")
    assert copied[0] == '"Note","EL","PD","VaR 99%","VaR 99.9%","Yield","WAL","Break-even"'
    assert len(copied) == 5
    assert copied[1].startswith('"A","')


def test_the_page_reads_without_a_script(answer: WhatIf, page: Path, browser: Browser) -> None:
    browser.open(page, script=False)
    text = page.read_text(encoding="utf-8")
    for value, _ in expected(answer, answer.start()):
        assert value.replace("<", "&lt;").replace(">", "&gt;") in text
    assert len(re.findall(r'<(?:input|button|section)[^>]*class="live" hidden', text)) == len(OVER) + 2


def test_paper_holds_the_numbers_that_the_sliders_show_and_no_slider(page: Path, browser: Browser) -> None:
    browser.open(page, scheme="dark")
    sheets = re.findall(rb"/Type\s*/Page\b", browser.pdf())
    assert 2 <= len(sheets) <= 12


def test_only_the_script_that_the_page_ships_may_run(page: Path, browser: Browser) -> None:
    other = page.with_name("other.html")
    other.write_text(page.read_text(encoding="utf-8").replace("</main>", "<script>window.own = 1</script></main>"))
    browser.open(other)
    assert browser.value("window.own === undefined")
    assert any("Content Security Policy" in line for line in browser.complaints)
    browser.complaints.clear()


def test_a_note_that_loses_the_whole_on_every_path_is_told_by_the_script_as_by_the_page(
    tmp_path: Path, browser: Browser
) -> None:
    job = stress.load(JOB).but(paths=256)
    lost = stress.analysis.whatif(job, ["default_odds=60:90"], points=5)
    (tmp_path / "page.html").write_text(render(lost), encoding="utf-8")
    browser.open(tmp_path / "page.html")
    browser.value("document.getElementById('axis0').focus()")
    browser.press("End")
    assert shown(browser) == expected(lost, [1.0])
    assert ["> 98.83%", "on every path"] in shown(browser)
