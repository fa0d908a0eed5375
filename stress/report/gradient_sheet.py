"""The table of derivatives."""

from __future__ import annotations

import math

from stress.answers.gradient import Gradient, Slope
from stress.report.numbers import MISSING, count
from stress.report.sheets import Sheet


def gradient_sheet(answer: Gradient, months: bool = False) -> Sheet:
    """One row an input; with `months` each month's mean of a factor too."""
    shown = [one for one in answer.inputs if months or ", month " not in one.input]
    rows = tuple((one.input, one.per, *_number(one)) for one in shown)
    plain, controlled = answer.estimate, answer.controlled
    hidden = "" if months else " Months one by one: --months, --json."
    left = f" Left out: {'; '.join(answer.left_out)}." if answer.left_out else ""
    cut = "" if math.isnan(answer.variance_cut) else f" ({100.0 * answer.variance_cut:.0f}% of the variance cut)"
    note = (
        f"{answer.measure} {plain.estimate:.5g} ± {plain.error:.2g}; with the scores as control variates "
        f"{controlled.estimate:.5g} ± {controlled.error:.2g}{cut}. {count(answer.paths)} paths, seed {answer.seed}; "
        f"likelihood-ratio scores of one run, ± standard error by batch.{hidden}{left}"
    )
    return Sheet(("Input", "Per", "Derivative", "± error", "95% interval"), rows, note)


def _number(one: Slope) -> tuple[str, str, str]:
    if math.isnan(one.derivative):
        return MISSING, MISSING, MISSING
    return f"{one.derivative:.4g}", f"{one.se:.2g}", f"{one.low:.4g} to {one.high:.4g}"
