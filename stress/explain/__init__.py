"""A deal, a job or a book in words, a deal in one picture, to be checked against the offering circular."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.explain.book import explain_book
from stress.explain.deal import explain_deal
from stress.explain.job import explain_job
from stress.explain.remarks import remarks
from stress.inputs.arguments import hold, on_demand
from stress.inputs.kinds import above_zero

if TYPE_CHECKING:
    from stress.explain.drawing import picture

__all__ = ["explain_book", "explain_deal", "explain_job", "picture", "remarks"]
_CHECKS = {"balance": above_zero}
hold(globals(), __all__, _CHECKS)
__getattr__ = on_demand(globals(), {"picture": "stress.explain.drawing"}, lambda: _CHECKS)
"""Words need no matplotlib."""
