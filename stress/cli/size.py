"""`stress size`: note shares that meet a target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.answer import Question, question
from stress.cli.options import FILE, once

if TYPE_CHECKING:
    from rich.table import Table

    from stress.answers.sizing import Sizing


@click.command()
@click.option(
    "--target", "targets", multiple=True, metavar="[NOTE:]EL=|PD=|band=[@SCENARIO]",
    help="EL=0.0005 for all notes but the last, A:PD=0.001 or B:band=4 for one, A:PD=0.001@NAME under its own "
    "scenario; may be repeated. Without one the notes are judged as they are.",
)  # fmt: skip
@click.option("--bands", type=FILE, metavar="FILE.toml", help="Your table of EL-implied bands. [default: illustrative]")
@question
def size(asked: Question, targets: tuple[str, ...], bands: Path | None) -> None:
    """Find the largest notes, the most senior first, that meet a target each; a fresh run proves it.

    A band is implied by expected loss and average life through a table; it is not a rating. Notes of a job in mid-life
    (state or reports) are issued already: they are judged as they are, without a target.

    \b
    Example:
      stress size scenarios/jobs/baitiao-24m.toml --target EL=0.0005
      stress size job.toml --target A:PD=0.001 --target B:PD=0.01 --scenario macro_severe --json
      stress size job.toml --target A:PD=0.001@credit_contraction --target B:PD=0.01@macro_severe
      stress size job.toml --bands mine.toml
    """
    from stress.analysis.note_targets import load_bands, target_of
    from stress.analysis.sizing import size as find

    table = load_bands(bands)
    wanted = once("--target", (target_of(text, table) for text in targets))
    if asked.planned("10 halvings for each target and its error's end, then the proof on fresh paths"):
        return
    with asked.output.progress("sizing") as progress:
        answer = find(asked.job, wanted, asked.scenario, table, asked.threads, progress)
    asked.tell("size", "sizing", answer, _table)


def _table(answer: Sizing) -> Table:
    from rich import box
    from rich.text import Text

    from stress.report.numbers import fraction, interval, own_unit, percent, share, unit_of
    from stress.report.page.sizing_chapter import solved
    from stress.report.whole_table import WholeTable

    caption = f"{solved(answer)} EL-implied band by the table '{answer.table}': not a rating. {answer.says}"
    table = WholeTable(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=Text(f"Note sizes under {' and '.join(dict.fromkeys(note.scenario for note in answer.notes))}"),
        title_justify="left",
        caption=Text(caption),
        caption_justify="left",
    )
    asked = any(note.target for note in answer.notes)
    before = ("was",) if asked else ("at closing",) * bool(answer.since.as_of)
    table.add_column("note")
    heads = (*before, "share", "enhancement", *("target", "limit") * asked, "measured [95%]", "WAL", "band")
    for head in heads:
        table.add_column(head, justify="right")
    several = len({note.scenario for note in answer.notes}) > 1
    if several:
        table.add_column("scenario")
    if asked:
        table.add_column("verdict")
    unit = unit_of(float(note.measured.high) for note in answer.notes)
    for note in answer.notes:
        ends = (float(x) for x in (note.measured.estimate, note.measured.low, note.measured.high))
        measured = interval(*ends, unit=unit)
        table.add_row(
            Text(note.note), *(percent(note.before),) * bool(before), share(note.share, note.share_error),
            share(note.enhancement, note.enhancement_error),
            *((note.target or "–", fraction(note.limit, unit)) if asked else ()), measured,
            own_unit(note.life, note.life_error, digits=3), note.band, *((Text(note.scenario),) if several else ()),
            *(note.verdict,) * asked,
        )  # fmt: skip
    return table
