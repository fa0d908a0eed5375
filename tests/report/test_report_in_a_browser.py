"""The page as a browser shows it: nothing on the console, nothing fetched, whole on a laptop, a phone and on paper."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic import case

from stress import report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--disable-extensions"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0"),
]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture
def page(its_page: Path, tmp_path: Path) -> Path:
    return shutil.copyfile(its_page, tmp_path / "report.html")


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write(case(3_000, 8), tmp_path_factory.mktemp("report") / "report.html")


def browse(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open the page; no name resolves, so that nothing could leave the machine."""
    profile = f"--user-data-dir={page.parent / 'profile'}"
    return subprocess.run(
        [str(CHROMIUM), *FLAGS, profile, *options, page.as_uri()],
        check=True, capture_output=True, text=True, timeout=180,
    )  # fmt: skip


def complaints(run: subprocess.CompletedProcess[str]) -> list[str]:
    """What the console was told: errors, and all that the page's own policy stopped it from loading."""
    return [line for line in run.stderr.splitlines() if ":CONSOLE" in line]


def shot(page: Path, width: int, height: int) -> NDArray[np.uint8]:
    from PIL import Image

    target = page.with_name(f"shot {width}.png")
    browse(page, f"--window-size={width},{height}", f"--screenshot={target}")
    with Image.open(target) as image:
        return np.asarray(image.convert("RGB"))


def test_the_console_is_silent_and_nothing_is_fetched(page: Path) -> None:
    run = browse(page, "--dump-dom")
    assert complaints(run) == []
    assert run.stdout.count("<svg") == page.read_text().count("<svg") >= 15


def test_a_page_that_fetched_a_picture_would_be_told_on_the_console(page: Path) -> None:
    other = page.with_name("other.html")
    other.write_text(page.read_text().replace("</main>", '<img src="https://example.org/x.png"></main>'))
    assert "violates" in complaints(browse(other, "--dump-dom"))[0]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "share"), [(1400, 0.01), (820, 0.02), (500, 0.04)])
def test_the_page_fits_a_laptop_and_a_phone(width: int, share: float, long_page: Path) -> None:
    pixels = shot(long_page, width, 3000)
    ink = (pixels != pixels[0, 0]).any(-1)
    assert ink[:, :10].mean() < share
    assert ink[:, -10:].mean() < share
    assert ink.any(1).mean() > 0.4
    assert 0.02 < ink.mean() < 0.6


@pytest.mark.slow
def test_the_printed_page_holds_every_figure_and_no_menu(long_page: Path) -> None:
    target = long_page.with_name("page.pdf")
    run = browse(long_page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    assert complaints(run) == []
    sheets = re.findall(rb"/Type\s*/Page\b", target.read_bytes())
    assert 5 <= len(sheets) <= 20
