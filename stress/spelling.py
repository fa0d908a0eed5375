"""The name that was probably meant: what a refusal adds after the names that it knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from stress.look_alike import look_alike

LONGEST = 80
"""Signs of a word that is looked for among names; a longer one is no slip."""
SLIPS = 3
"""A slip of the pen in every so many letters is still the same word."""
SHORT = 3
"""Letters of a beginning, or of a part of a name, that stands for the whole."""
ALIKE = (
    ("amount", "balance", "principal", "notional", "size"),
    ("coupon", "rate", "interest", "interest_rate", "apr"),
    ("margin", "spread"),
    ("rho", "correlation", "asset_correlation"),
    ("phi", "persistence", "autocorrelation"),
    ("probability", "weight"),
    ("recovery", "recovery_rate", "lgd", "loss_given_default", "severity"),
    ("prepayment", "prepayment_rate", "cpr", "smm"),
    ("paths", "n_paths", "num_paths", "simulations", "trials", "samples", "draws"),
    ("threads", "cores", "cpus", "processes"),
    ("tranche", "note", "class", "bond"),
    ("notes", "tranches", "classes", "bonds"),
    ("scenario", "case"),
    ("out", "output"),
    ("multiply", "factor", "times", "scale"),
    ("add", "plus", "shift"),
    ("set", "value", "equals"),
    ("above", "over", "greater", "more"),
    ("below", "under", "less", "fewer"),
    ("default_odds", "defaults", "pd", "odds"),
    ("default_stock", "cumulative_net_loss", "net_loss", "net_losses", "net_loss_rate", "net_loss_ratio", "cnl"),
    ("deficiency", "principal_deficiency", "pdl"),
    ("acceleration", "early_amortization"),
    ("ACT/360", "actual/360"),
    ("ACT/365F", "ACT/365", "actual/365", "actual/365f"),
    ("30/360", "30e/360"),
)
"""Words of one meaning."""
OF_ALL = frozenset(("rate", "month", "months", "day", "days", "share", "name", "date", "curve", "file", "table"))
"""Parts of many names, that make no two alike."""


def suggest(word: str, allowed: Sequence[str]) -> str:
    """`; did you mean ...?` where an allowed word is near in spelling or meaning, else nothing; where it looks the
    same, the sign in which it differs.

    >>> suggest("coupn", ["name", "coupon"]), suggest("nope", ["name", "coupon"])
    ('; did you mean coupon?', '')
    """
    if len(word) > LONGEST:
        return ""
    for known in allowed:
        for name, other, why in look_alike([known, word]):
            if "U+" in why:
                return f"; {other!r} looks like {name!r}, but {why}"
    meant = nearest(word, allowed)
    return "" if meant is None else f"; did you mean {meant}?"


def nearest(word: str, allowed: Sequence[str]) -> str | None:
    """The allowed word that was probably meant; None where none is near.

    The same letters come first, then the fewest slips of the pen, words of one meaning, and the only name that begins
    so, has most of its parts in common, or holds it.

    >>> nearest("what-if", ["whatif", "waterfall"]), nearest("sens", ["size", "sensitivity"])
    ('whatif', 'sensitivity')
    >>> nearest("Class A", ["Class B"]) is None  # another note, no slip
    True
    """
    plain = _plain(word)
    if not plain or len(word) > LONGEST:
        return None
    same = [name for name in allowed if _plain(name) == plain]
    slips = [(slip, name) for name in allowed if (slip := _slip(word, name)) is not None]
    if same or slips:
        return same[0] if same else min(slips, key=lambda pair: pair[0])[1]
    of_meaning = [name for name in allowed if any({plain, _plain(name)} <= set(map(_plain, alike)) for alike in ALIKE)]
    return of_meaning[0] if of_meaning else _part_of(word, allowed)


def fraction_for(text: str, most: float = 1.0) -> str:
    """A hint where a percent stands for a fraction of at most `most`: written with its sign, or as a number above it.

    >>> fraction_for("5%"), fraction_for("99.9"), fraction_for("0.5"), fraction_for("x")
    ('; write a fraction: 0.05', '; a fraction, not a percent: did you mean 0.999?', '', '')
    """
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        return ""
    if text.strip().endswith("%"):
        return f"; write a fraction: {number / 100.0:.10g}"
    meant = most < number <= 100.0 * most
    return f"; a fraction, not a percent: did you mean {number / 100.0:.10g}?" if meant else ""


def exists(where: str, name: str, known: Collection[str]) -> None:
    """Raise ValueError where a name is not among the known ones, with the one that was probably meant."""
    if name not in known:
        names = list(known)
        choice = f"one of {', '.join(names)}{suggest(name, names)}" if names else "none is defined"
        raise ValueError(f"{where} names {name!r}, which does not exist: {choice}")


def _plain(word: str) -> str:
    """Its letters and digits alone."""
    return "".join(_parts(word))


def _parts(word: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", word).casefold().replace("_", " "))


def _slip(word: str, name: str) -> tuple[int, int] | None:
    """(slips, letters at the beginning that differ) of two words that are one but for a few; None for others.

    Parts are compared one by one, so that `Class A` is no slip of `Class B`; other digits are another number.
    """
    ours, theirs = _parts(word), _parts(name)
    if len(ours) != len(theirs):
        ours, theirs = ["".join(ours)], ["".join(theirs)]
    total = 0
    for part, other in zip(ours, theirs, strict=True):
        if part == other:
            continue
        longest = max(len(part), len(other))
        slips = _edits(part, other) if abs(len(part) - len(other)) <= longest // SLIPS else longest
        if slips > longest // SLIPS or re.sub(r"\d", "", part) == re.sub(r"\d", "", other):
            return None
        total += slips
    begins = next((k for k, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    return total, -begins


def _edits(word: str, other: str) -> int:
    """Letters left out, put in, changed, or changed about with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], word[i - 2]):
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]


def _part_of(word: str, allowed: Sequence[str]) -> str | None:
    """The only allowed word that a part of one stands for."""
    plain = _plain(word)
    begins = [a for a in allowed if min(len(plain), len(_plain(a))) >= SHORT and _begin(plain, _plain(a))]
    if begins:
        return _only(begins)
    common = {a: len(_telling(word) & _telling(a)) for a in allowed}
    most = max(common.values(), default=0)
    if most:
        return _only(a for a, n in common.items() if n == most)
    return _only(a for a in allowed if len(plain) > SHORT and plain in _plain(a))


def _begin(word: str, other: str) -> bool:
    """Whether one word is the beginning of the other, and no number is cut in two."""
    short, long = sorted((word, other), key=len)
    return long.startswith(short) and not (short[-1].isdigit() and long[len(short) : len(short) + 1].isdigit())


def _telling(word: str) -> set[str]:
    return {part for part in _parts(word) if len(part) >= SHORT and not part.isdigit()} - OF_ALL


def _only(names: Iterable[str]) -> str | None:
    candidates = list(names)
    return candidates[0] if len(candidates) == 1 else None
