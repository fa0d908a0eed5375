"""`stress calibrate losses`: a cumulative net loss and its timing as a scenario of entry rates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, TOML, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text
from stress.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.analysis.loss_timing import LossTiming


@click.command()
@click.argument("job", type=FILE, metavar="JOB.toml")
@click.option(
    "--net-loss", type=float, required=True, metavar="SHARE", help="Cumulative, of the cut-off balance: 0.009."
)
@click.option("--timing", required=True, metavar="SHARES", help="Of it by year, as 0.4,0.35,0.25.")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the scenario here: shocks on entry_rate.")
@output_options
def losses(job: Path, net_loss: float, timing: str, out: Path | None, output: Output) -> None:
    """Solve a cumulative net loss and when it comes into monthly entry rates, through ladder and recoveries.

    On expected rates with rho 0, under no other scenario; a month's net loss is what it defaults less what will be
    recovered of that. Years count from the first month in which entries can default.

    \b
    Example:
      stress calibrate losses scenarios/jobs/auto-2021-a.toml --net-loss 0.009 --timing 0.4,0.35,0.25 -o base.toml
    """
    from stress.analysis.loading import load_job
    from stress.analysis.loss_timing import loss_timing

    answer = loss_timing(load_job(job), net_loss, _shares(timing))
    if out is not None:
        save_text("--out", out, losses_toml(answer, out.stem, net_loss, timing, job.name))
    output.result(lambda: _table(answer), lambda: _document(answer))


def losses_toml(answer: LossTiming, name: str, net_loss: float, timing: str, job: str) -> str:
    """The solved entry rates as a scenario file."""
    points = ", ".join(f"[{month}, {value:.10g}]" for month, value in enumerate(answer.multiple.tolist(), 1))
    return "\n".join([
        f"# Cumulative net loss of {net_loss:g} of the cut-off balance, by year {timing}: solved for {job}.",
        'kind = "scenario"',
        "version = 1",
        f'name = "{name}"',
        f'illustrative = ["net loss and timing are as asked for; entry rates solved on the expected rates of {job}"]',
        "",
        "[[shocks]]",
        'target = "entry_rate"',
        'how = "multiply"',
        f"by_month = [{points}]",
        "",
    ])  # fmt: skip


def _shares(timing: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in timing.split(","))
    except ValueError:
        raise ConfigError(f"--timing {timing!r}: shares by year between commas: 0.4,0.35,0.25") from None


def _years(answer: LossTiming) -> list[tuple[int, float, float, float]]:
    """Last month of a year, cumulative net loss wanted and found by then, mean multiple of the year's entry rates."""
    last = len(answer.modelled)
    ends = [*range(12, last, 12), last]
    starts = [0, *ends[:-1]]
    return [
        (end, float(answer.wanted[end - 1]), float(answer.modelled[end - 1]), float(answer.multiple[start:end].mean()))
        for start, end in zip(starts, ends, strict=True)
    ]


def _table(answer: LossTiming) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in ("to month", "net loss wanted", "found", "entry rates, times the pool's own"):
        table.add_column(head, justify="right")
    for month, wanted, solved, multiple in _years(answer):
        table.add_row(str(month), f"{wanted:.4%}", f"{solved:.4%}", f"{multiple:.3g}")
    ends = f"Cumulative net loss in cash at legal maturity: {answer.final:.4%} of the cut-off balance."
    off = f"Largest difference of the loss so far: {answer.error:.1e} of the cut-off balance."
    if answer.error > 1e-9:
        off += " What stays late defaults after the months that were asked for."
    return Group(table, Text(f"{ends} {off}"))


def _document(answer: LossTiming) -> dict[str, Any]:
    return {
        "multiple": answer.multiple.tolist(),
        "wanted": answer.wanted.tolist(),
        "found": answer.modelled.tolist(),
        "final": answer.final,
        "error": answer.error,
    }
