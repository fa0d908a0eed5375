"""The Python door refuses what files and the command line refuse: in words, never by silence or a raw error."""

import datetime
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress.errors import ConfigError, DataError
from stress.inputs.deal.index import IndexFile, levels
from stress.inputs.job import Job
from stress.inputs.load import load_book, load_job

WHOLE = "must be a whole number"


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOB)
    assert isinstance(loaded, Job)
    return loaded


@pytest.fixture(scope="module")
def ds(job: Job) -> xr.Dataset:
    return stress.simulate(job, paths=np.int64(512), seed=np.uint64(5), scenarios=["baseline"], threads=np.int32(1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"paths": -5}, "paths = -5: must be a whole number from 1 to 1,000,000,000,000"),
        ({"paths": 0}, "paths = 0: " + WHOLE),
        ({"paths": 2e3}, "paths = 2000.0: .*: write 2000"),
        ({"paths": np.float64(2.5)}, "paths = 2.5: " + WHOLE),
        ({"paths": True}, "paths = True: " + WHOLE),
        ({"paths": "1000"}, 'paths = "1000": ' + WHOLE),
        ({"paths": 10**30}, WHOLE),
        ({"paths": float("nan")}, "paths = nan: " + WHOLE),
        ({"seed": -1}, "seed = -1: " + WHOLE),
        ({"seed": 1.5}, "seed = 1.5: " + WHOLE),
        ({"seed": 2**64}, WHOLE),
        ({"threads": 0}, "threads = 0: must be a whole number from 1 to 1,024"),
        ({"threads": 2.0}, "threads = 2.0: .*: write 2"),
        ({"scenarios": []}, "scenarios = .*: must name at least one of baseline"),
        ({"scenarios": "baseline"}, "must be a list of names"),
        ({"scenarios": ["baselin"]}, "no scenario 'baselin' in the job; .*did you mean baseline"),
        ({"scenarios": [3]}, "no scenario 3 in the job"),
        ({"target_error": 0.05}, r"--target-error 0\.05: write MEASURE:NOTE=RELATIVE, for example EL:subordinated"),
        ({"estimator": "sobl"}, 'estimator = "sobl": must be one of .*did you mean sobol'),
    ],
)
def test_a_simulation_refuses_what_the_command_line_refuses(job: Job, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        stress.simulate(job, **({"paths": 64} | options))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"path": -1}, "path = -1: must be a whole number from 0"),
        ({"path": 10**30}, WHOLE),
        ({"path": 1.0}, "path = 1.0: .*: write 1"),
        ({"path": None}, "path = None: " + WHOLE),
        ({"path": 0, "seed": -1}, "seed = -1: " + WHOLE),
        ({"path": 0, "seed": 1.5}, "seed = 1.5: " + WHOLE),
        ({"path": 0, "scenario": "nope"}, "no scenario 'nope' in the job"),
        ({"path": 0, "normals": np.zeros((3, 1))}, r"normals of shape \(3, 1\): must be finite, one for each month"),
        ({"path": 0, "normals": np.full((36, 1), np.nan)}, "must be finite"),
    ],
)
def test_a_replay_refuses_a_path_that_no_run_has(job: Job, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        stress.replay(job, **options)


@pytest.mark.parametrize(
    ("quantile", "said"),
    [
        (99.9, r"quantile = 99.9: must be a share of the paths from 0 to 1; did you mean 0.999\?"),
        (-1, "quantile = -1: must be a share"),
        (float("nan"), "quantile = nan: must be a share"),
        ("0.9", 'quantile = "0.9": must be a share'),
        (np.float32(1.5), "quantile = 1.5: must be a share"),
    ],
)
def test_a_quantile_is_a_share_of_the_paths(ds: xr.Dataset, quantile: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        stress.path_at(ds, "baseline", "subordinated", quantile)


def test_whole_numbers_are_taken_of_any_integer_type(job: Job, ds: xr.Dataset) -> None:
    plain = stress.simulate(job, paths=512, seed=5, scenarios=["baseline"])
    assert ds.attrs["job_hash"] == plain.attrs["job_hash"]
    xr.testing.assert_identical(ds.loss_count, plain.loss_count)
    path = stress.path_at(ds, "baseline", "subordinated", np.float32(1.0))
    replayed = stress.replay(job, path=np.int64(path), seed=np.uint64(5))
    assert replayed.attrs["path"] == path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda job: {"paths": 0}, "job .*: paths = 0: must be a whole number from 1"),
        (lambda job: {"clock": "weekly"}, 'clock = "weekly": must be one of monthly, daily, payment_date'),
        (lambda job: {"clock": "payment_date"}, 'clock = "payment_date" but the deal has purchase = "each_step"'),
        (lambda job: {"scenarios": ()}, "scenarios.*at least 1"),
        (lambda job: {"seeds": 3}, "seeds: no such key; did you mean seed?"),
        (lambda job: {"pool": job.pool.model_copy(update={"currency": "USD"})}, "same currency"),
        (lambda job: {"deal": object()}, "is not a value that a file can hold"),
    ],
)
def test_a_job_with_other_values_is_held_against_every_rule(
    job: Job, change: Callable[[Job], dict[str, Any]], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        job.but(**change(job))


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        (lambda job: job.deal.notes[0], {"coupon": 5.4}, r"note 'A': coupon = 5.4: .*did you mean 0.054\?"),
        (lambda job: job.deal.notes[0], {"share": 1.8}, "note 'A': share = 1.8"),
        (lambda job: job.deal, {"notes": ()}, "notes.*at least 1"),
        (lambda job: job.deal, {"revolving_months": 100}, "revolving_months = 100"),
        (lambda job: job.pool, {"balance": float("nan")}, "pool .*: balance = nan: must be a finite number"),
        (lambda job: job.pool.dependence, {"rho": np.float64(1.5)}, "dependence: rho = 1.5"),
    ],
)
def test_a_deal_or_pool_with_other_values_is_held_against_every_rule(
    job: Job, part: Callable[[Job], Any], change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        part(job).but(**change)


def test_a_job_with_other_values_differs_in_these_alone(job: Job) -> None:
    notes = [note.but(coupon=0.06) if note.name == "A" else note for note in job.deal.notes]
    moved = job.but(paths=np.int64(99), deal=job.deal.but(notes=notes, closing_date=datetime.date(2020, 1, 31)))
    assert (moved.paths, moved.deal.notes[0].coupon) == (99, 0.06)
    assert moved.deal.but(notes=job.deal.notes, closing_date=job.deal.closing_date) == job.deal
    assert job.but() == job
    assert job.but().model_fields_set == job.model_fields_set


def test_a_rule_that_a_copy_skipped_is_found_at_the_door(job: Job) -> None:
    dear = job.deal.notes[0].model_copy(update={"coupon": 5.4})
    copied = job.model_copy(update={"deal": job.deal.model_copy(update={"notes": (dear, *job.deal.notes[1:])})})
    for run in (lambda: stress.simulate(copied, paths=64), lambda: stress.replay(copied, path=0)):
        with pytest.raises(ConfigError, match=r'deal.notes\["A"\].coupon = 5.4'):
            run()


@pytest.mark.parametrize("given", ["job.toml", None])
def test_only_a_job_can_be_simulated(given: Any, job: Job) -> None:
    for what in (given, job.deal):
        with pytest.raises(ConfigError, match="is not a job: give what"):
            stress.simulate(what, paths=64)
        with pytest.raises(ConfigError, match="is not a job"):
            stress.replay(what, path=0)


def test_what_is_read_beside_a_deal_is_missed_where_nobody_read_it() -> None:
    with pytest.raises(ValueError, match=r"index file 'lpr\.csv' is not read yet: load the deal from its file"):
        levels(IndexFile(file="lpr.csv"), 3)


def test_a_book_and_a_job_are_told_apart() -> None:
    with pytest.raises(ConfigError, match='kind = "job": a book is needed here, kind = "book"'):
        load_book(JOBS / "turnover.toml")
    with pytest.raises(ConfigError, match='kind = "book": a job is needed here, kind = "job"'):
        load_job(SCENARIOS / "books/card-trust.toml")


def test_a_sweep_refuses_options_like_a_job() -> None:
    sweep = stress.load(JOBS / "baitiao-sweep.toml")
    for options in ({"paths": 0}, {"seed": -1}, {"scenarios": []}, {"threads": 0}):
        with pytest.raises(ConfigError, match=f"{next(iter(options))} = "):
            stress.simulate(sweep, **options)
    with pytest.raises(ConfigError, match="lists several jobs"):
        stress.replay(sweep, path=0)


def test_an_input_is_printed_in_a_line_and_shown_as_tables(job: Job) -> None:
    assert repr(job) == f"<Job 'baitiao-24m': 8 scenarios, deal {job.deal.name!r}, pool {job.pool.name!r}>"
    assert str(job.deal) == f"<Deal {job.deal.name!r}: 4 notes, 4 fees, 3 triggers>"
    shown = job.but(name="<b>")._repr_html_()
    assert "<b>" not in shown
    assert all(f">{note.name}<" in shown for note in job.deal.notes)
    assert shown.count("<table>") == shown.count("</table>") > 10


def test_a_result_shows_its_table_and_no_address(ds: xr.Dataset) -> None:
    assert "Expected loss" in repr(ds.stress)
    assert ds.stress._repr_html_().count("<tr>") >= 5
    assert "0x" not in repr(ds.stress) + repr(ds.stress.plot)


QUESTIONS = [name for name in stress.analysis.__all__ if name != "Bank" and not name.startswith("load_")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_is_put_to_what_it_is_not_of(name: str, job: Job, ds: xr.Dataset) -> None:
    """In words, whichever question it is."""
    question = getattr(stress.analysis, name)
    needed = [
        parameter
        for parameter in inspect.signature(question).parameters.values()
        if parameter.default is parameter.empty
    ]
    for given in (None, 5, "job.toml", {}, job.deal, ds["expected_loss"]):
        with pytest.raises((ConfigError, DataError), match=r"is not (a|the)"):
            question(given, *["x"] * (len(needed) - 1))
        with pytest.raises((ConfigError, DataError), match=r"is not (a|the)"):
            question(**{parameter.name: given for parameter in needed})


def test_what_is_no_result_is_told_so(job: Job, ds: xr.Dataset) -> None:
    for given in (None, 5, "results", {}, job, ds["expected_loss"], ds["expected_loss"].to_dataset()):
        for ask in (
            ds.stress.compare,
            stress.report.table,
            stress.report.html,
            lambda result: stress.report.write(result, "no.html"),
            lambda result: stress.path_at(result, "baseline", "A", 0.5),
        ):
            with pytest.raises(DataError, match=r"not a (whole )?result"):
                ask(given)
    with pytest.raises(DataError, match="a sweep of several deals: give the result of one"):
        ds.stress.compare(xr.DataTree(ds))
    with pytest.raises(DataError, match=r"a Dataset that is no path: give what stress\.replay returns"):
        stress.report.story(ds)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pool_weight": "0.75"}, 'bank.pool_weight = "0.75": is not a number'),
        ({"loss_given_default": None}, "bank.loss_given_default = None: is not a number"),
        ({"irb_capital": float("nan")}, "bank.irb_capital = nan: is not a number"),
        ({"kept": {"A": "1"}}, r'bank.kept\["A"\] = "1": is not a number'),
        ({"kept": [1.0]}, "bank.kept = a list: is not a table of numbers by note"),
        ({"qualities": {"A": 1}}, "bank.qualities = a dict: is not a table of texts by note"),
        ({"kept": {"A": 1}, "excess_kind": 3}, "bank.excess_kind = 3: is not a text"),
    ],
)
def test_what_a_bank_says_is_held_against_its_kinds(job: Job, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        stress.analysis.capital(job, bank=stress.analysis.Bank(**given), paths=64)
    whole = stress.analysis.Bank(1, np.float64(0.01), kept={"A": 1})
    assert stress.analysis.capital(job, bank=whole, paths=64).pool_weight == 1
