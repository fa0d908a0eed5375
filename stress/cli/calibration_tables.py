"""Tables and files of what `stress calibrate` found: every estimate beside its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from stress.calibration import RhoFit, SatelliteFit
    from stress.calibration.latent import Interval
    from stress.calibration.sampling import Sampling

HORIZON = {1: "year", 4: "quarter", 12: "month"}
NORMAL_95 = 1.959963984540054


def rho_table(fit: RhoFit, column: str, sampling: Sampling | None = None) -> RenderableType:
    """Default rate, asset correlation and persistence at the history's horizon and the month's; the draws if made."""
    span, horizon = f"{fit.level:.0%} ", HORIZON[fit.per_year]
    table = _columns("", "AR(1) likelihood", span + "profile", span + "blocks", "independent", "moments")
    best, plain, month, moment = fit.ar1, fit.independent, fit.monthly, fit.monthly_moment
    rows: list[tuple[str, float, Interval | None, Interval | None, float | None, float, bool]] = [
        ("default rate a year", best.p, fit.profile_p, fit.bootstrap_p, plain.p, fit.moment_p, True),
        ("rho", best.rho, fit.profile_rho, fit.bootstrap_rho, plain.rho, fit.moment_rho, False),
        (f"phi a {horizon}", best.phi, fit.profile_phi, fit.bootstrap_phi, None, fit.persistence, False),
        ("monthly rho", month.rho, fit.monthly_rho, None, fit.monthly_independent.rho, moment.rho, False),
        ("monthly phi", month.phi, _monthly_phi(fit), None, fit.monthly_independent.phi, moment.phi, False),
    ]
    for name, estimate, profile, blocks, other, last, percent in rows:
        third = "-" if other is None else _shown(other, percent)
        spans = (_span(profile, percent), _span(blocks, percent))
        table.add_row(name, _shown(estimate, percent), *spans, third, _shown(last, percent))
    notes = [rho_notes(fit)] + ([] if sampling is None else [draws_note(sampling, fit.level)])
    return Group(Text(f"{column}: {worth(fit)}"), table, Text("\n".join(notes)))


def noted(table: RenderableType, notes: Sequence[str]) -> RenderableType:
    """A table and, below it, what was left out of its sample and what may be misread."""
    return Group(table, Text("\n".join(f"note: {note}" for note in notes))) if notes else table


def draws_note(sampling: Sampling, level: float) -> str:
    """Where paths draw their monthly parameters."""
    (p, rho, phi), bias = sampling.band(level).T, sampling.bias
    return (
        f"Paths draw monthly p from {p[0]:.3%} to {p[1]:.3%}, rho {rho[0]:.4f} to {rho[1]:.4f}, phi {phi[0]:.4f} to "
        f"{phi[1]:.4f} ({level:.0%} of them), together. Estimates from so short a history are off by a factor of "
        f"{math.exp(bias[1]):.2f} in the odds of rho and {math.exp(bias[2]):.2f} in those of phi: read both as low."
    )


def _monthly_phi(fit: RhoFit) -> Interval:
    """The profile interval by powers: the same persistence from month to month."""
    low, high, _ = fit.profile_phi
    low, high = (max(phi, 0.0) ** (fit.per_year / 12.0) for phi in (low, high))
    return fit.profile_phi._replace(low=low, high=high)


def worth(fit: RhoFit) -> str:
    """How little a persistent history says."""
    return (
        f"{fit.n} {HORIZON[fit.per_year]}s whose lag-1 correlation is {fit.persistence:.2f} are worth "
        f"{fit.effective:.1f} independent ones for the mean and {fit.effective_spread:.1f} for rho."
    )


def rho_notes(fit: RhoFit) -> str:
    """What the table's columns are, and the other reading of persistence."""
    opened = [span.open for span in (fit.profile_p, fit.profile_rho, fit.profile_phi, fit.monthly_rho)]
    said = [
        f"Blocks: circular bootstrap of the independent estimate. Only {fit.n // fit.block} blocks of {fit.block} fit "
        "the history, so these intervals are too narrow; the profile's are not.",
        f"If an observation averages its {HORIZON[fit.per_year]}, phi is {fit.monthly_phi_averaged:.4f} a month "
        "(Working 1960).",
    ]
    return "\n".join(said + (["* a limit is the end of the range searched"] if any(opened) else []))


def rho_toml(fit: RhoFit, column: str, source: str) -> str:
    """A pool's [dependence] with the estimates, their intervals as comments."""
    low, high = fit.monthly_rho.low, fit.monthly_rho.high
    return "\n".join(
        [
            f"# {column} of {source}. {worth(fit)}",
            "# For a pool's file. The history is of another book unless it is the pool's own: say so in illustrative.",
            "[dependence]",
            f"rho = {fit.monthly.rho:.6g}   # monthly; {fit.level:.0%} interval {low:.4g} to {high:.4g}",
            f"phi = {fit.monthly.phi:.6g}   # monthly; a {HORIZON[fit.per_year]} {fit.ar1.phi:.4g}, "
            f"{fit.level:.0%} interval {fit.profile_phi.low:.4g} to {fit.profile_phi.high:.4g}",
            "",
        ]
    )


def satellite_table(fit: SatelliteFit) -> RenderableType:
    """Coefficients with 95% intervals that stand autocorrelation."""
    table = _columns("", "coefficient", "95% interval", "error (HAC)", "t", "error (OLS)")
    names = ["constant", *map(str, fit.term)]
    for name, b, plain, robust in zip(names, fit.coefficient, fit.error, fit.robust_error, strict=True):
        t = f"{b / robust:.2f}" if robust else "-"
        interval = f"{b - NORMAL_95 * robust:.4f} to {b + NORMAL_95 * robust:.4f}"
        table.add_row(name, f"{b:.6f}", interval, f"{robust:.6f}", t, f"{plain:.6f}")
    head = f"{fit.link}({fit.target}), {fit.n} {HORIZON[fit.per_year]}s {fit.first} to {fit.last}, R2 {fit.r2:.4f}"
    return Group(Text(head), table, Text(satellite_notes(fit)))


def satellite_notes(fit: SatelliteFit) -> str:
    """How far the residuals spoil the errors, and what the factor keeps."""
    phi = fit.residual_persistence
    memory = math.ceil((1.0 + phi) / max(1.0 - phi, 1e-6))
    effective = fit.n * (1.0 - phi) / (1.0 + phi)
    said = [
        f"Residuals: sd {fit.residual_sd:.4f}, lag-1 correlation {phi:.2f}: {fit.n} observations are worth "
        f"{effective:.0f} independent ones. HAC = Newey-West with {fit.robust_lags} lags."
    ]
    if all(term.variable for term in fit.term):
        said.append(f"In a scenario, residual_rho = true leaves the factor {1.0 - fit.r2:.2f} of rho.")
    if memory > fit.robust_lags:
        horizon = HORIZON[fit.per_year]
        said.insert(
            1, f"Their memory is about {memory} {horizon}s; fewer lags make errors too small: try --lags {memory}."
        )
    return "\n".join(said)


def _columns(*names: str) -> Table:
    table = Table(*names, box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _shown(value: float, percent: bool) -> str:
    return f"{value:.3%}" if percent else f"{value:.4f}"


def _span(span: Interval | None, percent: bool) -> str:
    if span is None:
        return "-"
    return f"{_shown(span.low, percent)} to {_shown(span.high, percent)}" + ("*" if span.open else "")
