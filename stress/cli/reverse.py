"""`stress reverse`: the most likely path on which a note loses."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import Question, draw, plain, question
from stress.cli.options import FILE

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType
    from rich.table import Table

    from stress.analysis.macro_path import MacroPath
    from stress.answers.reverse import Reverse


@click.command()
@click.option("--tranche", required=True, metavar="NAME", help="The note that loses.")
@click.option("--loss", type=float, default=0.0, show_default=True, help="It loses more than this share of its amount.")
@click.option(
    "--satellite", type=FILE, metavar="FILE", help="Also the macro path that this satellite puts behind the rates."
)
@question
def reverse(asked: Question, tranche: str, loss: float, satellite: Path | None) -> None:
    """Find the most likely path of the systematic factors that makes a note lose.

    Its distance beta gives the first-order probability Phi(-beta), shown beside the simulated one.

    \b
    Example:
      stress reverse scenarios/jobs/baitiao-24m.toml --tranche mezzanine
      stress reverse job.toml --tranche B --loss 0.1 --figure path.svg
      stress reverse job.toml --tranche B --satellite scenarios/satellites/china_growth.toml
    """
    from stress.analysis.macro_path import macro_path
    from stress.analysis.reverse_stress import reverse as find
    from stress.answers.reverse import outstanding
    from stress.inputs.files.parse import parse_as
    from stress.inputs.macro.satellite import Satellite

    model = None if satellite is None else parse_as(satellite, Satellite, "--satellite")

    if asked.planned("the design point by single blocks, then the job's paths plain and aimed", tranche, can_lose=True):
        return
    with asked.output.progress("simulating") as progress:
        answer = find(asked.job, tranche, loss, asked.scenario, asked.threads, progress)
    draw(asked.figure, "reverse", answer)
    macro = None
    if model is not None and answer.path is not None and answer.expected is not None:
        path, expected = (trace.sel(month=outstanding(answer.path)) for trace in (answer.path, answer.expected))
        macro = macro_path(model, path, expected)
    said = document(answer) | ({} if macro is None else {"macro": plain(macro)})
    asked.book("reverse", said)
    asked.output.result(lambda: _with_macro(_tables(answer), macro), lambda: said)


def _with_macro(tables: RenderableType, macro: MacroPath | None) -> RenderableType:
    from rich.console import Group

    if macro is None:
        return tables
    return Group(tables, moves(macro, f"Moves against the start that {macro.satellite} puts behind it"))


def moves(macro: MacroPath, title: str) -> Table:
    """What a satellite puts behind a path, period by period."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        title=Text(title),
        title_justify="left",
        caption=Text(f"In published units; least squares; largest shift left unexplained {macro.unexplained:.2g}."),
        caption_justify="left",
    )
    for head in ("to month", *macro.variable, "shift of the link"):
        shown.add_column(Text(head), justify="right")
    for month, move, shift in zip(macro.period, macro.move, macro.shift, strict=True):
        shown.add_row(str(month), *(f"{x:+.2f}" for x in move), f"{shift:+.3f}")
    return shown


def document(answer: Reverse) -> dict[str, Any]:
    """The answer as JSON: the path by month in place of its whole replay."""
    said: dict[str, Any] = plain(answer._replace(path=None, expected=None))
    said["path"] = None
    if answer.path is not None:
        shown = (
            *("month", "factor_value", "entry_rate", "prepayment_rate"),
            *("pool_balance", "note_balance", "cumulative_default"),
        )
        said["path"] = {name: answer.path[name].values.tolist() for name in shown}
        said["outcome"] = {
            str(note): float(loss)
            for note, loss in zip(answer.path["tranche"].values, answer.path["loss"].values, strict=True)
        }
    return said


def _tables(answer: Reverse) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from stress.report.numbers import many
    from stress.report.remaining import starts

    lost = "any principal" if answer.loss == 0.0 else f"more than {100 * answer.loss:g}% of its principal"
    top = Table(
        title=Text(f"{answer.tranche} under {answer.scenario} loses {lost}"), title_justify="left", show_header=False
    )
    top.add_row("beta", f"{answer.beta:.3f}")
    top.add_row("first-order probability Phi(-beta)", f"{answer.first_order:.3g}")
    top.add_row(f"simulated, {many(answer.paths, 'path')} [95%]", _interval(answer.simulated))
    top.add_row("sampled around the path [95%]", _interval(answer.aimed))
    top.add_row("search", Text(answer.says))
    if said := starts(answer.since):
        top.caption, top.caption_justify = Text(said), "left"
    if answer.path is None or answer.expected is None:
        return top
    losses = zip(answer.path["tranche"].values, answer.path["loss"].values, strict=True)
    top.add_row("losses on the path", Text(", ".join(f"{name} {100 * loss:.4g}%" for name, loss in losses)))
    top.add_row(
        "cumulative default on the path", f"{100 * float(answer.path['final_default']):.2f}% of cut-off balance"
    )
    return Group(top, _months(answer, answer.path))


def _months(answer: Reverse, path: xr.Dataset) -> Table:
    from rich.table import Table
    from rich.text import Text

    note = answer.left_out() or None
    months = Table(title="Months of the path", title_justify="left", caption=note, caption_justify="left")
    months.add_column("month", justify="right")
    months.add_column("share of beta²", justify="right")
    for name in path["factor"].values:
        months.add_column(Text(f"{name} factor"), justify="right")
    for name in path["segment"].values:
        months.add_column(Text(f"{name} entry"), justify="right")
    for month in answer.months():
        rates = zip(month.rate, month.expected, strict=True)
        cells = [
            f"{100 * rate:.2f}% (×{rate / base:.2f})" if base > 0.0 else f"{100 * rate:.2f}%" for rate, base in rates
        ]
        months.add_row(str(month.month), f"{100 * month.weight:.1f}%", *(f"{y:.2f}" for y in month.factor), *cells)
    return months


def _interval(parts: Any) -> str:
    estimate, low, high = (float(x) for x in (parts.estimate, parts.low, parts.high))
    if not math.isfinite(estimate):
        return "–"
    if estimate in (0.0, 1.0):
        return f"< {high:.3g}" if estimate == 0.0 else f"> {1.0 - float(f'{1.0 - low:.3g}'):.6g}"
    return f"{estimate:.3g} [{low:.3g}, {high:.3g}]"
