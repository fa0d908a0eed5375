"""The billing system: on which day of the month a new receivable falls due."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from stress.inputs.text.base import Strict

MONTH_DAYS = 30
"""Days of the daily clock's month."""
Day = Annotated[int, Field(ge=1, le=MONTH_DAYS)]


class Billing(Strict):
    """Borrowers have a billing date and pay some days after it, whenever they bought in the month before it.

    Left out of a pool, a receivable falls due on the anniversary of its order date. Needs the daily clock.
    """

    dates: Annotated[tuple[Day, ...], Field(min_length=1, max_length=MONTH_DAYS)]
    """Billing dates, days of a month of 30; borrowers are spread over them equally."""
    days_to_due: Day
    """Days from the billing date to the due day."""

    @model_validator(mode="after")
    def _dates_increase(self) -> Billing:
        if any(a >= b for a, b in zip(self.dates, self.dates[1:], strict=False)):
            raise ValueError(f"billing.dates must increase, not {list(self.dates)}")
        return self

    @property
    def due_days(self) -> tuple[int, ...]:
        """Day of the month, 1..30, on which the borrowers of each billing date pay."""
        return tuple((date + self.days_to_due - 1) % MONTH_DAYS + 1 for date in self.dates)

    def delays(self, day: int) -> tuple[int, ...]:
        """Days from a purchase on `day` to its first due day, for the borrowers of each billing date: 1 to 59.

        A purchase on a billing date is on that day's bill.
        """
        return tuple((date - day) % MONTH_DAYS + self.days_to_due for date in self.dates)

    @property
    def months_later(self) -> int:
        """1 where some purchase falls due first in the second month after it, a month later than on its anniversary."""
        days = range(1, MONTH_DAYS + 1)
        return int(any((day - 1 + wait) // MONTH_DAYS > 1 for day in days for wait in self.delays(day)))
