"""A cell as a number: thousands, decimal commas, percent and currency signs, brackets, flags, what is not published."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

LARGEST = 1e15
"""No published level is larger, in any unit."""
MISSING = frozenset(
    ("", ".", "..", "...", "…", "-", "--", "–", "—", ":", "na", "n/a", "n.a.", "#n/a", "nd", "n.d.", "nan", "null")
)
"""What publishers write for `not published`, in small letters: Federal Reserve ND, FRED ., Eurostat :, World Bank .."""
_WAYS = ("a decimal comma", "one of thousands")
_FLAG = re.compile(r"(?<=[\d%)])\s+([bcdefinprsuz]{1,3})$")
"""A Eurostat flag after a number: p provisional, e estimated, b break in the series, ..."""
_CURRENCY = re.compile(r"^(?:(?:US|HK|NT|A|C)?\$|[€£¥￥]|[A-Z]{3} )\s*|\s*(?:[€£¥￥$元]| [A-Z]{3})$")
_SIGN = str.maketrans({"\u2212": "-", "\u2013": "-", "％": "%"})
_GROUPED = {
    decimal: re.compile(
        rf"^[+-]?(?:(?:\d+|\d{{1,3}}(?P<by>[{other}' ’])\d{{3}}(?:(?P=by)\d{{3}})*)(?:{end})?|[{decimal}]\d+)"
        r"(?:[eE][+-]?\d{1,3})?$"
    )
    for decimal, other, end in ((".", ",", r"\.\d*"), (",", ".", r",\d+"))
}
"""A number by what stands before its decimals; thousands in groups of three, one sign for all; `12,` is a slip."""


class Number(NamedTuple):
    """A number and how it was written."""

    value: float
    """As written: 3.6% is 3.6."""
    percent: bool = False
    flag: str = ""


class Mixed(ValueError):
    """Cells that cannot be of one spelling; the message says which and what to do."""


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no number."""
    return cell.strip().lower() in MISSING


def parse_number(cell: str, decimal: str = ".") -> Number | None:
    """A cell as a number whose decimals follow `decimal`; None where it is none (or beyond all published levels).

    >>> parse_number("$1,234.50")
    Number(value=1234.5, percent=False, flag='')
    >>> parse_number("(3,6)", decimal=",").value
    -3.6
    >>> parse_number("(-3.6)") is None  # a negative number twice over: what is meant?
    True
    """
    text, percent, flag, negative = _bare(cell)
    match = _GROUPED[decimal].match(text)
    if not match or (negative and text[:1] in "+-"):
        return None
    if match["by"]:
        text = text.replace(match["by"], "")
    value = float(text.replace(",", "."))
    return Number(-value if negative else value, percent, flag) if abs(value) <= LARGEST else None


def looks_like_number(cell: str) -> bool:
    """Whether a cell is a number in one spelling or the other."""
    return any(parse_number(cell, decimal) is not None for decimal in _GROUPED)


def decimal_of(cells: Iterable[str], typed: Collection[str] = ()) -> str:
    """The sign before the decimals of a table: a point, or a comma. Mixed where the cells do not agree, or none tells.

    1,234.5 and 3.6 show a point, 1.234,5 and 3,6 a comma; 1,234 alone may be either. `typed`: cells that are numbers of
    a workbook, not text: they show nothing of how text beside them is spelled.
    """
    return decimal_from(*signs_shown(cells, typed))


def signs_shown(cells: Iterable[str], typed: Collection[str] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """Of text, and of what is typed as numbers, one cell of each kind that `decimal_shown` tells apart."""
    text, number = dict[str, str](), dict[str, str]()
    for cell in dict.fromkeys(cells):
        (number if cell in typed else text).setdefault(decimal_shown(cell), cell)
    return text, number


def decimal_from(shown: Mapping[str, str], typed: Mapping[str, str] = {}) -> str:
    """The same from one cell of each kind: `.`, `,` and `?` as `decimal_shown` says."""
    if "." in shown and "," in shown:
        raise Mixed(f"{shown['.']!r} has a decimal point and {shown[',']!r} a decimal comma: write one of them")
    if "?" in shown and "." not in shown and "," not in shown:
        raise Mixed(_either(shown["?"]))
    if "," in shown and "." in typed:
        raise Mixed(f"{shown[',']!r} is text with a decimal comma where other cells are numbers: make it a number")
    return "," if "," in shown else "."


def _either(cell: str) -> str:
    """What is said of a comma that may stand before decimals or thousands."""
    numbers = (parse_number(cell, decimal) for decimal in (",", "."))
    meanings = " or ".join(
        f"{number.value:.10g} ({comma})" for number, comma in zip(numbers, _WAYS, strict=True) if number is not None
    )
    unclear = "nothing in the table shows which: write the one that is meant, without a comma"
    return f"{cell!r} may be {meanings}, and {unclear}"


@functools.lru_cache(maxsize=8192)
def _bare(cell: str) -> tuple[str, bool, str, bool]:
    """(digits and signs, whether a percent, its flag, whether in brackets: a negative number)."""
    text = cell.strip().translate(_SIGN)
    match = _FLAG.search(text)
    flag = match[1] if match else ""
    text = text[: match.start()] if match else text
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1].strip() if negative else text
    percent = text.endswith("%")
    text = text[:-1].rstrip() if percent else text
    lead = text[:1] if text[:1] in "+-" else ""
    text = lead + _CURRENCY.sub("", text[len(lead) :].strip(), count=2)
    return text, percent, flag, negative


def decimal_shown(text: str) -> str:
    """Which decimal sign a number shows: `.`, `,`, `?` for a comma that may be either, or nothing."""
    text = _bare(text)[0]
    if ("," not in text and "." not in text) or not any(pattern.match(text) for pattern in _GROUPED.values()):
        return ""
    if "," in text and "." in text:
        return max(",.", key=text.rindex)
    sign = "," if "," in text else "."
    other = "." if sign == "," else ","
    whole, *rest = text.lstrip("+-").split(sign)
    if len(rest) > 1:
        return other  # groups of thousands
    if len(rest[0]) != 3 or not rest[0].isdecimal() or whole in ("", "0") or len(whole) > 3:
        return sign
    return "?" if sign == "," else ""
