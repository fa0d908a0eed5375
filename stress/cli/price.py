"""`stress price`: yield, margin, spread, duration and window of a note at each price."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import plain, sheet_table
from stress.cli.books import save_answer, xlsx_option
from stress.cli.cells import job_or_results
from stress.cli.of_books import job_argument
from stress.cli.options import Enough, once, output_options
from stress.cli.output import Output
from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.answers.price import Price


@click.command()
@job_argument("job", "JOB.toml|RESULTS")
@click.option("--tranche", required=True, metavar="NAME", help="The note.")
@click.option("--prices", default="98,99,100,101,102", show_default=True, help="Per 100 of balance.")
@click.option(
    "--speeds", default="0.5,1,2", show_default=True, help='Multiples of prepayments, or speeds: "10% CPR,1.3% ABS".'
)
@click.option("--defaults", default="1,2,3", show_default=True, help="Multiples of the odds of arrears or default.")
@click.option("--zero", "zeros", multiple=True, metavar="YEARS=RATE", help="A point of the zero curve. [default: 0%]")
@click.option("--scenario", metavar="NAME", help="[default: the job's first]")
@click.option(
    "--paths", type=Enough(), help="Paths of the break-even spread, rounded up to groups of 1,024. [default: 2,048]"
)
@xlsx_option
@output_options
def price(
    job: Path,
    tranche: str,
    prices: str,
    speeds: str,
    defaults: str,
    zeros: tuple[str, ...],
    scenario: str | None,
    paths: int | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """Print the price table of a note: prices by speeds of prepayment by levels of default.

    Cash flows are deterministic; the break-even spread, which pays for expected losses, is simulated. Under a scenario
    with a random short rate each row has an option-adjusted spread (OAS), and spreads are over its forward curve.

    \b
    Example:
      stress price scenarios/jobs/baitiao-24m.toml --tranche A
      stress price job.toml --tranche A --speeds "0.5% ABS,1% ABS,1.5% ABS" --defaults 1
      stress price job.toml --tranche B --prices 95,100 --zero 1=0.02 --zero 5=0.025 --xlsx prices.xlsx
    """
    loaded = job_or_results(job)

    from stress.analysis.note_price import FLAT, PATHS
    from stress.analysis.note_price import price as find
    from stress.report.desk_sheets import price_sheet

    by_price, by_speed = _numbers("--prices", prices), [_speed(part) for part in speeds.split(",")]
    by_level = _numbers("--defaults", defaults)
    curve = tuple(once("--zero", map(_point, zeros)).items()) or FLAT
    with output.progress(f"prices of {tranche}") as progress:
        answer = find(loaded, tranche, by_price, by_speed, by_level, curve, scenario, paths or PATHS, progress)
    save_answer(workbook, "price", _document(answer), loaded)
    title = f"{answer.job}: prices of {tranche}"
    output.result(lambda: sheet_table(price_sheet(answer), title, "", ("right",)), lambda: _document(answer))


def _numbers(option: str, text: str) -> Sequence[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ConfigError(f"{option} {text}: numbers with commas between them, for example 98,100,102") from None


def _speed(text: str) -> float | str:
    """A multiple, or curve words."""
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _point(text: str) -> tuple[float, float]:
    years, _, rate = text.partition("=")
    try:
        return float(years), float(rate)
    except ValueError:
        raise ConfigError(f"--zero {text}: write YEARS=RATE, for example 2=0.025") from None


def _document(answer: Price) -> dict[str, Any]:
    document: dict[str, Any] = plain(answer)
    names = {"yield_": "yield", "margin": "dm", "option_adjusted": "oas"}
    document["rows"] = [
        {names.get(key, key): x for key, x in row.items() if x is not None or key != "option_adjusted"}
        for row in document["rows"]
    ]
    return document
