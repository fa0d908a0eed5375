"""A pool whose entry rates were solved for: its segments before and after, and the ratios of the steady pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.inputs.pool import History, Ladder, Pool

if TYPE_CHECKING:
    import pandas as pd


class SegmentFit(NamedTuple):
    """One segment, before and after; rates are monthly fractions."""

    name: str
    share: float
    target: float | None
    """Static default asked for; None: the entry rate was left alone."""
    entry_before: float
    entry: float
    static_default: float
    """Mean over the factor at the solved rate."""
    error: float
    """Standard error of that mean by the quadrature."""
    deterministic: float
    """Static default at rho = 0 and the same entry rate."""


@shown
class PoolFit(NamedTuple):
    """A calibrated pool and how well it fits; prints as a table."""

    pool: Pool
    segments: tuple[SegmentFit, ...]
    npr: float
    """Steady-state non-performing ratio: 91+ not yet written off over (current + M1..M3 + that stock)."""
    odr: float
    """Steady-state overdue ratio: all past due over the same base."""
    rolls_fitted: bool

    @property
    def entry(self) -> float:
        """Balance-weighted entry rate a month."""
        return sum(s.share * s.entry for s in self.segments)

    @property
    def static_default(self) -> float:
        """Balance-weighted static default."""
        return sum(s.share * s.static_default for s in self.segments)

    def __str__(self) -> str:
        return _table(self)

    def to_dataframe(self, part: str = "segments") -> pd.DataFrame:
        """A row a segment."""
        return frame_of(self, part)


def _table(fit: PoolFit) -> str:
    head = f"{'segment':<12}{'share':>8}{'target':>10}{'entry was':>12}{'entry':>12}"
    line = [f"{head}{'static':>10}{'+-':>10}{'at rho 0':>10}"]
    for s in fit.segments:
        target = "-" if s.target is None else f"{s.target:.4%}"
        line.append(
            f"{s.name:<12}{s.share:>8.2%}{target:>10}{s.entry_before:>12.6g}{s.entry:>12.6g}"
            f"{s.static_default:>10.4%}{s.error:>10.1e}{s.deterministic:>10.4%}"
        )
    line.append(f"{'pool':<12}{'':>8}{'':>10}{'':>12}{fit.entry:>12.6g}{fit.static_default:>10.4%}")
    if isinstance(fit.pool.ladder, Ladder):
        ladder, how = fit.pool.ladder, "fitted to the ratios" if fit.rolls_fitted else "as given"
        line.append(f"roll rates {ladder.roll_m1:.4g} / {ladder.roll_m2:.4g} / {ladder.roll_m3:.4g}, {how}")
    line.append(f"steady revolving pool: NPR {fit.npr:.2%}, ODR {fit.odr:.2%} (written off after {_months(fit)})")
    if fit.pool.history is not None:
        line.append(_against_history(fit, fit.pool.history))
    return "\n".join(line)


def _months(fit: PoolFit) -> str:
    months = fit.pool.write_off_months
    return f"{months} month" if months == 1 else f"{months} months"


def _against_history(fit: PoolFit, history: History) -> str:
    """The misfit of each ratio against the mean of its history, relative."""
    part = []
    for name, fitted, past in (("NPR", fit.npr, history.non_performing_ratio), ("ODR", fit.odr, history.overdue_ratio)):
        mean = float(np.mean(past))
        part.append(f"{name} {min(past):.2%} to {max(past):.2%}, mean {mean:.2%} (misfit {fitted / mean - 1.0:+.0%})")
    return f"history {history.year[0]}-{history.year[-1]}: " + "; ".join(part)
