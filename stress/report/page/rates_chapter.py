"""The chapter on the pool's rates: delinquency, net loss, payment rate and yield by month, as fans and tables."""

from __future__ import annotations

from stress.answers.rates import Rate, Rates
from stress.report.figures.months import rate_fan
from stress.report.numbers import MISSING, PERCENT, many, percent, with_error
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet


def rates(answer: Rates) -> Chapter:
    """Six fans, each with its table."""
    says = (
        f"From {many(answer.paths, 'path')} of each scenario, run again with seed {answer.seed}; told while the median "
        "pool holds 5% of the cut-off balance.",
    )
    first, *others = (
        Exhibit(svg_of(rate_fan(answer, rate), f"rate {rate.name}"), rate.title, "", rate_sheet(answer, rate))
        for rate in answer.rates
    )
    return Chapter(
        "The pool by month: delinquency, net loss, payments, yield", says, Sheet((), ()), first, tuple(others)
    )


def rate_sheet(answer: Rates, rate: Rate) -> Sheet:
    """One row a scenario and month: quantiles of paths, the mean with its error."""
    rows = [
        (
            scenario,
            str(month + 1),
            *(percent(float(x)) for x in rate.level[k, month]),
            with_error(float(rate.mean[k, month]), float(rate.error[k, month]), unit=PERCENT),
        )
        for k, scenario in enumerate(answer.scenarios)
        for month in range(rate.mean.shape[1])
        if rate.mean[k, month] == rate.mean[k, month]
    ]
    head = ("Scenario", "Month", "5%", "25%", "median", "75%", "95%", "mean ± error")
    return Sheet(head, tuple(rows) or ((MISSING,) * len(head),), f"Quantiles of {many(answer.paths, 'path')}.")
