"""Inputs and answers in a notebook: tables, `==` that says yes or no, jobs as keys."""

import functools
from typing import Any

import numpy as np
import pytest
import xarray as xr
from shipped import JOB, SCENARIOS

import stress
from stress.answers.compared import same
from stress.inputs.job import Job


@pytest.fixture(scope="module")
def job() -> Job:
    job = stress.load(JOB)
    assert isinstance(job, Job)
    return job.but(paths=256, scenarios=job.scenarios[:1])


def answers(job: Job) -> list[Any]:
    of = stress.analysis
    return [of.breakeven(job, "subordinated"), of.capital(job, paths=64), of.rates(job, paths=64),
            of.ecl(job, paths=64), of.size(job, {})]  # fmt: skip


def test_answers_are_equal_where_they_say_the_same_and_shown_as_tables(job: Job) -> None:
    """`==` of two break-evens raised NumPy's error of ambiguous truth; a notebook showed the nested tuples."""
    for answer, again in zip(answers(job), answers(job), strict=True):
        assert same(answer, again)
        assert not same(answer, answer._replace(**{answer._fields[0]: "other"}))
        assert (answer == answer._replace()) is True
        assert (answer != answer._replace(**{answer._fields[0]: "other"})) is True
        shown = answer._repr_html_()
        assert shown.startswith("<table")
        assert shown.count("<tr") == len(stress.report.frame(answer)) + 1
    curve = stress.analysis.breakeven(job, "subordinated").curve
    assert curve == curve._replace(value=curve.value.copy())
    assert curve != curve._replace(value=curve.value + 1.0)
    assert curve != 3


def test_a_book_is_shown_as_its_table_of_scenarios_and_its_reverse_stress_as_the_deals_on_the_path() -> None:
    book = stress.load(SCENARIOS / "books/card-trust.toml")
    risk = stress.analysis.book(book, paths=1024)
    shown = risk._repr_html_()
    assert shown.startswith("<table")
    assert shown.count("<tr") == len(risk.scenarios) + 1
    common = stress.analysis.reverse_book(book, loss=0.01, scenario=risk.scenarios[-1].scenario)
    assert all(deal.name in common._repr_html_() for deal in common.deals)


def test_arrays_datasets_and_what_is_no_number_are_compared(job: Job) -> None:
    ds = xr.Dataset({"a": ("x", [1.0, np.nan])})
    assert same((ds, {"k": np.array([np.nan])}, float("nan")), (ds.copy(), {"k": np.array([np.nan])}, float("nan")))
    assert not same((ds,), (ds + 1.0,))
    assert not same(np.zeros(2), np.zeros(3))
    assert not same({"k": 1}, {"l": 1})
    assert not same((1,), [1])
    assert not same(ds, 3)


@pytest.mark.parametrize("kind", ["jobs/baitiao-24m", "jobs/card-master-trust", "books/consumer", "pools/baitiao"])
def test_inputs_are_keys_of_tables_and_of_caches(kind: str) -> None:
    """`hash(job)` ended in a TypeError."""
    loaded, again = (stress.load(SCENARIOS / f"{kind}.toml") for _ in range(2))
    assert loaded == again
    assert hash(loaded) == hash(again)
    assert {loaded: 1}[again] == 1
    assert hash(loaded.but(name="other")) != hash(loaded)

    @functools.cache
    def name_of(inputs: Any) -> str:
        return str(inputs.name)

    assert name_of(loaded) == name_of(again)
    assert name_of.cache_info().hits == 1


def test_a_table_in_another_order_is_the_same_key(job: Job) -> None:
    dependence = job.pool.dependence
    assert hash(dependence.but(rho=0.3)) == hash(dependence.but(rho=0.3))
    eligible = job.pool.but(eligibility={"segment_limit": {segment.name: 0.5 for segment in job.pool.segments}})
    turned = job.pool.but(eligibility={"segment_limit": {segment.name: 0.5 for segment in job.pool.segments[::-1]}})
    assert eligible == turned
    assert hash(eligible) == hash(turned)
