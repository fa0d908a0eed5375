"""`stress new`: commented templates to start from."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.options import Count, OneOf
from stress.errors import ConfigError
from stress.file_names import escaped


@click.command()
@click.argument("kind", type=OneOf(["deal", "pool", "scenario", "job", "tape"]))
@click.argument("name")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path(), help="Folder to write into.")
@click.option("--all", "every_key", is_flag=True, help="Below the template, every key that such a file may have.")
@click.option("--loans", type=Count(), default=100_000, show_default=True, help="Of a tape.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of a tape.")
def new(kind: str, name: str, out: Path, every_key: bool, loans: int, seed: int) -> None:
    """Write a commented template that passes `stress check`, or a made-up loan tape for `stress pool`.

    A job comes as a folder with its deal, its pool and a scenario; the others as one file NAME.toml. Nothing is
    overwritten.

    \b
    Example:
      stress new job my-deal && stress check my-deal/job.toml && stress run my-deal/job.toml
      stress new pool my-pool --all
    """
    if kind == "tape":
        _tape(out / f"{name}.csv", loans, seed)
        return
    from stress.templates import fill

    files = _files(kind, name, out)
    for path in files.values():
        if path.exists():
            raise ConfigError(f"{path}: already exists; it is not overwritten")
    texts = {path: fill(part, name, every_key) for part, path in files.items()}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{error.filename or out}: cannot be written: {error.strerror}") from None
    for path in files.values():
        click.echo(path)


def _tape(path: Path, loans: int, seed: int) -> None:
    """Loans with the stratification of the Baitiao pool, seeded."""
    from stress.tape import MAX_EXAMPLE, baitiao_tape

    if path.exists():
        raise ConfigError(f"{path}: already exists; it is not overwritten")
    if loans > MAX_EXAMPLE:
        raise ConfigError(f"--loans {loans:,}: at most {MAX_EXAMPLE:,}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        baitiao_tape(loans, seed).to_csv(path, index=False)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    click.echo(path)


def _files(kind: str, name: str, out: Path) -> dict[str, Path]:
    if kind == "job":
        return {part: out / name / f"{part}.toml" for part in ("job", "deal", "pool", "scenario")}
    return {kind: out / f"{escaped(name)}.toml"}
