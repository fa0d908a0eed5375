"""Regulatory capital of securitisation notes: each formula with its paragraph.

Everything is a fraction of the exposure: a risk weight of 12.5 is 1,250%, capital is 8% of a risk weight. Attachment A
and detachment D are fractions of the pool. All functions take numbers or arrays that broadcast, none
negative or infinite; what is not known is NaN.
"""

from typing import Any

import numpy as np

from stress.capital.approaches import capital_cap, delinquent_charge, look_through, retail_p, sec_erba, sec_irba, sec_sa
from stress.capital.supervisory import HIGHEST, risk_weight
from stress.inputs.arguments import hold
from stress.inputs.kinds import CHECKS as KINDS
from stress.inputs.kinds import say

__all__ = [
    "HIGHEST",
    "capital_cap",
    "delinquent_charge",
    "look_through",
    "retail_p",
    "risk_weight",
    "sec_erba",
    "sec_irba",
    "sec_sa",
]


def _amounts(name: str, value: Any) -> None:
    """Numbers of which none is negative or infinite; one that is not known is NaN."""
    KINDS["ArrayLike"](name, value)
    numbers = np.asarray(value, np.float64)
    say(not np.any((numbers < 0.0) | np.isinf(numbers)), name, value, "finite and at least 0")


hold(globals(), __all__, {"ArrayLike": _amounts})
