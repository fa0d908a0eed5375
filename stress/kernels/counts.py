"""Who counts what: on a CPU one thread has all lanes of a block, and its counts to itself.

Each of these is a plain loop or addition here. Where a lane is a thread of its own and all blocks add to the same counts,
a module of the same name stands in its place, which divides the work and adds at once for all.
"""

from __future__ import annotations

from typing import Any

from .jit import stage

own: Any = range
"""The lanes below n that this thread speaks for."""


@stage
def leads() -> bool:
    """Whether this thread speaks for the whole block."""
    return True


@stage
def count(n: Any, at: int, more: int) -> None:
    """Add to a count."""
    n[at] += more


@stage
def least(n: Any, at: int, value: int) -> None:
    """Keep the smaller."""
    n[at] = min(n[at], value)


@stage
def most(n: Any, at: int, value: int) -> None:
    """Keep the larger."""
    n[at] = max(n[at], value)
