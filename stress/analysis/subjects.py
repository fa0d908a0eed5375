"""What a question is put to: a job, a book, a pool, an answer. Anything else is refused in words, for all of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from stress.answers.book import BookRisk
from stress.answers.committee import Committee
from stress.errors import ConfigError
from stress.inputs.bands import Bands
from stress.inputs.book import Book
from stress.inputs.door import of_one_job
from stress.inputs.pool import Pool
from stress.inputs.stresses import Stresses
from stress.results.sound import check_whole


def _of(model: type, what: str, come_from: str) -> Callable[[Any], None]:
    def refuse_others(given: Any) -> None:
        if not isinstance(given, model):
            raise ConfigError(f"a {type(given).__name__} is not {what}: give what {come_from}")

    return refuse_others


_BOOK = _of(Book, "a book", "stress.load reads from a book's file")
_RISK = _of(BookRisk, "the answer of a book", "stress.analysis.book returns")
_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "job": of_one_job,
    "book": _BOOK,
    "held": _BOOK,
    "before": _RISK,
    "after": _RISK,
    "pool": _of(Pool, "a pool", "stress.load reads from a pool's file"),
    "table": _of(Stresses, "a table of stresses", "stress.analysis.load_stresses reads"),
    "bands": _of(Bands, "a table of bands", "stress.analysis.load_bands reads"),
    "answer": _of(Committee, "an answer for a committee", "stress.analysis.committee returns"),
    "ds": check_whole,
}
"""By the name of a parameter without a default."""


def put_to(question: Any) -> Any:
    """The question, which raises ConfigError, DataError where what it is put to is none of its kind."""
    if not inspect.isfunction(question):
        return question
    needed = [one.name for one in inspect.signature(question).parameters.values() if one.default is one.empty]

    @functools.wraps(question)
    def ask(*given: Any, **named: Any) -> Any:
        for name, value in (*zip(needed, given, strict=False), *named.items()):
            if name in needed and name in _CHECKS:
                _CHECKS[name](value)
        return question(*given, **named)

    return ask
