"""`stress book --reverse`: the most likely common path to a loss of the book, and the macro paths behind it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stress.cli.answer import plain, sheet_table
from stress.errors import ConfigError
from stress.spelling import fraction_for

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.analysis.macro_path import MacroPath
    from stress.answers.book import ScenarioRisk
    from stress.answers.book_reverse import BookReverse
    from stress.inputs.book import Book
    from stress.inputs.macro.satellite import Satellite

TAIL = "var"
"""What `--reverse` without a loss aims at: the value at risk at --level."""


def loss_of(text: str | None) -> float | None:
    """The loss that is asked for; None: the value at risk. Raises ConfigError."""
    if text is None or text == TAIL:
        return None
    try:
        loss = float(text)
    except ValueError:
        loss = -1.0
    if not 0.0 <= loss < 1.0:
        hint = fraction_for(text) or ", such as 0.1; or none: its VaR"
        raise ConfigError(f"--reverse {text}: a share of the book, from 0 to below 1{hint}")
    return loss


def satellites_of(texts: Sequence[str], book: Book) -> dict[str, Satellite]:
    """A satellite for each group, from GROUP=FILE. Raises ConfigError."""
    from stress.inputs.files.parse import parse_as
    from stress.inputs.macro.satellite import Satellite
    from stress.spelling import suggest

    groups, satellites = sorted({deal.group for deal in book.deals if deal.group is not None}), {}
    for text in texts:
        group, _, file = text.partition("=")
        if not file or group not in groups:
            allowed = f"one of {', '.join(groups)}" if groups else "the book's deals have no group"
            raise ConfigError(f"--satellite {text}: GROUP=FILE, GROUP of the deals: {allowed}{suggest(group, groups)}")
        if group in satellites:
            raise ConfigError(f"--satellite {text}: {group} stands twice; say it once")
        satellites[group] = parse_as(Path(file), Satellite, "--satellite")
    return satellites


def threshold_of(scenario_risk: ScenarioRisk, level: float, loss: float | None) -> float:
    """The loss that the path is to pass: the one given, or value at risk to three digits."""
    return float(f"{scenario_risk.value_at_risk[f'{level:g}'].estimate:.3g}") if loss is None else loss


def macro_of(answer: BookReverse, satellites: dict[str, Satellite]) -> dict[str, MacroPath]:
    """By deal, the macro path that its group's satellite puts behind its rates."""
    from stress.analysis.macro_path import macro_path
    from stress.answers.reverse import outstanding

    behind = {}
    for deal in answer.deals:
        if deal.group in satellites:
            path, base = (trace.sel(month=outstanding(deal.path)) for trace in (deal.path, deal.base))
            behind[deal.name] = macro_path(satellites[deal.group], path, base)
    return behind


def document(answer: BookReverse, macro: dict[str, MacroPath]) -> dict[str, Any]:
    """As JSON, every deal by its rates in place of its whole replay."""
    said: dict[str, Any] = plain(answer._replace(deals=[]))
    said["deals"] = [
        {"name": deal.name, "start": deal.start, "default": deal.default, "expected": deal.expected,
         "entry_rate": deal.path["entry_rate"].values.tolist()}
        for deal in answer.deals
    ]  # fmt: skip
    return said | {"macro": plain(macro)}


def tables(answer: BookReverse, scenario_risk: ScenarioRisk, macro: dict[str, MacroPath]) -> list[RenderableType]:
    """For the terminal."""
    from rich.text import Text

    from stress.cli.reverse import moves
    from stress.report import book_reverse as sheets

    shown: list[RenderableType] = [
        Text("The common path that hurts most", style="italic"),
        Text(sheets.headline(answer)),
    ]
    shown += [sheet_table(sheet, "") for sheet in sheets.sheets(answer, scenario_risk)]
    return shown + [moves(path, f"{deal}: moves against the start that {path.satellite} puts behind it")
                    for deal, path in macro.items()]  # fmt: skip
