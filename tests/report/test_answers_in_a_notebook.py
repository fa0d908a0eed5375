"""Inputs and answers in a notebook: tables, `==` that says yes or no, jobs as keys."""

import functools
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from shipped import JOB, SCENARIOS

import stress
from stress import answers as stress_answers
from stress.answers.compared import same
from stress.errors import ConfigError
from stress.inputs.job import Job

NO_ANSWERS = (
    "xr.Dataset", "Rules", "Stresses", "Bands", "tuple[str | None, Target]", "None", "list[tuple[Aim, ...]]"
)  # fmt: skip
"""What questions return that is a Dataset, an input, or a word of one."""


@pytest.fixture(scope="module")
def job() -> Job:
    job = stress.load(JOB)
    assert isinstance(job, Job)
    return job.but(paths=256, scenarios=job.scenarios[:1])


def answers(job: Job) -> list[Any]:
    of, few = stress.analysis, job.but(paths=64)
    stresses = of.load_stresses(SCENARIOS / "stresses/example.toml")
    return [
        of.breakeven(job, "subordinated"), of.capital(job, paths=64), of.rates(job, paths=64), of.ecl(job, paths=64),
        of.size(job, {}), of.committee(job, paths=64), of.whatif(few, ["default_odds=1:3"], points=5),
        of.gradient(job, paths=1024), of.gradient_tornado(job, paths=1024), of.price(job, "A", paths=64),
        of.clocks(few), of.reverse(job, "subordinated", loss=0.3), of.rating(job, stresses),
        of.calibrate_pool(job.pool, points=64),
    ]  # fmt: skip


def assert_shown(answer: Any) -> None:
    """In words in a notebook, in one line in a console, in numbers as a table; alike where it comes from a file."""
    shown = answer._repr_html_()
    assert shown.startswith("<table")
    assert shown.count("<tr") == len(stress.report.frame(answer)) + 1
    assert repr(answer).startswith(f"<{type(answer).__name__} ")
    assert "\n" not in repr(answer)
    frame = answer.to_dataframe()
    assert len(frame) >= 1
    assert not frame.map(lambda cell: hasattr(cell, "dims") or hasattr(cell, "_fields")).to_numpy().any()
    assert pickle.loads(pickle.dumps(answer)) == answer
    with pytest.raises(ConfigError, match='part = "other": must be one of'):
        answer.to_dataframe("other")


def test_answers_are_equal_where_they_say_the_same_and_shown_as_tables(job: Job) -> None:
    """`==` of two break-evens raised NumPy's error of ambiguous truth; a notebook showed the nested tuples."""
    for answer, again in zip(answers(job), answers(job), strict=True):
        assert same(answer, again)
        assert not same(answer, answer._replace(**{answer._fields[0]: "other"}))
        assert (answer == answer._replace()) is True
        assert (answer != answer._replace(**{answer._fields[0]: "other"})) is True
        assert_shown(answer)
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
    assert_shown(risk)
    assert_shown(stress.analysis.book_change(risk, stress.analysis.book(book, paths=2048)))
    places = risk.to_dataframe("scenarios.positions")
    assert len(places) == len(risk.scenarios) * len(risk.scenarios[0].positions)
    assert places["positions_expected_loss"].tolist() == [
        position.expected_loss for scenario in risk.scenarios for position in scenario.positions
    ]
    common = stress.analysis.reverse_book(book, loss=0.01, scenario=risk.scenarios[-1].scenario)
    assert all(deal.name in common._repr_html_() for deal in common.deals)
    assert_shown(common)


def test_every_answer_of_a_question_has_its_table_and_its_numbers() -> None:
    for name in stress.analysis.__all__:
        question = getattr(stress.analysis, name)
        returns = inspect.signature(question).return_annotation if inspect.isfunction(question) else "None"
        assert returns in NO_ANSWERS or returns in stress_answers.__all__, f"{name} -> {returns}"
    for name in stress_answers.__all__:
        assert {"to_dataframe", "_repr_html_", "__repr__", "__eq__"} <= set(vars(getattr(stress_answers, name))), name


def test_the_numbers_of_an_answer_are_those_of_its_fields(job: Job) -> None:
    """Of intervals the errors stand beside the estimate as in a Dataset, rows within rows each in a row."""
    losses = stress.analysis.ecl(job, paths=64)
    frame = losses.to_dataframe()
    assert frame["lifetime"].tolist() == [float(row.lifetime.estimate) for row in losses.rows]
    assert frame["lifetime_se"].tolist() == [float(row.lifetime.error) for row in losses.rows]
    turned = stress.analysis.breakeven(job, "subordinated")
    assert turned.to_dataframe("curve")["loss"].tolist() == turned.curve.loss.tolist()
    assert turned.to_dataframe("answers.crossings")["crossings_value"].tolist() == [
        crossing.value for answer in turned.answers for crossing in answer.crossings
    ]
    needs = stress.analysis.capital(job, paths=64)
    of_a = needs.to_dataframe("months").query("note == 'A'")
    assert same(of_a["risk_weight"].to_numpy(), needs.months[0].risk_weight.estimate)
    assert "irba" in needs.to_dataframe()  # not asked for: NaN, and a column all the same
    over = stress.analysis.whatif(job.but(paths=64), ["default_odds=1:3"], points=5)
    at_start = over.to_dataframe().query("measure == 'EL' and note == 'subordinated' and default_odds == 1.0")
    surface = next(s for s in over.surfaces if (s.measure, s.note) == ("EL", "subordinated"))
    assert at_start["value"].tolist() == [surface.value[0]]
    fans = stress.analysis.rates(job, paths=64)
    assert fans.to_dataframe().query("name == 'dq30' and month == 3")["mean"].tolist() == [fans.rates[0].mean[0, 2]]


def test_an_answer_from_a_file_shows_its_table_in_a_session_that_asked_nothing(job: Job, tmp_path: Path) -> None:
    """What gave answers their tables was the room of questions: those of a file showed nested tuples without it."""
    (tmp_path / "a.pickle").write_bytes(pickle.dumps(stress.analysis.committee(job, paths=64)))
    code = f"import pickle; print(pickle.load(open({str(tmp_path / 'a.pickle')!r}, 'rb'))._repr_html_()[:6])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "<table\n"


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
