"""A Dataset on disk: one compressed netCDF file, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

from stress.errors import DataError

FORMAT = 1
"""Layout of the variables; raised when a change makes older files unreadable."""


def save(ds: xr.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write `ds` to netCDF through a temporary file in the same folder, so that a reader never sees half a file."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    encoding = {
        str(k): {"zlib": True, "complevel": 1, "shuffle": True} for k, v in ds.data_vars.items() if v.size > 4096
    }
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    try:
        # ds.to_netcdf does the same, but imports distributed (0.2 s) to learn which lock a cluster would need
        store = xr.backends.H5NetCDFStore.open(name, mode="w", lock=False)
        try:
            ds.assign_attrs(results_format=FORMAT).dump_to_store(store, encoding=encoding)
        finally:
            store.close()
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a saved Dataset into memory. DataError where the file is missing, broken, or not a result."""
    file = Path(path)
    if file.is_dir():
        file = file / "results.nc"
    if not file.is_file():
        raise DataError(f"{file}: no such results file")
    try:
        ds = xr.load_dataset(file, engine="h5netcdf")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{file}: not a readable netCDF file ({error})") from error
    found = ds.attrs.get("results_format")
    if found is None or "loss_count" not in ds:
        raise DataError(f"{file}: not a result of stress")
    if int(found) > FORMAT:
        raise DataError(f"{file}: written by a newer stress (format {int(found)}, this one reads {FORMAT})")
    ds.attrs = {k: v.item() if isinstance(v, np.generic) else v for k, v in ds.attrs.items() if k != "results_format"}
    return ds
