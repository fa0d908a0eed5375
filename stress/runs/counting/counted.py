"""What was counted over some paths: as arrays, as bytes, as one digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.kernels.tally import RULE, Tally
from stress.runs.counting import book_tally
from stress.runs.counting.book_tally import BookTally
from stress.runs.counting.ranges import Ranges, size, union

Progress = Callable[[int, int], None]
"""Called with (paths done, paths in all)."""


AnyTally = Tally | BookTally
"""Of a deal or of a book."""


class Kind(NamedTuple):
    """How tallies of one type become one."""

    make: Any
    rule: Mapping[str, np.ufunc]
    """Where it is not by adding."""
    carried: frozenset[str]
    """Sums of two words."""


KINDS = (
    Kind(Tally, RULE, frozenset(name for name in Tally._fields if name.endswith("_sum"))),
    Kind(BookTally, book_tally.RULE, frozenset()),
)


def kind_of(names: Iterable[str]) -> Kind:
    """The kind of tally with these arrays. Raises ValueError where there is none."""
    kind = next((kind for kind in KINDS if kind.make._fields == tuple(names)), None)
    if kind is None:
        raise ValueError("not a tally: other arrays")
    return kind


class Counted(NamedTuple):
    """A tally of some paths, as arrays or (from another process) as bytes."""

    ranges: Ranges
    held: AnyTally | bytes

    def tally(self) -> Any:
        """The arrays, of the kind that was counted."""
        return decode(self.held) if isinstance(self.held, bytes) else self.held

    @property
    def n_path(self) -> int:
        """Number of paths."""
        return size(self.ranges)


def add(total: AnyTally, part: AnyTally) -> None:
    """Add to a tally in place: the rule of `kernels.tally.merge` without its copies (15 ms for 150 at 31 MB)."""
    kind = kind_of(total._fields)
    for name, into, new in zip(kind.make._fields, total, part, strict=True):
        kind.rule.get(name, np.add)(into, new, out=into)
        if name in kind.carried:
            _carry(into)


def copied(tally: AnyTally) -> Any:
    """A tally of its own, sums carried: `merge` of one without its detours."""
    copy = type(tally)(**{name: array.copy() for name, array in tally._asdict().items()})
    carry(copy)
    return copy


def joined(parts: Iterable[Counted]) -> Counted:
    """Several as one, each decoded only when its turn comes."""
    ranges: Ranges = ()
    total: AnyTally | None = None
    for part in parts:
        ranges = union((*ranges, *part.ranges))
        if total is None:
            total = copied(part.tally())
        else:
            add(total, part.tally())
    if total is None:
        raise ValueError("nothing was counted")
    return Counted(ranges, total)


def carry(tally: AnyTally) -> None:
    """Move the carries of all sums in place, before their low words are full."""
    for name in kind_of(tally._fields).carried:
        _carry(getattr(tally, name))


def _carry(words: NDArray[Any]) -> None:
    """Move the carries of the low word into the high one, in place."""
    carry = words[..., 1] >> 40
    words[..., 0] += carry
    words[..., 1] -= carry << 40


def encode(tally: Any) -> bytes:
    """A line of JSON with names, types, shapes and sizes, then each array by Zstandard (31 MB: 1.1 MB in 16 ms).

    Measured on the worked case under eight scenarios; deflate took 65 ms, and 52 instead of 10 to read it again.
    """
    from numcodecs import zstd  # here: its 70 ms are spent only where something is stored or sent

    head, parts = {}, []
    for name, array in tally._asdict().items():
        parts.append(zstd.compress(np.ascontiguousarray(array), 1) if array.size else b"")
        head[name] = [array.dtype.str, list(array.shape), len(parts[-1])]
    return b"".join([json.dumps(head).encode(), b"\n", *parts])


def decode(data: bytes) -> Any:
    """What `encode` wrote, to be read only: `copied` gives a tally to add to. Raises ValueError where it is none."""
    from numcodecs import zstd

    line, _, _ = data.partition(b"\n")
    at, view = len(line) + 1, memoryview(data)
    try:
        arrays = {}
        for name, (dtype, shape, size) in json.loads(line).items():
            raw = zstd.decompress(view[at : at + size]) if size else b""
            arrays[name] = np.frombuffer(raw, np.dtype(dtype)).reshape(shape)
            at += size
        return kind_of(arrays).make(**arrays)
    except (RuntimeError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a tally: {error}") from None


def digest(tally: AnyTally) -> str:
    """SHA-256 over all that was counted: names, shapes and integers, sums carried. Worst residuals are left out."""
    sha = hashlib.sha256()
    for name in (name for name in tally._fields if name != "residual"):
        array = np.ascontiguousarray(getattr(tally, name), dtype="<i8")
        sha.update(f"{name}{array.shape}".encode())
        sha.update(array.data.cast("B") if array.size else b"")
    return sha.hexdigest()
