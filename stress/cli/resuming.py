"""A long question on the terminal: Ctrl-C ends it with what is done, and the same command goes on from there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.output import Output
from stress.cli.watch import interruptible
from stress.errors import Unwritten
from stress.file_names import escaped

if TYPE_CHECKING:
    import xarray as xr

    from stress.analysis.kept import Kept

CUT = 130
"""Exit code of a question that was interrupted."""


@contextlib.contextmanager
def resumable(command: str, job: str, output: Output) -> Iterator[Kept]:
    """Around a question: what it counted before is taken up; what it has counted, where it is cut short or a file that
    it was to write cannot be, is kept in results/JOB/COMMAND.unfinished.nc, else nothing is.

    Raises click's Exit with code 130 where it was cut short, Unwritten.
    """
    from stress.analysis.kept import Kept, keeping

    file = Path("results") / escaped(job) / f"{command}.unfinished.nc"
    known = _read(file)
    if known:
        output.log("going on", counts=len(known), kept=str(file))
    with interruptible() as stop:
        kept = Kept(stop, known)
        try:
            with keeping(kept):
                yield kept
        except KeyboardInterrupt:
            kept.cut = True
        except Unwritten as error:
            if kept.known:
                raise Unwritten(f"{error}; {_keep(file, kept.known)}") from None
            raise
    if not kept.cut:
        file.unlink(missing_ok=True)
        return
    click.echo(f"stress: interrupted: {_keep(file, kept.known)}", err=True)
    raise click.exceptions.Exit(CUT)


def _keep(file: Path, known: Mapping[str, xr.Dataset]) -> str:
    """Write what was counted; says what was done with it."""
    import xarray as xr

    from stress.results.storage import write

    if not known:
        return "nothing is kept"
    try:
        write({"": xr.Dataset()} | dict(known), file)
    except OSError as error:
        return f"{file} cannot be written ({error.strerror}): nothing is kept"
    counts = f"{len(known)} count{'s' * (len(known) > 1)}"
    return f"{counts} kept in {file}; the same command goes on from there"


def _read(file: Path) -> dict[str, xr.Dataset]:
    """What was kept; nothing where there is no such file, or one that cannot be read."""
    import xarray as xr

    from stress.errors import DataError
    from stress.results.storage import read

    if not file.is_file():
        return {}
    try:
        tree = read(file)
    except DataError:
        return {}
    return {key: node.to_dataset() for key, node in tree.children.items()} if isinstance(tree, xr.DataTree) else {}
