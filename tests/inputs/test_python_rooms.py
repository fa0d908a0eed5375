"""What public functions outside of `stress.analysis` are given in Python: wrong arguments are refused in words."""

import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from shipped import JOB, SCENARIOS

import stress
from stress.assemble.calendar import calendar_of
from stress.errors import ConfigError, DataError
from stress.inputs.job import Job, Sweep
from stress.kernels.tally import merge
from stress.runs.engine import tallies

ROOMS = (
    stress.measures, stress.results, stress.explain, stress.calibration, stress.templates, stress.jobs, stress.capital
)  # fmt: skip
LEFT_TO_RUNS = ("run_sweep", "estimate_sweep")
"""Of a sweep's plan."""
CAPITAL = {
    "attachment": 0.1, "detachment": 0.3, "pool_capital": 0.06, "delinquent": 0.01, "largest_share": 0.3,
    "weight": 1.0, "pool_weight": 0.75, "senior": True, "loss_given_default": 0.5, "maturity": 2.0, "thickness": 0.2,
    "weights": {"A": (1.0, 2.0, 3.0, 4.0)}, "rating": "A",
}  # fmt: skip
WRONG = (object(), b"bytes", {1: 2}, 1j)
Question = Callable[..., Any]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A right value of every argument that a function needs, by name, or by annotation where a name has several."""
    job = stress.load(JOB)
    assert isinstance(job, Job)
    few = job.but(paths=512, scenarios=job.scenarios[:1])
    ds, folder = stress.simulate(few), tmp_path_factory.mktemp("rooms")
    rate = [0.041, 0.047, 0.039, 0.044, 0.052, 0.061, 0.058, 0.049, 0.043, 0.040, 0.038, 0.042]
    table = folder / "rate.csv"
    table.write_text("date,rate\n" + "\n".join(f"{2010 + k},{x}" for k, x in enumerate(rate)), encoding="utf-8")
    history = stress.calibration.read_table(table)
    return CAPITAL | {
        "ds": ds, "result": ds, "dataset": ds, "other": ds, "note": ds.sel(tranche=["A"]), "cells": [({"seed": 1}, ds)],
        "measure": "expected_loss", "name": "loss", "event": "trigger", "value": 0.1, "quantity": "net_loss",
        "path": folder / "results.nc", "job": few, "deal": job.deal, "inputs": job.deal, "part": "deal", "text": "x",
        "book": stress.load(SCENARIOS / "books/card-trust.toml"), "wanted": ["baseline"], "scenario": "baseline",
        "tranche": "A", "quantile": 0.5, "rate": rate, "per_year": 1, "history": history, "macro": history,
        "target": "rate", "terms": (stress.calibration.parse_term("rate"),),
        "plan": stress.jobs.plan(few, out=folder / "run"),
        "sweep": Sweep.model_construct(jobs=(few,), name="s", over=()),
        "tally": merge(list(tallies(few, 1, None)))._asdict(), "scenarios": ["baseline"],
        "notes": [note.name for note in job.deal.notes], "triggers": [trigger.name for trigger in job.deal.triggers],
        "months": calendar_of(job.deal).collection_end, "attrs": {"seed": "7", "paths": 512},
        "RhoFit": stress.calibration.calibrate_rho(rate, 1, replicates=8),
        "SatelliteFit": stress.calibration.read_satellite(SCENARIOS / "satellites/us_cards_unemployment.toml"),
    }  # fmt: skip


def functions() -> dict[str, Question]:
    members = {f"{room.__name__}.{name}": getattr(room, name) for room in ROOMS for name in room.__all__}
    members |= {f"stress.{name}": getattr(stress, name) for name in ("load", "open")}
    return {
        name: member
        for name, member in members.items()
        if inspect.isfunction(member) and member.__name__ not in LEFT_TO_RUNS
    }


def asked(question: Question, argument: str, value: Any, good: dict[str, Any]) -> Any:
    """The answer with one argument as given and all others that it needs right."""
    taken = inspect.signature(question).parameters.values()
    needed = [
        parameter
        for parameter in taken
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    ]
    given = [
        value if parameter.name == argument else good.get(parameter.annotation, good.get(parameter.name))
        for parameter in needed
    ]
    return question(*given, **({} if argument in [parameter.name for parameter in needed] else {argument: value}))


CASES = [
    pytest.param(question, parameter.name, id=f"{name}-{parameter.name}")
    for name, question in functions().items()
    for parameter in inspect.signature(question).parameters.values()
    if parameter.kind is not parameter.VAR_KEYWORD
]


@pytest.mark.parametrize(("question", "argument"), CASES)
def test_no_argument_of_any_room_is_taken_whatever_it_is(
    question: Question, argument: str, good: dict[str, Any]
) -> None:
    """A wrong one ended in a raw error of xarray, NumPy or Python, or in silence (`explain_deal(deal, -1)`)."""
    for wrong in WRONG:
        with pytest.raises((ConfigError, DataError), match=r"is not |must be |not of a "):
            asked(question, argument, wrong, good)


@pytest.mark.parametrize(
    ("name", "argument", "value", "said"),
    [
        ("measures.value_at_risk", "ds", 3, r"a int is not a result: give what stress\.simulate or stress\.open"),
        ("measures.value_at_risk", "ds", xr.DataTree(), "a sweep of several deals: give the result of one"),
        ("measures.value_at_risk", "level", "0.99", r'level = "0\.99": is not a list of numbers'),
        ("measures.mean", "name", 3, "name = 3: is not a text"),
        ("measures.fan", "quantile", 0.5, r"quantile = 0\.5: is not a list of numbers: write \[0\.5\]"),
        ("measures.fan", "quantile", [], r"quantile = \[\]: must list at least one"),
        ("measures.fan", "clamp", 1, "clamp = 1: is not True or False"),
        ("measures.mass", "name", "los", "paths are not counted by 'los': one of loss.*did you mean loss"),
        ("measures.mixture", "probability", [0.5], "probability = a list: is not a table of numbers"),
        ("results.save", "result", xr.Dataset(), "not a whole result: variable loss_count is missing"),
        ("results.combine", "cells", [], r"cells = a list: is not a list of pairs"),
        ("explain.explain_deal", "balance", -1, "balance = -1: must be above 0 and finite"),
        ("explain.picture", "balance", float("inf"), "balance = inf: must be above 0 and finite"),
        ("explain.explain_book", "book", None, "a NoneType is not a book: give what stress.load reads"),
        ("calibration.calibrate_rho", "level", 95, r"level = 95: must be from 0\.5 to 0\.99999; did you mean 0\.95"),
        ("calibration.calibrate_rho", "level", 0.999999, r"level = 0\.999999: must be from 0\.5 to 0\.99999$"),
        ("calibration.fit_satellite", "robust_lags", 100, "robust_lags = 100: must be a whole number from 0 to 99"),
        ("calibration.calibrate_rho", "compounding", "x", 'compounding = "x": is not one of simple, compound'),
        ("calibration.calibrate_rho", "rate", ["a"] * 12, "rate = a list: is not numbers"),
        ("calibration.fit_satellite", "link", "tobit", 'link = "tobit": is not one of logit, probit'),
        ("templates.fill", "part", "x", 'part = "x": is not one of deal, pool, scenario'),
        ("templates.fill", "name", "a/b\\", "NAME .*: must be a printable name"),
        ("jobs.plan", "threads", 0, "threads = 0: must be a whole number from 1 to 1,024"),
        ("jobs.plan", "estimator", "sobl", 'estimator = "sobl": is not one of plain, sobol'),
        ("jobs.plan", "every", -1, "every = -1: must be from 0 to inf"),
        ("jobs.share_without_loss", "tranche", "Z", "no tranche 'Z' in the result: one of A"),
        ("load", "path", None, "path = None: is not a file"),
        ("capital.sec_sa", "attachment", "a", 'attachment = "a": is not numbers'),
        ("capital.sec_sa", "pool_capital", [0.06, -0.01], "pool_capital = a list: is not finite and at least 0"),
        ("capital.sec_sa", "attachment", 0.5, "attachment and detachment must satisfy 0 <= attachment <= detachment"),
        ("capital.delinquent_charge", "delinquent", 1.2, "the delinquent and the unknown share must lie between"),
        ("capital.sec_erba", "rating", "AA", 'rating = "AA": must be one of A'),
        ("capital.sec_erba", "weights", {"A": (1.0, 2.0)}, r'weights\["A"\] = a tuple: is not 4 values: float, float'),
        ("results.build", "tally", {}, "tally has no 'loss_count': give the arrays of a whole Tally by field name"),
        ("results.build", "months", ["spring"], "months = a list: is not a list of dates"),
        ("results.build", "original", [1.0], r"original of shape \(1,\): must be one number a note: 4"),
        ("results.build", "attrs", {"seed": None}, "attributes must be text or numbers: seed"),
        ("jobs.run_to_target", "plan", None, "a NoneType is not a plan of a job"),
        ("measures.fan", "quantile", {0.5}, "quantile = a set: is not a list of numbers"),
        ("measures.fan", "quantile", pd.DataFrame({"q": [0.5]}), "quantile = a DataFrame: is not a list of numbers"),
        ("load", "path", "", 'path = "": is not a file'),
        ("open", "path", 3, "path = 3: is not a file"),
    ],
)
def test_a_wrong_argument_of_a_room_is_told_with_what_is_allowed(
    name: str, argument: str, value: Any, said: str, good: dict[str, Any]
) -> None:
    question: Any = stress
    for part in name.split("."):
        question = getattr(question, part)
    with pytest.raises((ConfigError, DataError), match=f"^{said}"):
        asked(question, argument, value, good)


def test_options_of_a_sweep_are_those_of_its_jobs(good: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="threads = 0: must be a whole number"):
        stress.jobs.plan_sweep(good["sweep"], threads=0)


def test_texts_are_taken_as_files_and_numbers_of_numpy_as_numbers(good: dict[str, Any]) -> None:
    assert stress.jobs.plan(good["job"], out="there", paths=np.int64(64)).out == Path("there")
    ds = good["ds"]
    listed = stress.measures.value_at_risk(ds, [0.9, 0.99])
    assert stress.measures.value_at_risk(ds, np.array([0.9, 0.99])).identical(listed)
    assert stress.measures.fan(ds, "cumulative_default", clamp=np.bool_(True)).sizes["quantile"] == 5
    for levels in (pd.Series([0.9, 0.99]), xr.DataArray([0.9, 0.99], dims="level"), pd.Index([0.9, 0.99])):
        assert stress.measures.value_at_risk(ds, levels).identical(listed)
    for one in (np.array(0.99), xr.DataArray(0.99), np.float64(0.99)):
        assert stress.measures.value_at_risk(ds, one).identical(stress.measures.value_at_risk(ds, 0.99))
    rate = np.array(good["rate"], dtype=np.float64)
    assert stress.calibration.calibrate_rho(rate, 1, replicates=8) == good["RhoFit"]


def test_a_fit_of_a_history_is_shown_as_its_table(good: dict[str, Any]) -> None:
    """A notebook showed the tuple of all its fields."""
    for name, said in (("RhoFit", "maximum likelihood, AR(1) factor"), ("SatelliteFit", "HAC error")):
        assert said in repr(good[name])
        assert repr(good[name]) == str(good[name])


def test_what_plain_paths_have_not_is_told(good: dict[str, Any]) -> None:
    for question in (stress.measures.effective_paths, stress.measures.trust):
        with pytest.raises(DataError, match="plain paths have no weights"):
            question(good["ds"])


@pytest.mark.parametrize(
    ("figure", "names", "said"),
    [
        ("loss", ("Z",), "no note named 'Z'; there are A, B"),
        ("loss", ("A", "zz"), "no scenario named 'zz'; there are baseline"),
        ("lives", ("Z",), "no note named 'Z'; there are A, B"),
        ("predictive", ("baseline", "zz"), "no scenario named 'zz'; there are baseline"),
        (
            "predictive",
            ("baselin", "baseline"),
            "no scenario named 'baselin'; there are baseline.*did you mean baseline",
        ),
        ("macro", ("zz",), "no scenario named 'zz'; there are baseline"),
        ("macro", ("baseline",), "scenario 'baseline' draws no macro variables"),
    ],
)
def test_a_figure_of_an_unknown_name_is_refused(
    figure: str, names: tuple[str, ...], said: str, good: dict[str, Any]
) -> None:
    with pytest.raises(DataError, match=f"^{said}"):
        getattr(good["ds"].stress.plot, figure)(*names)


@pytest.mark.parametrize("room", [stress.analysis, stress.calibration, stress.jobs])
def test_no_function_of_a_room_that_imports_on_demand_bears_the_name_of_a_module_of_it(room: ModuleType) -> None:
    """Once anything had imported the module, `stress.analysis.book_change` was that module, which cannot be called."""
    assert not {module.name for module in pkgutil.iter_modules(room.__path__)} & set(room.__all__)
