"""Shards: what was counted so far, on disk. One file a shard, named by the SHA-256 of its content.

A shard is a line of JSON (format, run, ranges of paths) and a tally as bytes. A file whose content does not match its
name is damaged and its paths are counted again; so are paths that no shard holds.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from stress.atomic import write_atomically
from stress.runs.counting.counted import Counted, add, copied, encode, joined
from stress.runs.counting.ranges import Ranges, fits, is_whole, overlap, union
from stress.runs.jobs.files import disk, unmoved

FORMAT = 3
SUFFIX = ".tally"
MOST = 48
"""Shards in a folder; then they are merged."""
KEPT = 8
"""Shards that a finished run keeps, so that it can be extended."""
PATIENCE = 0.5
"""Seconds that a tally waits for others to be written with: threads hand theirs over at about the same time."""


class Shard(NamedTuple):
    """A shard that is as it was written."""

    path: Path
    ranges: Ranges
    size: int


class Store:
    """The shards of a run: the ones found, the sum of all, and what is not yet written.

    One thread of one process writes (see `lock`).
    """

    def __init__(self, folder: Path, run: str, n_path: int) -> None:
        self.folder, self.run, self.n_path = folder, run, n_path
        self.shards: list[Shard] = []
        self.damaged: list[str] = []
        self.ranges: Ranges = ()
        self.whole: Counted | None = None
        """The sum of whole panels."""
        self.part: Counted | None = None
        """The sum of ranges that end in a part panel."""
        self.waiting: Counted | None = None
        self.since = 0.0
        self.check_folder = unmoved(folder)

    def load(self) -> None:
        """Take in what earlier runs left. Raises OSError where the folder cannot be read."""
        for part in self.folder.glob(".*.part"):
            part.unlink(missing_ok=True)
        shards = sorted(self._sound(), key=lambda shard: -sum(b - a for a, b in shard.ranges))
        for shard in shards:
            if overlap(shard.ranges, self.ranges):
                shard.path.unlink(missing_ok=True)  # merged into a larger one by a run that died before it tidied up
                continue
            if fits(shard.ranges, self.n_path):
                counted = self._read(shard.path)
                if counted is None:
                    continue
                self._sum(counted)
            self.shards.append(shard)

    def add(self, counted: Counted, patience: float = PATIENCE) -> None:
        """Take in a tally, for good; written at once where it is a part panel, else with others within `patience`."""
        self._sum(counted)
        if not is_whole(counted.ranges):
            self._write(counted)
            return
        if self.waiting is None:
            self.waiting, self.since = Counted(counted.ranges, copied(counted.tally())), time.monotonic()
        else:
            self.waiting = _plus(self.waiting, counted)
        if time.monotonic() - self.since >= min(PATIENCE, patience):
            self.flush()

    def flush(self) -> None:
        """Write what waits; called when nothing came for a while, and at the end."""
        if self.waiting is not None:
            self._write(self.waiting)
            self.waiting = None
        self.tidy(MOST)

    def tidy(self, most: int) -> None:
        """Write more shards than that as their one sum. A part panel stays apart: a longer run has none there."""
        whole = [shard for shard in self.shards if is_whole(shard.ranges) and fits(shard.ranges, self.n_path)]
        if len(whole) <= most or self.whole is None or self.waiting is not None:
            return
        self._write(self.whole)
        for shard in whole:
            self.shards.remove(shard)
            shard.path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Start over."""
        for path in self.folder.glob(f"*{SUFFIX}"):
            path.unlink(missing_ok=True)

    def total(self) -> Any:
        """The sum of all that was taken in. Raises ValueError where that is nothing."""
        return joined(part for part in (self.whole, self.part) if part is not None).tally()

    def _sum(self, counted: Counted) -> None:
        if is_whole(counted.ranges):
            self.whole = _plus(self.whole, counted)
        else:
            self.part = _plus(self.part, counted)
        self.ranges = union((*self.ranges, *counted.ranges))

    def _write(self, counted: Counted) -> None:
        head = {"format": FORMAT, "run": self.run, "ranges": counted.ranges}
        content = json.dumps(head).encode() + b"\n" + encode(counted.tally())
        path = self.folder / f"{hashlib.sha256(content).hexdigest()}{SUFFIX}"
        self.check_folder()
        with disk(self.folder):
            write_atomically(path, content)
        self.shards.append(Shard(path, counted.ranges, len(content)))

    def _sound(self) -> Iterator[Shard]:
        """Shards of this run whose content matches their name; others are removed."""
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            content = sound(path)
            try:
                head = json.loads(content.partition(b"\n")[0]) if content is not None else {}
            except ValueError:
                head = {}
            if not isinstance(head, dict) or (head.get("format"), head.get("run")) != (FORMAT, self.run):
                if content is None:
                    self.damaged.append(path.name)
                path.unlink(missing_ok=True)
                continue
            ranges = tuple((int(a), int(b)) for a, b in head["ranges"])
            yield Shard(path, ranges, len(content or b""))

    def _read(self, path: Path) -> Counted | None:
        """The tally of a shard; None, and a note of it, where it is damaged."""
        content = sound(path)
        if content is None:
            self.damaged.append(path.name)
            path.unlink(missing_ok=True)
            return None
        line, _, body = content.partition(b"\n")
        return Counted(tuple((int(a), int(b)) for a, b in json.loads(line)["ranges"]), body)


def read(folder: Path, run: str, n_path: int) -> Counted | None:
    """The sum of a folder's shards, while a driver may be writing there; None where there are none.

    Nothing is changed. A shard that a merge removes meanwhile is missing from the sum or comes with the merged one.
    Raises ValueError for one that bears its own digest and is none.
    """
    shards = []
    for content in filter(None, map(sound, folder.glob(f"*{SUFFIX}"))):
        line, _, body = content.partition(b"\n")
        head = dict(json.loads(line))
        if (head.get("format"), head.get("run")) == (FORMAT, run):
            shards.append(Counted(tuple((int(a), int(b)) for a, b in head["ranges"]), body))
    parts: list[Counted] = []
    ranges: Ranges = ()
    for counted in sorted(shards, key=lambda shard: -shard.n_path):
        if fits(counted.ranges, n_path) and not overlap(counted.ranges, ranges):
            parts.append(counted)
            ranges = union((*ranges, *counted.ranges))
    return joined(parts) if parts else None


def sound(path: Path) -> bytes | None:
    """The bytes of a shard; None where they are not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == path.name.removesuffix(SUFFIX) else None


def _plus(total: Counted | None, part: Counted) -> Counted:
    """A sum of its own, added to in place."""
    if total is None:
        return Counted(part.ranges, copied(part.tally()))
    add(total.tally(), part.tally())
    return Counted(union((*total.ranges, *part.ranges)), total.held)
