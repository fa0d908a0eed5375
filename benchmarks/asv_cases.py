"""The main cases for airspeed velocity (`asv run --config benchmarks/asv.conf.json`): seconds for fixed work."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


class Engine:
    """Time of 64 panels (32,768 paths), and peak memory."""

    params = ("monthly", "monthly_8_scenarios", "daily")
    param_names = ("case",)
    timeout = 300.0

    def setup(self, case: str) -> None:
        """Assemble and compile outside the timing."""
        from benchmarks.cases import job_24m
        from benchmarks.engine_run import EngineRun

        job = job_24m(8 if case == "monthly_8_scenarios" else 1, "daily" if case == "daily" else "monthly")
        self.engine = EngineRun(job)
        self.panels = 8 if case == "daily" else 64

    def time_panels(self, case: str) -> None:
        """Simulate and count."""
        self.engine.run(self.panels)

    def peakmem_panels(self, case: str) -> None:
        """Resident memory does not grow with paths."""
        self.engine.run(self.panels)


class Reference:
    """Time of 4,096 monthly paths of the NumPy reference, for the ratio over time."""

    def setup(self) -> None:
        """Tables outside the timing."""
        from benchmarks import reference_numpy
        from benchmarks.cases import job_24m
        from stress.assemble.problem import assemble

        job = job_24m()
        self.tables = reference_numpy.all_tables(job, assemble(job))

    def time_numpy(self) -> None:
        """One chunk."""
        from benchmarks import reference_numpy

        reference_numpy.run(self.tables, 4096, 4096, 1)
