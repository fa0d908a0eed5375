"""Mutants of a store of kept paths: chunks lost or damaged, metadata that says something else, links in a circle."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Change = Callable[[Path], object]
HUGE = 10**12
VALUES = ("scenario", "tranche")
"""Arrays of names; all others hold outcomes by path."""


def _chunk(store: Path, name: str = "irr") -> Path:
    return max(path for path in (store / name / "c").rglob("*") if path.is_file())


def _bytes(name: str, change: Callable[[bytes], bytes]) -> Change:
    def changed(store: Path) -> None:
        file = _chunk(store, name)
        file.write_bytes(change(file.read_bytes()))

    return changed


def _said(change: Callable[[dict[str, Any]], object]) -> Change:
    """A change of what the store says of its arrays."""

    def changed(store: Path) -> None:
        file = store / "zarr.json"
        document = json.loads(file.read_text())
        change(document["consolidated_metadata"]["metadata"])
        file.write_text(json.dumps(document))

    return changed


def _of(name: str, **said: object) -> Change:
    return _said(lambda arrays: arrays[name].update(said))


def _longer(paths: int) -> Change:
    def change(arrays: dict[str, Any]) -> None:
        for name, array in arrays.items():
            if name not in VALUES:
                array["shape"][-1] = paths

    return _said(change)


def _chunks(*shape: int) -> Change:
    return _of("irr", chunk_grid={"name": "regular", "configuration": {"chunk_shape": shape}})


def _instead(make: Change) -> Change:
    def changed(store: Path) -> None:
        shutil.rmtree(store)
        make(store)

    return changed


REFUSED: dict[str, Change] = {
    "a chunk lost": lambda store: _chunk(store).unlink(),
    "a chunk of losses lost": lambda store: _chunk(store, "loss").unlink(),
    "a chunk cut short": _bytes("irr", lambda data: data[:-9]),
    "a chunk of nothing": _bytes("pool_default", lambda data: b""),
    "a flipped bit in a chunk": _bytes("multiple", lambda data: bytes([data[0] ^ 1]) + data[1:]),
    "a flipped bit in the names": _bytes("scenario", lambda data: data[:14] + bytes([data[14] ^ 1]) + data[15:]),
    "no metadata": lambda store: (store / "zarr.json").unlink(),
    "metadata that is no JSON": lambda store: (store / "zarr.json").write_text("{"),
    "metadata that is a list": lambda store: (store / "zarr.json").write_text("[1]"),
    "metadata of bytes": lambda store: (store / "zarr.json").write_bytes(bytes(range(256))),
    "an array of a terabyte": _of("irr", shape=[2, 4, HUGE]),
    "arrays of a terabyte": _longer(HUGE),
    "a chunk of a terabyte": _chunks(2, 4, HUGE),
    "names without end": _of("scenario", shape=[HUGE]),
    "a shape below 0": _of("irr", shape=[2, 4, -1]),
    "chunks of no size": _chunks(2, 4, 0),
    "an array of texts": _of("irr", data_type="string"),
    "an array of whole numbers": _of("irr", data_type="int64", fill_value=0),
    "other dims": _of("irr", dimension_names=["path", "tranche", "scenario"]),
    "no dims": _of("irr", dimension_names=None),
    "a codec that nobody knows": _of("irr", codecs=[{"name": "bytes"}, {"name": "evil"}]),
    "two paths more": _longer(1026),
    "an array left out": _said(lambda arrays: arrays.pop("loss")),
    "a link to itself": _instead(lambda store: store.symlink_to(store)),
    "a file": _instead(lambda store: store.write_text("x")),
    "an empty folder": _instead(lambda store: store.mkdir()),
    "a store of another program": _instead(
        lambda store: (store.mkdir(), (store / ".zgroup").write_text('{"zarr_format": 2}'))
    ),
}
"""Each is refused."""
HARMLESS: dict[str, Change] = {
    "a folder in itself": lambda store: (store / "irr/c/loop").symlink_to(store),
    "metadata of its arrays alone": lambda store: (store / "zarr.json").write_text("{}"),
    "a file more": lambda store: (store / "more.txt").write_text("x"),
}
"""What is read is what was written."""
