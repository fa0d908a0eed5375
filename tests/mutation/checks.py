"""The tests that a mutant faces: those that its module can fail, quick ones first, to the first complaint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

TESTS = Path(__file__).parents[1]
DEALS = (10, 2, 8, 4, 3, 11, 12, 1, 9, 6, 0, 13)
"""Random deals whose paths are compared with the slow model, cheap ones first: daily ones take ten times as long."""
COUNTED = (4,)
"""Random deals whose counts are counted again."""
WORKED = tuple(f"test_hand_worked_{name}.py" for name in ("accounts", "notes", "triggers", "switches", "together"))
DRAWN = "test_paths_of_their_own.py::test_entry_rates_are_those_of_the_accounting_page"
MACRO = "test_random_macro.py::test_entry_rates_follow_the_drawn_unemployment_of_the_path"
WEIGHED = "test_sampling.py::test_weighted_counts_of_a_deal_of_four_months_are_the_sums_over_the_paths"
BEYOND = "test_counted_again.py::test_an_excess_spread_beyond_the_fan_is_counted_in_its_last_bin"
OWN = {
    "stress.kernels.block": (BEYOND, WEIGHED),
    "stress.kernels.count": (BEYOND, WEIGHED),
    "stress.kernels.by_path": (f"{DRAWN}[0.4-drawn-5.0]", f"{DRAWN}[0.0-known-None]", MACRO),
    "stress.kernels.rates": (f"{DRAWN}[0.0-known-None]", "test_links.py"),
    "stress.measures": ("test_weighted_measures.py", "test_measures.py", "test_results.py"),
}
"""Tests of their own by the longest matching name of a module."""
OF_PATHS = ("waterfall", "steps", "triggers", "pool", "purchases", "cash", "outcome", "laws")
"""What one path of a random deal shows; what the other kernels do is seen in draws and counts."""

EVERY = ("stress.kernels.waterfall", "stress.kernels.count", *OWN)
"""Modules that between them meet every check."""


def run(module: str, most: int | None = None) -> str:
    """The first complaint about a mutant of a module; empty where none comes. `most`: of so many stages only."""
    return next((said for check in stages(module)[:most] if (said := check())), "")


def stages(module: str) -> list[Callable[[], str]]:
    """The checks of a module, those first that kill most by the second."""
    own = max((name for name in OWN if module.startswith(name)), key=len, default="")
    if not module.startswith("stress.kernels"):
        return [lambda: tests(OWN[own][:2]), lambda: tests(OWN[own])]
    many = [lambda: paths(DEALS[:3]), lambda: paths(DEALS[3:6]), lambda: tests(WORKED), counts]
    many += [lambda: paths(DEALS[6:])]
    if module.rpartition(".")[2] in OF_PATHS:
        return many
    mine = [lambda: tests(OWN[own][:1]), lambda: paths(DEALS[:2]), lambda: tests(OWN[own])]
    return [*mine, *many[2 : 5 if module == "stress.kernels.block" else 4]]


def paths(seeds: tuple[int, ...]) -> str:
    """Paths of random deals against the slow model, and the laws on a block of paths."""
    import agreement
    from strategies import random_job

    for seed in seeds:
        job = random_job(Random(seed))
        if agreement.residuals(job.model_copy(update={"paths": 32}))[0] > agreement.RESIDUAL_ALLOWED:
            return f"deal {seed}: a law is broken"
        for case in job.scenarios:
            found = agreement.compared(job, case.name, path=11 * seed % 64)
            wrong = [d.name for d in found.differences if not d.size <= d.allowed] + found.violations
            if wrong or found.near_threshold:
                return f"deal {seed}: {wrong[:1]}"
    return ""


def counts() -> str:
    """What a run counts, against its own paths counted again."""
    import counted_again
    from strategies import random_job

    for seed in COUNTED:
        wrong = counted_again.differences(random_job(Random(seed)), 5)
        if wrong:
            return f"counts of deal {seed}: {wrong[0]}"
    return ""


def tests(files: tuple[str, ...]) -> str:
    """Whole test files, to the first failure, which is not made smaller."""
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, derandomize=True)
    names = [str(TESTS / name) for name in files]
    quiet = ["-q", "--no-header", "--no-summary", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main(["-x", *quiet, "-p", "no:cacheprovider", "--hypothesis-profile=mutants", *names])
    return f"tests: {code!s}" if code != 0 else ""
