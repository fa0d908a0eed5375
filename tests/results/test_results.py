"""The Dataset: complete, self-describing, and the same after a round trip to disk."""

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from synthetic import TRANCHES, case, results_of, tally_of, tranche_losses, vasicek

from stress import measures, results
from stress.errors import DataError
from stress.results import netcdf


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    return case(3_000, 3)


def test_every_variable_of_the_table_is_there_with_its_dims_unit_and_meaning(ds: xr.Dataset) -> None:
    assert set(ds.data_vars) == set(results.TABLE)
    for name, variable in results.TABLE.items():
        assert ds[name].dims == variable.dims, name
        assert ds[name].attrs == {"units": variable.unit, "long_name": variable.meaning}, name


def test_a_saved_result_comes_back_bit_for_bit(ds: xr.Dataset, tmp_path) -> None:
    path = results.save(ds, tmp_path / "deep" / "results.nc")
    xr.testing.assert_identical(results.open(path), ds)
    xr.testing.assert_identical(results.open(path.parent), ds)
    assert [p.name for p in path.parent.iterdir()] == ["results.nc"]


def test_a_saved_result_can_be_measured_again_from_its_counts_alone(ds: xr.Dataset, tmp_path) -> None:
    opened = results.open(results.save(ds, tmp_path / "r.nc"))
    raw = opened[[v.name for v in results.RAW]]
    xr.testing.assert_identical(results.derive(raw), opened)
    assert measures.value_at_risk(raw, 0.975)["estimate"].shape == (3, 4)


def test_seed_is_text_and_attributes_survive(ds: xr.Dataset, tmp_path) -> None:
    opened = results.open(results.save(ds, tmp_path / "r.nc"))
    assert opened.attrs == ds.attrs
    assert opened.attrs["seed"] == "7"
    assert opened.attrs["paths"] == 3000


@pytest.mark.parametrize("value", [None, True, ["a"], {"a": 1}])
def test_attributes_other_than_text_and_numbers_are_refused(value: object) -> None:
    with pytest.raises(DataError, match="text or numbers"):
        results_of(np.zeros((1, 4, 64)), oddity=value)


def test_sums_are_decoded_to_the_last_bit() -> None:
    losses = tranche_losses(vasicek(2_000, 0.1, 0.05))[None]
    ds = results_of(losses)
    exact = ds["batch_sum"].sel(quantity="Mezzanine:loss").sum().item()
    assert exact == pytest.approx(losses[0, 2].sum(), rel=1e-14)


def test_an_empty_bin_has_no_path_and_the_others_the_smallest() -> None:
    losses = np.zeros((1, 4, 100))
    losses[0, 3, [17, 40]] = 0.5
    ds = results_of(losses)
    path = ds["loss_path"].sel(tranche="Subordinated")[0]
    assert path[0] == 0
    assert path[5001] == 17
    assert path[1] == -1


def test_a_tally_of_the_wrong_shape_is_refused_with_its_name() -> None:
    tally = tally_of(np.zeros((1, 4, 64)))
    months = np.datetime64("2020-10") + np.arange(24)
    with pytest.raises(DataError, match="loss_count"):
        results.build(tally, ["base"], ["A", "B"], ["x", "y"], months, {})
    with pytest.raises(DataError, match="trigger_count"):
        results.build(tally, ["base"], list(TRANCHES), ["x"], months, {})


def test_what_is_not_a_result_is_refused_with_its_path(tmp_path) -> None:
    with pytest.raises(DataError, match="no such"):
        results.open(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("hello")
    with pytest.raises(DataError, match=r"text\.nc"):
        results.open(tmp_path / "text.nc")
    xr.Dataset({"a": 1}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="not a result"):
        results.open(tmp_path / "other.nc")


def test_a_failed_save_leaves_the_old_file_whole(ds: xr.Dataset, tmp_path, monkeypatch) -> None:
    path = results.save(ds, tmp_path / "r.nc")
    before = path.read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(netcdf, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        results.save(ds, path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_reading_a_result_needs_neither_numba_nor_dask() -> None:
    code = (
        "import sys, stress.results, stress.measures, stress.report.page, stress.report.terminal, stress.report.export;"
        "print([m for m in ('numba', 'dask', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
