"""How many branches of the package the tests take: kernels without a compiler, all else as it runs.

`python -m pytest tests/promises/test_coverage.py -m slow -s` prints what no test takes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mutation import checks
from shipped import ROOT

LEAST = 0.95
OF_KERNELS = {name for module, names in checks.OWN.items() if module.startswith("stress.kernels") for name in names}
PLAIN = (
    *(
        *checks.WORKED,
        "hand_worked/test_hand_worked_days.py",
        "oracle/test_short_jobs.py",
        "kernels/test_draws.py",
        *sorted(OF_KERNELS),
    ),
    "kernels/test_paths_of_their_own.py::test_binomial_counts_are_exact_quantiles_and_rise_with_the_rate",
    "runs/test_sampling.py::test_the_inverse_normal_is_that_of_scipy_down_to_the_far_tails",
)
"""Tests of kernels that end in minutes without a compiler."""
COMPILED = ("-m", "not slow", "--ignore=tests/runs/test_batch_clock.py", "--ignore=tests/repo/test_benchmarks.py")
"""All quick tests, but those that limit what a process may write, which stops the count too, and those of no part."""


def test_what_is_run_without_a_compiler_is_there() -> None:
    assert all((ROOT / "tests" / name.partition("::")[0]).is_file() for name in PLAIN)


def measured(folder: Path, *arguments: str, **environment: str) -> str:
    """What a command of coverage says, its data in a folder."""
    known = os.environ | {"COVERAGE_FILE": str(folder / "data"), "STRESS_CACHE": str(folder / "kernels")} | environment
    command = [sys.executable, "-m", "coverage", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.mark.slow
def test_tests_take_nineteen_branches_of_twenty(tmp_path: Path, record_property) -> None:
    tests = ("run", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    measured(tmp_path, *tests, *COMPILED)
    measured(tmp_path, *tests, *(f"tests/{name}" for name in PLAIN), NUMBA_DISABLE_JIT="1")
    measured(tmp_path, "combine")
    print(measured(tmp_path, "report", "--show-missing", "--skip-covered"))
    measured(tmp_path, "json", "-o", str(tmp_path / "found.json"))
    total = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["totals"]
    branches, lines = (
        total["covered_branches"] / total["num_branches"],
        total["covered_lines"] / total["num_statements"],
    )
    record_property(
        "measured",
        f"{branches:.1%} of {total['num_branches']:,} branches, {lines:.1%} of {total['num_statements']:,} lines",
    )
    assert branches >= LEAST
