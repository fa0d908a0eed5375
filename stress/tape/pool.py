"""The aggregate of a tape as a pool: its own balances, the assumptions of another pool or what one day can show.

One day's tape shows stocks, not rates. Without another pool's assumptions, rates are those of a steady state with these
stocks: entry = M1 / current, roll = M2 / M1 and M3 / M2; a growing pool hides part of its delinquency.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from pydantic import ValidationError

from stress.arrays import Array
from stress.errors import ConfigError, DataError
from stress.inputs.pool import Pool
from stress.inputs.text.write import text_of
from stress.tape.aggregate import Stock

ROLL_M3 = 0.85
DEPENDENCE = {"rho": 0.023, "phi": 0.9736}
"""Illustrative, as in the Baitiao pool: a day's tape says nothing about dependence."""


def pool_of(
    stock: Stock, name: str, source: str, like: Pool | None = None, currency: str = "CNY", interest: bool = False
) -> Pool:
    """A pool with the tape's balance, levels, opening lines and delinquency.

    like: keeps its rates, plans, fees of new receivables and everything else that a tape cannot show; it must have the
    tape's levels. interest: the tape's fees are rates of interest a year, of loans with level payments. Raises
    ConfigError where it has not, DataError where the tape alone cannot make a pool.
    """
    if stock.line.sum() <= 0.0:
        raise DataError("the tape has no loan that is current: a pool needs performing balance")
    base = _steady(stock, currency, interest) if like is None else _assumed(stock, like)
    base |= {
        "version": 1,
        "kind": "pool",
        "name": name,
        "source": source,
        "balance": float(f"{stock.balance:.12g}"),
        "opening": _opening(stock, interest),
    }
    try:
        return Pool.model_validate_json(json.dumps(base, allow_nan=False))
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("currency",):
            hint = "; the code of the renminbi is CNY" if currency.upper() == "RMB" else ""
            raise ConfigError(
                f"--currency {currency}: must be a currency code of three capitals, as CNY{hint}"
            ) from None
        if first["type"] in ("string_pattern_mismatch", "string_too_long", "string_too_short"):
            allowed = "must be a short printable name without slash, backslash, colon or leading dot"
            raise DataError(f"level or name {str(first['input'])[:80]!r}: {allowed}") from None
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"the tape makes no valid pool: {place}: {first['msg'].removeprefix('Value error, ')}"
        ) from None


def _assumed(stock: Stock, like: Pool) -> dict[str, Any]:
    """The other pool's assumptions with the tape's shares and delinquency."""
    names = [segment.name for segment in like.segments]
    for level in stock.level:
        if level not in names:
            raise ConfigError(f"level {level!r} of the tape is no segment of the other pool: one of {', '.join(names)}")
    if like.payment_rate is not None:
        raise ConfigError("the other pool has payment_rate: a tape of instalments needs a pool with plans")
    share = dict(zip(stock.level, _shares(stock.late.sum(axis=1)), strict=True))
    late = {name: _late(row) for name, row in zip(stock.level, stock.late, strict=True)}
    segments = []
    for segment in like.segments:
        values = segment.model_dump(mode="json", exclude_none=True, exclude={"delinquent"})
        values |= {"share": share.get(segment.name, 0.0)}
        if like.ladder is not None and segment.name in late:
            values |= {"delinquent": late[segment.name]}
        segments.append(values)
    dumped = like.model_dump(mode="json", exclude_none=True)
    tape = "balance, segments.share, opening and segments.delinquent come from the tape, all else from the pool"
    return dumped | {
        "segments": segments,
        "delinquent": {},
        "illustrative": [*like.illustrative, f"{tape} {like.name!r}"],
    }


def _steady(stock: Stock, currency: str, interest: bool) -> dict[str, Any]:
    """What one day shows if the pool is in a steady state; the rest is illustrative and says so."""
    total = stock.late.sum(axis=0)
    if min(total[:3]) <= 0.0:
        raise DataError(
            "the tape has no current balance, or none in M1 or M2, so it shows no rates: give a pool to be --like"
        )
    performing = stock.line.sum(axis=0)
    principal = performing.sum(axis=1) / np.array([max(n + 1, 2) / 2.0 for n in range(len(performing))])
    free = stock.fee.sum(axis=(0, 2)) == 0.0
    terms = np.flatnonzero(principal > 0.0)
    shares = _shares(principal[terms])
    return {
        "currency": currency,
        "illustrative": [
            "segments.entry_rate and ladder: the steady state with the tape's delinquency of one day",
            "segments.entry_rate: the pool's where nothing of a level is 1-30 days past due",
            "plans.share: the steady state with the tape's terms",
            "ladder.roll_m3", "dependence", "prepayment and recovery of nothing", "everything left at its default",
        ],
        "plans": [
            {"term": int(n), "share": s, **({"kind": "level"} if interest else {"always_fee_free": bool(free[n])})}
            for n, s in zip(terms, shares, strict=True)
        ],
        "fee_free_share": 0.0 if interest else float(f"{stock.fee_free.sum() / performing.sum():.10g}"),
        "ladder": {
            "roll_m1": _rate(total[2], total[1]), "roll_m2": _rate(total[3], total[2]), "roll_m3": ROLL_M3,
        },
        "segments": [_level(stock, s, share, interest) for s, share in enumerate(_shares(stock.late.sum(axis=1)))],
        "dependence": DEPENDENCE,
    }  # fmt: skip


def _level(stock: Stock, s: int, share: float, interest: bool) -> dict[str, Any]:
    late, whole = stock.late[s], stock.late.sum(axis=0)
    fee = float(stock.fee[s].sum() / stock.bearing[s]) if stock.bearing[s] > 0.0 else 0.0
    if interest:
        fee = float(stock.rate[s])
    return {
        "name": stock.level[s],
        "share": share,
        "entry_rate": _rate(late[1], late[0]) or _rate(float(whole[1]), float(whole[0])),
        ("apr" if interest else "monthly_fee"): float(f"{fee:.8g}"),
        "delinquent": _late(late),
    }


def _opening(stock: Stock, interest: bool) -> list[dict[str, Any]]:
    """Lines by level, term and instalments left; shares of the performing balance of the pool."""
    place = np.argwhere(stock.line > 0.0)
    lines = []
    for (s, term, left), share in zip(place.tolist(), _shares(stock.line[stock.line > 0.0]), strict=True):
        fee = stock.fee[s, term, left] / (stock.line[s, term, left] * term / left)
        row = {"segment": stock.level[s], "term": term, "remaining": left, "share": share}
        price = float(f"{fee:.8g}")
        lines.append(row | ({"kind": "level", "apr": price} if interest else {"monthly_fee": price}))
    return lines


def _late(row: Array) -> dict[str, float]:
    whole = row.sum()
    return {name: float(f"{row[k] / whole:.8g}") for k, name in ((1, "m1"), (2, "m2"), (3, "m3")) if row[k] > 0.0}


def _rate(part: float, whole: float) -> float:
    return float(f"{min(part / whole, 0.99) if whole > 0.0 else 0.0:.8g}")


def _shares(value: Array) -> list[float]:
    """Shares of ten decimals that sum to 1: the largest takes up the rounding."""
    share = np.round(value / value.sum(), 10)
    share[np.argmax(share)] += 1.0 - share.sum()
    return [float(f"{part:.10f}") for part in share]


def pool_to_toml(pool: Pool, comment: str = "") -> str:
    """The pool file, `stress check` accepts it."""
    document = pool.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return text_of(document | {key: getattr(pool, key) for key in ("version", "kind", "currency", "balance")}, comment)
