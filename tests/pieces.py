"""What tests of pieces of a kernel share: with NUMBA_DISABLE_JIT=1 a piece is a plain function of a deal's memory."""

from typing import Any

import hand_worked
import pytest
from numba import config

from stress.assemble.problem import without_supply
from stress.inputs.job import Job
from stress.inputs.pool import Pool
from stress.kernels.memory import Workspace, pack
from stress.kernels.records import Memory

plain = pytest.mark.skipif(not config.DISABLE_JIT, reason="compiled pieces have no Python face")


def memory(on: Pool | None = None, **of_deal: Any) -> Memory:
    """What the kernels of a small deal see at closing; pool, notes and accounts are empty."""
    return memory_of(hand_worked.job(hand_worked.deal(**of_deal), on))


def memory_of(job: Job) -> Memory:
    """The same of any job; nothing is offered to it."""
    packed = pack(without_supply(job))
    space = Workspace(packed)
    return Memory(space.scratch, packed.f, packed.g, space.count, packed.header)


def same(row: Any) -> float:
    """What stands on every lane of a row."""
    (value,) = set(row.tolist())
    return float(value)
