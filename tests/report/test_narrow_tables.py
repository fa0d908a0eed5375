"""The table of a run and of a sweep on narrow terminals: numbers in one piece, never none of them."""

import io
import re

import pytest
import xarray as xr
from rich.console import Console

from stress import report, results

CUT = re.compile(r"\d…|… *\d")


def printed(result: xr.Dataset, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width).print(report.table(result))
    return out.getvalue().splitlines()


def words(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


@pytest.mark.parametrize("width", [28, 34, 40, 50, 60, 80, 100, 140])
def test_the_table_of_a_run_has_numbers_on_every_terminal(width: int, quick_dataset: xr.Dataset) -> None:
    """On forty columns scenarios and notes stood without any."""
    lines = printed(quick_dataset, width)
    rows = lines[: next(k for k, line in enumerate(lines) if re.match(r"[\d,]+ paths", line))]
    wide = printed(quick_dataset, 400)
    rule = next(k for k, line in enumerate(wide) if "─" in line)
    losses = [re.findall(r"[<>]? ?[\d.]+(?: ± [\d.]+)?%", line)[0].split() for line in wide[rule + 1 :][:1]]
    for word in losses[0]:
        assert word in words(rows)
    assert sum("%" in line for line in rows) >= quick_dataset.sizes["tranche"]
    assert not any(CUT.search(line) for line in lines)
    assert all(len(line) <= width for line in lines)


@pytest.fixture
def sweep(quick_dataset: xr.Dataset) -> xr.Dataset:
    long = "Constant payment rate, static default 1.01%"
    combined = results.combine(
        [({"pool": pool, "seed": seed}, quick_dataset) for pool in ("Receivables", long) for seed in (1, 2)]
    )
    assert isinstance(combined, xr.Dataset)
    return combined


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_the_table_of_a_sweep_names_every_job_and_cuts_no_number(width: int, sweep: xr.Dataset) -> None:
    """On eighty columns pools, seeds and scenarios stood on no room at all, and numbers ended in an ellipsis."""
    lines, wide = printed(sweep, width), printed(sweep, 400)
    assert not any("…" in line for line in lines)
    assert all(len(line) <= width for line in lines)
    body = wide[: next(k for k, line in enumerate(wide) if "jobs of" in line)]
    body = [line for line in body if "%" in line and "Scenario" not in line]
    for line in body:
        assert set(line.split()) <= set(words(lines))
    parts = sum("─" in line for line in lines)
    for name in map(str, sweep["scenario"].values):
        assert words(lines).count(name) == 4 * parts
    assert parts <= 2
