"""The rows with which a path begins in mid-life, by name: what `Opening.start_row` holds, one number a row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .layout import LANES, Floats, Ints, Sizes, Switches
from .memory import Workspace, lay_out, measured
from .row_records import ROWS
from .scratch import GROUPS


class Image:
    """Every row from `condition` to `log`, at zero until it is set.

    `tables`: all tables of the problem by name, which tell lengths that the sizes do not.
    """

    def __init__(self, sizes: Sizes, tables: Mapping[str, Floats | Ints]) -> None:
        self.entries = dict.fromkeys(Switches._fields, 0) | sizes._asdict() | measured(dict(tables))
        self.entries["random_rate"] = int(tables["rate_law"][:, 0].any())
        lay_out(self.entries)
        self.flat = np.zeros((self.entries["of_log"] - self.entries["of_condition"]) // LANES)

    def group(self, name: str) -> Floats:
        """Rows of a group: its axes, then the rows of its records where it has some; to be written to. None of a group that
        the problem does not have."""
        group = GROUPS[name]
        if group.axes.switch and not self.entries[group.axes.switch]:
            return self.flat[:0]
        shape = group.axes.shape(self.entries)
        if group.record is not None:
            shape = (*shape, len(ROWS[group.record]))
        start = (self.entries[f"of_{name}"] - self.entries["of_condition"]) // LANES
        return self.flat[start : start + int(np.prod(shape))].reshape(shape)

    def row(self, group: str, row: str) -> Floats:
        """One row of a group's records, over the axes of the group; to be written to."""
        record = GROUPS[group].record
        assert record is not None
        return self.group(group)[..., ROWS[record].index(row)]


def image_of(space: Workspace, lane: int) -> Floats:
    """(rows,) of a lane as they stand after a run, in the order of `Opening.start_row`."""
    begin, end = space.sizes["of_condition"], space.sizes["of_log"]
    return space.scratch[begin:end].reshape(-1, LANES)[:, lane].copy()
