"""Peak memory does not grow with the number of paths."""

import json
from collections.abc import Callable
from pathlib import Path

import batch_driver
import pytest
from shipped import JOBS

ALL = JOBS / "baitiao-24m-all.toml"


def peak_mb(out: Path, scenarios: list[str], paths: int, every: float) -> float:
    """Peak resident memory of a run in a process of its own, with results and without the page."""
    code, _, log = batch_driver.run(out, paths=paths, scenarios=scenarios, threads=2, every=every, most=2**16)
    assert code == 0, log
    ended = next(line for line in log.splitlines() if '"ended"' in line)
    return float(json.loads(ended)["peak_kb"]) * 1024 / 1e6


@pytest.mark.slow
@pytest.mark.parametrize(("n_scenario", "few", "many"), [(1, 100_000, 10_000_000), (8, 100_000, 2_000_000)])
def test_peak_memory_is_flat(
    n_scenario: int, few: int, many: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    from stress.inputs.load import load_job

    names = [case.name for case in load_job(batch_driver.JOB).scenarios][:n_scenario]
    peak_mb(tmp_path / "warm", names, 512, every=10.0)  # compiling the kernels takes more than any run
    small = peak_mb(tmp_path / "few", names, few, every=10.0)
    large = peak_mb(tmp_path / "many", names, many, every=1.0)  # a checkpoint a second: ten times as many as by default
    said = f"{small:,.0f} MB at {few:.0e} paths, {large:,.0f} MB at {many:.0e} ({n_scenario} scenarios)"
    record_property("measured", said)
    print(said)
    assert abs(large - small) <= 0.05 * small
