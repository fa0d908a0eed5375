"""`stress backtest`: what would have been predicted from each report, against what came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, Count, output_options
from stress.cli.output import Output
from stress.cli.writing import drawable, save
from stress.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.backtest import BackTest
    from stress.tables.periods import Period


@click.command()
@click.argument("job", type=FILE, metavar="JOB.toml")
@click.argument("reports", type=FILE, metavar="REPORTS")
@click.option("--from", "first", required=True, metavar="YYYY-MM", help="First period that is predicted and scored.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last one. [default: the last report]")
@click.option("--horizon", metavar="1,3,6,12", help="Reports ahead. [default: 1,3,6,12 of months, 1,2,4,8 of quarters]")
@click.option("--adaptive", is_flag=True, help="Widths that learn from the misses so far (conformal, online).")
@click.option("--half-life", type=click.FloatRange(1.0, 1000.0), default=12.0, show_default=True,
              help="Reports after which a surprise counts half in the local variance.")  # fmt: skip
@click.option("--draws", type=Count(), default=4000, show_default=True, help="Of each forecast.")
@click.option("--figure", type=FILE, metavar="FILE", help="Also draw the fans: an .svg, .png or .pdf file.")
@output_options
def backtest(
    job: Path,
    reports: Path,
    first: str,
    last: str | None,
    horizon: str | None,
    adaptive: bool,
    half_life: float,
    draws: int,
    figure: Path | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
) -> None:
    """Predict each reported default rate from what was known before, and score the predictions.

    At every origin the law of the systematic factor (probit AR(1)) is fitted again to the reports up to it, with
    parameters drawn and a local variance. Rivals: the last value, the stationary law refitted, the job's own law.
    CRPS in percentage points a month (a rate / 12), lower is better; errors allow for overlapping forecasts.

    \b
    Example:
      stress backtest scenarios/jobs/card-master-trust.toml scenarios/reports/us-cards.toml --from 2000-01
      stress backtest job.toml reports.toml --from 2009-01 --adaptive --figure fans.svg
    """
    from stress.inputs.files.reported import read_reports
    from stress.inputs.load import load_job

    drawable("--figure", figure)
    loaded, rows = load_job(job), read_reports(reports)
    begin = period_of("--from", first, rows.per_year)
    end = None if last is None else period_of("--to", last, rows.per_year)
    from stress.analysis.backtest import back_test

    answer = back_test(loaded, rows, begin, end, _horizons(horizon), adaptive, half_life, draws)
    if figure is not None:
        from stress.report.figures.fans import fans

        save("--figure", figure, fans(answer), "backtest")
    Output(as_json, quiet, log_json).result(lambda: _table(answer), lambda: document(answer))


def period_of(option: str, text: str, per_year: int) -> Period:
    """A period that an option names, at the frequency of the reports. Raises ConfigError."""
    from stress.tables.periods import ALLOWED, Period, coarser, parse_period

    found = parse_period(text)
    if found is None:
        raise ConfigError(f"{option} {text}: must be {ALLOWED}")
    if found.per_year >= per_year:
        return coarser(found, per_year)
    return Period(found.year, (found.number - 1) * per_year // found.per_year + 1, per_year)


def _horizons(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= 120 for part in parts) or len(set(parts)) != len(parts):
        raise ConfigError(f"--horizon {text}: whole numbers from 1 to 120, different ones, such as 1,3,6,12")
    return tuple(sorted(map(int, parts)))


def document(answer: BackTest) -> dict[str, Any]:
    """The answer as JSON: `horizons` by their number, beside every forecast."""
    from stress.cli.answer import plain

    said: dict[str, Any] = plain(answer)
    for scores in said["horizons"].values():
        scores["crps_naive"] = scores["crps_last"]
    return said


def _table(answer: BackTest) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    width = "adaptive width" if answer.adaptive else "width as estimated"
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(
            f"{answer.reports}, {answer.first} to {answer.last}: what was predicted against what came ({width})"
        ),
        title_justify="left",
        caption=Text(
            f"{answer.made_of}; CRPS in percentage points a month (rate / 12), lower is better; ± one standard error, "
            f"overlap allowed for. A job's own law may know the future: its rates may be those of these very years. "
            f"Half-life {answer.half_life:g} reports, {answer.draws:,} draws, seed {answer.seed}."
        ),
        caption_justify="left",
    )
    heads = ("reports ahead", "forecasts", "90% band held", "CRPS", "last value", "stationary law", "job's own law")
    for k, head in enumerate((*heads, "gain on last value", "log score")):
        table.add_column(Text(head), justify="right" if k else "left")
    for h, s in answer.horizons.items():
        table.add_row(
            str(h), str(s.months), f"{100 * s.coverage_90:.0f}% ± {100 * s.coverage_se:.0f}",
            _with(s.crps, s.crps_se, ".4f"), f"{s.crps_last:.4f}", f"{s.crps_stationary:.4f}", f"{s.crps_job:.4f}",
            _with(s.gain, s.gain_se, "+.4f"), _with(s.log_score, s.log_score_se, ".2f"),
        )  # fmt: skip
    return Group(table, *(Text(line) for line in (*answer.says, _alarm(answer))))


def _with(value: float, error: float, form: str) -> str:
    return f"{value:{form}} ± {error:{form.lstrip('+')}}" if error == error else f"{value:{form}}"


def _alarm(answer: BackTest) -> str:
    if answer.drift is None:
        return "drift: not tested (it needs forecasts one report ahead)"
    level, most = answer.drift.level, float(max(answer.drift.evidence))
    rule = f"alarm at {1 / level:g}, a false one has a chance of at most {100 * level:g}% over the whole life"
    if answer.alarm is None:
        return f"drift: no alarm; the most evidence against the law was {most:.2g} ({rule})"
    return f"drift: alarm at {answer.alarm} ({rule})"
