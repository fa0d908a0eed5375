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
    if (deals := said(whole, "deals")) is None:
        yield from _of_job(whole)
        return
    yield "book", whole
    found = (one for deal in deals for one in _of_job(said(deal, "job")))
    yield from {_said_by(*one): one for one in found}.values()


def _of_job(job: Any) -> Iterator[tuple[str, Any]]:
    if said(job, "source") or said(job, "illustrative"):
        yield "job", job
    for kind in ("deal", "pool", "state"):
        if (part := said(job, kind)) is not None:
            yield kind, part
    cases = said(job, "scenarios") or ()
    yield from (("scenario", case) for case in cases)
    others: dict[str, tuple[str, Any]] = {}
    for case in cases:
        made = [(said(one, "kind"), one) for one in said(case, "made_of") or ()]
        if (swing := said(case, "swing")) is not None:
            made += [("macro model", said(swing, "var")), ("satellite", said(swing, "satellite"))]
        for kind, one in made:
            others.setdefault(_said_by(kind, one), (kind, one))
    known = {_said_by("scenario", case) for case in cases}
    yield from (one for key, one in others.items() if key not in known)


def _said_by(kind: str, part: Any) -> str:
    """What is the same of a file that is read twice."""
    return repr((kind, *(said(part, key) for key in ("name", "source", "illustrative"))))


def illustrative(whole: Any) -> list[tuple[str, str]]:
    """What the inputs call illustrative, each statement once, with where it is made."""
    found: dict[str, list[str]] = {}
    for kind, part in inputs(whole):
        for line in said(part, "illustrative") or ():
            found.setdefault(str(line), []).append(f"{kind} {said(part, 'name') or ''}")
    return [(line, "; ".join(where)) for line, where in found.items()]


def said(part: Any, key: str) -> Any:
    """What a model, or the JSON of one, has under a key; None where that is nothing."""
    return part.get(key) if isinstance(part, Mapping) else getattr(part, key, None)
