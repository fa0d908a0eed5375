"""Results are netCDF: what is written by h5py alone is what xarray reads, and what xarray writes is read the same."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from stress import results
from stress.errors import DataError
from stress.results import netcdf, storage
from stress.results.declared import check_declared


@pytest.fixture
def every_kind() -> xr.Dataset:
    """Texts, truths, dates, missing numbers, a dimension without coordinates, one long enough to be compressed."""
    return xr.Dataset(
        {
            "text": ("x", ["a", "京东 β"]),
            "object": ("x", np.array(["a", "longer"], object)),
            "truth": ("x", [True, False]),
            "word": ((), "one"),
            "short": ("x", np.array([1.5, np.nan], np.float32)),
            "count": 3,
            "date": ("x", np.array(["2020-01", "2021-02"], "M8[ns]")),
            "bare": (("x", "bare_dimension"), np.arange(6, dtype=np.uint8).reshape(2, 3)),
            "long": ("long_dimension", np.arange(5000.0)),
        },
        {"x": ["p", "q"], "beside": ("x", [1, 2])},
        {"empty": "", "number": np.int64(4), "share": 2.5, "row": np.array([1.0, 2.0])},
    )


def alike(first: xr.Dataset, second: xr.Dataset) -> None:
    """The same values, kinds, order of variables and attributes."""
    xr.testing.assert_identical(first, second)
    assert list(first.variables) == list(second.variables)
    assert {name: first[name].dtype for name in first.variables} == {
        name: second[name].dtype for name in second.variables
    }
    for mine, theirs in zip((first, *first.variables.values()), (second, *second.variables.values()), strict=True):
        assert {k: type(value) for k, value in mine.attrs.items()} == {k: type(v) for k, v in theirs.attrs.items()}


def read(file: Path) -> xr.Dataset:
    with h5py.File(file) as root:
        return netcdf.read(root, check_declared(file, root))[""]


def test_xarray_reads_what_is_written(every_kind: xr.Dataset, quick_dataset: xr.Dataset, tmp_path: Path) -> None:
    for ds in (every_kind, quick_dataset):
        file = tmp_path / "r.nc"
        netcdf.write(ds, file)
        theirs = xr.load_dataset(file, engine="h5netcdf")
        assert theirs.identical(ds)
        alike(read(file), theirs)
    with h5py.File(file) as root:
        assert root["loss_count"].compression == "gzip"
        assert root["scenario"].compression is None


def test_what_xarray_writes_is_read(every_kind: xr.Dataset, quick_dataset: xr.Dataset, tmp_path: Path) -> None:
    for ds in (every_kind, quick_dataset):
        file = tmp_path / "r.nc"
        ds.to_netcdf(file, engine="h5netcdf")
        alike(read(file), xr.load_dataset(file, engine="h5netcdf"))


@pytest.mark.parametrize(
    "odd",
    [
        {"attrs": {"words": ["a", "b"]}},
        {"data_vars": {"none": ("y", np.zeros(0))}},
        {"data_vars": {"complex": ("y", np.array([1j]))}},
        {"data_vars": {"words": ("y", [1.0], {"words": ["a", "b"]})}},
    ],
    ids=["a list of texts", "no element", "complex numbers", "a list of texts on a variable"],
)
def test_what_is_laid_out_otherwise_is_left_to_xarray(
    odd: dict[str, object], every_kind: xr.Dataset, quick_dataset: xr.Dataset, tmp_path: Path
) -> None:
    """A whole result with an odd attribute, fewer variables with the others."""
    whole = "attrs" in odd
    ds = quick_dataset if whole else every_kind
    ds = ds.assign(odd.get("data_vars", {})).assign_attrs(odd.get("attrs", {}))
    with pytest.raises(netcdf.OtherLayout):
        netcdf.write(ds, tmp_path / "none.nc")
    assert not (tmp_path / "none.nc").exists()
    if "complex" in ds:
        return
    file = storage.save(ds, tmp_path / "r.nc")
    assert storage.read(file).identical(ds.assign_attrs(results_format=storage.FORMAT))
    if whole:
        assert results.open(file).identical(ds)


@pytest.mark.parametrize("what", ["two dimensions of one number", "elements of kind"])
def test_a_file_that_another_program_changed_is_not_read_in_our_own_way(
    what: str, every_kind: xr.Dataset, tmp_path: Path
) -> None:
    netcdf.write(every_kind, tmp_path / "r.nc")
    with h5py.File(tmp_path / "r.nc", "r+") as root:
        if what.startswith("two"):
            root["x"].attrs["_Netcdf4Dimid"] = root["long_dimension"].attrs["_Netcdf4Dimid"]
        else:
            root.create_dataset("flag", data=np.bool_(True))
    with pytest.raises(netcdf.OtherLayout, match=what):
        read(tmp_path / "r.nc")


def test_a_file_that_is_cut_off_is_told(quick_dataset: xr.Dataset, tmp_path: Path) -> None:
    file = results.save(quick_dataset, tmp_path / "r.nc")
    whole = file.read_bytes()
    for size in (0, 100, len(whole) // 2, len(whole) - 200, len(whole) - 50):
        file.write_bytes(whole[:size])
        with pytest.raises(DataError, match="is damaged" if size == len(whole) - 50 else "not a readable netCDF file"):
            results.open(file)
