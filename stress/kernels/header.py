"""What the header of a packed problem holds, in order: sizes, switches, and where everything lies."""

from __future__ import annotations

from .layout import Sizes, Switches
from .scratch import GROUPS
from .tables import MEASURED, TABLES
from .tally import COUNTS

HEADER_FIELDS = (
    *Sizes._fields,
    *Switches._fields,
    *MEASURED,
    "n_kept",
    *(f"of_{name}" for name in GROUPS),
    *(f"at_{name}" for name in TABLES),
    *(f"to_{name}" for name in COUNTS),
)
"""`n_kept`: numbers of a month that a replay keeps (0 otherwise). Then the first number of each group of the scratch, of
each table in the flat array of its kind, of each array of counts."""
FIELD = {name: i for i, name in enumerate(HEADER_FIELDS)}
