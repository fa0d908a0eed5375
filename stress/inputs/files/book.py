"""A book file with all that it refers to: every deal's job under the book's scenarios, positions in one currency."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stress.errors import ConfigError, DataError
from stress.inputs.book import Book, BookDeal, BookFile, BookScenario, Held, Member, Position
from stress.inputs.files.book_loads import loads_of, segments_of
from stress.inputs.files.book_macro import drawn_of
from stress.inputs.files.book_rates import rates_of
from stress.inputs.files.expand import cases_of_reference
from stress.inputs.files.parse import parse_as
from stress.inputs.files.sweep import is_sweep, job_of
from stress.inputs.job import Job, JobFile, ScenarioCase
from stress.inputs.job.rules import check_job
from stress.inputs.scenario.project import horizon_of
from stress.inputs.text.messages import show
from stress.inputs.text.reference import resolve
from stress.spelling import suggest

FromReports = Callable[[Job], Job]
"""What gives a job that names its reports the state that they leave."""


def book_of(path: Path, file: BookFile, from_reports: FromReports | None = None) -> Book:
    """The book of a file. Raises ConfigError with the file, the key, the value and what is allowed, also for a deal
    that starts after its reports where nothing reads them."""
    jobs = [_job(path, file, deal, from_reports) for deal in file.deals]
    _check_exchange(path, file, jobs)
    drawn = drawn_of(path, file, jobs)
    first = min(_month(job) for job in jobs)
    starts = [_month(job) - first if file.align == "date" else 0 for job in jobs]
    rates = rates_of(path, file, jobs, starts)
    members = tuple(
        Member(
            name=deal.name,
            group=deal.group,
            originator=deal.originator or deal.name,
            loads=loads_of(path, file, deal, job),
            segments=segments_of(path, file, deal, job),
            start=start,
            job=job,
            var=var,
            var_first=period,
            rate=rate,
        )
        for deal, job, start, (var, period), rate in zip(file.deals, jobs, starts, drawn, rates, strict=True)
    )
    positions = tuple(_held(path, file, members, position) for position in file.positions)
    _check_whole(path, members, positions)
    return Book(
        name=file.name,
        source=file.source,
        illustrative=file.illustrative,
        currency=file.currency,
        factors=file.factors,
        deals=members,
        positions=positions,
        scenarios=tuple(scenario.name for scenario in file.scenarios),
        paths=file.paths,
        seed=file.seed,
        estimator=file.estimator,
    )


def _job(path: Path, file: BookFile, deal: BookDeal, from_reports: FromReports | None) -> Job:
    """A deal's job under the book's scenarios."""
    key = f"{path}: deals[{show(deal.name)}].job"
    job = _as_it_starts(key, file, deal, resolve(path, deal.job, key), from_reports)
    cases = tuple(_case(path, scenario, deal, job) for scenario in file.scenarios)
    try:
        job = job.model_copy(update={"scenarios": cases, "paths": file.paths, "seed": file.seed, "estimator": "plain"})
        check_job(job)
    except ValueError as error:
        raise ConfigError(f"{path}: deals[{show(deal.name)}]: {error}") from None
    if job.deal.currency != file.currency and job.deal.currency not in file.exchange:
        raise ConfigError(
            f"{path}: exchange: deal {show(deal.name)} is in {job.deal.currency} and the book in {file.currency}: give "
            f"exchange = {{ {job.deal.currency} = ... }}, {file.currency} per {job.deal.currency}"
        )
    return job


def _as_it_starts(key: str, file: BookFile, deal: BookDeal, job_path: Path, from_reports: FromReports | None) -> Job:
    """A deal's job as its own file has it, with the state that its reports leave where it names them."""
    written = parse_as(job_path, JobFile, key)
    if is_sweep(written):
        raise ConfigError(f"{key} = {show(deal.job)}: lists several deals, pools or seeds: a book needs one job a deal")
    job = job_of(job_path, written)
    if (job.state is not None or job.reports) and file.align != "date":
        after = "its reports, months" if job.state is None else f"{job.state.as_of}, a month"
        raise ConfigError(
            f'{key} = {show(deal.job)}: starts after {after} of the calendar: a deal in mid-life needs align = "date"'
        )
    if job.reports and from_reports is None:
        raise ConfigError(f"{key} = {show(deal.job)}: starts after its reports, which stress.load reads")
    try:
        return from_reports(job) if job.reports and from_reports is not None else job
    except (ConfigError, DataError) as error:
        raise type(error)(f"{key} = {show(deal.job)}: {error}") from None


def _check_exchange(path: Path, file: BookFile, jobs: list[Job]) -> None:
    """No rate is given of a currency that no deal is in."""
    needed = sorted({job.deal.currency for job in jobs} - {file.currency})
    for currency in file.exchange:
        if currency not in needed:
            others = f"the others are in {' and '.join(needed)}" if needed else f"all are in {file.currency}"
            hint = suggest(currency, needed)
            raise ConfigError(f"{path}: exchange.{currency}: no deal is in {currency}: {others}{hint}")


def _case(path: Path, scenario: BookScenario, deal: BookDeal, job: Job) -> ScenarioCase:
    """What a scenario of the book means for a deal."""
    of_group = deal.group is not None and deal.group in scenario.groups
    reference = scenario.groups[deal.group] if of_group and deal.group is not None else scenario.file
    if reference is None:
        return ScenarioCase(name=scenario.name, description="no shock")
    key = f"{path}: scenarios[{show(scenario.name)}]" + (f".groups.{deal.group}" if of_group else ".file")
    cases = cases_of_reference(path, reference, key, horizon_of(job.deal.closing_date, job.deal.legal_maturity_months))
    if len(cases) > 1:
        names = ", ".join(case.name for case in cases)
        raise ConfigError(
            f"{key} = {show(reference)}: holds {len(cases)} scenarios, one is needed ({names}): file:LEVEL"
        )
    (case,) = cases
    notes = case.table_notes
    if case.probability is not None:
        says = "a book's scenarios stand side by side and none weighs more: it says nothing here"
        notes += (("probability", f"{case.probability:g}: {says}"),)
    return case.model_copy(update={"name": scenario.name, "probability": None, "table_notes": notes})


def _held(path: Path, file: BookFile, members: tuple[Member, ...], position: Position) -> Held:
    """A position of a note by its place, in the book's currency."""
    at = [member.name for member in members].index(position.deal)
    job, where = members[at].job, f"{path}: positions[{show(position.label)}]"
    names = [note.name for note in job.deal.notes]
    if position.note not in names:
        hint = suggest(position.note, names)
        raise ConfigError(f"{where}.note = {show(position.note)}: deal {position.deal} has {', '.join(names)}{hint}")
    note = names.index(position.note)
    size = job.deal.notes[note].original(job.pool.balance)
    if size <= 0.0:
        raise ConfigError(f"{where}.note = {show(position.note)}: has no original balance: a book cannot weigh it")
    share = position.share if position.share is not None else (position.amount or 0.0) / size
    if abs(share) > 1.0 + 1e-9:
        raise ConfigError(f"{where}.amount = {position.amount:.10g}: the note has {size:.10g} in all")
    rate = 1.0 if job.deal.currency == file.currency else file.exchange[job.deal.currency]
    left = 1.0 if job.state is None else job.state.notes[position.note].balance / size
    price = left if position.price is None else position.price
    return Held(
        name=position.label, deal=at, note=note, share=share, amount=share * size * rate, left=left, price=price
    )


def _check_whole(path: Path, members: tuple[Member, ...], positions: tuple[Held, ...]) -> None:
    """Nobody holds, or is short of, more of a note than there is."""
    held: dict[tuple[int, int, bool], float] = {}
    for position in positions:
        place = (position.deal, position.note, position.share < 0.0)
        held[place] = held.get(place, 0.0) + abs(position.share)
        if held[place] > 1.0 + 1e-9:
            deal = members[position.deal]
            note = deal.job.deal.notes[position.note].name
            raise ConfigError(
                f"{path}: positions: those in note {show(note)} of {show(deal.name)} sum to {held[place]:.6g} of it: "
                "at most 1"
            )


def _month(job: Job) -> int:
    return job.deal.closing_date.year * 12 + job.deal.closing_date.month
