"""The kernel of a GPU on this CPU: its PTX as C, compiled and kept beside the compiled kernels."""

import functools
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import ptx_to_c
import pytest
from filelock import FileLock

from stress.compiled import cache_directory
from stress.gpu import emit

HERE = Path(__file__).parent
ARCHITECTURE = "sm_80"
FLAGS = ("-O0", "-w", "-mfma", "-ffp-contract=off", "-fwrapv", "-fno-strict-aliasing", "-shared", "-fPIC")
"""Nothing that could move a bit, and no optimiser: it takes longer than the tests."""


@functools.cache
def text() -> str:
    """The PTX."""
    with FileLock(folder() / "emulated.lock"):  # of two processes the second waits and takes what the first has made
        return emit.kept(ARCHITECTURE)


@functools.cache
def folder() -> Path:
    """Where what is compiled is kept."""
    return cache_directory() or Path(tempfile.mkdtemp())


@functools.cache
def library(race: bool = False) -> Path:
    """The kernel compiled; `race`: it looks at every load and store."""
    sources = [
        text(),
        *((HERE / name).read_text() for name in ("ptx_to_c.py", "ptx_instructions.py", "warp.h")),
        str(race),
    ]
    name = hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]
    done = folder() / f"emulated-{name}.so"
    with FileLock(folder() / "emulated.lock"):
        if not done.exists():
            with tempfile.TemporaryDirectory() as place:
                made = compiled(text(), Path(place), race)
                shutil.copy(made, done.with_suffix(".new"))
                done.with_suffix(".new").rename(done)
    return done


def compiled(ptx: str, place: Path, race: bool = False) -> Path:
    """A library of the kernel of a text."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("gcc compiles the emulated kernel")
    (place / "kernel.c").write_text(ptx_to_c.translate(ptx))
    made = place / "kernel.so"
    command = [compiler, *FLAGS, f"-I{HERE}", *["-DRACE"] * race, "-o", str(made), str(place / "kernel.c")]
    subprocess.run(command, check=True, timeout=3600)
    return made
