"""What a long question has counted so far: ended early it keeps that, and asked again it goes on from there.

A question is many counts on the same draws. Each is known by a digest of all that it rests on, so that what is kept
can never stand for another count. Whoever asks opens a `Kept` around the question (`keeping`); a question asked without
one counts as ever.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


class Interrupted(KeyboardInterrupt):
    """The question was asked to stop. `done`: of a count in parts, those that are whole."""

    def __init__(self, done: xr.Dataset | None = None) -> None:
        super().__init__("interrupted")
        self.done = done


class Kept:
    """Counts that are done, and whether to stop."""

    def __init__(self, stop: threading.Event | None = None, known: Mapping[str, xr.Dataset] | None = None) -> None:
        self.stop = stop or threading.Event()
        self.known = dict(known or {})
        self.cut = False
        """Whether something was left undone."""

    def check(self) -> None:
        """Raises Interrupted where the question is to stop."""
        if self.stop.is_set():
            self.cut = True
            raise Interrupted


_NOW: ContextVar[Kept | None] = ContextVar("stress_kept", default=None)


@contextlib.contextmanager
def keeping(kept: Kept) -> Iterator[Kept]:
    """Within, counts go into `kept` and are taken from it.

    >>> with keeping(Kept()) as kept:
    ...     now() is kept
    True
    """
    token = _NOW.set(kept)
    try:
        yield kept
    finally:
        _NOW.reset(token)


def now() -> Kept | None:
    """What the question that is being asked keeps; None where nobody listens."""
    return _NOW.get()


def check() -> None:
    """Between two steps of a question. Raises Interrupted where it is to stop."""
    kept = now()
    if kept is not None:
        kept.check()


def asked_to_stop() -> bool:
    """Whether a question that can end here with what it has is to do so."""
    kept = now()
    if kept is not None and kept.stop.is_set():
        kept.cut = True
        return True
    return False


def counted(rests_on: Callable[[], str], count: Callable[[threading.Event | None], xr.Dataset | None]) -> xr.Dataset:
    """A count that was kept, or a new one; `rests_on` tells all that it depends on.

    `count` is given the event that stops it, and gives None where it stopped early. Raises Interrupted.
    """
    kept = now()
    if kept is None:
        whole = count(None)
        assert whole is not None
        return whole
    key = hashlib.sha256(rests_on().encode()).hexdigest()
    if key not in kept.known:
        kept.check()
        ds = count(kept.stop)
        if ds is None:
            kept.cut = True
            raise Interrupted
        kept.known[key] = ds
    return kept.known[key]
