"""A deal, a job or a book in words, a deal in one picture, to be checked against the offering circular."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stress.explain.book import explain_book
from stress.explain.deal import explain_deal
from stress.explain.job import explain_job
from stress.explain.remarks import remarks
from stress.inputs.arguments import above_zero, hold, put_to

if TYPE_CHECKING:
    from stress.explain.drawing import picture

__all__ = ["explain_book", "explain_deal", "explain_job", "picture", "remarks"]
_CHECKS = {"balance": above_zero}
hold(globals(), __all__, _CHECKS)


def __getattr__(name: str) -> Any:
    """`picture` when asked for: words need no matplotlib."""
    if name != "picture":
        raise AttributeError(f"module 'stress.explain' has no attribute {name!r}")
    from stress.explain.drawing import picture

    return put_to(picture, _CHECKS)


def __dir__() -> list[str]:
    return sorted(__all__)
