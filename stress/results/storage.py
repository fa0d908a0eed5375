"""Results on disk: one compressed netCDF file, written whole or not at all; a group for each deal of a DataTree."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from stress.atomic import target_of, write_atomically
from stress.errors import DataError
from stress.file_names import escaped, unescaped
from stress.inputs.text.read import main_file_in
from stress.results import netcdf
from stress.results.declared import check_declared
from stress.results.sealed import check_seal, seal_of
from stress.results.sound import faults
from stress.results.sweep import Result, groups

FORMAT = 1
"""Layout of the variables; raised when a change makes older files unreadable."""


def save(result: Result, path: str | os.PathLike[str]) -> Path:
    """Write to netCDF through a temporary file in the same folder, so that a reader never sees half a file.

    Raises OSError where it cannot be written.

    >>> saved = save(ds, folder / "results.nc")
    >>> stress.open(saved).identical(ds)
    True
    """
    target, parts = target_of(path), dict(groups(result))
    write({"": parts.pop("", xr.Dataset()).assign_attrs(results_format=FORMAT)} | parts, target)
    return target


def write(parts: Mapping[str, xr.Dataset], file: Path) -> None:
    """Datasets as the groups of one sealed file, "" outside of groups and first. Raises OSError.

    The bytes are made in memory: HDF5 ends the process where a disk fills up under a file that it writes.
    """
    image = io.BytesIO()
    for name, ds in parts.items():
        _put(ds, image, escaped(name) if name else None)
    file.parent.mkdir(parents=True, exist_ok=True)
    seal = seal_of(image.getbuffer())
    image.seek(0, io.SEEK_END)
    image.write(seal)
    write_atomically(file, image.getbuffer())


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a saved Dataset into memory. DataError where the file is missing, broken, or not a result.

    >>> file = stress.results.save(ds, folder / "results.nc")
    >>> stress.open(file).attrs["seed"]
    '7'
    """
    result = open_any(path)
    if isinstance(result, xr.DataTree):
        names = "; ".join(map(unescaped, result.children))
        raise DataError(f"{path}: a sweep over deals that differ ({names}); results.open_any reads it as a DataTree")
    return result


def open_any(path: str | os.PathLike[str]) -> Result:
    """Read saved results into memory: a Dataset, or a DataTree of a sweep over deals that differ.

    `path`: results.nc, or the folder of a run that holds it. Raises DataError, with the file, for what is no result or
    a damaged one.

    >>> open_any(save(ds, folder / "results.nc")).identical(ds)
    True
    """
    file = Path(path)
    if file.is_dir():
        file = file / "results.nc"
    if not file.is_file():
        inputs = main_file_in(file.parent)
        raise DataError(f"{file}: no such file; `stress run` writes it{f' ({inputs} is an input)' if inputs else ''}")
    if file.suffix.lower() == ".toml":
        raise DataError(f"{file}: is an input file; the results of a run are needed: its folder, or its results.nc")
    result = read(file)
    form = result.attrs.get("results_format")
    if form is None or not all("loss_count" in group for _, group in groups(result)):
        how = "stress.results.save(ds, PATH) writes one, ds.to_netcdf does not"
        raise DataError(f"{file}: not a result of stress: {how}")
    if not isinstance(form, (int, np.integer)) or form > FORMAT:
        raise DataError(f"{file}: written by a newer stress (format {form}, this one reads {FORMAT})")
    for deal, group in groups(result):
        wrong = next(faults(group.assign_attrs(result.attrs)), None)
        if wrong is not None:
            raise DataError(f"{file}: not a whole result of stress: {f'{deal}: ' if deal else ''}{wrong}")
    if isinstance(result, xr.DataTree):
        parts = {escaped(deal): group.assign_attrs({}) for deal, group in groups(result)}
        for group in parts.values():
            group.attrs = _plain(group.attrs)
        return xr.DataTree.from_dict(parts)
    result.attrs = _plain(result.attrs)
    return result


def read(file: Path) -> Result:
    """What a sealed netCDF file holds, in memory: a DataTree where there is nothing outside of its groups.

    Raises DataError where the file is damaged, says that it holds more than it can, or cannot be read.
    """
    try:
        check_seal(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a file that is odd: it is refused or read
            return _taken(file)
    except DataError:
        raise
    except Exception as error:  # HDF5, netCDF and xarray raise all kinds for a file that is none
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"{file}: not a readable netCDF file ({said})") from error


def _taken(file: Path) -> Result:
    with h5py.File(file, "r") as root:
        groups = check_declared(file, root)
        with contextlib.suppress(netcdf.OtherLayout):
            parts = netcdf.read(root, groups)
            ds = parts.pop("")
            return ds if ds.variables or not parts else xr.DataTree.from_dict(parts | {"/": ds})
    ds = xr.load_dataset(file, engine="h5netcdf")
    if ds.variables:
        return ds
    with xr.open_datatree(file, engine="h5netcdf") as tree:
        return tree.load() if tree.children else ds


def _put(ds: xr.Dataset, image: io.BytesIO, group: str | None = None) -> None:
    """Write a Dataset into a new file, or into a new group of an old one."""
    try:
        netcdf.write(ds, image, group)
    except netcdf.OtherLayout:
        encoding = {
            str(name): {"zlib": True, "complevel": 1, "shuffle": True}
            for name, variable in ds.data_vars.items()
            if variable.size > netcdf.PACKED
        }
        with h5py.File(image, "a" if group else "w", track_order=True):  # xarray takes no file that is still empty
            pass
        store = xr.backends.H5NetCDFStore.open(image, mode="a", group=group, lock=False)
        try:  # as ds.to_netcdf does, which imports distributed (0.2 s) to learn which lock a cluster would need
            ds.dump_to_store(store, encoding=encoding)
        finally:
            store.close()


def _plain(attrs: dict[Any, Any]) -> dict[Any, Any]:
    """Attributes as they were before netCDF."""
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in attrs.items() if k != "results_format"}
