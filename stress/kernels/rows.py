"""The smallest words on lanes."""

from __future__ import annotations

from .jit import stage
from .lanes import larger
from .typed import Lanes


@stage
def positive(value: Lanes) -> Lanes:
    """What is above zero, else zero."""
    return larger(value, 0.0)


@stage
def size(value: Lanes) -> Lanes:
    """The absolute value."""
    return larger(value, -value)


@stage
def worse(error: Lanes, known: Lanes) -> Lanes:
    """The size of an error or the worst one known, whichever is larger; an error that is not a number stays."""
    return larger(size(error), known)
