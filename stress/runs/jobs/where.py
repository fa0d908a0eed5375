"""Where paths are counted and what becomes of the counts: one record of what options say, of jobs and of books."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from stress.errors import ConfigError


class Where(NamedTuple):
    """Threads of this process, where nothing else is said, and no folder."""

    threads: int | None = None
    """One a core where left out."""
    workers: int | None = None
    """Worker processes of this machine instead of threads."""
    scheduler: str | None = None
    """Address of an existing Dask cluster instead."""
    queue: str | None = None
    """Batch queue whose jobs the worker processes are."""
    device: str = "cpu"
    """What counts: `cpu`, `gpu`, or `auto`, both where there is a card."""
    out: Path | None = None
    """Folder that keeps what is counted."""
    fresh: bool = False
    """Start over instead of going on."""
    every: float = 10.0
    """Most seconds of work between two checkpoints; fewer where one costs little (`counting.pace`)."""
    most: int | None = None
    """Paths of a task; by default their number follows from paths and workers."""

    @property
    def folder(self) -> Path:
        """`out`, where there is one."""
        assert self.out is not None
        return self.out

    @property
    def address(self) -> str | None:
        """The scheduler's: the option, or DASK_SCHEDULER_ADDRESS where no threads or workers are asked for."""
        if self.threads is not None or self.workers is not None:
            return None
        return self.scheduler or os.environ.get("DASK_SCHEDULER_ADDRESS") or None

    def check(self) -> None:
        """Raise ConfigError for two places to count, a queue without workers or a folder, a device that is not there,
        and for starting over nowhere."""
        if sum(choice is not None for choice in (self.threads, self.workers, self.scheduler)) > 1:
            raise ConfigError("--threads, --workers and --scheduler: only one of them")
        if self.queue is not None and (self.workers is None or self.out is None):
            raise ConfigError(f"--queue {self.queue}: goes with --workers N and --out DIR, which all machines see")
        if self.fresh and self.out is None:
            raise ConfigError("--fresh goes with --out")
        if self.device != "cpu" and self.scheduler is None and self.queue is None:
            from stress.runs.counting.machines import machines

            machines(self.device, self.threads or 1)
