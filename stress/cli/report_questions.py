"""The questions of `stress report --with`: asked of the job that results hold, each answer a chapter of the page."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.cli.answer import plain
from stress.cli.cells import one_of
from stress.cli.output import Output
from stress.errors import ConfigError, DataError

if TYPE_CHECKING:
    import xarray as xr

    from stress.inputs.job import Job
    from stress.results import Result

TAKES = {
    "breakeven": ("tranche", "scenario", "paths", "threads"),
    "reverse": ("tranche", "scenario", "paths", "threads"),
    "sensitivity": ("tranche", "scenario", "paths", "threads"),
    "bands": ("scenario", "paths", "threads"),
    "clocks": ("scenario", "paths", "threads"),
    "rates": ("scenario", "paths"),
    "stresses": ("scenario",),
    "follow": ("scenario", "paths"),
    "committee": (),
    "capital": ("scenario", "paths"),
    "ecl": ("scenario", "paths"),
    "price": ("tranche", "scenario", "paths"),
    "gradient": ("tranche", "scenario", "paths"),
}
"""Questions, and the options that each is asked with."""
QUESTIONS = tuple(TAKES)
HOME = {
    "breakeven": "break_even.breakeven",
    "reverse": "reverse_stress.reverse",
    "sensitivity": "sensitivities.sensitivity",
    "bands": "sizing.size",
    "clocks": "clock_effects.clocks",
    "rates": "rate_fans.rates",
    "stresses": "class_stresses.rating",
    "follow": "filtering.follow",
    "capital": "capital_needs.capital",
    "ecl": "credit_loss.ecl",
    "price": "note_price.price",
    "gradient": "gradients.gradient",
}
"""Module and function of `stress.analysis` that answers each."""
DRAWS = ("rates", "follow", "capital", "ecl", "price", "gradient")
"""Those with a number of paths of their own; the others draw the job's."""
COVER = "committee"
"""Asked of the job, answered on the cover."""


class Options(NamedTuple):
    """What questions are asked with."""

    tranche: str | None = None
    stresses: Path | None = None
    reports: Path | None = None
    scenario: str | None = None
    paths: int | None = None
    threads: int | None = None


def named(questions: tuple[str, ...]) -> list[str]:
    """The questions of --with, each once, in the order asked. Raises ConfigError."""
    from stress.spelling import suggest

    asked = dict.fromkeys(name.strip() for text in questions for name in text.split(",") if name.strip())
    for name in asked:
        if name not in QUESTIONS:
            raise ConfigError(f"--with {name}: one of {', '.join(QUESTIONS)}{suggest(name, QUESTIONS)}")
    if questions and not asked:
        raise ConfigError(f"--with: names no question: one of {', '.join(QUESTIONS)}")
    return list(asked)


def check_options(asked: list[str], options: dict[str, Any], stresses: Path | None, reports: Path | None) -> None:
    """Raise ConfigError for options that no question takes of those that are asked."""
    for option, value in options.items():
        if value is not None and not asked:
            raise ConfigError(f"--{option} {value}: is for a question, and --with asks none")
        if value is not None and not any(option in TAKES[name] for name in asked):
            takers = ", ".join(name for name, taken in TAKES.items() if option in taken)
            raise ConfigError(f"--{option} {value}: --with {','.join(asked)} has no use for it; {takers} have")
    if (stresses is None) == ("stresses" in asked):
        raise ConfigError("--with stresses and --stresses FILE.toml go together")
    if (reports is None) == ("follow" in asked):
        raise ConfigError("--with follow and --reports FILE go together")


def answered(result: Result, asked: list[str], options: Options, output: Output) -> tuple[Result, dict[str, Any]]:
    """The result, its cover's numbers computed again where asked, and the answers by question; the one that is open is
    handed to all."""
    if not asked:
        return result, {}
    ds, chapters = one_of(result), [name for name in asked if name != COVER]
    if chapters:
        _check_names(ds, options)
    answers = {name: _answer(name, ds, options, output) for name in chapters}
    return (_with_cover(ds, output) if COVER in asked else result), answers


def document(answer: Any) -> Any:
    """An answer as its JSON document has it."""
    from stress.answers import Reverse

    if isinstance(answer, Reverse):
        from stress.cli import reverse

        return reverse.document(answer)
    return plain(answer)


def _check_names(dataset: xr.Dataset, options: Options) -> None:
    """Raise ConfigError or DataError for a name or a file before any question counts."""
    from stress.analysis.trials import case_of, note_index

    job = _job_of(dataset, options.paths)
    case_of(job, options.scenario)
    if options.tranche is not None:
        note_index(job, options.tranche)
    if options.stresses is not None:
        from stress.analysis.class_stresses import load_stresses

        load_stresses(options.stresses)
    if options.reports is not None:
        from stress.inputs.files.reported import opened as opened_reports

        opened_reports(options.reports)


def _with_cover(dataset: xr.Dataset, output: Output) -> xr.Dataset:
    """The result with the numbers of the cover computed again from its job."""
    from stress.analysis.class_numbers import committee, with_committee
    from stress.inputs.load import job_from_json

    if not dataset.attrs.get("job"):
        raise DataError("--with committee: the results do not hold their job")
    with output.progress("numbers of every class") as step:
        return with_committee(dataset, committee(job_from_json(str(dataset.attrs["job"])), progress=step))


def _answer(name: str, dataset: xr.Dataset, options: Options, output: Output) -> Any:
    """Ask the job that the results hold."""
    job = _job_of(dataset, options.paths)
    tranche = options.tranche or _asked_about(job, name)
    given = options._asdict() | {"tranche": tranche}
    named = {option: given[option] for option in TAKES[name]}
    if options.paths is None or name not in DRAWS:
        named.pop("paths", None)
    if name == "bands":
        named["targets"] = {}
    elif name == "ecl":
        scenario = named.pop("scenario")
        named["scenarios"] = () if scenario is None else (scenario,)
    elif name == "follow":
        named["reports"] = str(options.reports)
    elif name == "stresses":
        from stress.analysis.class_stresses import load_stresses

        named["table"] = load_stresses(str(options.stresses))
    module, function = HOME[name].split(".")
    ask = getattr(importlib.import_module(f"stress.analysis.{module}"), function)
    with output.progress(f"{name} of {tranche}") as step:
        return ask(job, **named, progress=step)


def _asked_about(job: Job, name: str) -> str:
    """The lowest note that is owed interest; of sensitivity, and where none is, the lowest that lent something."""
    lent = [note for note in job.deal.notes if note.original(job.pool.balance) > 0.0]
    owed = [note for note in lent if (note.coupon != 0.0 or note.index is not None) and name != "sensitivity"]
    return (owed or lent)[-1].name


def _job_of(dataset: xr.Dataset, paths: int | None) -> Job:
    """The job that the results hold, with as many paths. Raises ConfigError, DataError."""
    from stress.analysis.trials import PATHS
    from stress.inputs.load import job_from_json

    if not dataset.attrs.get("job"):
        raise DataError("--with: the results do not hold their job")
    return job_from_json(str(dataset.attrs["job"])).model_copy(update={"paths": paths or PATHS})
