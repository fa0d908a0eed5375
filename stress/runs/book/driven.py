"""A book counted to the end, by the engine's own driver: threads, workers or a cluster, with a folder to go on from."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import NamedTuple

from stress.digest import book_counters_digest, source_digest
from stress.errors import Incomplete, StressError
from stress.inputs.book import Book
from stress.runs.book.count import Packs
from stress.runs.book.folder import text_of
from stress.runs.counting.book_tally import BookTally
from stress.runs.counting.counted import Progress, digest, joined
from stress.runs.dataset import LAWS
from stress.runs.engine import count_all
from stress.runs.jobs.counts import BOOK, Say, Subject, begun, count_rest
from stress.runs.jobs.origin import platform_of, run_id, version
from stress.runs.jobs.place import place_of
from stress.runs.jobs.running import MANIFEST, Watch, refuse_shorter, silent, write_manifest
from stress.runs.jobs.where import Where
from stress.version import __version__

LAW = 1e-9
"""Most that a path may break a law of the model by, over the cut-off balance."""


class BookCounts(NamedTuple):
    """What was counted of a book."""

    tally: BookTally
    sha256: str
    """Of all counts: the same bits give the same."""
    paths_found: int = 0
    """Paths that the folder held already."""


def counted(
    packs: Packs,
    where: Where,
    progress: Progress | None = None,
    say: Say | None = None,
    stop: threading.Event | None = None,
) -> BookCounts:
    """All paths in this process's memory, or those that came before `stop`. The same bits wherever they are counted.

    Raises ClusterLost, Incomplete, StressError where a path breaks a law.
    """
    say, book = say or silent, packs.book
    with place_of(where, packs, lambda text: say("warning", note=text)) as place:
        say("counting", where=place.words)
        how = (place.machines, place.client, progress, None, stop, where.most)
        try:
            tally: BookTally = joined(count_all(packs, packs.digest(), book.seed, [(0, book.paths)], *how)).tally()
        except ValueError:
            raise Incomplete("nothing was counted") from None
    return _checked(book, tally)


def counted_in(
    packs: Packs,
    where: Where,
    progress: Progress | None = None,
    say: Say | None = None,
    stop: threading.Event | None = None,
) -> BookCounts:
    """The same with a folder: what is counted is kept there in shards, and a run that was stopped or lost goes on.

    Raises also KeyboardInterrupt after `stop`, ConfigError where the folder holds another run.
    """
    watch, parts, book, out = Watch(), run_parts(packs), packs.book, where.folder
    subject = Subject(book.paths, book.seed, parts, lambda: (packs, packs.digest()))
    with begun(where, parts, BOOK, text_of(packs)) as folder:
        refuse_shorter(where, run_id(parts), book.paths)
        (out / MANIFEST).unlink(missing_ok=True)
        counts = count_rest(where, subject, folder, progress, say or silent, stop or threading.Event())
        watch.counted()
        done = _checked(book, counts.tally, counts.paths_found)
        manifest = {
            "book": book.name,
            "run_id": run_id(parts),
            "stress": __version__,
            "source_digest": source_digest(),
            "paths": book.paths,
            "seed": str(book.seed),
            "estimator": book.estimator,
            "where": counts.where,
            **watch.said(),
            "paths_found": counts.paths_found,
            "shards_damaged": counts.store.damaged,
            "result_sha256": done.sha256,
            **platform_of(),
        }
        write_manifest(out, manifest)
    return done


def run_parts(packs: Packs) -> dict[str, str]:
    """What must not change between the parts of a run; paths may. The arrays have a digest of their own."""
    text = packs.book.model_copy(update={"paths": 0}).model_dump_json()
    aimed = "" if packs.proposal is None else json.dumps([array.tolist() for array in packs.proposal.arrays()])
    return {
        "job": hashlib.sha256((text + aimed).encode()).hexdigest(),
        "counters": book_counters_digest(),
        **{name: version(name) for name in ("numba", "llvmlite")},
    }


def _checked(book: Book, tally: BookTally, paths_found: int = 0) -> BookCounts:
    """Every path of every deal conserves cash and balances to 1e-9. Raises StressError."""
    for deal, errors in zip(book.deals, tally.residual, strict=True):
        for law, error in zip(LAWS, errors, strict=True):
            if not error <= LAW:
                raise StressError(f"deal {deal.name}: {law} is off by {error:.2g} of the cut-off balance on some path")
    return BookCounts(tally, digest(tally), paths_found)
