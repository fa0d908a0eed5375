"""What structures cost: the main deal with its amounts as formulas, two series of a trust against one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.cases import Effort, Row, costs_of, job_24m
from benchmarks.timing import interleaved, median_ratio
from stress.inputs.deal import Deal
from stress.inputs.job import Job
from stress.inputs.load import load_book
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.runs.book.count import Counter, packs_of

TRUST = Path(__file__).resolve().parents[1] / "scenarios" / "books" / "card-trust.toml"
FEES = {
    "trustee": "0.0010 / 12 * (notes + note.subordinated)",
    "custodian": "0.00015 / 12 * (notes + note.subordinated)",
    "servicer": "0.0010 / 12 * pool.month_start",
}


def formulas(effort: Effort) -> list[Row]:
    """The deal as it stands; what it repays down to and its triggers as formulas; its fees too; a cap of each fee too.

    `cost` is the CPU time over that of the deal as it stands (aim: at most 1.05). Formulas of the first kind count the
    same paths to the last bit (tests/repo/test_benchmarks.py); fees by the twelfth of a year do not.
    """
    plain = job_24m()
    targets = by_formulas(plain)
    fees = _with(targets, fees=_fees(plain.deal))
    jobs = {"plain": plain, "targets_triggers": targets, "fees": fees, "caps": _with(fees, priority=_caps(fees.deal))}
    return costs_of("formulas", jobs, effort)


def series(effort: Effort) -> list[Row]:
    """Both series of the card trust, a book on one pool, against the first of them alone on the same paths.

    `cost_over_one` is the CPU time of the two over that of the one (aim: at most 2.2).
    """
    packs = packs_of(load_book(TRUST))
    hand, space = Counter(packs), Workspace(pack(packs.packed[0].problem))
    panels = max(packs.panels(), 16)
    paths = panels * PANEL_PATHS

    def both(_: int) -> int:
        hand.run(0, panels, paths, packs.book.seed)
        return paths

    def first(_: int) -> int:
        alone.run(space, 0, panels, paths, packs.book.seed)
        return paths

    both(0)
    first(0)
    rates = interleaved({"both": both, "one": first}, effort.rounds)
    return [
        {
            "case": "series_of_a_trust",
            "scenarios": len(packs.book.scenarios),
            "two_series_paths_per_cpu_second": rates["both"].best_cpu,
            "cost_over_one": rates["one"].best_cpu / rates["both"].best_cpu,
            "cost_over_one_median": median_ratio(rates["one"], rates["both"]),
        }
    ]


def by_formulas(job: Job) -> Job:
    """The same deal, what it repays down to and what its triggers look at said by formulas."""
    return _with(job, priority=_targets(job.deal), triggers=_triggers(job.deal))


def _with(job: Job, **terms: Any) -> Job:
    """The job with other terms of its deal, checked like those of a file."""
    return job.but(deal=job.deal.but(**terms))


def _targets(deal: Deal) -> dict[str, Any]:
    """Every repayment down to nothing, said by a formula."""
    return {
        phase: tuple(
            step.model_copy(update={"until": "0 * pool"}) if step.step == "pay_principal" else step for step in steps
        )
        for phase, steps in deal.priority.items()
    }


def _triggers(deal: Deal) -> tuple[Any, ...]:
    return tuple(
        trigger.model_copy(update={"observable": f"max({trigger.observable}, 0)"}) for trigger in deal.triggers
    )


def _fees(deal: Deal) -> tuple[Any, ...]:
    return tuple(
        fee.model_copy(update={"base": "formula", "rate": 0.0, "amount": FEES[fee.name]}) if fee.name in FEES else fee
        for fee in deal.fees
    )


def _caps(deal: Deal) -> dict[str, Any]:
    """A cap that never binds on every fee: no run of fees and interest is then paid at one go."""
    return {
        phase: tuple(
            step.model_copy(update={"cap": "0.1 * pool.cut_off"}) if step.step == "pay_fee" else step for step in steps
        )
        for phase, steps in deal.priority.items()
    }
