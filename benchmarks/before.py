"""This tree against an earlier commit, in turns: `python -m benchmarks --case before --against COMMIT`.

Each tree runs in processes of its own, one turn after the other on the same jobs (those of the commit), timed in CPU
seconds. What a ratio of turns says holds on a busy machine; what two separate runs say does not.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Deal(NamedTuple):
    """What is timed."""

    job: str
    clock: str = ""


class _Turns(NamedTuple):
    """What the turns of a pair of processes say."""

    ratio: float
    paths_a_cpu_second: float


_TURN = 0.03
"""CPU seconds of a turn at least: short ones, and many, for some of them are undisturbed."""
PAIRS = 7
"""Pairs of processes, one of each tree."""
DEALS = (
    Deal("baitiao-24m"),
    Deal("baitiao-24m", "daily"),
    Deal("baitiao-12m"),
    Deal("baitiao-24m-mixture"),
    Deal("card-master-trust"),
    Deal("bank-first-loss"),
    Deal("platform-consumer"),
    Deal("platform-small-business"),
)

_WORKER = """
import json, sys, time
import stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.memory import Workspace, pack
spaces = {}
for line in sys.stdin:
    file, clock, panels = json.loads(line)
    if (file, clock) not in spaces:
        job = stress.load(file)
        fields = {"scenarios": job.scenarios[:1]} | ({"clock": clock} if clock else {})
        spaces[file, clock] = Workspace(pack(assemble(job.model_copy(update=fields)))), 0
    space, first = spaces[file, clock]
    spaces[file, clock] = space, first + panels
    start = time.process_time()
    alone.run(space, first, panels, (first + panels) * 512, 7)
    print(time.process_time() - start, flush=True)
"""


class _Tree:
    """A process that runs the kernels of one tree."""

    def __init__(self, tree: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-c", _WORKER], cwd=tree, env=environment, **pipes)

    def turn(self, file: Path, clock: str, panels: int) -> float:
        """CPU seconds of so many panels."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(file), clock, panels]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("a tree's process ended: see above")
        return float(answer)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def before(effort: Any) -> list[dict[str, Any]]:
    """How many times as fast this tree is as the commit, deal by deal: the median ratio of turns side by side, of which
    the median over pairs of processes and the least and the most, for where code and rows lie is part of each."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", effort.against], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        trees, jobs = (Path(folder), ROOT), Path(folder) / "scenarios" / "jobs"
        for tree in trees:
            compiling = _Tree(tree)  # a process that has compiled is not one that only loads: it is slower by up to 8%
            compiling.turn(jobs / f"{DEALS[0].job}.toml", "", 1)
            compiling.close()
        pairs = [_pair(trees, jobs, effort) for _ in range(PAIRS)]
    return [_row(deal, [pair[deal] for pair in pairs], effort) for deal in DEALS]


def _pair(trees: tuple[Path, Path], jobs: Path, effort: Any) -> dict[Deal, _Turns]:
    """The turns of all deals in one process of each tree."""
    old, new = _Tree(trees[0]), _Tree(trees[1])
    try:
        return {deal: _turns(deal, jobs / f"{deal.job}.toml", old, new, effort) for deal in DEALS}
    finally:
        old.close()
        new.close()


def _turns(deal: Deal, file: Path, old: _Tree, new: _Tree, effort: Any) -> _Turns:
    panels = 1
    while (spent := max(tree.turn(file, deal.clock, panels) for tree in (old, new))) < _TURN:
        panels *= 2
    rounds = max(8, round(effort.rounds * effort.seconds / spent / PAIRS))
    turns = [(old.turn(file, deal.clock, panels), new.turn(file, deal.clock, panels)) for _ in range(rounds)]
    return _Turns(statistics.median(a / b for a, b in turns), panels * 512 / min(spent for _, spent in turns))


def _row(deal: Deal, pairs: list[_Turns], effort: Any) -> dict[str, Any]:
    ratios = [pair.ratio for pair in pairs]
    return {
        "case": f"before {deal.job} {deal.clock}".rstrip(),
        "against": effort.against,
        "times_as_fast": statistics.median(ratios),
        "processes": f"{min(ratios):.3f} to {max(ratios):.3f}",
        "paths_a_cpu_second": max(pair.paths_a_cpu_second for pair in pairs),
    }
