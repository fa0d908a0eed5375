"""`stress new`: commented templates to start from."""

from __future__ import annotations

from pathlib import Path

import click

from stress.atomic import replacing
from stress.cli.options import FILE, Count, OneOf
from stress.cli.writing import new_files, writing
from stress.errors import ConfigError
from stress.file_names import escaped


@click.command()
@click.argument(
    "kind", type=OneOf(["deal", "pool", "scenario", "job", "book", "reports", "state", "tape"]), required=False
)
@click.argument("name", required=False)
@click.option("--example", metavar="NAME", help="A shipped deal with its pool, scenarios and job: see stress examples.")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path(), help="Folder to write into.")
@click.option("--from", "source", type=FILE, metavar="JOB|RESULTS", help="The inputs that stand there, as new files.")
@click.option(
    "--xlsx", "workbook", is_flag=True, help="As one workbook NAME.xlsx: a sheet a file, one each list in it."
)
@click.option("--all", "every_key", is_flag=True, help="Also every key that such a file may have.")
@click.option("--loans", type=Count(), help="Of a tape. [default: 100,000]")
@click.option("--seed", type=click.IntRange(0), help="Of a tape. [default: 1]")
def new(
    kind: str | None,
    name: str | None,
    example: str | None,
    out: Path,
    source: Path | None,
    workbook: bool,
    every_key: bool,
    loans: int | None,
    seed: int | None,
) -> None:
    """Write a commented template that passes `stress check`, a shipped example, or a made-up loan tape for `stress
    pool`.

    A job comes as a folder with its deal, its pool and a scenario, a book as a folder with such a job, reports as a
    folder with their table; the others as one file NAME.toml. An example comes as a folder with all files that it
    needs. Nothing is overwritten.

    With --xlsx all of it stands in one workbook, which every command reads as it reads a job's file: type the deal's
    terms there, or let its cells refer to your own sheets. --from takes the inputs of a job (TOML or such a workbook),
    of a run's folder, or of the sheet Assumptions of a workbook that a command wrote with its own --xlsx.

    \b
    Example:
      stress new job my-deal && stress check my-deal/job.toml && stress run my-deal/job.toml
      stress new job my-deal --xlsx && stress check my-deal.xlsx && stress run my-deal.xlsx
      stress new job as-toml --from my-deal.xlsx
      stress new job again --from results/my-deal --xlsx
      stress new --example baitiao && stress run baitiao/job.toml
      stress new job my-deal --example card-master-trust
      stress new pool my-pool --all
      stress new book my-book && stress explain my-book/book.toml && stress book my-book/book.toml
    """
    _of_tapes(kind, loans, seed, every_key)
    name = None if name is None else _bare(name)
    if source is not None or workbook:
        _written(kind, name, example, out, source, workbook, every_key)
        return
    if example is not None:
        if kind not in (None, "job"):
            raise ConfigError(
                f"stress new {kind} --example: an example is a job; write stress new job NAME --example {example}"
            )
        if every_key:
            raise ConfigError("--all: belongs to a template, not to an example")
        _example(example, name, out)
        return
    if kind is None or name is None:
        raise click.UsageError("needs KIND and NAME, or --example NAME", click.get_current_context())
    if kind == "tape":
        _tape(out / f"{name}.csv", loans or 100_000, 1 if seed is None else seed)
        return
    from stress.templates import fill, table

    texts = {
        path: table() if part == "rows" else fill(part, name, every_key)
        for part, path in _files(kind, name, out).items()
    }
    _write({path: text.encode() for path, text in texts.items()})


def _written(
    kind: str | None, name: str | None, example: str | None, out: Path, source: Path | None, sheets: bool, every: bool
) -> None:
    """Inputs as documents: those of a source or of a template, as TOML files or as a workbook."""
    from stress.cli.inputs_from import inputs_of, template_of
    from stress.inputs.sheets.written import write
    from stress.templates.inputs import as_sheets, as_texts

    if example is not None:
        raise ConfigError(
            "--example writes files as they ship; take a workbook of them: --from EXAMPLE/job.toml --xlsx"
        )
    if every and not sheets:
        raise ConfigError("--all: belongs to a template or a workbook")
    if source is None:
        if kind is None or name is None:
            raise click.UsageError("needs KIND and NAME", click.get_current_context())
        documents = template_of(kind, name)
    else:
        documents = inputs_of(source, kind, name, out, sheets)
    first = next(iter(documents.values()))
    called = out / escaped(str(first["name"]))
    if sheets:
        book = called.with_name(called.name + ".xlsx")
        if book.exists():
            raise ConfigError(f"{book}: already exists; it is not overwritten")
        with writing("--out", book):
            book.parent.mkdir(parents=True, exist_ok=True)
            write(book, as_sheets(documents, every))
        click.echo(book)
        return
    texts = as_texts(documents)
    single = len(texts) == 1 and first["kind"] != "job"
    _write(
        {called.with_name(f"{called.name}.toml") if single else called / file: t.encode() for file, t in texts.items()}
    )


def _example(example: str, name: str | None, out: Path) -> None:
    """All files of an example in a folder of its name, or of the one given."""
    from stress.templates import checked
    from stress.templates.examples import files_of_example

    files = files_of_example(example, name)
    folder = out / checked("job", example if name is None else name)
    _write({folder / path: content for path, content in files.items()})


def _write(files: dict[Path, bytes]) -> None:
    """All of them, or none."""
    with new_files(files):
        pass
    for path in files:
        click.echo(path)


def _bare(name: str) -> str:
    """Without the ending that its file will have: `stress new tape loans.csv` writes loans.csv."""
    for ending in (".toml", ".csv", ".xlsx"):
        name = name.removesuffix(ending) or name
    return name


def _of_tapes(kind: str | None, loans: int | None, seed: int | None, every_key: bool) -> None:
    """ConfigError where an option is given that changes nothing of what is written."""
    for option, value in (("--loans", loans), ("--seed", seed)):
        if value is not None and kind != "tape":
            raise ConfigError(f"{option}: is of a tape: stress new tape NAME")
    if every_key and kind == "tape":
        raise ConfigError("--all: a tape has no keys")


def _tape(path: Path, loans: int, seed: int) -> None:
    """Loans with the stratification of the Baitiao pool, seeded."""
    from stress.tape import MAX_EXAMPLE, baitiao_tape

    if path.exists():
        raise ConfigError(f"{path}: already exists; it is not overwritten")
    if loans > MAX_EXAMPLE:
        raise ConfigError(f"--loans {loans:,}: at most {MAX_EXAMPLE:,}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            baitiao_tape(loans, seed).to_csv(part, index=False)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    click.echo(path)


def _files(kind: str, name: str, out: Path) -> dict[str, Path]:
    if kind in ("job", "book"):
        parts = ("job", "deal", "pool", "scenario")
        return {part: out / name / f"{part}.toml" for part in ((kind, *parts) if kind == "book" else parts)}
    if kind == "reports":
        return {kind: out / name / "reports.toml", "rows": out / name / "reports.csv"}
    return {kind: out / f"{escaped(name)}.toml"}
