"""Shards in a folder: what is no shard of the run is removed, and no path is counted twice."""

import hashlib
import json
from pathlib import Path

import numpy as np
from handed import Patch

from stress.kernels.layout import PANEL_PATHS
from stress.runs.counting.book_tally import BookTally
from stress.runs.counting.counted import Counted
from stress.runs.jobs import shards
from stress.runs.jobs.shards import FORMAT, Store, read

PATHS = 3 * PANEL_PATHS


def counted(*panels: int) -> Counted:
    """A tally that only says how many paths it is of."""
    tally = BookTally(*(np.zeros(1, np.int64) for _ in BookTally._fields))
    tally.path[0] = len(panels) * PANEL_PATHS
    return Counted(tuple((p * PANEL_PATHS, (p + 1) * PANEL_PATHS) for p in panels), tally)


def stored(folder: Path, *tallies: Counted, run: str = "this") -> list[Path]:
    """Files of these, one each."""
    store = Store(folder, run, PATHS)
    for tally in tallies:
        store.add(tally, patience=0.0)
    return [shard.path for shard in store.shards]


def loaded(folder: Path) -> Store:
    store = Store(folder, "this", PATHS)
    store.load()
    return store


def test_what_is_no_shard_of_this_run_is_removed(tmp_path: Path) -> None:
    (own,) = stored(tmp_path, counted(0))
    (other,) = stored(tmp_path, counted(1), run="another")
    text = b"no line of JSON\n"
    alien = tmp_path / f"{hashlib.sha256(text).hexdigest()}.tally"
    alien.write_bytes(text)
    half = tmp_path / ".x.part"
    half.write_bytes(b"what a run left that died while it wrote")
    store = loaded(tmp_path)
    assert list(tmp_path.iterdir()) == [own]
    assert not other.exists()
    assert store.ranges == ((0, PANEL_PATHS),)
    assert store.damaged == []  # they are whole, and of something else


def test_a_shard_that_is_lost_before_it_is_read_is_counted_again(tmp_path: Path, monkeypatch: Patch) -> None:
    kept, lost = stored(tmp_path, counted(0), counted(1))
    seen: list[Path] = []

    def fails_later(path: Path) -> bytes | None:
        seen.append(path)
        return None if path == lost and seen.count(path) > 1 else path.read_bytes()

    monkeypatch.setattr(shards, "sound", fails_later)
    store = loaded(tmp_path)
    assert store.damaged == [lost.name]
    assert store.ranges == ((0, PANEL_PATHS),)
    assert [shard.path for shard in store.shards] == [kept] == list(tmp_path.iterdir())


def test_who_reads_along_counts_this_run_and_no_path_twice(tmp_path: Path) -> None:
    assert read(tmp_path, "this", PATHS) is None
    stored(tmp_path, counted(0), counted(1), counted(0, 1))  # the parts stand beside their sum until they are removed
    stored(tmp_path, counted(2), run="another")
    (tmp_path / f"{'0' * 64}.tally").mkdir()  # cannot be read
    read_along = read(tmp_path, "this", PATHS)
    assert read_along is not None
    assert read_along.ranges == ((0, 2 * PANEL_PATHS),)
    assert read_along.tally().path.tolist() == [2 * PANEL_PATHS]


def test_a_shard_says_of_which_run_and_paths_it_is(tmp_path: Path) -> None:
    (path,) = stored(tmp_path, counted(0))
    head = json.loads(path.read_bytes().partition(b"\n")[0])
    assert head == {"format": FORMAT, "run": "this", "ranges": [[0, PANEL_PATHS]]}
