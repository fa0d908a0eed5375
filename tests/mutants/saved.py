"""Mutants of saved results: their bytes changed under the seal, or what they hold changed by a program without one."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import h5py
import numpy as np

from stress.results.sealed import LENGTH

Change = Callable[[Path, Random], object]


def _bytes(change: Callable[[bytearray, Random], bytearray]) -> Change:
    def changed(path: Path, rng: Random) -> None:
        path.write_bytes(change(bytearray(path.read_bytes()), rng))

    return changed


def _flip(data: bytearray, rng: Random) -> bytearray:
    for _ in range(rng.choice((1, 1, 3, 40))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _blank(data: bytearray, rng: Random) -> bytearray:
    at, length = rng.randrange(len(data)), rng.choice((1, 64, 4096))
    data[at : at + length] = bytes(len(data[at : at + length]))
    return data


def _cut_out(data: bytearray, rng: Random) -> bytearray:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice((1, 512, 4096)) :]


OF_BYTES: dict[str, Change] = {
    "truncated": _bytes(lambda data, rng: data[: rng.randrange(len(data))]),
    "flipped bits": _bytes(_flip),
    "a blank stretch": _bytes(_blank),
    "a stretch left out": _bytes(_cut_out),
    "a byte put in": _bytes(lambda data, rng: data[: (at := rng.randrange(len(data)))] + b"\0" + data[at:]),
    "two halves swapped": _bytes(lambda data, rng: data[len(data) // 2 :] + data[: len(data) // 2]),
}
"""Changes of bytes alone: of each either nothing is changed that is read, or the file is refused."""


def _within(change: Callable[[h5py.File, Random], object]) -> Change:
    """A change by another program, which takes the seal off."""

    def changed(path: Path, rng: Random) -> None:
        path.write_bytes(path.read_bytes()[:-LENGTH])
        with h5py.File(path, "r+") as file:
            change(file, rng)

    return changed


def _values(name: str, change: Callable[[np.ndarray, Random], np.ndarray]) -> Change:
    """The values of a variable replaced, its dims and attributes kept."""
    return _within(lambda file, rng: file[name].write_direct(np.ascontiguousarray(change(file[name][()], rng))))


def _one(value: float) -> Callable[[np.ndarray, Random], np.ndarray]:
    def put(values: np.ndarray, rng: Random) -> np.ndarray:
        values.ravel()[rng.randrange(values.size)] = value
        return values

    return put


def _drop(*names: str) -> Change:
    return _within(lambda file, rng: file.__delitem__(rng.choice(names)))


def _said(name: str, *values: object) -> Change:
    return _within(lambda file, rng: file.attrs.__setitem__(name, rng.choice(values)))


def _anew(name: str, **how: object) -> Change:
    """A variable made again in another shape or type, on no axis."""

    def change(file: h5py.File, rng: Random) -> None:
        del file[name]
        file.create_dataset(name, **how)

    return _within(change)


def _beside(name: str, **how: object) -> Change:
    return _within(lambda file, rng: file.create_dataset(name, **how))


DERIVED = ("expected_loss", "loss_probability_se", "wal", "value_at_risk_high", "trigger_probability", "cash_balance")
COUNTED = ("loss_path", "batch_sum", "month_sum", "fan_count", "early_count", "residual", "irr_count", "price_count")
HUGE = 10**12
REFUSED: dict[str, Change] = {
    "a count left out": _drop(*COUNTED),
    "the first count left out": _drop("loss_count"),
    "an estimate left out": _drop(*DERIVED),
    "an axis left out": _drop("scenario", "tranche", "loss_bin", "month", "event_month", "loss_bin_low", "price_bin"),
    "a probability that is none": _values("loss_probability", _one(np.nan)),
    "a probability above 1": _values("shortfall_probability", _one(1.5)),
    "a loss below 0": _values("expected_loss", _one(-0.25)),
    "an infinite probability": _values("first_loss_probability", _one(np.inf)),
    "a count below 0": _values("loss_count", _one(-3)),
    "a path counted twice": _values("default_count", lambda values, rng: values + (np.arange(values.shape[-1]) == 7)),
    "batches of other paths": _values("batch_path", _one(1_000)),
    "an axis that is no number": _values("loss_bin", _one(np.nan)),
    "a name twice": _values("tranche", lambda values, rng: np.full_like(values, values[0])),
    "other notes than the job's": _values("tranche", lambda values, rng: np.roll(values, 1)),
    "a variable by other dims": _anew("expected_loss", data=np.zeros((3, 5))),
    "a variable of texts": _anew("lgd", data=["x", "y"]),
    "a variable of one number": _anew("loss_count", data=1),
    "a table of pairs": _anew("fan_path", data=np.zeros(2, [("a", "i4"), ("b", "f8")])),
    "a job that is no JSON": _said("job", "{", "[1, 2]", "nonsense", '{"deal": 1}', '{"scenarios": [1]}', "{]" * 900),
    "a job nested too deeply": _said("job", "[" * 60_000),
    "a job of other scenarios": _said(
        "job", '{"scenarios": [{"name": "x"}], "pool": {}, "deal": {"notes": [{"name": "A"}]}}'
    ),
    "notes that are no JSON": _said("input_notes", "[[", '{"a": 1}', "[1]", '[["deal"]]'),
    "numbers of the cover that are no JSON": _said("committee", "[]", '{"rules": "x"}', '{"base_net_loss": "much"}'),
    "paths that are no number": _said("paths", "many", -1, 1.5, np.arange(3)),
    "a seed that is none": _said("seed", "x", "-1", "1.5", ""),
    "a format that is none": _said("results_format", "one", 1.5, np.arange(2)),
    "a newer format": _said("results_format", 2, 10**6),
    "no format": _within(lambda file, rng: file.attrs.__delitem__("results_format")),
    "no job's hash": _within(lambda file, rng: file.attrs.__delitem__(rng.choice(("seed", "paths", "version")))),
    "an escape in a text": _said("machine", "\x1b[2Jcpu", "a\x07b", "\u202eupc"),
    "an attribute that is a list": _said("base_case", np.arange(5), [b"a", b"b"]),
    "a variable of a terabyte": _beside("more", shape=(HUGE,), dtype="f8", chunks=(2**16,)),
    "a variable of a terabyte in one piece": _anew("loss_count", shape=(HUGE,), dtype="i8"),
    "many large variables": _within(
        lambda file, rng: [file.create_dataset(f"v{k}", shape=(10**8,), dtype="f4", chunks=(2**16,)) for k in range(50)]
    ),
    "an axis of a terabyte": _anew("batch", shape=(HUGE,), dtype="i8", chunks=(2**16,)),
    "a variable in another file": _beside("more", shape=(9,), dtype="u1", external=[("/etc/passwd", 0, 9)]),
    "a link to another file": _within(lambda file, rng: file.__setitem__("x", h5py.ExternalLink("/etc/passwd", "/"))),
    "a link to itself": _within(lambda file, rng: file.__setitem__("x", h5py.SoftLink("/x"))),
    "a group in itself": _within(lambda file, rng: file.create_group("x").__setitem__("y", file)),
    "groups nested deeply": _within(lambda file, rng: file.create_group("/".join("a" * 500))),
    "a type of its own": _within(lambda file, rng: file.__setitem__("x", np.dtype("f8"))),
}
"""Changes that no result of this package has: each is refused."""


def mutant(kind: str, good: Path, path: Path, rng: Random) -> Path:
    """A copy of a result with one change; the same for the same generator."""
    shutil.copyfile(good, path)
    (OF_BYTES | REFUSED)[kind](path, rng)
    return path
