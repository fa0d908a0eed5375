"""The table of derivatives."""

from __future__ import annotations

import math

from stress.answers.gradient import Gradient, Slope
from stress.report.numbers import MISSING, many
from stress.report.remaining import starts
from stress.report.sheets import Sheet


def gradient_sheet(answer: Gradient, months: bool = False) -> Sheet:
    """One row an input; with `months` each month's mean of a factor too."""
    shown = [slope for slope in answer.inputs if months or ", month " not in slope.input]
    rows = tuple((slope.input, slope.per, *_number(slope)) for slope in shown)
    hidden = "" if months else " Months one by one: --months, --json."
    left = f" Left out: {'; '.join(answer.left_out)}." if answer.left_out else ""
    note = (
        f"{_measured(answer)}. {many(answer.paths, 'path')}, seed {answer.seed}; likelihood-ratio scores of one run, ± "
        f"standard error by batch.{hidden}{left} {starts(answer.since)}"
    ).strip()
    return Sheet(("Input", "Per", "Derivative", "± error", "95% interval"), rows, note)


def _measured(answer: Gradient) -> str:
    """The measure itself, plain and with its controls, and what these are worth."""
    plain, controlled, cut = answer.estimate, answer.controlled, answer.variance_cut
    if plain.estimate == 0.0 and plain.error == 0.0:
        return f"{answer.measure}: seen on no path"
    change = f"{100.0 * abs(cut):.0f}% of the variance {'cut' if cut >= 0.0 else 'added'}"
    worth = "" if math.isnan(cut) else f" ({change})"
    return (
        f"{answer.measure} {plain.estimate:.5g} ± {plain.error:.2g}; with the scores as control variates "
        f"{controlled.estimate:.5g} ± {controlled.error:.2g}{worth}"
    )


def _number(slope: Slope) -> tuple[str, str, str]:
    if math.isnan(slope.derivative):
        return MISSING, MISSING, MISSING
    return f"{slope.derivative:.4g}", f"{slope.se:.2g}", f"{slope.low:.4g} to {slope.high:.4g}"
