"""Signs of the worked case's sensitivities: what finance expects of an input moved alone, on common random numbers."""

from __future__ import annotations

from collections.abc import Iterator

from stress.analysis.sensitivities import sensitivity
from stress.answers.tornado import Change
from stress.inputs.load import load_job
from stress.shipped import shipped
from stress.validation.check import SIGMAS, Finding, exact

PATHS = 16_384
EXPECTED = (
    ("DEFAULT", None, "default odds", 1),
    ("INCOME", None, "yield", 1),
    ("EL", "subordinated", "default odds", 1),
    ("EL", "subordinated", "yield", -1),
    ("EL", "subordinated", "recovery", -1),
    ("EL", "subordinated", "fee-free share of purchases", 1),
    ("EL", "subordinated", "cash lost to commingling", 1),
    ("PRICE", "mezzanine", "discount spread", -1),
    ("WAL", "A", "payment on time", -1),
)
"""Measure, note, input, and the sign of the change when the input goes up."""


def signs() -> Iterator[Finding]:
    """Each change has its sign, by more than 4 of its own standard errors."""
    job = load_job(shipped("jobs/baitiao-24m.toml")).model_copy(update={"paths": PATHS})
    tornado = {(m, n): sensitivity(job, m, n) for m, n in dict.fromkeys((m, n) for m, n, _, _ in EXPECTED)}
    for measure, note, name, sign in EXPECTED:
        bar = next((bar for bar in tornado[measure, note].bars if bar.name == name), None)
        sides = () if bar is None else ((bar.down, -sign), (bar.up, sign))
        known = [(change, want) for change, want in sides if change is not None]
        if not known:
            yield exact(f"{measure}: {name} moves it", 1.0, 0.0, 0.0)
        for change, want in known:
            of = f" of {note}" if note else ""
            what = f"{measure}{of} where {name} {change.label}: {change.estimate:+.2g} ± {change.error:.1g}, sign"
            yield exact(what, want, _sign(change), 0.0)


def _sign(change: Change) -> int:
    """0 where the change may be noise."""
    if abs(change.estimate) <= SIGMAS * change.error:
        return 0
    return 1 if change.estimate > 0.0 else -1
