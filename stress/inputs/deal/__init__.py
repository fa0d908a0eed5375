"""A deal: terms that agree with each other."""

from __future__ import annotations

from pydantic import model_validator

from stress.inputs.deal.index import IndexByMonth, IndexFile
from stress.inputs.deal.rules import check_deal
from stress.inputs.deal.steps import (
    AnyStep,
    Condition,
    CoverDefaults,
    PayFee,
    PayInterest,
    PayParty,
    PayPrincipal,
    PayResidual,
    Purchase,
    Receive,
    Release,
    Reserve,
    TopUp,
    Transfer,
    WriteDown,
    WriteUp,
)
from stress.inputs.deal.terms import CleanUp, DayCount, Fee, Note, Phase, StepUp, Terms, Threshold, Trigger

__all__ = [
    "AnyStep",
    "CleanUp",
    "Condition",
    "CoverDefaults",
    "DayCount",
    "Deal",
    "Fee",
    "IndexByMonth",
    "IndexFile",
    "Note",
    "PayFee",
    "PayInterest",
    "PayParty",
    "PayPrincipal",
    "PayResidual",
    "Phase",
    "Purchase",
    "Receive",
    "Release",
    "Reserve",
    "StepUp",
    "Threshold",
    "TopUp",
    "Transfer",
    "Trigger",
    "WriteDown",
    "WriteUp",
]


class Deal(Terms):
    """A revolving asset-backed deal."""

    @model_validator(mode="after")
    def _agrees(self) -> Deal:
        check_deal(self)
        return self
