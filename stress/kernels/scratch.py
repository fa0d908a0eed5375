"""Where everything lies that a running thread writes: groups of rows, each a record, rows or numbers by their axes.

To add a group, write it in `Scratch`. Groups lie in the order in which they are written here.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, get_args

from .axes import A, Axis, C, Declared, E, F, G, J, K, L, N, P, Q, S, T, W, X, declared
from .codes import STACK
from .layout import LANES, N_RATE, NARROW, PANEL_BLOCKS
from .row_records import (
    N_LAW,
    ROWS,
    Cash,
    Cohort,
    Counting,
    Fee,
    Laws,
    Note,
    NoteOutcome,
    Path,
    Pool,
    PoolOutcome,
    Rates,
    Segment,
    Trigger,
    Trust,
)
from .staged_rows import Staged
from .typed import Lanes

Index = int | tuple[int, ...]
R = TypeVar("R", covariant=True)


class Each(Protocol[R]):
    """A record for each index."""

    def __getitem__(self, index: Index) -> R:
        """The record."""
        ...


class Rows(Protocol):
    """A row for each index."""

    def __getitem__(self, index: Index) -> Lanes:
        """Load the row."""
        ...

    def __setitem__(self, index: Index, value: Lanes | float) -> None:
        """Store the row."""


class NarrowRows(Rows, Protocol):
    """A row of eight lanes for each index: sums on their way to one number."""


class Numbers(Protocol):
    """A number for each index."""

    def __getitem__(self, index: Index) -> float:
        """Read it."""
        ...

    def __setitem__(self, index: Index, value: float | Lanes) -> None:
        """Write it; lanes lie from there on."""


class Scratch:
    """Groups of rows, in the order in which they lie."""

    # Kept at each payment of a replay (up to `pool`); from `cash` to `log` all starts a path at zero.
    step_paid: Annotated[Rows, X]
    condition: Annotated[Rows, X]
    cash: Cash
    law: Laws
    note: Annotated[Each[Note], N]
    fee: Annotated[Each[Fee], P]
    trigger: Annotated[Each[Trigger], G]
    received: Annotated[Rows, Q]
    """From each party outside the deal, so far; and paid to it."""
    paid: Annotated[Rows, Q]
    paid_this_year: Annotated[Rows, P, "fee_years"]
    """Of each fee by steps with a cap, since the year began."""
    written: Annotated[Rows, N, "writes_down"]
    """What each note has been written down by and not written up again."""
    surplus: Annotated[Rows, 1, "writes_down"]
    """What of it principal that has come back could write up."""
    level: Annotated[Rows, E]
    """Of each index, in the month of the last determination."""
    kept: Annotated[Rows, Axis("n_kept_quantity")]
    """Means, and what formulas of steps need of the last determination."""
    mean_ring: Annotated[Rows, Axis("n_kept_quantity"), Axis("n_past")]
    """Past values of what a mean or an `ago` is of, the newest in place (t - F) mod its months."""
    # Kept at each determination of a replay (up to `path`).
    pool: Pool
    account: Annotated[Rows, A]
    trust: Trust
    shown: Annotated[Rows, Axis("n_shown")]
    """The deal's own quantities, in a replay."""
    rate: Annotated[Rows, S, N_RATE]
    """Conditional rates given the factors."""
    acting: Annotated[Each[Rates], S]
    """Rates that act on the pool: the shares of counted obligors that move; `rate` itself in a pool without end."""
    factor: Annotated[Rows, F]
    short: Annotated[Rows, 2, "random_rate"]
    """State of the short rate, and what it adds to every index (`short_rate`)."""
    path: Path
    recovery_ring: Annotated[Rows, L]
    default_ring: Annotated[Rows, Axis("n_write_off")]
    lock_ring: Annotated[Rows, Axis("n_lock")]
    segment: Annotated[Each[Segment], S]
    cohort: Annotated[Each[Cohort], C, S]
    unsettled: Annotated[Rows, C, S, 2, W]
    """Purchases since the cohort's last step, in even and odd months: in its balance, not in its profile yet."""
    history: Annotated[Rows, C, S, J, W]
    """Purchases by month and delay over the survival at their time; of each stage where there are some (`seasoning`)."""
    staged: Annotated[Each[Staged], C, S, "seasoned"]
    coming: Annotated[Rows, S, Axis("n_bucket")]
    """What comes to each bucket by paying its way two buckets down or more, and what goes from each."""
    going: Annotated[Rows, S, Axis("n_bucket")]
    far_down: Annotated[Rows, S, 2, "seasoned"]
    """Principal and fees paid so."""
    moving: Annotated[Rows, Axis("n_stage"), "seasoned"]
    """While stages move, or a purchase joins them."""
    since: Annotated[Rows, C, S, Axis("n_stage"), "seasoned"]
    """The same of the opening pool at the last rebasing, survival included."""
    log: Annotated[Rows, T, N]
    """Cash of each note by payment."""
    path_discount: Annotated[Rows, T, "random_rate"]
    """Discount factor of each payment on the path's short rate."""
    outcome: Annotated[Each[NoteOutcome], N]
    pool_outcome: PoolOutcome
    counting: Counting
    stack: Annotated[Rows, STACK]
    """Of the formula that is computed."""
    bins: Annotated[Numbers, LANES]
    amount: Annotated[Numbers, LANES]
    """By lane, while a quantity is counted."""
    # Of a panel, not of a block.
    month_sum: Annotated[NarrowRows, T, N + 5]
    panel: Annotated[Rows, PANEL_BLOCKS, T, F]
    """Normals of the factors."""
    own: Annotated[Rows, PANEL_BLOCKS, Axis("n_level")]
    mixing_normal: Annotated[Rows, PANEL_BLOCKS]
    parameters: Annotated[Rows, PANEL_BLOCKS, 3]
    shocks: Annotated[Rows, PANEL_BLOCKS, Axis("n_shock")]
    rate_normal: Annotated[Rows, PANEL_BLOCKS, T, "random_rate"]
    """The short rate's own normals."""
    weight: Annotated[Rows, PANEL_BLOCKS]
    """Weights of the paths: 1 unless a sampler set them."""
    handed: Annotated[Rows, K, Axis("handed_block"), 8 * N + 6]
    """Outcomes of a panel's blocks, where they are handed over."""
    residual: Annotated[Numbers, K, N_LAW]
    """Worst errors of the laws over the cut-off balance."""
    total_bought: Annotated[Numbers, T, C]
    """On the first lane, after each step of a replay."""
    trace: Annotated[Numbers, T, Axis("n_kept")]
    """The groups before `path`, month by month, in a replay."""


class Group(NamedTuple):
    """How a group of the scratch lies."""

    record: type | None
    """Of which records; None: of rows, or of numbers."""
    stride: int
    """Numbers from one of its elements to the next."""
    axes: Declared


def _group(what: Any, axes: Declared) -> Group:
    if what is Numbers:
        return Group(None, 1, axes)
    if what in (Rows, NarrowRows):
        return Group(None, LANES if what is Rows else NARROW, axes)
    (record,) = get_args(what) or (what,)
    return Group(record, LANES * len(ROWS[record]), axes)


GROUPS: dict[str, Group] = {name: _group(what, axes) for name, what, axes in declared(Scratch)}
"""Every group of the scratch, in the order in which they lie."""
