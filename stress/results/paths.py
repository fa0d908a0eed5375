"""Kept paths on disk (`paths.zarr`), read with care: a chunk that is missing would otherwise read as blanks."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from stress.errors import DataError
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES

MOST_OF_A_CHUNK = 2**26
"""Values of a chunk: 16 times those of a job of 64 notes."""
MOST_CHUNKS = 10**7
WHOLE = "every_chunk_written"
"""Attribute of a store whose chunks are all written, those of blanks too: one that is not there was lost."""
NEVER_BLANK = ("loss", "pool_default")
OF_POOL = tuple(f"pool_{quantity}" for quantity in POOL_QUANTITIES)
AXES = ("scenario", "tranche", "path")


@contextlib.contextmanager
def kept_paths(store: str | os.PathLike[str]) -> Iterator[xr.Dataset]:
    """The outcomes that a run kept, each variable by (scenario, tranche, path) or (scenario, path), read when asked.

    Raises DataError for no store, and for one that is not whole.
    """
    if not Path(store).is_dir():
        raise DataError(f"{store}: no kept paths; run with --keep-paths")
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # of a store that is odd: it is refused or read
        try:
            _check(store)
            kept = stack.enter_context(xr.open_zarr(store))
        except DataError:
            raise
        except Exception as error:  # Zarr and its codecs raise all kinds for what is none
            raise DataError(f"{store}: not a readable store of paths ({_short(error)})") from None
        yield kept


def is_whole(store: str | os.PathLike[str]) -> bool:
    """Whether a store is there and no chunk of it is missing; what its chunks hold is not read."""
    try:
        with kept_paths(store):
            return True
    except DataError:
        return False


def check_run(store: str | os.PathLike[str], kept: xr.Dataset, result: xr.Dataset) -> None:
    """Raise DataError where kept paths are not those of a result: scenarios, notes, number of paths."""
    for name in ("scenario", "tranche"):
        if list(map(str, kept[name].values)) != list(map(str, result[name].values)):
            raise DataError(f"{store}: {name} is not that of the results beside it")
    if kept.sizes["path"] != int(result.attrs["paths"]):
        raise DataError(f"{store}: holds {kept.sizes['path']:,} paths, the results beside it {result.attrs['paths']:,}")


def stretch(store: str | os.PathLike[str], kept: xr.Dataset, first: int, last: int) -> xr.Dataset:
    """Paths from `first` up to `last`, in memory. Raises DataError where a chunk of them is damaged."""
    try:
        return kept.isel(path=slice(first, last)).load()
    except Exception as error:
        raise DataError(f"{store}: paths {first:,} to {last:,} cannot be read ({_short(error)})") from None


def _check(store: str | os.PathLike[str]) -> None:
    import zarr

    group = zarr.open_group(store, mode="r")
    whole = bool(group.attrs.get(WHOLE))
    sizes = {name: _array(store, group, name, (name,)).shape[0] for name in ("scenario", "tranche")}
    names = {**dict.fromkeys(NOTE_QUANTITIES, AXES), **dict.fromkeys(OF_POOL, (AXES[0], AXES[2]))}
    if "weight" in group:
        names["weight"] = (AXES[2],)
    for name, dims in names.items():
        array = _array(store, group, name, dims)
        for dim, size in zip(dims, array.shape, strict=True):
            if sizes.setdefault(dim, size) != size:
                raise DataError(f"{store}: {name} has {size:,} of {dim}, others {sizes[dim]:,}")
        if array.dtype.kind != "f":
            raise DataError(f"{store}: {name} holds no numbers")
        missing = array.nchunks - array.nchunks_initialized
        if missing and (whole or name in NEVER_BLANK):
            raise DataError(
                f"{store}: {missing:,} of {array.nchunks:,} chunks of {name} are missing; the same run with "
                "--keep-paths writes them again"
            )


def _array(store: str | os.PathLike[str], group: Any, name: str, dims: Sequence[str]) -> Any:
    """An array of the store by these dims, of chunks that fit in memory. Raises DataError."""
    import zarr

    array = group.get(name)
    if not isinstance(array, zarr.Array):
        raise DataError(f"{store}: {name} is missing")
    names = getattr(array.metadata, "dimension_names", None)
    if names is None or tuple(names) != tuple(dims) or not all(array.shape):
        raise DataError(f"{store}: {name} is not by ({', '.join(dims)})")
    values = 1
    for size in array.chunks:
        values *= size
    if values > MOST_OF_A_CHUNK or array.nchunks > MOST_CHUNKS:
        raise DataError(f"{store}: {name} is cut into {array.nchunks:,} chunks of {values:,} values: no store of a run")
    return array


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
