"""A deal or a job in words and in one picture, to be checked against the offering circular."""

from stress.explain.deal import explain_deal
from stress.explain.job import explain_job

__all__ = ["explain_deal", "explain_job"]
