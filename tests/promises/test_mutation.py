"""The mutation run itself: every change compiles and changes something; and (slow) the score."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mutation import checks
from mutation.__main__ import PLUMBING, modules, sample
from mutation.sites import mutated, sites

TESTS = Path(__file__).parents[1]
LEAST = 0.95


def test_every_change_compiles_and_changes_the_source() -> None:
    for site in sample(60, seed=3):
        source = modules()[site.module].read_text(encoding="utf-8")
        tree = mutated(source, site)
        compile(tree, site.module, "exec")
        assert ast.unparse(tree) != ast.unparse(ast.parse(source)), site


def test_what_mutants_meet_is_there() -> None:
    """A test that got another name would end the run, and only that."""
    for names in (*checks.OWN.values(), checks.WORKED, checks.OTHERS_WORKED):
        for file, _, name in (test.partition("::") for test in names):
            assert not name or f"def {name.partition('[')[0]}(" in (TESTS / file).read_text(encoding="utf-8"), name
            assert (TESTS / file).is_file(), file


def test_no_kernel_or_measure_is_left_out_but_the_plumbing() -> None:
    kernels = {path.stem for path in (TESTS.parent / "stress/kernels").glob("*.py")}
    assert set(PLUMBING) < kernels
    assert {*checks.OF_KERNELS, *checks.COUNTERS} <= kernels - set(PLUMBING)


def test_docstrings_annotations_and_messages_are_left_alone() -> None:
    source = 'def f(x: "1 < 2" = None) -> int:\n    """A < b."""\n    return x + 1 if x < 2 else -x\n'
    changes = [site.change for site in sites("m", source)]
    assert sorted(changes) == ["1 -> 2", "2 -> 3", "Add -> Sub", "Lt -> LtE", "drop USub", "turn the condition"]


def scored(*options: str) -> str:
    command = [sys.executable, "-m", "mutation", *options]
    known = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    done = subprocess.run(command, cwd=TESTS.parent, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_two_hundred_mutants_meet_tests_that_kill_95_percent(tmp_path: Path, record_property) -> None:
    """STRESS_MUTANTS: a file of verdicts with which a run that was stopped goes on."""
    kept = os.environ.get("STRESS_MUTANTS", str(tmp_path / "verdicts.jsonl"))
    said = scored("--sample", "200", "--seed", "11", "--keep", kept)
    print(said)
    score = re.search(r"(\d+) of (\d+) mutants killed", said)
    assert score is not None
    record_property("measured", f"{score[0]}")
    assert int(score[1]) >= LEAST * int(score[2])
