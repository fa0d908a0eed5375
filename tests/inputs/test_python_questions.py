"""What a question of `stress.analysis` is given in Python: every argument of every question is refused in words."""

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from shipped import JOB, SCENARIOS

import stress
from stress.errors import ConfigError, DataError
from stress.inputs.job import Job

UNKNOWN = "client"
"""An argument that may be of a type which is known only where it is installed; its own question judges it."""


@pytest.fixture(scope="module")
def good() -> dict[str, Any]:
    """A right value of every argument that a question needs."""
    job = stress.load(JOB)
    assert isinstance(job, Job)
    few = job.but(paths=512, scenarios=job.scenarios[:1])
    book = stress.load(SCENARIOS / "books/card-trust.toml")
    risk = stress.analysis.book(book, paths=1024)
    return {
        "job": few, "book": book, "before": risk, "after": risk, "pool": job.pool, "tranche": "subordinated",
        "scenario": "severe", "loss": 0.3, "over": ["default_odds=1:3"], "text": "A:PD=0.001", "targets": {},
        "table": stress.analysis.load_stresses(SCENARIOS / "stresses/example.toml"),
        "bands": stress.analysis.load_bands(), "reports": SCENARIOS / "reports/baitiao-24m-made-up.toml",
        "first": "2020-06", "answer": stress.analysis.committee(few, paths=64), "ds": stress.simulate(few),
        "path": SCENARIOS / "stresses/example.toml", "held": book,
    }  # fmt: skip


def arguments() -> list[Any]:
    params = []
    for name in stress.analysis.__all__:
        question = getattr(stress.analysis, name)
        if inspect.isfunction(question):
            taken = inspect.signature(question).parameters
            params += [pytest.param(question, argument, id=f"{name}-{argument}") for argument in taken]
    return params


def needed(question: Any, good: dict[str, Any]) -> dict[str, Any]:
    taken = inspect.signature(question).parameters.values()
    return {parameter.name: good[parameter.name] for parameter in taken if parameter.default is parameter.empty}


@pytest.mark.parametrize(("question", "argument"), arguments())
def test_no_argument_of_any_question_is_taken_whatever_it_is(
    question: Any, argument: str, good: dict[str, Any]
) -> None:
    """A wrong one ended in a raw error of NumPy, of threads or of Python, or in silence (`whatif(kind="x")`)."""
    if argument == UNKNOWN:
        return
    for wrong in (object(), b"bytes", {1: 2}, 1j):
        with pytest.raises((ConfigError, DataError), match=r"is not |must be |not a result"):
            question(**needed(question, good) | {argument: wrong})


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("capital", {"paths": 0}, r"paths = 0: must be a whole number from 1 to 1,000,000,000,000"),
        ("capital", {"rules": "basel"}, r"a str is not a body of rules: give what stress\.analysis\.load_rules reads"),
        ("capital", {"bank": 0.75}, r"bank = 0\.75: is not of the type Bank"),
        ("mean_flows", {"paths": 2e3}, r"paths = 2000\.0: must be .*: write 2000"),
        ("aims_of", {"threads": 0}, r"threads = 0: must be a whole number from 1 to 1,024"),
        ("clocks", {"threads": "two"}, r'threads = "two": must be a whole number'),
        ("breakeven", {"percentiles": 0.99}, r"percentiles = 0\.99: is not a list of numbers: write \[0\.99\]"),
        ("breakeven", {"percentiles": (q for q in [0.99])}, r"percentiles = a generator: is not a list of numbers"),
        ("breakeven", {"percentiles": [True]}, r"percentiles = True: is not a number"),
        ("breakeven", {"ends": 3}, r"ends = 3: is not a pair"),
        ("breakeven", {"interest": 1}, r"interest = 1: is not True or False"),
        ("ecl", {"multiple": float("nan")}, r"multiple = nan: is not a number"),
        ("ecl", {"scenarios": "baseline"}, r'scenarios = "baseline": is not a list of texts: write \["baseline"\]'),
        ("price", {"prices": "par"}, r'prices = "par": is not a list of numbers$'),
        ("price", {"curve": 0.03}, r"curve = 0\.03: is not a list of pairs"),
        ("size", {"targets": {"A": 0.01}}, r"targets = a dict: is not a table of a Target by note"),
        ("sensitivity", {"measure": 3}, r"measure = 3: is not a text"),
        ("sensitivity", {"inputs": ["rho"]}, r'inputs = "rho": is not of the type Input'),
        ("whatif", {"over": "default_odds=1:3"}, r'over = .*: is not a list of texts: write \["default_odds=1:3"\]'),
        ("whatif", {"kind": "x"}, r'kind = "x": is not one of sobol, grid'),
        ("backtest", {"half_life": 0}, r"half_life = 0: must be from 1 to 1,000"),
        ("backtest", {"horizons": [0]}, r"horizons = 0: must be a whole number from 1"),
        ("backtest", {"draws": 0}, r"draws = 0: must be a whole number from 1"),
        ("backtest", {"horizons": [121]}, r"horizons = 121: must be a whole number from 1 to 120"),
        ("clocks", {"days": 31}, r"days = 31: must be a whole number from 1 to 30"),
        ("follow", {"paths": 64}, r"paths = 64: at least 256: fewer tell nothing"),
        ("book", {"paths": 10}, r"paths = 10: must be a whole number from 1,024 to 1,073,741,824"),
        ("book", {"level": 0.999999}, r"level = 0\.999999: must be from 0\.5 to 0\.99999"),
        ("book", {"losses": [3]}, r"losses = 3: must be from 0 to 1"),
        ("follow", {"as_of": 2020}, r"as_of = 2020: is not a period"),
        ("load_rules", {"path": 3}, r"path = 3: is not a file"),
    ],
)
def test_a_wrong_argument_is_told_with_what_is_allowed(
    name: str, options: dict[str, Any], said: str, good: dict[str, Any]
) -> None:
    question = getattr(stress.analysis, name)
    with pytest.raises(ConfigError, match=f"^{said}"):
        question(**needed(question, good) | options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("breakeven", {}),
        ("clocks", {}),
        ("reverse", {}),
        ("sensitivity", {"tranche": "subordinated"}),
        ("size", {"targets": dict([stress.analysis.target_of("EL=0.0005", stress.analysis.load_bands())])}),
        ("whatif", {"points": 4}),
    ],
)
def test_a_question_of_too_few_paths_to_tell_its_errors_is_refused(
    name: str, options: dict[str, Any], good: dict[str, Any]
) -> None:
    """As on the command line: the errors were missing, or of one batch."""
    question = getattr(stress.analysis, name)
    given = needed(question, good) | options | {"job": good["job"].but(paths=32)}
    with pytest.raises(ConfigError, match=r"^paths = 32: at least 64: errors are measured between batches"):
        question(**given)


@pytest.mark.parametrize(
    "name", ["capital", "committee", "ecl", "gradient", "gradient_tornado", "mean_flows", "price", "rates"]
)
def test_a_question_with_paths_of_its_own_has_the_same_least_number(name: str, good: dict[str, Any]) -> None:
    """They gave figures of one path, or of one block of 32."""
    question = getattr(stress.analysis, name)
    for paths in (1, 63):
        with pytest.raises(ConfigError, match=f"^paths = {paths}: at least 64: errors are measured between batches"):
            question(**needed(question, good) | {"paths": paths})


def test_a_forecast_of_too_few_draws_for_its_band_is_refused() -> None:
    cards = stress.load(SCENARIOS / "jobs/card-master-trust.toml")
    with pytest.raises(ConfigError, match=r"^draws = 1: at least 100: fewer tell nothing"):
        stress.analysis.backtest(cards, SCENARIOS / "reports/us-cards.toml", "2014-01", draws=1)


def test_numbers_and_lists_of_numpy_are_taken(good: dict[str, Any]) -> None:
    job = good["job"]
    plain = stress.analysis.breakeven(job, "subordinated", percentiles=[0.5], interest=False)
    same = stress.analysis.breakeven(job, "subordinated", percentiles=np.array([0.5]), interest=np.bool_(False))
    assert same.answers[1] == plain.answers[1]
    assert stress.analysis.ecl(job, dates=np.array([0, 12]), paths=np.int64(64)).paths == 64
    assert isinstance(stress.analysis.cash_flows(job, path=np.uint8(3)), xr.Dataset)


def test_columns_of_a_table_are_lists_and_arrays_without_dims_are_numbers(good: dict[str, Any]) -> None:
    """A Series of prices ended in pandas' error of ambiguous truth, an array without dims in NumPy's of iteration."""
    job, of = good["job"], stress.analysis
    asked = of.price(job, "A", [99.0, 101.0], paths=64)
    for prices in (pd.Series([99.0, 101.0]), np.array([99.0, 101.0]), xr.DataArray([99.0, 101.0])):
        assert of.price(job, "A", prices, paths=np.array(64)) == asked
    over = pd.Series(["default_odds=1:2"])
    assert of.whatif(job.but(paths=64), over, points=5) == of.whatif(job.but(paths=64), [*over], points=5)
    assert stress.replay(job, path=xr.DataArray(3)).identical(stress.replay(job, 3))
    ds = stress.simulate(job, paths=xr.DataArray(64), scenarios=pd.Index(["baseline"]), threads=np.array(1))
    assert ds.identical(stress.simulate(job, paths=64, scenarios=["baseline"]))


@pytest.mark.parametrize(
    ("question", "options", "said"),
    [
        (stress.simulate, {"scenarios": 3}, "scenarios = 3: must be a list of names"),
        (stress.simulate, {"scenarios": {"baseline"}}, "scenarios = a set: must be a list of names"),
        (stress.simulate, {"device": None}, "device = None: is not a text"),
        (stress.replay, {"path": 0, "scenario": ""}, "no scenario '' in the job"),
        (stress.replay, {"path": 0, "scenario": ["baseline"]}, "scenario = a list: is not a text"),
        (stress.replay, {"path": 0, "normals": "x"}, 'normals = "x": is not numbers'),
        (stress.state_at, {"month": 3, "normals": np.zeros((2, 1))}, r"normals of shape \(2, 1\): must be finite"),
        (stress.state_at, {"month": 3, "scenario": 1}, "scenario = 1: is not a text"),
        (stress.analysis.sensitivity, {"tranche": ""}, "the deal has no such note"),
        (stress.analysis.price, {"tranche": "A", "curve": []}, "curve = a list: is not a list of pairs"),
    ],
)
def test_what_is_empty_or_of_another_kind_is_not_taken_for_what_was_left_out(
    question: Any, options: dict[str, Any], said: str, good: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match=said):
        question(good["job"], **options)
