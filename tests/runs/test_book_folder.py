"""A book's folder: a run that is stopped, killed or loses a worker goes on and has the same digest."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import batch_driver
import numpy as np
import pytest
from handed import Capture, Patch
from large_pools import pools
from shipped import ROOT, SCENARIOS

import stress
from stress.cli import exit_code
from stress.digest import BOOK_COUNTERS
from stress.errors import ConfigError, StressError
from stress.inputs.book import Factors
from stress.inputs.load import load_book
from stress.runs import cluster
from stress.runs.book import driven
from stress.runs.book.aims import ready
from stress.runs.book.count import Counter, Packs, count, packs_of
from stress.runs.counting.counted import decode, digest, encode, joined
from stress.runs.engine import count_all
from stress.runs.jobs.where import Where

SHIPPED = SCENARIOS / "books" / "consumer.toml"
PATHS = 20_480
ONE = Factors(names=("a",), phi=(0.0,))


@pytest.fixture(scope="module")
def small() -> Packs:
    return packs_of(pools([(0.8,), (0.5,)], ONE, PATHS))


@pytest.fixture(scope="module")
def whole(small: Packs) -> str:
    return digest(count(small, 1))


def where(packs: Packs, out: Path, **more: object) -> Where:
    return Where(threads=1, out=out, **more)  # type: ignore[arg-type]


def test_a_book_that_is_stopped_goes_on_and_has_the_same_digest(small: Packs, whole: str, tmp_path: Path) -> None:
    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt, match="are kept"):
        driven.counted_in(small, where(small, tmp_path, most=512), lambda *_: stop.set(), None, stop)
    assert not (tmp_path / "manifest.json").exists()
    done = driven.counted_in(small, where(small, tmp_path))
    assert 0 < done.paths_found < PATHS
    assert done.sha256 == whole == json.loads((tmp_path / "manifest.json").read_text())["result_sha256"]
    assert driven.counted_in(small, where(small, tmp_path)).paths_found == PATHS


def test_a_finished_book_is_extended_and_never_replaced_by_fewer_paths(
    small: Packs, whole: str, tmp_path: Path
) -> None:
    few = small._replace(book=small.book.model_copy(update={"paths": 1000}))
    driven.counted_in(few, where(few, tmp_path))
    done = driven.counted_in(small, where(small, tmp_path))
    assert done.paths_found > 0
    assert done.sha256 == whole
    with pytest.raises(ConfigError, match="would replace"):
        driven.counted_in(few, where(few, tmp_path))
    other = small._replace(book=small.book.model_copy(update={"seed": 8}))
    with pytest.raises(ConfigError, match="holds a run of other inputs"):
        driven.counted_in(other, where(other, tmp_path))
    assert driven.counted_in(few, where(few, tmp_path, fresh=True)).paths_found == 0


def test_a_damaged_shard_of_a_book_is_counted_again(small: Packs, whole: str, tmp_path: Path) -> None:
    driven.counted_in(small, where(small, tmp_path))
    shard = next((tmp_path / "checkpoint").glob("*.tally"))
    shard.write_bytes(shard.read_bytes()[:-1])
    assert driven.counted_in(small, where(small, tmp_path)).sha256 == whole


def test_what_travels_of_a_book_is_what_was_counted(small: Packs) -> None:
    hand = Counter(small)
    hand.run(0, 2, 1024, small.book.seed)
    again = decode(encode(hand.tally()))
    assert all((a == b).all() for a, b in zip(hand.counts(), again, strict=True))
    hand.clear()
    hand.run(0, 2, 1024, small.book.seed)
    assert digest(hand.counts()) == digest(again)


def test_a_deal_that_breaks_a_law_stops_its_book(small: Packs, monkeypatch: Patch) -> None:
    def broken(self: Counter, deal: int, panel: int, end: int, into: np.ndarray) -> None:
        into[:] = 0.0
        self.counts().residual[deal] = 1e-6

    monkeypatch.setattr(Counter, "_simulate", broken)
    with pytest.raises(StressError, match="deal deal 0: pool balance is off by 1e-06"):
        driven.counted(small, where(small, Path()))


def test_a_fresh_start_needs_a_folder(capsys: Capture) -> None:
    assert exit_code(["book", str(SHIPPED), "--fresh"]) == 2
    assert "--fresh goes with --out" in capsys.readouterr().err


@pytest.mark.slow
def test_a_book_whose_driver_is_killed_goes_on_and_has_the_same_digest(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    asked = ["book", str(SHIPPED), "--paths", "60000", "--threads", "1", "--out", str(out), "--json"]
    child = subprocess.Popen([sys.executable, "-m", "stress", *asked], env=batch_driver.environment(),
                             cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while child.poll() is None and not any((out / "checkpoint").glob("*.tally")):
        time.sleep(0.05)
    child.kill()
    child.wait()
    assert exit_code(asked) == 0
    manifest = json.loads(capsys.readouterr().out)
    packs = packs_of(load_book(SHIPPED).model_copy(update={"paths": 60_000}))
    assert manifest["result_sha256"] == digest(count(packs, 2))
    assert json.loads((out / "manifest.json").read_text())["paths_found"] > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Dask
@pytest.mark.parametrize(("estimator", "workers"), [("plain", 2), ("importance", 2)])
def test_a_book_counted_by_workers_of_which_one_is_killed_has_the_same_digest(estimator: str, workers: int) -> None:
    packs = ready(load_book(SHIPPED).model_copy(update={"paths": 60_000, "estimator": estimator}))
    alone, seed = digest(count(packs, 1)), packs.book.seed
    killed: list[int] = []
    with cluster.local(workers) as client:
        client.wait_for_workers(workers)
        pids = list(client.run(os.getpid).values())

        def kill_one(done: int, _: int) -> None:
            if not killed and 0 < done < 60_000:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        parts = count_all(packs, packs.digest(), seed, [(0, 60_000)], None, client, kill_one, most=4096)
        spread_out = digest(joined(parts).tally())
    assert killed
    assert spread_out == alone


def test_the_digest_of_what_counts_a_book_covers_all_that_its_counter_takes_from_beside_it() -> None:
    source = (Path(stress.__file__).parent / "runs" / "book" / "count.py").read_text()
    names = set(re.findall(r"^from stress\.runs\.book(?: import |\.)(\w+)", source, re.MULTILINE))
    assert {"macro", "weather"} <= names
    assert {f"runs/book/{name}.py" for name in names} <= set(BOOK_COUNTERS)
