"""One Dataset as a group of a netCDF-4 file, read and written by h5py alone.

xarray's own way through h5netcdf looks every variable up again at every step, and a result has more than a hundred. The
layout is that of netCDF-4 (each dimension an HDF5 dimension scale with a number, which the variables name), so that any
reader of netCDF reads it. What is laid out otherwise is left to xarray. The library netCDF4 is quick too, but brings an
HDF5 of its own: beside h5py's, in one process, some versions fail to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
import xarray as xr

BARE = b"This is a netCDF dimension but not a netCDF variable."
"""Name of the scale of a dimension without coordinates, by the rules of netCDF-4; its length follows."""
HIDDEN = frozenset(
    ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties")
)
"""Attributes of the layout, which no user has set."""
PACKED = 4096
"""Elements above which an array is compressed."""


class OtherLayout(ValueError):
    """A file or a Dataset that this module does not know how to read or write."""


def write(ds: xr.Dataset, file: Path | BinaryIO, group: str | None = None) -> None:
    """Write a Dataset into a new file, or into a new group of an old one. OtherLayout before anything is written."""
    plain, attrs = xr.conventions.encode_dataset_coordinates(ds)
    names = {*map(str, plain), *map(str, ds.sizes)}
    clash = any(name in ds.sizes and variable.dims != (name,) for name, variable in plain.items())
    if clash or 0 in ds.sizes.values() or any("/" in name for name in names) or not _are_plain(attrs):
        raise OtherLayout("a name or an attribute of another kind")
    arrays = {str(name): _encoded(str(name), variable) for name, variable in plain.items()}
    numbers = {str(dimension): number for number, dimension in enumerate(ds.sizes)}
    with h5py.File(file, "a" if group else "w", track_order=True) as root:
        node = root.create_group(group, track_order=True) if group else root
        _set_attrs(node, attrs)
        for name in (name for name in numbers if name not in arrays):
            node.create_dataset(name, (ds.sizes[name],), ">f4", track_order=True)
        for name, (variable, kind) in arrays.items():
            _create(node, name, variable, kind)
        scales = {name: node[name] for name in numbers}
        for name, number in numbers.items():
            scales[name].make_scale(name if name in arrays else BARE + b"%10d" % ds.sizes[name])
            _put(scales[name], "_Netcdf4Dimid", np.int32(number))
        for name, (variable, _) in arrays.items():
            if variable.dims:
                made = node[name]
                _put(made, "_Netcdf4Coordinates", np.array([numbers[str(d)] for d in variable.dims], np.int32))
                for axis, dimension in enumerate(variable.dims if name not in numbers else ()):
                    h5py.h5ds.attach_scale(made.id, scales[str(dimension)].id, axis)


def read(root: h5py.File, groups: Mapping[str, Mapping[str, h5py.Dataset]]) -> dict[str, xr.Dataset]:
    """The Datasets of these groups of a file, in memory, each with its variables; "" is outside of groups.

    Raises OtherLayout.
    """
    try:
        return {name: _read(root[name or "/"], arrays) for name, arrays in groups.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise OtherLayout(str(error)) from error


def _encoded(name: str, variable: xr.Variable) -> tuple[xr.Variable, Any]:
    """A variable as it is stored, and the kind of its elements."""
    encoded = xr.conventions.encode_cf_variable(variable, name=name)
    kind = encoded.dtype.kind
    is_text = kind == "U" or (kind == "O" and all(isinstance(value, str) for value in encoded.values.flat))
    if not _are_plain(encoded.attrs) or not (is_text or kind in "iuf"):
        raise OtherLayout(name)
    return encoded, h5py.string_dtype() if is_text else encoded.dtype


def _create(node: h5py.Group, name: str, variable: xr.Variable, kind: Any) -> None:
    packing = {"compression": "gzip", "compression_opts": 1, "shuffle": True} if variable.size > PACKED else {}
    attrs = dict(variable.attrs)
    fill = attrs.get("_FillValue")
    values = variable.values.astype(object) if variable.dtype.kind == "U" else variable.values
    made = node.create_dataset(name, variable.shape, kind, values, fillvalue=fill, track_order=True, **packing)
    _set_attrs(made, attrs)


def _set_attrs(at: Any, attrs: Mapping[Any, Any]) -> None:
    for key, value in attrs.items():
        _put(at, key, value if isinstance(value, str) else np.atleast_1d(value))


def _put(at: Any, name: str, value: Any) -> None:
    """Set an attribute that is not there yet: h5py would look for it each time, and guess at its type."""
    array = np.asarray(value, h5py.string_dtype() if isinstance(value, str) else None)
    kind, space = h5py.h5t.py_create(array.dtype, logical=True), h5py.h5s.create_simple(array.shape)
    h5py.h5a.create(at.id, name.encode(), kind, space).write(array)


def _read(node: h5py.Group, arrays: Mapping[str, h5py.Dataset]) -> xr.Dataset:
    layout = {name: _stored(array) for name, array in arrays.items()}
    scales = {name: attrs for name, attrs in layout.items() if attrs.get("CLASS") == b"DIMENSION_SCALE"}
    dimensions = {int(attrs["_Netcdf4Dimid"]): name for name, attrs in scales.items()}
    if len(dimensions) < len(scales):
        raise OtherLayout("two dimensions of one number")
    variables = {}
    for name, array in arrays.items():
        if not layout[name].get("NAME", b"").startswith(BARE):
            numbers = layout[name]["_Netcdf4Coordinates"] if name not in scales and array.ndim else ()
            dims = (name,) if name in scales else tuple(dimensions[int(number)] for number in numbers)
            variables[name] = xr.Variable(dims, _values(array), _attrs(layout[name]))
    named, attrs, beside = xr.conventions.decode_cf_variables(variables, _attrs(_stored(node)))
    coords = {name: variable for name, variable in named.items() if name in beside or variable.dims == (name,)}
    return xr.Dataset({n: v for n, v in named.items() if n not in coords}, coords, attrs).load()  # in xarray's order


def _values(array: h5py.Dataset) -> Any:
    if h5py.check_string_dtype(array.dtype) is not None:
        return np.asarray(array.asstr()[()]).astype(str)
    if array.dtype.kind not in "iuf":
        raise OtherLayout(f"{array.name}: elements of kind {array.dtype}")
    return array[()]


def _stored(part: Any) -> dict[str, Any]:
    """Attributes of a variable or a group but those that list how it is attached to others: they are long."""
    return {key: part.attrs[key] for key in part.attrs if key not in ("DIMENSION_LIST", "REFERENCE_LIST")}


def _attrs(stored: dict[str, Any]) -> dict[str, Any]:
    """Attributes that a user has set; netCDF has no scalar numbers: an array of one element stands for one."""
    attrs = {key: value for key, value in stored.items() if key not in HIDDEN}
    if not _are_plain(attrs):
        raise OtherLayout("an attribute of another kind")
    return {
        key: value[0] if isinstance(value, np.ndarray) and len(value) == 1 else value for key, value in attrs.items()
    }


def _are_plain(attrs: Mapping[Any, Any]) -> bool:
    """Each of them a text, a number, or a row of numbers."""
    return not HIDDEN & set(attrs) and all(
        isinstance(value, str) or (not isinstance(value, h5py.Empty) and np.asarray(value).dtype.kind in "iuf")
        for value in attrs.values()
    )
