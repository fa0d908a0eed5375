"""A check: a statement about the engine, where its figures come from, and the numbers that keep or break it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from stress.errors import ConfigError, DataError, StressError

SIGMAS = 4.0
"""Standard errors that a simulated figure may lie away from a closed form: once in 16,000 by chance."""
STATED = 0.95
"""Coverage that intervals state."""
Verdict = Literal["kept", "broken", "not run", "shown"]
"""`shown`: an outcome, which is neither kept nor broken."""


class Finding(NamedTuple):
    """One number beside what it must be."""

    what: str
    expected: float
    got: float
    tolerance: float
    """Largest difference allowed, in the same unit."""
    error: float | None = None
    """Standard error of `got`, where it was simulated."""

    @property
    def distance(self) -> float:
        """Difference over the largest one allowed; above 1 the finding breaks its check, as does a nan."""
        away = abs(self.got - self.expected)
        if self.tolerance > 0.0:
            return away / self.tolerance if away == away else float("inf")
        return 0.0 if away == 0.0 else float("inf")

    @property
    def kept(self) -> bool:
        """Whether the number is what it must be."""
        return bool(self.distance <= 1.0)


class Check(NamedTuple):
    """A promise about the engine that anyone can measure again."""

    name: str
    part: str
    """Section of the validation chapter; see `words.PARTS`."""
    promise: str
    source: str
    """Paper, equation, table; or what it is measured on."""
    run: Callable[[], Iterable[Finding | str]]
    """What was found; a text is said of it in place of the usual line."""
    long: bool = False
    """Too slow for the set that `stress validate` runs by default."""
    line: str = ""
    """The command that measures it again, where it is not `stress validate NAME`."""

    @property
    def command(self) -> str:
        """What measures it again."""
        return self.line or f"stress validate {self.name}"


class Result(NamedTuple):
    """What came of a check."""

    verdict: Verdict
    seconds: float
    measured: str
    """In one line."""
    findings: tuple[Finding, ...] = ()


def simulated(what: str, expected: float, got: float, error: float, resolution: float = 0.0) -> Finding:
    """A simulated figure beside its closed form: within 4 of its own standard errors.

    `resolution` is added for quantiles of counts in bins.
    """
    return Finding(what, float(expected), float(got), SIGMAS * float(error) + resolution, float(error))


def exact(what: str, expected: float, got: float, tolerance: float) -> Finding:
    """A figure without simulation beside the one that it must be."""
    return Finding(what, float(expected), float(got), tolerance)


def held(
    shares: Mapping[str, float], replications: int, band: float, middle: float = STATED, of: str = ""
) -> Iterator[Finding | str]:
    """The share of runs whose interval held the truth, by measure: within `band` of `middle`. `of`: what all are."""
    error = (STATED * (1.0 - STATED) / replications) ** 0.5
    for what, share in shares.items():
        yield Finding(what, middle, float(share), band, error)
    low, high = min(shares.values()), max(shares.values())
    spread, what = (
        (f"{low:.1%}", "1 measure") if len(shares) == 1 else (f"{low:.1%} to {high:.1%}", f"{len(shares)} measures")
    )
    yield f"{spread} of {replications:,} intervals hold the truth, {what}{of}"


def at_least(shares: Mapping[str, float], replications: int, band: float, of: str = "") -> Iterator[Finding | str]:
    """The same of intervals that may be wide: the share that is stated less `band`, or more."""
    half = (1.0 - (STATED - band)) / 2.0
    return held(shares, replications, half, 1.0 - half, of)


def measure(check: Check) -> Result:
    """Run a check. What this machine lacks makes it `not run`, a law that an engine run breaks `broken`."""
    started = time.perf_counter()
    try:
        statements = tuple(check.run())
    except (ConfigError, DataError) as error:
        return Result("not run", time.perf_counter() - started, str(error))
    except StressError as error:
        return Result("broken", time.perf_counter() - started, str(error))
    seconds = time.perf_counter() - started
    findings = tuple(f for f in statements if isinstance(f, Finding))
    remarks = [f for f in statements if isinstance(f, str)]
    verdict: Verdict = "kept" if findings and all(f.kept for f in findings) else "broken"
    return Result(verdict, seconds, "; ".join(remarks) or said(findings), findings)


def worst(findings: Iterable[Finding]) -> Finding:
    """The finding nearest to (or farthest beyond) its tolerance."""
    return max(findings, key=lambda f: f.distance)


def said(findings: tuple[Finding, ...]) -> str:
    """All findings in a line: how many, and how far the worst of them is off."""
    if not findings:
        return "no number was found"
    last, many = worst(findings), f"{len(findings)} number{'s' if len(findings) > 1 else ''}"
    missed = sum(not f.kept for f in findings)
    if last.distance == 0.0:
        off = "all exact" if len(findings) > 1 else "exact"
    elif last.error:
        off = f"worst {abs(last.got - last.expected) / last.error:.1f} standard errors off"
    else:
        off = f"worst off by {abs(last.got - last.expected):.1g} ({last.tolerance:.1g} allowed)"
    return f"{many}, {off}" + (f"; {missed} broken" if missed else "")
