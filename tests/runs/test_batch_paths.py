"""Path-level outcomes: the same paths as the counts, read lazily, checked on reading, gone on with after a stop."""

import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from shipped import ROOT

import stress
from stress import measures
from stress.assemble.monthly import mean_coupons
from stress.assemble.problem import assemble
from stress.inputs.load import load_job
from stress.kernels.memory import pack
from stress.kernels.tally import N_BIN, Tally, decoded
from stress.runs import engine, jobs
from stress.runs.counting.counted import joined
from stress.runs.jobs import paths as kept

JOB = load_job(ROOT / "scenarios/jobs/baitiao-24m.toml")
SCENARIOS = ("baseline", "credit_contraction")


@pytest.fixture(autouse=True)
def quick(no_page: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = xr.Dataset({"loss_count": ("x", np.arange(3))})
    monkeypatch.setattr("stress.runs.dataset.to_dataset", lambda job, tally: made_up)
    monkeypatch.setattr(kept, "_CHUNK_VALUES", 2**12 * 2)


def planned(out: Path, paths: int) -> jobs.Plan:
    return jobs.plan(JOB, paths=paths, seed=7, scenarios=SCENARIOS, out=out, threads=2, keep_paths=True)


def tally_of(paths: int) -> Tally:
    job = engine.with_options(JOB, paths, 7, SCENARIOS)
    return joined(engine.count(pack(assemble(job)), job)).tally()


def check(out: Path, paths: int) -> None:
    """Every loss lies in the bin in which it was counted; sums are those of the tally."""
    tally = tally_of(paths)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # as a user opens it: nothing to say
        ds = xr.open_zarr(out / "paths.zarr")
    with ds:
        assert ds.sizes == {"scenario": 2, "tranche": 4, "path": paths}
        assert ds["loss"].chunks is not None
        assert list(ds["scenario"].values) == list(SCENARIOS)
        loss, default = ds["loss"].values, ds["pool_default"].values
    for k in range(2):
        for n in range(4):
            bins = np.where(loss[k, n] >= 1, N_BIN + 1, np.where(loss[k, n] > 0, 1 + loss[k, n] * N_BIN, 0))
            counts = np.bincount(np.minimum(bins.astype(int), N_BIN + 1), minlength=N_BIN + 2)
            np.testing.assert_array_equal(counts, tally.loss_count[k, n])
    np.testing.assert_allclose(default.sum(1), decoded(tally.batch_sum).sum(-1)[:, 32], rtol=1e-12)


@pytest.mark.usefixtures("whole_dataset")
def test_outcomes_are_of_the_paths_that_were_counted(tmp_path: Path) -> None:
    assert jobs.run(planned(tmp_path, 6_000)).manifest["paths_kept"]
    check(tmp_path, 6_000)
    assert jobs.run(planned(tmp_path, 6_000)).before


def test_outcomes_go_on_after_a_stop_and_grow_with_the_run(tmp_path: Path) -> None:
    stop = threading.Event()
    done: list[int] = []

    def progress(now: int, _: int) -> None:
        if done and now < done[-1]:  # all are counted: outcomes begin at the first path again
            stop.set()
        done.append(now)

    with pytest.raises(KeyboardInterrupt, match="outcomes of 4,096 paths are kept"):
        jobs.run(planned(tmp_path, 6_000), progress, None, stop)
    jobs.run(planned(tmp_path, 6_000))
    check(tmp_path, 6_000)
    jobs.run(planned(tmp_path, 9_000))
    check(tmp_path, 9_000)


@pytest.mark.slow
def test_a_million_paths_open_lazily(
    tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_CHUNK_VALUES", 2**17)
    jobs.run(jobs.plan(JOB, paths=10**6, seed=7, scenarios=["baseline"], out=tmp_path, threads=2, keep_paths=True))
    began = time.perf_counter()
    with xr.open_zarr(tmp_path / "paths.zarr", consolidated=False) as ds:
        spent = time.perf_counter() - began
        size = ds.nbytes
        assert ds.sizes["path"] == 10**6
        assert all(array.chunks is not None for array in ds.data_vars.values())
        last = ds["loss"].isel(path=slice(-5, None)).values
    record_property("measured", f"{size / 1e6:,.0f} MB opened in {spent:.2f} s")
    assert np.isfinite(last).all()
    assert spent < 5.0


def test_a_damaged_chunk_is_seen_when_it_is_read(tmp_path: Path) -> None:
    jobs.run(planned(tmp_path, 5_000))
    chunk = next(p for p in (tmp_path / "paths.zarr/irr/c").rglob("*") if p.is_file())
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    with xr.open_zarr(tmp_path / "paths.zarr", consolidated=False) as ds, pytest.raises(Exception, match="checksum"):
        ds["irr"].load()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of 10,000 paths."""
    out = tmp_path_factory.mktemp("kept")
    assert jobs.run(planned(out, 6_000)).manifest["paths_kept"]
    return out


@pytest.fixture(scope="module")
def counted(finished: Path) -> xr.Dataset:
    return stress.open(finished)


@pytest.fixture(scope="module")
def ten_thousand(finished: Path) -> xr.Dataset:
    with xr.open_zarr(finished / "paths.zarr", consolidated=False) as ds:
        return ds.load()


def test_the_interval_of_a_yield_holds_the_quantile_of_the_kept_paths_within_a_hair(
    counted: xr.Dataset, ten_thousand: xr.Dataset
) -> None:
    """Every note, from a senior one that yields the same on most paths to what is left over: bins are a 23rd of a basis
    point wide at the coupon and 0.43% of the distance to it elsewhere."""
    level = [0.05, 0.25, 0.5, 0.75, 0.95]
    quantiles = measures.irr_distribution(counted, level)
    true = ten_thousand["irr"].quantile(level, dim="path").transpose("scenario", "tranche", "quantile").values
    assert (quantiles["low"].values <= true + 1e-12).all()
    assert (true <= quantiles["high"].values + 1e-12).all()
    away = np.abs(true - mean_coupons(JOB.deal)[None, :, None])
    assert (np.abs(quantiles["estimate"].values - true) <= 0.01 * np.hypot(away, 0.001)).all()
    senior = quantiles.isel(scenario=0, tranche=0)
    assert float(senior["high"].max() - senior["low"].min()) < 1e-5


def test_paths_that_share_a_bin_have_one_yield_and_the_figure_draws_one(counted: xr.Dataset) -> None:
    alike = (counted["irr_count"] > 0).sum("irr_bin") == 1
    assert bool(alike.any())
    quantile = measures.irr_quantile(counted)
    spread = quantile.max("quantile") - quantile.min("quantile")
    assert float(spread.where(alike, 0.0).max()) == 0.0
    mean = quantile.isel(quantile=0) - counted["irr"]
    assert float(np.abs(mean.where(alike, 0.0)).max()) == 0.0
