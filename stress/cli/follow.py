"""`stress follow`: the law of a deal's paths given the months that it has reported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.options import FILE, Count, output_options
from stress.cli.output import Output
from stress.cli.writing import drawable, save
from stress.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.follow import Follow, Surprise
    from stress.report.sheets import Sheet

LEAST = 256
HORIZONS = (1, 3, 6, 12)


@click.command()
@click.argument("job", type=FILE, metavar="JOB.toml")
@click.argument("reports", type=FILE, metavar="REPORTS")
@click.option("--as-of", metavar="YYYY-MM", help="Last month that is read. [default: the last report]")
@click.option("--scenario", metavar="NAME", help="Under which scenario. [default: the job's first]")
@click.option("--paths", type=Count(), help="Weighted paths behind each month. [default: 4,096]")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own.")
@click.option("--figure", type=FILE, metavar="FILE", help="Also draw it: an .svg, .png or .pdf file.")
@output_options
def follow(
    job: Path,
    reports: Path,
    as_of: str | None,
    scenario: str | None,
    paths: int | None,
    seed: int | None,
    figure: Path | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
) -> None:
    """What each monthly report was worth, and the rest of a deal's life given all of them.

    Factors and drawn parameters are filtered: the likelihood is that of the reported ratios (defaults, buckets,
    payments over the balance), with the error that the report file states for each. Paths are weighted; how many are
    effective stands beside each month, and fewer than 100 are refused. The whole life runs from closing as the model
    has it; what triggers and accounts did before the last report is the model's, not the deal's.

    \b
    Example:
      stress follow scenarios/jobs/baitiao-24m.toml reports.toml
      stress follow job.toml reports.toml --scenario baseline_predictive --as-of 2020-09 --figure followed.svg
    """
    from stress.cli.answer import plain
    from stress.cli.backtest import period_of
    from stress.inputs.files.reported import read_reports
    from stress.inputs.load import load_job

    drawable("--figure", figure)
    if paths is not None and paths < LEAST:
        raise ConfigError(f"--paths {paths}: at least {LEAST}: fewer than 100 effective ones are refused")
    loaded, rows = load_job(job), read_reports(reports)
    if seed is not None:
        loaded = loaded.model_copy(update={"seed": seed})
    last = None if as_of is None else period_of("--as-of", as_of, 12)
    from stress.analysis.follow import PATHS
    from stress.analysis.follow import follow as found

    output = Output(as_json, quiet, log_json)
    with output.progress("reading reports") as progress:
        answer = found(loaded, rows, last, scenario, paths or PATHS, progress)
    if figure is not None:
        from stress.report.figures.followed import followed

        save("--figure", figure, followed(answer), "follow")
    output.result(lambda: _tables(answer), lambda: plain(answer))


def _tables(answer: Follow) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from stress.cli.answer import sheet_table

    sheets = (_months(answer), _notes(answer), _triggers(answer), _drawn(answer))
    return Group(
        *(sheet_table(sheet, title) for title, sheet in sheets if sheet.rows),
        *(Text(line) for line in _sentences(answer)),
    )


def _months(answer: Follow) -> tuple[str, Sheet]:
    from stress.report.sheets import Sheet

    effective = {u.month: f"{u.effective:,.0f}" for u in answer.updates}
    loss = {u.month: _share(u.expected_loss[-1], u.expected_loss_se[-1]) for u in answer.updates}
    head = (
        "month",
        "figure",
        "came",
        "predicted (90%)",
        "PIT",
        "CRPS",
        "last value",
        "no report read",
        "effective paths",
        f"EL {answer.notes[-1].name}",
    )
    rows = []
    for k, s in enumerate(answer.surprises):
        first = not k or answer.surprises[k - 1].month != s.month
        rows.append((s.month if first else "", s.figure, _percent(s.came), _band(s), f"{s.pit:.2f}", f"{s.crps:.4f}",
                     f"{s.crps_last:.4f}" if s.crps_last == s.crps_last else "–", f"{s.crps_static:.4f}",
                     effective[s.month] if first else "", loss[s.month] if first else ""))  # fmt: skip
    title = f"{answer.job} under {answer.scenario}, given the reports of {answer.reports} up to {answer.as_of}"
    note = (
        "Predicted from the reports before; CRPS in percentage points a month, lower is better; outside the band: *. "
        f"{answer.paths:,} paths, seed {answer.seed}; fewer than {answer.floor:g} effective ones are refused."
    )
    return title, Sheet(head, tuple(rows), note)


def _band(s: Surprise) -> str:
    outside = "" if s.low <= s.came <= s.high else " *"
    return f"{_percent(s.median)} [{_percent(s.low)}, {_percent(s.high)}]{outside}"


def _notes(answer: Follow) -> tuple[str, Sheet]:
    from stress.report.sheets import Sheet

    rows = [
        (
            n.name,
            _share(n.expected_loss_before, n.expected_loss_before_se),
            _share(n.expected_loss, n.expected_loss_se),
            _share(n.loss_probability_before, n.loss_probability_before_se),
            _share(n.loss_probability, n.loss_probability_se),
        )
        for n in answer.notes
    ]
    rows.append((
        "pool: cumulative default",
        _share(answer.default_before, answer.default_before_se), _share(answer.default, answer.default_se), "", "",
    ))  # fmt: skip
    head = ("note", "EL before any report", "EL now", "probability of a loss before", "now")
    title = f"Loss over the whole life, of the original balance, given what was reported up to {answer.as_of}"
    return title, Sheet(head, tuple(rows), "± one standard error of the weighted paths.")


def _triggers(answer: Follow) -> tuple[str, Sheet]:
    from stress.report.sheets import Sheet

    rows = []
    for t in answer.triggers:
        by = (_percent(t.probability[min(h, len(t.probability)) - 1]) if t.probability else "–" for h in HORIZONS)
        rows.append((t.name, _percent(t.by_now), *by, _share(t.ever, t.ever_se)))
    head = ("trigger", "tripped by now", *(f"within {h} month{'s' * (h > 1)}" for h in HORIZONS), "ever")
    note = "Cumulative. By now: on the model's paths; what the deal itself says of its triggers is not read."
    return "Which trigger is near", Sheet(head, tuple(rows), note)


def _drawn(answer: Follow) -> tuple[str, Sheet]:
    from stress.report.sheets import Sheet

    rows = tuple((d.name, f"{d.mean:+.2f}", f"{d.sd:.2f}") for d in answer.drawn)
    note = "In standard deviations before any report: 0 and 1 say that the reports told nothing."
    return f"What the reports say of what is drawn ({answer.as_of})", Sheet(("drawn", "mean", "sd"), rows, note)


def _sentences(answer: Follow) -> Sequence[str]:
    said = [*answer.says, f"fit: a chance of {answer.fit:.2g} of reports as far from the model as these"]
    of = [s for s in answer.surprises if s.figure == answer.lead]
    missed = [s for s in of if not s.low <= s.came <= s.high]
    said.append(
        f"{answer.lead}: {len(missed)} of {len(of)} came outside the 90% band"
        + (f" ({', '.join(s.month for s in missed)})" if missed else "")
    )
    if answer.drift is not None:
        level = answer.drift.level
        rule = f"alarm at {1 / level:g}, a false one has a chance of at most {100 * level:g}% over the whole life"
        evidence = f"no alarm; the most evidence against the model was {max(answer.drift.evidence):.2g}"
        said.append(f"drift: {evidence if answer.alarm is None else f'alarm in {answer.alarm}'} ({rule})")
    return said


def _percent(value: float) -> str:
    return f"{100 * value:.3g}%"


def _share(value: float, error: float) -> str:
    return f"{100 * value:.3g}% ± {100 * error:.1g}" if error > 1e-9 else f"{100 * value:.3g}%"
