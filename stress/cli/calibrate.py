"""`stress calibrate`: parameters from targets and histories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.group import LazyGroup
from stress.cli.options import FILE, TOML, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text
from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.answers.pool_fit import PoolFit


COMMANDS = {
    "losses": "stress.cli.calibrate_losses:losses",
    "pool": "stress.cli.calibrate:pool",
    "projection": "stress.cli.calibrate_projection:projection",
    "rho": "stress.cli.calibrate_history:rho",
    "rolls": "stress.cli.calibrate_rolls:rolls",
    "satellite": "stress.cli.calibrate_history:satellite",
    "tape": "stress.cli.calibrate_tape:tape",
    "var": "stress.cli.calibrate_var:var",
    "vintage": "stress.cli.calibrate_vintage:vintage",
}


@click.command(cls=LazyGroup, lazy=COMMANDS, of_table="rho")
def calibrate() -> None:
    """Find parameters that meet targets or fit histories; of a CSV file alone, as rho does.

    \b
    Example:
      stress calibrate pool scenarios/pools/baitiao.toml
      stress calibrate chargeoffs.csv
    """


@click.command()
@click.argument("file", type=FILE, metavar="POOL.toml")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the pool with the solved rates here.")
@click.option("--fit-rolls", is_flag=True, help="Also shape the roll rates to the pool's history of ratios.")
@output_options
def pool(file: Path, out: Path | None, fit_rolls: bool, output: Output) -> None:
    """Solve the entry rates whose mean static default meets each segment's target.

    Prints the rates, and how the steady pool's overdue ratios compare with history. FILE keeps its comments in the copy
    that --out writes; it may name POOL.toml itself.

    \b
    Example:
      stress calibrate pool pool.toml -o pool.toml
    """
    from stress.inputs.load import load
    from stress.inputs.pool import Pool

    model = load(file)
    if not isinstance(model, Pool):
        raise ConfigError(f'{file}: kind = "{getattr(model, "kind", "job")}": a pool is needed here, kind = "pool"')

    from stress.analysis.entry_rates import calibrate_pool

    try:
        fit = calibrate_pool(model, fit_rolls=fit_rolls)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None
    if out is not None:
        _write(file, out, fit)
    output.result(lambda: _plain(str(fit)), lambda: _document(fit))


def _write(file: Path, out: Path, fit: PoolFit) -> None:
    from stress.analysis.pool_file import pool_with_rates

    save_text("--out", out, pool_with_rates(file.read_text(encoding="utf-8"), fit.pool))


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _document(fit: PoolFit) -> dict[str, Any]:
    return {
        "segments": [segment._asdict() for segment in fit.segments],
        "entry": fit.entry,
        "static_default": fit.static_default,
        "non_performing_ratio": fit.npr,
        "overdue_ratio": fit.odr,
        "rolls_fitted": fit.rolls_fitted,
    }
