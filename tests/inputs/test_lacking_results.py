"""A result that lacks a variable or a coordinate, or is one scenario of a result: told in words by whoever needs it."""

import contextlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from shipped import JOB

import stress
from stress.errors import DataError
from stress.inputs.job import Job

Question = Callable[[xr.Dataset], Any]
ALSO = {"measure": "expected_loss", "name": "expected_loss", "event": "trigger", "value": 0.1, "quantity": "net_loss",
        "scenario": "baseline", "tranche": "A", "quantile": 0.5, "probability": {"baseline": 1.0},
        "wanted": ["baseline"]}  # fmt: skip
OF_MONTHS = {"quantity": "excess_spread", "name": "excess_spread"}
NEEDED = ("loss_count", "default_count", "net_loss_count", "batch_path", "batch_sum", "month_path", "month_sum",
          "multiple", "fan_count", "wal_count", "irr_count", "price_count", "trigger_count", "early_count", "loss_path",
          "scenario", "tranche", "quantity", "month_quantity", "loss_bin", "irr_bin", "paths", "version")  # fmt: skip
"""Variables, coordinates, dims and attributes that are left out, one at a time."""
SLOW = ("compare", "convergence", "derive", "result_digest", "share", "cell", "with_mixture")
UNTOUCHED = ("is_weighted(ds)", "result_digest(dataset)", "warnings(ds)", "with_mixture(ds)")
"""What takes whatever is there: of these weights and probabilities that nobody stated are none."""


@pytest.fixture(scope="module")
def job() -> Job:
    job = stress.load(JOB)
    assert isinstance(job, Job)
    return job.but(paths=256, scenarios=job.scenarios[:2])


@pytest.fixture(scope="module")
def ds(job: Job) -> xr.Dataset:
    return stress.simulate(job)


def lacking(ds: xr.Dataset) -> Iterator[tuple[str, xr.Dataset]]:
    """The same without one thing, of every kind."""
    for name in (*ds.data_vars, *ds.coords):
        yield f"without {name}", ds.drop_vars(name)
    for name in ds.dims:
        yield f"one of {name}", ds.isel({name: 0})
    for name in ds.attrs:
        less = ds.copy()
        del less.attrs[name]
        yield f"without attribute {name}", less


def questions(ds: xr.Dataset, folder: Path) -> Iterator[tuple[str, Question]]:
    """Every public function of a result, with all else that it needs."""
    for room in (stress.measures, stress.results, stress.jobs, stress):
        for name in room.__all__:
            ask = getattr(room, name)
            taken = list(inspect.signature(ask).parameters.values()) if inspect.isfunction(ask) else []
            needed = [each for each in taken if each.default is each.empty]
            given = {each.name: ds if each.annotation in ("xr.Dataset", "Result") else None for each in needed}
            if not any(value is ds for value in given.values()) or "path" in given:
                continue
            more = {**ALSO, **(OF_MONTHS if name in ("fan", "month_mean") else {})}
            rest = {key: more[key] for key, value in given.items() if value is None}
            for place in (key for key, value in given.items() if value is ds):
                others = {key: ds for key, value in given.items() if value is ds and key != place}
                yield f"{name}({place})", lambda bad, ask=ask, p=place, r={**rest, **others}: ask(**{p: bad}, **r)
    for name, args in {"loss": ("A",), "lives": ("A",), "fan": ("excess_spread",), "events": (), "defaults": (),
                       "heat_map": ()}.items():  # fmt: skip
        yield f"plot.{name}", lambda bad, name=name, args=args: getattr(bad.stress.plot, name)(*args)
    yield from (("report.table", stress.report.table), ("report.html", stress.report.html))
    yield "ds.stress", lambda bad: repr(bad.stress)
    yield "stress.to_csv", lambda bad: bad.stress.to_csv(folder)
    yield "stress.compare", lambda bad: ds.stress.compare(bad)


def test_what_a_result_lacks_is_told_by_every_function_that_needs_it(ds: xr.Dataset, tmp_path: Path) -> None:
    """xarray's KeyError, or a raw error of NumPy for one scenario alone, came out."""
    parts = [bad for what, bad in lacking(ds) if what.split()[-1] in NEEDED]
    refusals = dict[str, int]()
    for name, question in questions(ds, tmp_path):
        refusals[name] = 0
        for bad in parts[:: 5 if "." in name or name.startswith(SLOW) else 1]:
            try:
                question(bad)
            except DataError:
                refusals[name] += 1
    assert {name for name, times in refusals.items() if times == 0} == set(UNTOUCHED)


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        ("loss_count", r"^value_at_risk needs loss_count, which the Dataset has not: keep all variables and coord"),
        ("batch_sum", "^value_at_risk needs batch_sum, which the Dataset has not"),
        ("tranche", "^value_at_risk needs tranche, which the Dataset has not"),
    ],
)
def test_the_message_names_function_and_variable(dropped: str, said: str, ds: xr.Dataset) -> None:
    with pytest.raises(DataError, match=said):
        stress.measures.value_at_risk(ds.drop_vars(dropped))


def test_one_scenario_alone_is_told_how_to_be_selected(ds: xr.Dataset) -> None:
    with pytest.raises(
        DataError, match=r"needs scenario, which the Dataset has not.*lists: ds\.isel\(scenario=\[0\]\)"
    ):
        stress.measures.expected_loss(ds.isel(scenario=0))
    assert stress.measures.expected_loss(ds.isel(scenario=[0]))["estimate"].sizes["scenario"] == 1


def test_a_replayed_path_that_lacks_something_has_no_story(job: Job) -> None:
    trace = stress.replay(job, path=3)
    for _, bad in lacking(trace):
        with contextlib.suppress(DataError):
            assert stress.report.story(bad)
    with pytest.raises(DataError, match="story needs note_balance, which the Dataset has not"):
        stress.report.story(trace.drop_vars("note_balance"))


def test_an_error_of_another_kind_stays_what_it_is(ds: xr.Dataset) -> None:
    """What no Dataset lacks is a fault of ours, with its traceback."""
    from stress.inputs.arguments import put_to

    def broken(ds: "xr.Dataset") -> int:
        return {"a": 1}["b"]

    with pytest.raises(KeyError, match="'b'"):
        put_to(broken)(ds)
