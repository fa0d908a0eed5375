"""The clocks: how finely a month is divided."""

from __future__ import annotations

from typing import Literal

Clock = Literal["monthly", "daily", "payment_date"]
COHORTS: dict[Clock, int] = {"monthly": 1, "daily": 30, "payment_date": 3}
"""Cohorts of each clock: the payment-date clock has the 1st, the payment day and the month end."""
