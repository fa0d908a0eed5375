"""What a note must meet: targets as they are typed, by note, what they are held against, and the table of bands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from stress.analysis import trials
from stress.errors import ConfigError
from stress.inputs.bands import Bands
from stress.inputs.files.parse import parse_as
from stress.inputs.job import Job
from stress.spelling import fraction_for

Kind = Literal["EL", "PD", "BAND"]


class Target(NamedTuple):
    """What a note must meet."""

    kind: Kind
    limit: float
    """Largest expected loss, or largest probability of a loss; NaN for a band."""
    band: str = ""
    scenario: str = ""
    """Under which it must be met; empty: the one that the sizing is asked under."""

    def __str__(self) -> str:
        return f"band {self.band}" if self.kind == "BAND" else f"{self.kind} ≤ {self.limit:g}"


def target_of(text: str, bands: Bands) -> tuple[str | None, Target]:
    """`EL=0.0005`, `A:PD=0.001`, `A:band=3` or `A:PD=0.001@macro_severe` -> the note (None: every note but the residual
    one) and its target.

    Raises ConfigError for a text that is no target, with what is allowed.

    >>> target_of("A:PD=0.001", stress.analysis.load_bands())[0]
    'A'
    """
    typed, _, scenario = text.partition("@")
    note, colon, rest = typed.rpartition(":")
    kind, equals, value = (part.strip() for part in rest.partition("="))
    form = "write EL=0.0005, PD=0.001 or band=3, for one note A:EL=0.0005, under a scenario A:EL=0.0005@NAME"
    if not equals or kind.upper() not in ("EL", "PD", "BAND") or (colon and not note.strip()):
        raise ConfigError(f"--target {text}: {form}")
    if kind.upper() == "BAND":
        bands.limit(value, 1.0)
        return note.strip() or None, Target("BAND", np.nan, value, scenario.strip())
    try:
        limit = float(value)
    except ValueError:
        limit = np.nan
    if not 0.0 < limit < 1.0:
        hint = fraction_for(value) or f"; {form}"
        raise ConfigError(f"--target {text}: the limit must be a fraction above 0 and below 1{hint}")
    return note.strip() or None, Target("EL" if kind.upper() == "EL" else "PD", limit, "", scenario.strip())


def wanted_of(job: Job, targets: Mapping[str | None, Target]) -> dict[int, Target]:
    """Targets by place of the note, senior first. The last note that has a size takes what is left and has none."""
    last = max(k for k, note in enumerate(job.deal.notes) if note.share or note.amount)
    if targets and last < 1:
        raise ConfigError("sizing needs a note below the one that is sized; the deal has one note only")
    wanted: dict[int, Target] = {}
    for name, target in targets.items():
        if name is None:
            wanted = dict.fromkeys(range(last), target) | wanted
            continue
        note = trials.note_index(job, name, option="--target")
        if note >= last:
            raise ConfigError(
                f"--target {name}:...: {name} ranks last and takes what the others leave; size a note above it"
            )
        wanted[note] = target
    return dict(sorted(wanted.items()))


def implied(wanted: Mapping[int, Target], note: int) -> bool:
    """Whether a junior's target, of the same kind and not looser, covers this note's: a senior loses no more."""
    own = wanted[note]
    return any(
        k > note
        and (other.kind, other.scenario) == (own.kind, own.scenario)
        and (other.band == own.band if own.kind == "BAND" else other.limit <= own.limit)
        for k, other in wanted.items()
    )


def smallest(wanted: Mapping[int, Target], bands: Bands, years: float) -> float:
    """The tightest limit of all; of a band at a life of so many years."""
    return min(t.limit if t.kind != "BAND" else bands.limit(t.band, years) for t in wanted.values())


ILLUSTRATIVE = Path(__file__).parent.parent / "data" / "bands.toml"


def load_bands(path: str | Path | None = None) -> Bands:
    """Read a table of bands, the illustrative one where no file is given. Raises ConfigError.

    >>> load_bands().band(0.0, 2.0)
    '1'
    """
    return parse_as(ILLUSTRATIVE if path is None else Path(path), Bands, "--bands")
