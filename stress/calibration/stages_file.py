"""Fitted stages as words of a pool's file."""

from __future__ import annotations

from stress.calibration.stages import Seasons, StageFit

NAMES = ("new", "seasoning", "seasoned", "old")


def stage_names(n: int) -> tuple[str, ...]:
    """`new`, ..., `seasoned`."""
    return ("all",) if n == 1 else NAMES if n == len(NAMES) else (*NAMES[: n - 1], "seasoned")


def stages_toml(fit: StageFit, source: str) -> str:
    """`[[stages]]` with odds over the highest hazard, which is the `entry_rate` of a segment without a ladder.

    With a ladder divide that rate by the share of what enters that reaches default.
    """
    highest = float(fit.hazard.max())
    odds = [float(h / (1.0 - h)) * (1.0 - highest) / highest for h in fit.hazard]
    line = [
        f"# Fitted to {source}: {len(fit.hazard)} {'stage' if len(fit.hazard) == 1 else 'stages'}, "
        f"{fit.explained:.0%} of the variance of the hazard by age.",
        f"# entry_rate = {highest:.6g} of a segment without a ladder (with one: over the share that reaches default)",
    ]
    if len(fit.hazard) == 1:
        return "\n".join([*line, ""])
    for k, name in enumerate(stage_names(len(fit.hazard))):
        line += ["", "[[stages]]", f'name = "{name}"']
        if k < len(fit.moves_on):
            line.append(f"moves_on = {fit.moves_on[k]:.6g}   # a month; error {fit.moves_on_error[k]:.2g}")
        line.append(
            f"default_odds = {max(odds[k], 1e-6):.6g}   # {fit.hazard[k]:.4%} a month; error {fit.hazard_error[k]:.4%}"
        )
    return "\n".join([*line, ""])


def season_parameters_toml(
    seasons: Seasons, hazard: float, n: int, first: str, last: str, name: str, source: str
) -> str:
    """A file of kind = "parameters" whose paths draw a season: the spread between cohorts as log odds of default."""
    return "\n".join(
        [
            "# A path draws one season for all that it buys: cohorts differ by this much at equal age. A pool of many",
            "# seasons strays less, so this is the most that seasons do.",
            'kind = "parameters"',
            "version = 1",
            f'name = "{name}"',
            f'source = "{source}"',
            f"p = {hazard:.6g}",
            "covariance = [  # of the log odds of p, rho, phi; the last two are not estimated and do not move",
            f"  [{max(seasons.spread, 1e-6) ** 2:.6g}, 0.0, 0.0],",
            "  [0.0, 1e-12, 0.0],",
            "  [0.0, 0.0, 1e-12],",
            "]",
            "",
            "[sample]",
            f"n = {n}",
            f'first = "{first}"',
            f'last = "{last}"',
            "",
        ]
    )
