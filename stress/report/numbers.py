"""Numbers as an analyst writes them: percent, basis points below 1%, and never more digits than the error allows.

A number alone chooses its unit; in a column all are given the one of `unit_of`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from stress.kernels.tally import HIGHEST_IRR

BP = 1e-4
ONE_PERCENT = 0.00995
"""What rounds to 1%: from here on percent."""
TINY = 1e-6
"""Below a hundredth of a basis point: two digits, wherever they stand."""
LEAST = 1e-4
"""Percent: smaller ones have no digit in a column of percent."""
ROUNDING = 1e-11
"""Below it a share is the rounding of what is 0: of a yield of cash flows at par."""
MISSING = "–"
NONE = "none"
"""Of a mean over the worst paths where no path lost anything: its bound would tell of the run's size alone."""
CAPPED = "†"
"""Marks a mean yield some of whose paths stand at the cap."""
CAP = f"{100.0 * HIGHEST_IRR:,.0f}%"


class Unit(NamedTuple):
    """What a share of the whole is written in."""

    scale: float
    sign: str


PERCENT, POINTS = Unit(100.0, "%"), Unit(1.0 / BP, " bp")


def unit_of(values: Iterable[float]) -> Unit:
    """The unit of a column: basis points where all of it lies below 1%, else percent."""
    return PERCENT if any(math.isfinite(x) and abs(x) >= ONE_PERCENT for x in values) else POINTS


def fraction(x: float, unit: Unit | None = None) -> str:
    """0.0467 is 4.67%, 0.0012 is 12.0 bp, in percent 0.12%."""
    if not math.isfinite(x):
        return MISSING
    if x in (0.0, 1.0) and unit is not POINTS:
        return "100%" if x else "0"
    if (unit or unit_of([x])) is POINTS:
        return _signed(f"{_three_digits(x / BP)} bp") if x else "0"
    size = abs(x)
    if size >= ONE_PERCENT:
        return _signed(f"{100 * x:.1f}%" if size >= 0.09995 else f"{100 * x:.2f}%")
    return _signed(f"{bare_percent(x, 2)}%")


def percent(x: float, digits: int = 2) -> str:
    """A yield or a pool rate, always in percent."""
    return _signed(f"{100 * x:.{digits}f}%") if math.isfinite(x) else MISSING


def bare_percent(x: float, digits: int = 3) -> str:
    """So many digits of a percentage without its sign, for a table that says so: 98.6, 8.45, 0.0374, 0.0009."""
    if not math.isfinite(x):
        return MISSING
    if x == 0.0 or abs(x - 1.0) < 1e-9:
        return "100" if x else "0"
    rounded = float(f"{100 * abs(x):.{digits - 1}e}")
    if rounded < 0.00005:
        return "<0.0001" if x > 0.0 else "0.0000"
    return _signed(f"{100 * x:.{min(4, max(1, digits - 1 - math.floor(math.log10(rounded))))}f}")


def share(x: float, error: float) -> str:
    """A share of the whole in percent with its standard error; alone where it has none, being given and not found."""
    if not (math.isfinite(x) and error > 0.0):
        return percent(x)
    digits = min(3, max(2, _digits(100.0 * error, 3)))
    digits += _finer(max(abs(x), error), 100.0 * error, digits)
    least = 10.0**-digits
    shown = percent(error, digits) if 100.0 * error >= 0.5 * least else f"<{least:.{digits}f}%"
    return f"{percent(x, digits).removesuffix('%')} ± {shown}"


def with_error(
    x: float, error: float, low: float | None = None, high: float | None = None, *, unit: Unit | None = None
) -> str:
    """59.5 ± 1.2 bp: the error to two digits and the estimate to as many; of a share that is given its interval only
    `< high` where no path showed any of it, `> low` where every path showed the whole."""
    if high is not None and x == 0.0:
        return _below(high, unit)
    if low is not None and x >= 1.0:
        return _above(low)
    if not math.isfinite(x):
        return MISSING
    if not math.isfinite(error):
        return f"{fraction(x, unit)} (no error)"
    scale, sign = unit or unit_of([x, error])
    if max(abs(x), error) < ROUNDING:
        return "0"
    if max(abs(x), error) < TINY and sign == "%":
        if scale * max(abs(x), error) < 0.5 * LEAST:
            return f"<{LEAST:.4f}%"
        return _signed(
            f"{scale * x:.4f} ± {f'{scale * error:.4f}' if scale * error >= 0.5 * LEAST else f'<{LEAST:.4f}'}%"
        )
    if max(abs(x), error) < TINY:
        digits = _two(scale * (error or abs(x)))
        return _signed(f"{scale * x:.{digits}f} ± {f'{scale * error:.{digits}f}' if error else 0}{sign}")
    digits = _decimals(max(abs(x), error), scale * error, sign)
    small = 0.5 * 10.0**-digits
    if 0.0 < scale * error < small:
        digits += sign == "%"
        if scale * error < 0.5 * 10.0**-digits:
            return _signed(f"{scale * x:,.{digits}f} ± <{10.0**-digits:.{digits}f}{sign}")
    return _signed(f"{scale * x:,.{digits}f} ± {scale * error:,.{digits}f}{sign}")


def interval(x: float, low: float, high: float, *, unit: Unit | None = None) -> str:
    """A probability and its 95% interval; only a bound where none or all of the paths were hit."""
    if not math.isfinite(x):
        return MISSING
    if x <= 0.0:
        return _below(high, unit)
    if x >= 1.0:
        return _above(low)
    scale, sign = unit or unit_of([x])
    if high < TINY:
        digits = _two(scale * x)
        return f"{scale * x:.{digits}f} [{scale * low:.{digits}f}, {scale * high:.{digits}f}]{sign}"
    digits = _decimals(x, scale * (high - low) / 2.0, sign)
    return f"{scale * x:,.{digits}f} [{scale * low:,.{digits}f}, {scale * high:,.{digits}f}]{sign}"


def _below(bound: float, unit: Unit | None) -> str:
    """What stays below a bound, which may itself be below the last digit shown."""
    return f"< {fraction(bound, unit).removeprefix('<')}"


def _above(bound: float) -> str:
    """What stays above a bound."""
    return f"> {at_least(bound)}"


def quantile(x: float, low: float, high: float, *, unit: Unit | None = None) -> str:
    """A quantile of a loss and its 95% interval; alone where the interval is a point."""
    if not math.isfinite(x) or low >= high:
        return fraction(x, unit)
    if x <= 0.0 or x >= 1.0:
        return f"{fraction(x, unit)} [{fraction(low, unit)}, {fraction(high, unit)}]"
    return interval(x, low, high, unit=unit)


def tail_mean(x: float, error: float, low: float = 1.0, *, unit: Unit | None = None) -> str:
    """An expected shortfall with its error; where the whole tail loses all `> low`, the lower end of its interval, or
    alone where that is all too; a word where no path lost."""
    if x == 0.0:
        return NONE
    if x > 1.0 - 1e-9:
        return _above(low) if low < 1.0 else fraction(1.0, unit)
    return with_error(x, error, unit=unit)


def at_least(low: float) -> str:
    """A lower bound in percent, rounded down and with the nines that it has: 99.997%, not 100.00%."""
    digits = 2 if low < 0.9999 else min(9, math.ceil(-math.log10(1.0 - low)) - 2) if low < 1.0 else 0
    return f"{math.floor(low * 100 * 10**digits) / 10**digits:.{digits}f}%"


def chance(x: float, low: float, high: float) -> str:
    """A probability without its interval, in percent from 0.1% on; a bound where no path or every path was hit."""
    if x <= 0.0 or x >= 1.0:
        return interval(x, low, high, unit=PERCENT)
    return percent(x, 1 if x >= 0.0995 else 2) if x >= 0.001 else fraction(x)


def years(x: float, digits: int = 2) -> str:
    """A weighted average life."""
    return f"{x:.{digits}f}" if math.isfinite(x) else MISSING


def own_unit(x: float, error: float, *, digits: int) -> str:
    """A number in its own unit and its standard error; `<` where that has no digit to show."""
    if not math.isfinite(x):
        return MISSING
    if not math.isfinite(error):
        return f"{years(x, digits)} (no error)"
    least = 10.0**-digits
    return f"{years(x, digits)} ± {years(error, digits) if error >= 0.5 * least else f'<{years(least, digits)}'}"


def count(n: float) -> str:
    """1,000,000."""
    return f"{n:,.0f}"


def many(n: float, noun: str) -> str:
    """`1 path`, `8,192 paths`."""
    return f"{count(n)} {noun}{'s' * (count(n) != '1')}"


def span(first: int, last: int) -> str:
    """Months of a row: `51-52`, `52`."""
    return f"{first}-{last}" if first < last else str(first)


def _decimals(size: float, error: float, sign: str) -> int:
    """Decimals of an estimate and its `error`, in the unit that they are written in."""
    digits = _digits(error, _most(size, sign))
    return digits + (sign == "%" and error >= 0.5 * 10.0**-digits and _finer(size, error, digits))


def _finer(size: float, error: float, digits: int) -> bool:
    """Whether percents below 0.01% need one more decimal: 0.0007 ± 0.0005%, where 0.001 ± 0.001% would round both."""
    return size < BP and error < 10.0**-digits


def _most(size: float, sign: str) -> int:
    """Decimals at most: more where a number is small for its unit."""
    return 4 if sign != "%" else 2 if size >= ONE_PERCENT else 3


def _digits(error: float, most: int) -> int:
    """Decimals that show two digits of `error`, at most `most`."""
    if not math.isfinite(error) or error <= 0.0:
        return 2
    return min(most, max(0, 1 - math.floor(math.log10(error))))


def _three_digits(x: float) -> str:
    size = abs(x)
    if size >= 99.95:
        return f"{x:,.0f}"
    if size >= 9.995:
        return f"{x:.1f}"
    return f"{x:.2f}" if size >= 0.0995 else f"{x:.{_two(size)}f}".rstrip("0")


def _two(x: float) -> int:
    """Decimals that show two digits of a number below 1, which may be far below."""
    return max(0, 1 - math.floor(math.log10(abs(x)))) if x else 2


def _signed(text: str) -> str:
    """A true minus sign; none before what is 0 to the last digit shown."""
    if re.match(r"-[0.]+(?![0-9.])", text):
        return text[1:]
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") else text
