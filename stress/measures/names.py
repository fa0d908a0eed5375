"""Short names of measures, as options write them: `EL`, `EL:B=0.05`, `VAR99.9:mezzanine=0.2`, `DEFAULT=0.01`."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import xarray as xr

from stress.errors import ConfigError
from stress.measures import losses, means
from stress.measures.tails import is_tail, tail_of
from stress.spelling import fraction_for, suggest

SHORT = {
    "EL": "expected_loss", "PD": "loss_probability", "LGD": "lgd", "WAL": "wal", "IRR": "irr", "PRICE": "price",
    "MULTIPLE": "multiple", "DEFAULT": "mean_default", "NET_LOSS": "mean_net_loss", "PURCHASED": "mean_purchased",
    "INCOME": "mean_income", "RECOVERED": "mean_recovered",
}  # fmt: skip
"""Of means and probabilities; the long names are understood too."""
TAILS = {"VAR": "value_at_risk", "ES": "expected_shortfall"}
"""These carry their level in percent, as in VAR99.9."""


class Asked(NamedTuple):
    """A measure and a number that an option gives for it."""

    measure: str
    """A long name: of SHORT or of TAILS."""
    level: float
    """Of VaR and ES; NaN otherwise."""
    tranche: str | None
    """None: every note, or a measure of the pool."""
    number: float


def long_name(text: str, option: str) -> str:
    """The long name of a mean or a probability; a tail as `tails.is_tail` knows it. Raises ConfigError with the list.

    >>> long_name("el", "--measure")
    'expected_loss'
    """
    if is_tail(text.upper()):
        return text.upper()
    known = {**SHORT, **{name: name for name in SHORT.values()}}
    name = known.get(text.upper(), known.get(text.lower()))
    if name is None:
        from stress.spelling import suggest

        raise ConfigError(
            f"{option} {text}: one of {', '.join(SHORT)}, VAR99.9, ES99.9{suggest(text.upper(), list(SHORT))}"
        )
    return name


def asked(text: str, notes: list[str], option: str, number: str) -> Asked:
    """`EL:B=0.05`, `EL=0.05` of every note, `VAR99.9:B=0.2`, `DEFAULT=0.01`; `number` names what stands behind the
    equals sign. Raises ConfigError with what is allowed.

    >>> asked("VAR99.9:B=0.2", ["A", "B"], "--fail-on", "LIMIT").measure
    'value_at_risk'
    """
    where = f"{option} {text}"
    match = re.fullmatch(r"([A-Za-z_]+)([0-9.]*)(?::(.+))?=([^=]+)", str(text).strip())
    if match is None:
        raise ConfigError(f"{where}: write MEASURE:NOTE={number}, for example EL:{notes[-1]}=0.01")
    word, percent, tranche, given = match.groups()
    measure = TAILS.get(word.upper()) or SHORT.get(word.upper())
    if measure is None:
        known = [*SHORT, "VAR99.9", "ES99.9"]
        raise ConfigError(f"{where}: measure {word!r}: one of {', '.join(known)}{suggest(word, known)}")
    level = _level(measure, word, percent, where)
    if tranche is not None and of_pool(measure):
        raise ConfigError(f"{where}: is a measure of the pool")
    if tranche is not None and tranche not in notes:
        raise ConfigError(f"{where}: note: one of {', '.join(notes)}{suggest(tranche, notes)}")
    return Asked(measure, level, tranche, _number(given, where))


def _level(measure: str, word: str, percent: str, where: str) -> float:
    """Level of a tail, NaN of other measures."""
    tail = measure in TAILS.values()
    level = _number(percent, where) / 100.0 if tail and percent else math.nan
    if tail != bool(percent) or (tail and not 0.0 < level < 1.0):
        raise ConfigError(f"{where}: VAR and ES need a level in percent, such as {word}99.9; other measures have none")
    return level


def of_pool(measure: str) -> bool:
    """Whether a measure has no notes."""
    return measure in means.MEANS and means.MEANS[measure].of == "pool"


def measured(ds: xr.Dataset, measure: str, level: float = math.nan) -> xr.Dataset:
    """A measure by its long name, or VAR99.9: `estimate`, `error`, `low`, `high`.

    >>> measured(ds, "expected_loss").equals(stress.measures.expected_loss(ds))
    True
    """
    if is_tail(measure):
        return tail_of(ds, measure)
    if measure == "loss_probability":
        return means.loss_probability(ds)
    if measure in TAILS.values():
        return losses.note_tails(ds, level)[measure == "expected_shortfall"]
    return means.mean(ds, measure)


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"{where}: {text!r} is not a number{fraction_for(text)}") from None
