"""The tests that a mutant faces: those that its module can fail, quick ones first, to the first complaint."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

TESTS = Path(__file__).parents[1]
DEALS = (55, 10, 13, 16, 2, 59, 1)
"""Short random jobs whose paths are compared with the slow model: they kill two mutants of three in a second or two."""
MORE_DEALS = (20, 12, 8, 22, 7, 9, 19)
"""Those that follow where these kill nothing."""
COUNTED = (55, 13, 9)
"""Short random jobs whose counts are counted again."""
WORKED = tuple(
    f"hand_worked/test_hand_worked_{name}.py" for name in ("accounts", "notes", "triggers", "switches", "together")
)
COUNTS = tuple(
    f"kernels/test_counted_again.py::test_{name}"
    for name in (
        "a_path_in_a_block_of_its_own_is_counted",
        "an_excess_spread_beyond_the_fan_is_counted_in_its_last_bin",
        "a_pool_and_its_cash_beyond_the_fans_are_counted_in_their_last_bins",
        "a_result_that_is_no_number_is_a_fault_of_its_scenario",
    )
)
REPLICATES = "kernels/test_counted_again.py::test_the_counts_of_replicates_add_up_to_those_of_all_points"
WEIGHED = "runs/test_sampling.py::test_weighted_counts_of_a_deal_of_four_months_are_the_sums_over_the_paths"
MACRO = "kernels/test_random_macro.py::test_entry_rates_follow_the_drawn_unemployment_of_the_path"
BILLS = (
    "kernels/test_daily_clock.py::test_instalments_of_bills_sent_in_the_month_of_purchase_are_those_of_the_slow_model"
)
OWN = {
    "stress.kernels": ("kernels/test_without_a_compiler.py",),
    "stress.kernels.pool": (BILLS,),
    "stress.kernels.purchases": (BILLS,),
    "stress.kernels.block": ("kernels/test_drawn_again.py", *COUNTS, WEIGHED),
    "stress.kernels.panels": ("kernels/test_drawn_again.py", *COUNTS, WEIGHED),
    "stress.kernels.count": (*COUNTS, WEIGHED),
    "stress.kernels.by_path": ("kernels/test_without_a_compiler.py", "kernels/test_drawn_again.py", MACRO),
    "stress.kernels.rates": ("kernels/test_drawn_again.py",),
    "stress.kernels.replicates": (
        "kernels/test_counted_again.py::test_the_counts_of_replicates_add_up_to_those_of_all_points",
    ),
    "stress.measures": (
        *("measures/test_measures_by_hand.py", "measures/test_weighted_measures.py", "measures/test_measures.py"),
        "measures/test_lives.py",
        "measures/test_replicates.py::test_too_few_paths_for_a_level_leave_the_whole_note_at_risk",
        "measures/test_replicates.py::test_fewer_than_two_replicates_are_measured_as_plain_paths",
        "measures/test_replicates.py::test_a_mixture_of_scenarios_keeps_the_replicates",
    ),
}
"""Tests of their own by the longest matching name of a module."""
OF_PATHS = ("waterfall", "steps", "triggers", "pool", "purchases", "cash", "outcome", "laws")
"""What one path of a random deal shows; what the other kernels do is seen in draws and counts."""

EVERY = ("stress.kernels", "stress.measures")
"""Stand for modules that between them meet every check."""


def run(module: str) -> str:
    """The first complaint about a mutant of a module; empty where none comes."""
    if not module.startswith("stress.kernels"):
        use_compiled_kernels()
    return next((said for check in stages(module) if (said := check())), "")


def use_compiled_kernels() -> None:
    """As every user does: no kernel is mutated, and none is loaded yet."""
    import numba

    os.environ["NUMBA_DISABLE_JIT"] = "0"
    numba.config.reload_config()


def stages(module: str) -> list[Callable[[], str]]:
    """The checks of a module, those first that kill most by the second."""
    own = OWN[max((name for name in OWN if module.startswith(name)), key=len)]
    if not module.startswith("stress.kernels"):
        return [partial(tests, own)]
    paths = [partial(path, seed) for seed in DEALS]
    more = [partial(tests, WORKED), *(partial(path, seed) for seed in MORE_DEALS)]
    counted = [partial(counts, seed) for seed in COUNTED]
    if module in EVERY:
        of_each = [partial(tests, names) for name, names in OWN.items() if name.startswith(module)]
        return [*paths, *of_each, *counted, *more]
    if module.rpartition(".")[2] in OF_PATHS:
        return [*paths, partial(tests, own), *more, *counted]
    return [*paths[:3], partial(tests, own), *counted, *paths[3:], *more]


def path(seed: int) -> str:
    """A path of each scenario of a short random job against the slow model, and the laws on a block of paths."""
    import agreement
    from strategies import short_job

    job = short_job(seed)
    if agreement.residuals(job.model_copy(update={"paths": 32}))[0] > agreement.RESIDUAL_ALLOWED:
        return f"deal {seed}: a law is broken"
    for case in job.scenarios:
        found = agreement.compared(job, case.name, path=11 * seed % 64)
        wrong = [d.name for d in found.differences if not d.size <= d.allowed] + found.violations
        if wrong or found.near_threshold:
            return f"deal {seed}: {wrong[:1]}"
    return ""


def counts(seed: int) -> str:
    """What a short random job counts, against its own paths counted again."""
    import counted_again
    from strategies import short_job

    wrong = counted_again.differences(short_job(seed), 5)
    return f"counts of deal {seed}: {wrong[0]}" if wrong else ""


def tests(files: tuple[str, ...]) -> str:
    """Whole test files, to the first failure, which is not made smaller."""
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, derandomize=True)
    names = [str(TESTS / name) for name in files]
    quiet = ["-q", "--no-header", "--no-summary", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main(["-x", *quiet, "-p", "no:cacheprovider", "--hypothesis-profile=mutants", *names])
    return f"tests: {code!s}" if code != 0 else ""
