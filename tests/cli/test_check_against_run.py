"""`stress check` and `stress run` have one judge: both refuse the same, and a refused run leaves nothing."""

import contextlib
import io
import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants import documents
from mutants.mutant import toml

from stress.cli import main

CASES = Path(__file__).parents[1] / "cases" / "misfits"
MISFITS = sorted(path for path in CASES.glob("*.toml") if path.stem not in ("base", "deal", "job", "pool"))
pytestmark = pytest.mark.usefixtures("no_pages")
COUNTED = "payment_rate_set___0_05__from_month___3"
"""The legal one that is counted too: `run` judges all alike before it counts any."""
LEGAL = {"payment_rate_add___0_01", "payment_rate_multiply___0_5", COUNTED}


def ends(*arguments: str) -> tuple[int, str]:
    """Exit code and what is said on stderr."""
    said = io.StringIO()
    quiet = contextlib.redirect_stdout(io.StringIO())
    with contextlib.redirect_stderr(said), quiet, pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(str(ended.value.code)), said.getvalue()


def both(folder: Path) -> tuple[tuple[int, str], tuple[int, str]]:
    job = str(folder / "job.toml")
    return ends("check", job, "--no-base-case"), ends("run", job, "--dry-run", "--out", str(folder / "out"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("base", "deal", "job", "pool"):
        shutil.copy(CASES / f"{name}.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", MISFITS, ids=lambda path: path.stem)
def test_check_and_run_judge_a_scenario_alike_and_a_refused_run_leaves_nothing(case: Path, folder: Path) -> None:
    shutil.copy(case, folder / "base.toml")
    checked, run = both(folder)
    assert checked[0] == run[0] == (0 if case.stem in LEGAL else 2)
    if case.stem in LEGAL - {COUNTED}:
        return
    out = folder / "results"
    assert ends("run", str(folder / "job.toml"), "--threads", "1", "--out", str(out))[0] == run[0]
    assert out.exists() == (run[0] == 0)


def test_the_corrected_job_runs_into_the_folder_of_the_refused_one(folder: Path) -> None:
    run = ("run", str(folder / "job.toml"), "--threads", "1", "--out", str(folder / "out"))
    shutil.copy(CASES / "successor_fee.toml", folder / "base.toml")
    code, said = ends(*run)
    assert code == 2
    assert "scenario base: shock on successor_fee: deal 'two bonds' has no fee with base = pool to raise" in said
    shutil.copy(CASES / "base.toml", folder / "base.toml")
    assert ends(*run)[0] == 0


TARGETS = """
payment_rate turnover successor_fee index_rate default_rate ineligible_share apr_cap purchase_lag_days originations
purchase_outage_days score_slope heterogeneity payment
"""
SHOCKS = st.fixed_dictionaries(
    {"target": st.sampled_from(TARGETS.split())},
    optional={
        "multiply": st.sampled_from([0.0, 0.5, 3.0]),
        "set": st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0]),
        "from_month": st.integers(1, 14),
        "segments": st.sampled_from([["a"], ["b"]]),
    },
)


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.lists(SHOCKS, min_size=1, max_size=2), st.booleans())
def test_mutants_of_a_job_are_judged_alike_by_check_and_by_run(
    tmp_path_factory: pytest.TempPathFactory, rng: Random, shocks: list[dict[str, Any]], mutated: bool
) -> None:
    folder = tmp_path_factory.mktemp("mutant")
    texts = {name: (CASES / f"{name}.toml").read_text() for name in ("base", "deal", "job", "pool")}
    texts["base"] = toml({**tomli.loads(texts["base"]), "shocks": shocks})
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text)
    if mutated:
        name = rng.choice(sorted(texts))
        (folder / f"{name}.toml").write_bytes(documents.mutant_of(texts[name], Random(rng.getrandbits(32))).content)
    checked, run = both(folder)
    assert checked[0] == run[0], json.dumps([checked, run])
    assert not (folder / "out").exists()
