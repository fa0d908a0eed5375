"""The inputs of a job or a book that say where their facts come from and what in them is nobody's published fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def inputs(whole: Any) -> Iterator[tuple[str, Any]]:
    """What each is and the input itself, of a job, of its JSON or of a book: deal, pool, state, scenarios with what
    they draw and what their shocks came from; the job where it says something of its own; the book, and its deals'
    inputs once.

    >>> [kind for kind, _ in inputs(job)][:3]
    ['deal', 'pool', 'scenario']
    """
    if (deals := value_of(whole, "deals")) is None:
        yield from _of_job(whole)
        return
    yield "book", whole
    pairs = (pair for deal in deals for pair in _of_job(value_of(deal, "job")))
    yield from {_identity(*pair): pair for pair in pairs}.values()


def _of_job(job: Any) -> Iterator[tuple[str, Any]]:
    if value_of(job, "source") or value_of(job, "illustrative"):
        yield "job", job
    for kind in ("deal", "pool", "state"):
        if (part := value_of(job, kind)) is not None:
            yield kind, part
    cases = value_of(job, "scenarios") or ()
    yield from (("scenario", case) for case in cases)
    others: dict[str, tuple[str, Any]] = {}
    for case in cases:
        origins = [(value_of(origin, "kind"), origin) for origin in value_of(case, "made_of") or ()]
        if (swing := value_of(case, "swing")) is not None:
            origins += [("macro model", value_of(swing, "var")), ("satellite", value_of(swing, "satellite"))]
        for kind, origin in origins:
            others.setdefault(_identity(kind, origin), (kind, origin))
    known = {_identity("scenario", case) for case in cases}
    yield from (pair for key, pair in others.items() if key not in known)


def _identity(kind: str, part: Any) -> str:
    """What is the same of a file that is read twice."""
    return repr((kind, *(value_of(part, key) for key in ("name", "source", "illustrative"))))


def illustrative(whole: Any) -> list[tuple[str, str]]:
    """What the inputs call illustrative, each statement once, with where it is made."""
    places: dict[str, list[str]] = {}
    for kind, part in inputs(whole):
        for line in value_of(part, "illustrative") or ():
            places.setdefault(str(line), []).append(f"{kind} {value_of(part, 'name') or ''}")
    return [(line, "; ".join(where)) for line, where in places.items()]


def value_of(part: Any, key: str) -> Any:
    """What a model, or the JSON of one, has under a key; None where that is nothing."""
    return part.get(key) if isinstance(part, Mapping) else getattr(part, key, None)
