"""US card charge-offs predicted from each past quarter, refitted to what was known then, against what came.

The engine's own law of the systematic factor alone: no macro variable, nothing tuned to these years.
"""

from __future__ import annotations

from typing import NamedTuple

from stress.analysis.hindcast import backtest
from stress.answers.backtest import BackTest
from stress.inputs.files.reported import Reported, read_reports
from stress.inputs.load import load_job
from stress.shipped import shipped
from stress.tables.periods import Period
from stress.validation.cards import history
from stress.validation.outcome import Shown


class Span(NamedTuple):
    """Years scored."""

    name: str
    first: Period
    last: Period
    adaptive: bool
    splice: bool = False


SPANS = (
    Span("2000-2015", Period(2000, 1, 4), Period(2015, 4, 4), False),
    Span("2000-2015, adaptive width", Period(2000, 1, 4), Period(2015, 4, 4), True),
    Span("2007 Q4-2010 Q4, adaptive width", Period(2007, 4, 4), Period(2010, 4, 4), True),
    Span("2016-2025", Period(2016, 1, 4), Period(2025, 4, 4), False, True),
)
YEAR = 4


def outcome() -> Shown:
    """Scores of every span, and which of them were misses."""
    job = load_job(shipped("jobs/card-master-trust.toml"))
    every = read_reports(shipped("reports/us-cards.toml"))
    answers = {}
    for span in SPANS:
        reports = _spliced() if span.splice else every
        answers[span.name] = backtest(job, reports, span.first, span.last, adaptive=span.adaptive)
    spans = {name: _numbers(answer) for name, answer in answers.items()}
    bands = {str(h): _bands(answers[SPANS[0].name], h) for h in (1, YEAR)}
    return Shown(tuple(_said(answers)), {"spans": spans, "bands": bands})


def _spliced() -> Reported:
    """All banks to 2015, then the large banks' series moved by the mean gap of log odds: joined by us."""
    table = history(splice=True)
    rate = table.column(table.variable[0])
    periods = tuple(table.start.shift(k) for k in range(table.n))
    return Reported(table.file, "US credit cards to 2025", periods, {"default_rate": rate}, {"default_rate": 0.05})


def _said(answers: dict[str, BackTest]) -> list[str]:
    main, crisis = answers[SPANS[0].name], answers[SPANS[2].name]
    near, far = main.horizons[1], main.horizons[2]
    first = (
        f"CRPS {near.crps:.3f} a quarter and {far.crps:.3f} two ahead, where the stationary law has "
        f"{near.crps_stationary:.3f} and {far.crps_stationary:.3f}, but the last value alone "
        f"{near.crps_last:.3f} and {far.crps_last:.3f}; 90% bands held {_held(main)} at 1, 2, 4, 8 quarters; "
        f"of 2007 Q4 to 2010 Q4, a year ahead, {100 * crisis.horizons[YEAR].coverage_90:.0f}% even with widths that "
        "adapt: missed"
    )
    return [first, *(f"{name}: {line}." for name, answer in answers.items() for line in answer.says)]


def _held(answer: BackTest) -> str:
    return ", ".join(f"{100 * s.coverage_90:.0f}%" for s in answer.horizons.values())


def _bands(answer: BackTest, horizon: int) -> dict[str, list[object]]:
    of = [f for f in answer.forecasts if f.horizon == horizon]
    return {
        "quarter": [f.target for f in of],
        "low": [f.low for f in of],
        "median": [f.median for f in of],
        "high": [f.high for f in of],
        "happened": [f.came for f in of],
    }


def _numbers(answer: BackTest) -> dict[str, object]:
    return {
        "alarm": answer.alarm,
        "horizons": {str(h): s._asdict() for h, s in answer.horizons.items()},
        "outside": [[f.target, f.horizon] for f in answer.forecasts if not f.held],
    }
