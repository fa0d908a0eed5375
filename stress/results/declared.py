"""What an HDF5 file says that it holds, looked at before anything of it is read into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stress.errors import DataError

MOST_BYTES = 2**34
"""Of all variables together: a job of 64 scenarios, 64 notes and ten years takes a third of it."""
MOST_RATIO = 1_100
"""Bytes in memory for each on the disk: deflate comes to 1,032 at most, so more of them were never written."""
SLACK = 2**20
"""Bytes in memory that a small file may take whatever its size."""
MOST_PARTS = 100_000
"""Variables and groups."""


def check_declared(path: Path, file: Any) -> dict[str, dict[str, Any]]:
    """What an open HDF5 file holds: its variables by group and name; "" is outside of groups.

    Raises DataError where it says that it holds more than it can, or refers to other files.
    """
    size = path.stat().st_size
    variables: dict[str, dict[str, Any]] = {"": {}}
    total = 0
    for number, (group, name, part) in enumerate(_parts(path, file)):
        if part is None:
            variables[group] = {}
        else:
            variables[group][name] = part
            total += part.size * part.dtype.itemsize if part.shape is not None else 0
        if total > min(MOST_BYTES, MOST_RATIO * size + SLACK) or number > MOST_PARTS:
            raise DataError(
                f"{path}: is no result of stress: with {group and f'/{group}'}/{name} it would take {total / 1e9:,.1f} "
                f"GB of memory, more than a file of {size / 1e6:,.1f} MB can hold"
            )
    return variables


def _parts(path: Path, node: Any, group: str = "") -> Iterator[tuple[str, str, Any]]:
    """Group, name and dataset of everything in a file; a group of a deal itself without dataset, before its own."""
    import h5py

    for name in node:
        link = node.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise DataError(f"{path}: is no result of stress: {name} is a link, to {_target(link)}")
        part = node[name]
        if isinstance(part, h5py.Dataset):
            if part.external or part.is_virtual:
                raise DataError(f"{path}: is no result of stress: {name} lies in other files")
            yield group, name, part
        elif isinstance(part, h5py.Group) and not group:
            yield name, "", None
            yield from _parts(path, part, name)
        else:
            raise DataError(f"{path}: is no result of stress: {name} is no variable and no group of a deal")


def _target(link: Any) -> str:
    return str(getattr(link, "filename", "another name"))
