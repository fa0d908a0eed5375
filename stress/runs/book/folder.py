"""A book's folder read again: what was counted of which book, of one that is not over what its checkpoints hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stress.errors import DataError
from stress.inputs.book import Book
from stress.kernels.samplers import Shifted
from stress.runs.book.count import Packs, packs_of
from stress.runs.book.weather import Proposal
from stress.runs.counting.book_tally import BookTally
from stress.runs.jobs.counts import BOOK, CHECKPOINT
from stress.runs.jobs.origin import read_json, run_id
from stress.runs.jobs.reading import UNREADABLE
from stress.runs.jobs.shards import read


class Kept(NamedTuple):
    """What a folder holds."""

    packs: Packs
    tally: BookTally
    """Of as many paths as were counted by now."""


def text_of(packs: Packs) -> str:
    """A book and where its paths aim, as JSON."""
    proposal = None if packs.proposal is None else [array.tolist() for array in packs.proposal.arrays()]
    return json.dumps({"level": packs.level, "aim": proposal, "book": packs.book.model_dump(mode="json")})


def opened(folder: Path) -> Kept:
    """What is counted in a book's folder, while a driver may be writing there. Raises DataError where nothing is."""
    if not (folder / CHECKPOINT / BOOK).is_file():
        holds = "the results of a run" if (folder / "results.nc").is_file() else "no counts of a book"
        raise DataError(f"{folder}: holds {holds}; `stress book FILE --out DIR` makes a book's folder")
    try:
        kept = _read(folder)
    except UNREADABLE:
        raise DataError(
            f"{folder}: its book cannot be read; `stress book FILE --out {folder} --fresh` counts again"
        ) from None
    if kept is None:
        raise DataError(f"{folder}: no paths are stored yet; the first checkpoint comes after seconds")
    return kept


def _read(folder: Path) -> Kept | None:
    """The same; None where no path is stored, an error of Python's own for what is no book."""
    held = read_json(folder / CHECKPOINT / BOOK)
    book, level, proposal = Book.model_validate_json(json.dumps(held["book"])), float(held["level"]), held["aim"]
    counted = read(folder / CHECKPOINT, run_id(read_json(folder / CHECKPOINT / "run.json")), book.paths)
    if counted is None:
        return None
    packs = packs_of(book, level)
    if proposal is not None:
        *mixture, deals = (np.array(array) for array in proposal)
        packs = packs._replace(proposal=Proposal(Shifted(*mixture), tuple(map(int, deals))))
    return Kept(packs, counted.tally())
