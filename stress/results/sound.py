"""Whether a Dataset that was read is a result as this package writes it: variables, dims, types, counts, attributes."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from stress.errors import DataError
from stress.inputs.kinds import Checks, dataset_of, say
from stress.inputs.lacking import AXES, NAMES, NUMBERS, beyond, one_of
from stress.inputs.text.characters import TEXT_PATTERN
from stress.results.documents import SHAPES, is_document
from stress.results.sweep import DIMS, OF_JOB, groups
from stress.results.variables import COMMITTEE, REPLICATED, TABLE, TRUST, WEIGHTED, Variable

KNOWN = {**TABLE, **{v.name: v for v in (*WEIGHTED, *REPLICATED, *TRUST, *COMMITTEE)}}
SHOWN = ("base_case", "machine", "partial", "target", "warnings", "estimator_choice")
"""Attributes that tables and pages show where a result has them."""
TEXTS = ("version", "source_digest", "job_hash", "seed", "estimator", "rng")
BY_BINS = ("loss_count", "default_count", "net_loss_count")
"""Counts in which every path stands once."""
PROBABILITY = "_probability"
ROUNDING = 1e-9
_TEXT = re.compile(TEXT_PATTERN)
"""Nothing that moves the cursor of a terminal or turns the writing."""


def faults(ds: xr.Dataset) -> Iterator[str]:
    """What is wrong with a result, in words; nothing where it is sound."""
    said = [*_of_variables(ds), *_absent(ds), *_of_axes(ds), *_of_attributes(ds)]
    yield from said
    if not said:
        yield from _of_counts(ds)


def check_whole(ds: Any) -> None:
    """DataError as `check_dataset`, and where it lacks a variable, a coordinate, an attribute of a result or a dim of
    one, as a selection of one scenario does."""
    check_dataset(ds)
    if others := [dim for dim in beyond(ds) if dim not in DIMS]:
        raise DataError(f"not the result of one job, but over {', '.join(others)}: {one_of(others[0])}")
    said = next(itertools.chain(_of_variables(ds), _absent(ds)), None)
    if said:
        raise DataError(f"not a whole result: {said}; keep all variables, and select by lists: ds.isel(scenario=[0])")


def check_dataset(ds: Any, *needed: str) -> None:
    """DataError for what is no Dataset, or lacks a variable that is needed."""
    dataset_of("", ds)
    for name in needed:
        if name not in ds.data_vars:
            raise DataError(f"not a whole result: variable {name} is missing")


def _counted(_: str, result: Any) -> None:
    """DataError for what holds no counts of paths."""
    for _, ds in groups(result) if isinstance(result, xr.DataTree) else (("", result),):
        check_dataset(ds, "loss_count")


def _cells(name: str, value: Any) -> None:
    pairs = isinstance(value, (list, tuple)) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in value
    )
    say(pairs and len(value) > 0, name, value, 'a list of pairs, labels and a result: [({"seed": 1}, ds)]')
    for labels, ds in value:
        say(isinstance(labels, Mapping), name, labels, 'a table of labels: {"seed": 1}')
        if ds is not None:
            check_dataset(ds)


def _dates(name: str, value: Any) -> None:
    try:
        dates = np.asarray(value, "datetime64[ns]")
    except (ValueError, TypeError, OverflowError):
        dates = np.array("NaT", "datetime64[ns]")
    say(dates.ndim == 1 and not np.isnat(dates).any(), name, value, "a list of dates")


CHECKS: Checks = {"Result": _counted, "cells": _cells, "months": _dates}
"""Of arguments of this room."""


def _of_variables(ds: xr.Dataset) -> Iterator[str]:
    swept = tuple(dim for dim in DIMS if dim in ds.dims)
    for name in TABLE:
        if name not in ds.data_vars:
            yield f"variable {name} is missing"
    for name, variable in KNOWN.items():
        if name in ds.data_vars:
            yield from _of_variable(variable, ds.variables[name], swept)


def _of_variable(variable: Variable, stored: xr.Variable, swept: tuple[str, ...]) -> Iterator[str]:
    own = tuple(str(dim) for dim in stored.dims if dim not in swept)
    if own != variable.dims:
        yield f"variable {variable.name} is by ({', '.join(own)}), not by ({', '.join(variable.dims)})"
    if stored.dtype.kind not in "iuf":
        yield f"variable {variable.name} holds no numbers"


def _absent(ds: xr.Dataset) -> Iterator[str]:
    """Coordinates and attributes that every result has, in words where they are missing."""
    for name in AXES:
        if name not in ds.coords:
            yield f"coordinate {name} is missing"
    for name in (*TEXTS, "paths"):
        if name not in ds.attrs and not (name in ds.coords and name in (*OF_JOB, "seed")):
            yield f"attribute {name} is missing"


def _of_axes(ds: xr.Dataset) -> Iterator[str]:
    for name in AXES:
        if name in ds.coords and ds[name].dims != ((name,) if name in ds.dims else ("loss_bin",)):
            yield f"coordinate {name} is no axis"
    for name in (*NAMES, *(dim for dim in ("deal", "pool") if dim in ds.dims)):
        labels = list(map(str, ds[name].values)) if name in ds.coords else []
        if len(set(labels)) < len(labels) or not all(map(_is_name, labels)):
            yield f"coordinate {name} holds a name twice, none, or control characters"
    for name in NUMBERS:
        if name in ds.coords and not (ds[name].dtype.kind in "iuf" and np.isfinite(ds[name].values).all()):
            yield f"coordinate {name} is not all numbers"
    if "month" in ds.coords and "event_month" in ds.coords and not _events_follow(ds):
        yield "coordinate event_month is not a month longer than month"


def _events_follow(ds: xr.Dataset) -> bool:
    """Whether months of events end as the months do (of a deal in mid-life only the rest of these is told), and one
    more, never."""
    months, events = np.atleast_1d(ds["month"].values), np.atleast_1d(ds["event_month"].values)
    first = events.size - 1 - months.size
    return first >= 0 and np.array_equal(events[first:-1], months)


def _of_attributes(ds: xr.Dataset) -> Iterator[str]:
    for name, value in _said(ds):
        if not isinstance(value, (str, int, float, np.number)):
            yield f"attribute {name} is neither a text nor a number"
        elif not _TEXT.fullmatch(str(value)):
            yield f"attribute {name} holds control characters"
        elif name in SHAPES and value != "" and not is_document(name, str(value)):
            yield f"attribute {name} is not the JSON that it should be"
        elif name == "paths" and (not isinstance(value, (int, np.integer)) or value < 0):
            yield f"attribute {name} is no number of paths"
        elif name == "seed" and not str(value).isdecimal():
            yield f"attribute {name} is no seed"
    yield from _of_job(ds)


def _of_job(ds: xr.Dataset) -> Iterator[str]:
    """The notes and scenarios of the job that a result carries are those of its variables."""
    text = str(ds.attrs.get("job") or "")
    job = json.loads(text) if is_document("job", text) else {}
    if not job:
        return
    if "tranche" in ds.coords and [note["name"] for note in job["deal"]["notes"]] != list(
        map(str, ds["tranche"].values)
    ):
        yield "attribute job is of other notes"
    if "scenario" in ds.coords and not {case["name"] for case in job["scenarios"]} >= set(
        map(str, ds["scenario"].values)
    ):
        yield "attribute job is of other scenarios"


def _said(ds: xr.Dataset) -> Iterator[tuple[str, Any]]:
    """Attributes that are read, and what the jobs of a sweep say as coordinates."""
    yield from ((name, ds.attrs[name]) for name in (*TEXTS, *SHAPES, *SHOWN, "paths") if name in ds.attrs)
    for name in OF_JOB:
        if name in ds.coords:
            yield from ((name, value) for value in ds[name].values.ravel().tolist())


def _is_name(label: str) -> bool:
    return bool(label and "\n" not in label and _TEXT.fullmatch(label))


def _of_counts(ds: xr.Dataset) -> Iterator[str]:
    """Every path is counted once; what is a probability lies between 0 and 1 where paths are counted."""
    of = ds.variables
    counted = of["batch_path"].sum("batch")
    if not bool((of["batch_path"] >= 0).all()) or not bool((counted == _paths(ds)).all()):
        yield "variable batch_path does not sum to the number of paths"
    for name in BY_BINS:
        if not bool((of[name] >= 0).all()) or not bool((of[name].sum("loss_bin") == counted).all()):
            yield f"variable {name} does not count every path once"
    for name in TABLE:
        if name.endswith(PROBABILITY) or name == "expected_loss":
            fits = (of[name] >= -ROUNDING) & (of[name] <= 1.0 + ROUNDING)
            if not bool((fits | (counted == 0)).all()):
                yield f"variable {name} is not between 0 and 1"


def _paths(ds: xr.Dataset) -> Any:
    return ds.variables["paths"] if "paths" in ds.coords else int(ds.attrs["paths"])
