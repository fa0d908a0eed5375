"""A deal or a job in words: Markdown that an investor can check against the offering circular."""

from stress.explain.deal import explain_deal
from stress.explain.job import explain_job

__all__ = ["explain_deal", "explain_job"]
