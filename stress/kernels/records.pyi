# The memory as mypy sees it; numba sees `records.py`.

from typing import Any, Protocol, TypeVar

from .layout import Sizes, Switches
from .scratch import Scratch
from .tables import Contract, Market, Opening, Receivables, ShortRate
from .typed import Lanes

_R = TypeVar("_R")

class Header(Sizes, Switches):  # type: ignore[misc]
    # Sizes and switches, and where the groups begin that are cleared or kept as a whole.

    link_width: int
    quantile_width: int
    mixing_width: int
    response_width: int
    n_shock: int
    n_kept_quantity: int
    n_shown: int
    n_sharing: int
    n_opened: int
    n_start_row: int
    n_known: int
    of_condition: int
    of_factor: int
    of_step_paid: int
    of_cash: int
    of_pool: int
    of_path: int
    of_log: int
    of_panel: int
    of_own: int
    of_mixing_normal: int
    of_parameters: int
    of_shocks: int
    of_rate_normal: int

class Columns:
    # A table of nothing but columns.
    def __getattr__(self, name: str) -> Any: ...

class Tables(Market, Receivables, Contract, ShortRate, Opening):  # type: ignore[misc]
    # All tables.
    deal: Columns  # type: ignore[assignment]
    call: Columns  # type: ignore[assignment]
    series: Columns  # type: ignore[assignment]
    needed: Columns  # type: ignore[assignment]

class Numbers(Protocol):
    # Bare memory: floats of the scratch, or integers of the counts.

    def __getitem__(self, index: int) -> Any: ...
    def __setitem__(self, index: int, value: Any) -> None: ...

class Places(Protocol):
    # Where counts begin in `Memory.n`.

    def __getitem__(self, index: int | tuple[int, ...]) -> int: ...

class Counts:
    # All arrays of a tally.

    def __getattr__(self, name: str) -> Places: ...

class Memory(Scratch):
    # All that a stage sees.

    w: Numbers
    n: Numbers
    p: Header
    t: Tables
    to: Counts

    def __init__(self, w: Any, f: Any, g: Any, n: Any, header: Any) -> None: ...

def memory_of(w: Any, f: Any, g: Any, n: Any, header: Any) -> Memory: ...
def narrow(record: _R, first: int) -> _R: ...
def half(whole: Memory, first: int) -> Memory: ...
def part(whole: Memory, first: int) -> Memory: ...
def alike(like: Lanes, number: float) -> Lanes: ...
