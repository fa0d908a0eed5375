"""The tests that a mutant faces: quick ones first, so that most mutants die within a second."""

from __future__ import annotations

from pathlib import Path
from random import Random

TESTS = Path(__file__).parents[1]
DEALS = 14
"""Random deals whose paths are compared with the slow model."""
AFTER = {
    "stress.kernels": ("test_hand_worked_notes.py", "test_hand_worked_triggers.py", "test_hand_worked_accounts.py"),
    "stress.kernels.rates": ("test_links.py",),
    "stress.measures": ("test_measures.py", "test_results.py"),
}
"""Further tests by the longest matching name of a module; those of the kernels come after the comparison."""


def run(module: str) -> str:
    """The first complaint about a mutant of a module; empty where none comes."""
    if module.startswith("stress.kernels"):
        said = paths() or counts()
        if said:
            return said
    key = max((name for name in AFTER if module.startswith(name)), key=len)
    return tests(AFTER[key])


def paths() -> str:
    """Paths of random deals against the slow model, and the laws."""
    import agreement
    from strategies import random_job

    for seed in range(DEALS):
        job = random_job(Random(seed))
        if agreement.residuals(job)[0] > agreement.RESIDUAL_ALLOWED:
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

    for seed in (3, 4, 6):
        wrong = counted_again.differences(random_job(Random(seed)), 5)
        if wrong:
            return f"counts of deal {seed}: {wrong[0]}"
    return ""


def tests(files: tuple[str, ...]) -> str:
    """Whole test files, to the first failure."""
    import pytest

    names = [str(TESTS / name) for name in files]
    quiet = ["-q", "--no-header", "--no-summary", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main(["-x", *quiet, "-p", "no:cacheprovider", *names])
    return f"tests: {code!s}" if code != 0 else ""
