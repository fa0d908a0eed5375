"""A book of one-month large pools, whose loss has a closed form (Vasicek 2002)."""

from stress.inputs.book import Book, Factors, Held, Member
from stress.validation.one_period import BALANCE, one_period_job

P, RHO = (0.03, 0.05), (0.1, 0.2)
PATHS = 65_536


def pools(loads: list[tuple[float, ...]], factors: Factors | None, paths: int = PATHS) -> Book:
    """A book that holds whole one-month pools: a senior note and what is left, so that its loss is the default rate."""
    jobs = [one_period_job(P[i % 2], RHO[i % 2], (0.9,), paths) for i in range(len(loads))]
    members = tuple(
        Member(name=f"deal {i}", group=None, originator="x", loads=load, start=0, job=job)
        for i, (job, load) in enumerate(zip(jobs, loads, strict=True))
    )
    held = tuple(
        Held(name=f"deal {i} {note}", deal=i, note=note, share=1.0, amount=BALANCE * (0.1 if note else 0.9), price=1.0)
        for i in range(len(loads))
        for note in (0, 1)
    )
    return Book(name="pools", currency="CNY", factors=factors, deals=members, positions=held, scenarios=("base",),
                paths=paths, seed=7)  # fmt: skip
