"""Mutation score of the kernels and the measures: `NUMBA_DISABLE_JIT=1 python -m mutation --sample 300 --keep FILE`.

Each mutant is imported in a fork of a process that has loaded the libraries and our inputs, but no module that is
mutated. With --keep a run goes on where it was stopped, and a verdict is kept as long as the text of the function that
was changed stays; the sample is the same for the same seed and sources.
"""

import argparse
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from types import ModuleType

from mutation import checks
from mutation.equivalent import reason
from mutation.sites import Site, mutated, sites

ROOT = Path(__file__).parents[2]
PLUMBING = (
    *("axes", "constants", "header", "jit", "layout", "codes", "counts", "tables", "scratch", "shown"),
    *("across_lanes", "lane_arithmetic", "lane_operators", "lane_types", "lanes", "plain", "plain_lanes"),
    *("record_parts", "record_types", "records", "row_records", "space", "space_type", "stages", "typed"),
)
"""Kernels that hold no rule: names and places, which could all be others, and what teaches the compiler our types,
which these runs go without. All others are mutated, and every measure."""
LIBRARIES = (
    *("numpy", "numba", "scipy.stats", "scipy.special", "scipy.optimize", "xarray", "pandas", "pydantic", "pytest"),
    *("dask.array", "distributed", "h5netcdf", "jinja2", "hypothesis", "strategies", "oracle"),
)
"""Loaded once, and what they import: no module that is mutated."""
FORKING = threading.Lock()
"""One at a time: else a child holds the pipe of another open."""


@cache
def text(module: str) -> str:
    """The source of a module as it was when it was first read: an edit during a run does not move the mutants."""
    return modules()[module].read_text(encoding="utf-8")


def modules() -> dict[str, Path]:
    """Every module that is mutated."""
    files = (path for room in ("kernels", "measures") for path in sorted((ROOT / "stress" / room).glob("*.py")))
    left_out = {"__init__", *PLUMBING}
    return {f"stress.{path.parent.name}.{path.stem}": path for path in files if path.stem not in left_out}


def sample(size: int, seed: int) -> list[Site]:
    """Some of all sites, by the digests of their names: an edit elsewhere moves few of them."""
    every = [site for name in modules() for site in sites(name, text(name))]
    return sorted(every, key=lambda site: hashlib.sha256(f"{seed} {site}".encode()).digest())[:size]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with its mutation."""

    def __init__(self, site: Site) -> None:
        self.site, self.path = site, modules()[site.module]

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self.site.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        tree = mutated(text(self.site.module), self.site)
        exec(compile(tree, str(self.path), "exec"), module.__dict__)


def verdict(module: str, site: Site | None = None) -> str:
    """What the tests of a module said of a mutant (of the sources as they are where None): empty where it survived."""
    with FORKING:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            _child(module, site, write)
        os.close(write)
    with os.fdopen(read) as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "did not end" if os.WTERMSIG(status) == signal.SIGPROF else f"signal {os.WTERMSIG(status)}"
    return said


def _child(module: str, site: Site | None, write: int) -> None:
    """Runs the checks with the mutant, hands over what they say, and ends."""
    void = os.open(os.devnull, os.O_WRONLY)
    os.dup2(void, 1)
    os.dup2(void, 2)
    try:
        if site is not None:
            sys.meta_path.insert(0, Finder(site))
        said = checks.run(module)
    except BaseException as error:  # whatever a mutant raises kills it
        said = f"{type(error).__name__}: {error}"
    with os.fdopen(write, "w") as file:
        file.write(" ".join(said.split())[:200])
    os._exit(0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="At once; all processors.")
    parser.add_argument("--keep", type=Path, help="Verdicts as lines of JSON; those that are there are not run again.")
    chosen = parser.parse_args()
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        parser.error("set NUMBA_DISABLE_JIT=1: a compiled kernel would be compiled anew for each mutant")
    for name in LIBRARIES:
        importlib.import_module(name)
    assert not set(modules()) & set(sys.modules), "a module that is mutated is loaded before its mutant"
    drawn = sample(chosen.sample, chosen.seed)
    lines = chosen.keep.read_text().splitlines() if chosen.keep is not None and chosen.keep.exists() else []
    known: dict[str, str] = dict(json.loads(line) for line in lines)
    for module in checks.EVERY if not known else ():
        if said := verdict(module):
            print(f"{module}: the tests fail without a mutant: {said}")
            return 1
    equivalent = {str(site): why for site in drawn if (why := reason(site, text(site.module)))}
    for site, said, seconds in judged([site for site in drawn if str(site) not in known | equivalent], chosen.jobs):
        known[str(site)] = said
        print(f"{seconds:6.1f} s  {site}: {said or 'SURVIVED'}", flush=True)
        if chosen.keep is not None:
            with chosen.keep.open("a") as file:
                file.write(json.dumps([str(site), said]) + "\n")
    print(*(f"left out: {name}: {why}" for name, why in equivalent.items()), sep="\n")
    report([site for site in drawn if str(site) not in equivalent], known)
    print(f"{len(equivalent)} more left out: they change nothing")
    return 0


def judged(drawn: list[Site], jobs: int) -> Iterator[tuple[Site, str, float]]:
    """Verdicts and how long they took, as they come; so many at once."""

    def verdict_of(site: Site) -> tuple[Site, str, float]:
        started = time.perf_counter()
        return site, verdict(site.module, site), time.perf_counter() - started

    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(verdict_of, site) for site in drawn]):
            yield done.result()


def report(met: list[Site], verdicts: dict[str, str]) -> None:
    """Score by module and the survivors, with the lines that they change."""
    alive = [site for site in met if not verdicts[str(site)]]
    made, left = Counter(site.module for site in met), Counter(site.module for site in alive)
    for module in sorted(made):
        print(f"{module:32} {made[module] - left[module]:4} of {made[module]:4} killed")
    for site in sorted(alive):
        line = text(site.module).splitlines()[site.line - 1]
        print(f"survived: {site} (line {site.line}): {line.strip()}")
    print(f"{len(met) - len(alive)} of {len(met)} mutants killed: {1 - len(alive) / len(met):.1%}")


if __name__ == "__main__":
    sys.exit(main())
