"""The tests that a mutant faces: those that its module can fail, quick ones first, to the first complaint."""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

TESTS = Path(__file__).parents[1]
DEALS = (55, 10, 13, 16, 2, 59, 1, 60)
"""Short random jobs whose paths are compared with the slow model: they kill two mutants of three in a second or two."""
WORDY = (556, 80, 397, 348, 247, 355, 33, 92, 420, 157, 50, 547, 84, 310, 44, 937)
"""Short random jobs that between them say every word that random jobs say, those first that say most."""
COUNTED = (55, 13, 9)
"""Short random jobs whose counts are counted again."""
LATER = (556, 397, 247, 33)
"""Of those that say every word, some whose paths must go on from a state as they did."""


def worked(*names: str) -> tuple[str, ...]:
    """Files of cases worked by hand."""
    return tuple(f"hand_worked/test_hand_worked_{name}.py" for name in names)


def of(file: str, *names: str) -> tuple[str, ...]:
    """Some tests of a file."""
    return tuple(f"{file}.py::test_{name}" for name in names)


WORKED = worked("accounts", "notes", "triggers", "switches", "together")
OTHERS_WORKED = worked(
    *("calendars", "formulas", "late", "loans", "parties", "retention", "structures", "trusts", "written")
)
COUNTS = of(
    "kernels/test_counted_again",
    "a_path_in_a_block_of_its_own_is_counted",
    "an_excess_spread_beyond_the_fan_is_counted_in_its_last_bin",
    "a_pool_and_its_cash_beyond_the_fans_are_counted_in_their_last_bins",
    "a_sum_that_is_no_number_or_too_large_is_a_fault_of_its_scenario",
)
REPLICATES = of("kernels/test_counted_again", "the_counts_of_replicates_add_up_to_those_of_all_points")
WEIGHED = of("runs/test_sampling", "weighted_counts_of_a_deal_of_four_months_are_the_sums_over_the_paths")
MACRO = of(
    "kernels/test_random_macro",
    "entry_rates_follow_the_drawn_unemployment_of_the_path",
    "rolls_with_an_elasticity_follow_the_drawn_unemployment_of_the_path",
)
BILLS = of("kernels/test_daily_clock", "instalments_of_bills_sent_in_the_month_of_purchase_are_those_of_the_slow_model")
DAYS = of(
    "hand_worked/test_hand_worked_days",
    "the_cash_of_the_first_days_is_lost_where_it_was_commingled",
    "idle_cash_earns_interest_day_by_day",
)
FIRST = of(
    "kernels/test_first_payment",
    "fees_run_from_issue_and_those_on_income_take_what_was_carried_in",
    "a_stated_first_payment_date_lets_interest_gather_without_interest_on_it",
    "a_clean_up_waits_for_the_first_payment",
)
LEVELS = of(
    "runs/test_mid_life",
    "levels_are_drawn_from_what_reports_tell_of_them",
    "a_path_goes_on_with_the_factors_that_it_had",
)
OBLIGORS = of(
    "kernels/test_paths_of_their_own",
    "whole_obligors_move_as_counted_on_the_page",
    "binomial_counts_are_exact_quantiles_and_rise_with_the_rate",
)
NORMAL = of(
    "runs/test_sampling",
    "the_inverse_normal_is_that_of_scipy_down_to_the_far_tails",
    "direction_numbers_are_those_that_make_the_sequence_of_scipy",
    "each_point_of_a_replicate_is_a_direction_number_away_from_the_one_before",
    "a_shift_beyond_all_numbers_leaves_weights_of_a_quarter_and_next_to_nothing",
    "every_replicate_fills_every_stratum_of_every_dimension_once",
    "principal_components_turn_the_months_and_explain_the_path_in_order",
    "a_shifted_path_has_the_likelihood_ratio_of_the_mixture_for_a_weight",
)
STAGED_OBLIGORS = of("kernels/test_stages", "whole_obligors_move_in_each_stage_and_from_each_bucket_of_a_long_ladder")
NUMBERS, WORKSPACES = "kernels/test_pieces_of_numbers.py", "kernels/test_workspaces.py"
DETERMINED = ("kernels/test_pieces_of_determinations.py",)
LADDERS = ("oracle/test_long_ladders_against_oracle.py",)
QUARTER = of("runs/test_sampling", "a_mixture_keeps_a_quarter_plain_and_few_shifts_that_lie_apart")
PIECES, DRAWN, DRAWS = (f"kernels/test_{name}.py" for name in ("without_a_compiler", "drawn_again", "draws"))
NOTES, POOLS, STEPS = (f"kernels/test_pieces_of_{what}.py" for what in ("notes", "pools", "steps"))
OF_KERNELS: dict[str, tuple[str, ...]] = {
    "accrual": worked("calendars", "formulas"),
    "allocation": worked("trusts"),
    "alone": (WORKSPACES, DRAWN, *COUNTS),
    "block": (WORKSPACES, DRAWN, *DAYS, *FIRST, *worked("retention"), *LEVELS, *COUNTS, *WEIGHED, *MACRO),
    "by_path": (PIECES, DRAWN, *MACRO),
    "cards": (*DETERMINED, *LADDERS, *worked("trusts", "loans")),
    "count": ("kernels/test_pieces_of_counts.py", WORKSPACES, *COUNTS, *WEIGHED),
    "counting": ("kernels/test_pieces_of_counts.py", *COUNTS, *WEIGHED, *REPLICATES),
    "determination": (PIECES, *DETERMINED, *FIRST, *worked("calendars", "formulas", "trusts")),
    "elementary": (NUMBERS, DRAWS, DRAWN, *NORMAL),
    "formulas": (*DETERMINED, *worked("formulas", "adjusted")),
    "granular": (NUMBERS, *OBLIGORS, *STAGED_OBLIGORS),
    "in_stages": (*LADDERS, *worked("late")),
    "inverse_normal": NORMAL,
    "ladder": (*DETERMINED, *LADDERS, *worked("late"), "kernels/test_through_ladder.py"),
    "memory": (WORKSPACES, *worked("formulas"), *COUNTS, DRAWN),
    "observables": (*DETERMINED, *worked("formulas", "triggers")),
    "opening": (POOLS, *LEVELS),
    "outcome": (NOTES, *worked("notes", "structures")),
    "panels": (DRAWN, *COUNTS, *WEIGHED),
    "philox": (DRAWS, DRAWN),
    "pool": (POOLS, *BILLS),
    "purchases": ("kernels/test_pieces_of_purchases.py", *BILLS),
    "rates": (DRAWN, *MACRO),
    "redemption": (STEPS, *worked("structures", "notes", "groups")),
    "replicates": REPLICATES,
    "sampling": (*NORMAL, *WEIGHED),
    "scores": ("kernels/test_score_sums.py",),
    "seasoning": (
        POOLS,
        *LADDERS,
        *worked("late", "loans"),
        *of(
            "kernels/test_stages",
            "seasoned_purchases_default_and_fall_due_as_vintage_by_vintage[stages2-3]",
            "seasoned_purchases_default_and_fall_due_as_vintage_by_vintage[stages3-11]",
        ),
    ),
    "short_rate": (PIECES, "kernels/test_pieces_of_rates.py"),
    "step_cash": worked("accounts", "notes"),
    "steps": (PIECES, STEPS),
    "tally": ("kernels/test_tallies.py", *COUNTS, *REPLICATES, *QUARTER),
    "waterfall": (PIECES, NOTES),
    "weights": (*WEIGHED, *NORMAL[-1:]),
    "written": (STEPS, *worked("written", "groups")),
}
"""Tests of their own of kernels; those of the others are `PIECES`."""
OWN = {
    "stress.kernels": (PIECES,),
    **{f"stress.kernels.{name}": names for name, names in OF_KERNELS.items()},
    "stress.measures": (
        *("measures/test_measures_by_hand.py", "measures/test_weighted_measures.py", "measures/test_measures.py"),
        *("measures/test_months_by_hand.py", "measures/test_weighted_by_hand.py", "measures/test_yields_by_hand.py"),
        *("measures/test_scenarios_by_hand.py", "measures/test_names_of_measures.py"),
        *("measures/test_means_by_hand.py", "measures/test_weighted_draws.py", "measures/test_whole_losses.py"),
        *("measures/test_proportions.py", "measures/test_target.py", "measures/test_scores.py"),
        "measures/test_exceedance.py",
        *("measures/test_lives.py", "measures/test_tails.py"),
        *("measures/test_fans_beyond.py", "measures/test_price_by_hand.py", "measures/test_residual_note.py"),
        *of(
            "measures/test_replicates",
            "too_few_paths_for_a_level_leave_the_whole_note_at_risk",
            "fewer_than_two_replicates_are_measured_as_plain_paths",
            "a_mixture_of_scenarios_keeps_the_replicates",
        ),
    ),
}
"""Tests of their own by the longest matching name of a module."""
COUNTERS = (
    *("alone", "block", "count", "counting", "elementary", "granular", "inverse_normal", "memory", "panels", "philox"),
    *("rates", "by_path", "replicates", "sampling", "scores", "tally", "weights", "short_rate"),
)
"""Kernels whose work is seen in draws and counts; that of the others in one path of a random deal."""

SECONDS = 90
"""Of processor time for one check; a mutant that takes longer is killed: it does not end."""
EVERY = ("stress.kernels", "stress.measures")
"""Stand for modules that between them meet every check."""


def run(module: str) -> str:
    """The first complaint about a mutant of a module; empty where none comes."""
    if not module.startswith("stress.kernels"):
        use_compiled_kernels()
    for check in stages(module):
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        if said := check():
            return said
    return ""


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
    more = [partial(path, seed, True) for seed in WORDY] + [partial(later, seed) for seed in LATER]
    counted = [partial(counts, seed) for seed in COUNTED]
    by_hand = [partial(tests, WORKED), partial(tests, OTHERS_WORKED)]
    if module in EVERY:
        of_each = [partial(tests, names) for name, names in OWN.items() if name.startswith(module)]
        return [*paths, *of_each, *counted, *more, *by_hand]
    if module.rpartition(".")[2] in COUNTERS:
        return [*paths[:3], partial(tests, own), *counted, *paths[3:], *more, *by_hand]
    return [*paths, partial(tests, own), *more, *by_hand, *counted]


def path(seed: int, rest: bool = False) -> str:
    """A path of each scenario of a short random job against the slow model, and the laws on a block of paths."""
    import agreement
    from strategies import short_job

    job = short_job(seed, rest)
    if agreement.residuals(job.model_copy(update={"paths": 32}))[0] > agreement.RESIDUAL_ALLOWED:
        return f"deal {seed}: a law is broken"
    for case in job.scenarios:
        comparison = agreement.compared(job, case.name, path=11 * seed % 64)
        wrong = [d.name for d in comparison.differences if not d.size <= d.allowed] + comparison.violations
        if wrong or comparison.near_threshold:
            return f"deal {seed}: {wrong[:1]}"
    return ""


def later(seed: int) -> str:
    """The base case of a short random job that goes on from its state of the middle."""
    from going_on import goes_on
    from strategies import short_job

    job = short_job(seed, rest=True)
    apart = goes_on(job, job.deal.legal_maturity_months // 2)
    return "" if apart <= 1e-9 else f"deal {seed} goes on otherwise: {apart}"


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
