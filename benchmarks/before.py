"""This tree against an earlier commit, in turns: `python -m benchmarks --case before --against COMMIT`.

Each tree runs in a process of its own, one turn after the other on the same jobs (those of the commit), timed in CPU
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


_TURN = 0.03
"""CPU seconds of a turn at least: short ones, and many, for some of them are undisturbed."""
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
    """How many times as fast this tree is as the commit, deal by deal: by the lower quartile of the turns of each (the
    undisturbed ones), and the median ratio of turns side by side with the middle half of all."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", effort.against], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        jobs = Path(folder) / "scenarios" / "jobs"
        for tree in (Path(folder), ROOT):
            compiling = _Tree(tree)  # a process that has compiled is not one that only loads: it is slower by up to 8%
            compiling.turn(jobs / f"{DEALS[0].job}.toml", "", 1)
            compiling.close()
        old, new = _Tree(Path(folder)), _Tree(ROOT)
        try:
            return [_row(deal, jobs / f"{deal.job}.toml", old, new, effort) for deal in DEALS]
        finally:
            old.close()
            new.close()


def _row(deal: Deal, file: Path, old: _Tree, new: _Tree, effort: Any) -> dict[str, Any]:
    panels = 1
    while (spent := max(tree.turn(file, deal.clock, panels) for tree in (old, new))) < _TURN:
        panels *= 2
    turns = [
        (old.turn(file, deal.clock, panels), new.turn(file, deal.clock, panels))
        for _ in range(max(8, round(effort.rounds * effort.seconds / spent)))
    ]
    ratios = sorted(before / after for before, after in turns)
    quarter = len(turns) // 4
    before, after = (sorted(spent)[quarter] for spent in zip(*turns, strict=True))
    return {
        "case": f"before {deal.job} {deal.clock}".rstrip(),
        "against": effort.against,
        "times_as_fast": before / after,
        "median": statistics.median(ratios),
        "middle_half": f"{ratios[quarter]:.3f} to {ratios[-1 - quarter]:.3f}",
        "paths_a_cpu_second": panels * 512 / min(spent for _, spent in turns),
    }
