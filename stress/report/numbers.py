"""Numbers as an analyst writes them: percent, basis points below 1%, and never more digits than the error allows."""

from __future__ import annotations

import math

from stress.kernels.tally import HIGHEST_IRR

BP = 1e-4
TINY = 1e-6
"""Below a hundredth of a basis point: two digits, whatever the exponent."""
MISSING = "–"
NONE = "none"
"""Of a mean over the worst paths where no path lost anything: its bound would tell of the run's size alone."""
CAPPED = "†"
"""Marks a mean yield some of whose paths stand at the cap."""
CAP = f"{100.0 * HIGHEST_IRR:,.0f}%"


def fraction(x: float) -> str:
    """0.0467 is 4.67%, 0.0012 is 12.0 bp."""
    if not math.isfinite(x):
        return MISSING
    if x in (0.0, 1.0):
        return "100%" if x else "0"
    size = abs(x)
    if size >= 0.00995:
        return _signed(f"{100 * x:.1f}%" if size >= 0.09995 else f"{100 * x:.2f}%")
    return _signed(f"{_three_digits(x / BP)} bp")


def percent(x: float, digits: int = 2) -> str:
    """A yield or a pool rate, always in percent."""
    return _signed(f"{100 * x:.{digits}f}%") if math.isfinite(x) else MISSING


def bare_percent(x: float) -> str:
    """Three digits of a percentage without its sign, for a table that says so: 98.6, 8.45, 0.0374."""
    if not math.isfinite(x):
        return MISSING
    if x == 0.0 or abs(x - 1.0) < 1e-9:
        return "100" if x else "0"
    size = abs(100.0 * x)
    if size < 0.001:
        return _signed(f"{100 * x:.0e}".replace("e-0", "e-"))
    return _signed(f"{100 * x:.{min(4, max(1, 2 - math.floor(math.log10(size))))}f}")


def share(x: float, error: float) -> str:
    """A share of the whole in percent with its standard error; alone where it has none, being given and not found."""
    if not (math.isfinite(x) and error > 0.0):
        return percent(x)
    digits = min(3, max(2, _digits(100.0 * error, 3)))
    return f"{percent(x, digits).removesuffix('%')} ± {percent(error, digits)}"


def with_error(x: float, error: float, bound: float | None = None) -> str:
    """59.5 ± 1.2 bp: the error to two digits and the estimate to as many; `< bound` where nothing was seen."""
    if bound is not None and x == 0.0:
        return f"< {fraction(bound)}"
    if not math.isfinite(x):
        return MISSING
    if not math.isfinite(error):
        return f"{fraction(x)} (no error)"
    if max(abs(x), error) < TINY:
        return _signed(f"{x / BP:.2g} ± {error / BP:.1g} bp")
    scale, unit = (100.0, "%") if max(abs(x), error) >= 0.00995 else (1e4, " bp")
    digits = _digits(scale * error, 2 if unit == "%" else 4)
    small = 0.5 * 10.0**-digits
    if 0.0 < scale * error < small:
        if unit == "%" and scale * error < 0.1 * small:
            return _signed(f"{scale * x:,.3f} ± <0.001%")
        digits += 1
    return _signed(f"{scale * x:,.{digits}f} ± {scale * error:,.{digits}f}{unit}")


def interval(x: float, low: float, high: float) -> str:
    """A probability and its 95% interval; only a bound where none or all of the paths were hit."""
    if not math.isfinite(x):
        return MISSING
    if x <= 0.0:
        return f"< {fraction(high)}"
    if x >= 1.0:
        return f"> {at_least(low)}"
    if high < TINY:
        return f"{x / BP:.2g} [{low / BP:.2g}, {high / BP:.2g}] bp"
    scale, unit = (100.0, "%") if x >= 0.00995 else (1e4, " bp")
    digits = _digits(scale * (high - low) / 2.0, 2 if unit == "%" else 4)
    return f"{scale * x:,.{digits}f} [{scale * low:,.{digits}f}, {scale * high:,.{digits}f}]{unit}"


def quantile(x: float, low: float, high: float) -> str:
    """A quantile of a loss and its 95% interval; alone where the interval is a point."""
    if not math.isfinite(x) or low >= high:
        return fraction(x)
    if x <= 0.0 or x >= 1.0:
        return f"{fraction(x)} [{fraction(low)}, {fraction(high)}]"
    return interval(x, low, high)


def tail_mean(x: float, error: float, high: float) -> str:
    """An expected shortfall with its error; alone where the whole tail loses all."""
    return fraction(1.0) if x > 1.0 - 1e-9 and error < 1e-9 else with_error(x, error, high)


def at_least(low: float) -> str:
    """A lower bound in percent, rounded down and with the nines that it has: 99.997%, not 100.00%."""
    digits = 2 if low < 0.9999 else min(9, math.ceil(-math.log10(1.0 - low)) - 2) if low < 1.0 else 0
    return f"{math.floor(low * 100 * 10**digits) / 10**digits:.{digits}f}%"


def chance(x: float, low: float, high: float) -> str:
    """A probability without its interval, in percent from 0.1% on; a bound where no path or every path was hit."""
    if x <= 0.0 or x >= 1.0:
        return interval(x, low, high)
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
    return f"{x:.2f}" if size >= 0.0995 else f"{x:.2g}"


def _signed(text: str) -> str:
    """A true minus sign."""
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") else text
