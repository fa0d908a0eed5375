"""What a pool must be as a whole, beyond what each key says: one function a rule, each raises ValueError."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stress.inputs.pool.ladder import DelinquencyStock
from stress.inputs.pool.plans import OpeningLine, Plan
from stress.spelling import exists

if TYPE_CHECKING:
    from stress.inputs.pool import Pool


def check_shares(pool: Pool) -> None:
    """Shares sum to 1, names are known, stock needs a ladder that has its bucket."""
    if bool(pool.plans) == (pool.payment_rate is not None):
        raise ValueError("give either plans or payment_rate, not both or neither")
    _sum_to_one("segments.share", [s.share for s in pool.segments])
    _sum_to_one("segments.new_share", [s.share if s.new_share is None else s.new_share for s in pool.segments])
    _sum_to_one("recovery_lag", list(pool.recovery_lag))
    if pool.plans:
        _sum_to_one("plans.share", [p.share for p in pool.plans])
    if pool.opening:
        _sum_to_one("opening.share", [line.share for line in pool.opening])
    for segment in pool.segments:
        if segment.plan_share is not None:
            if len(segment.plan_share) != len(pool.plans):
                raise ValueError(f"segment {segment.name}: plan_share needs {len(pool.plans)} shares")
            _sum_to_one(f"segment {segment.name}: plan_share", list(segment.plan_share))
    for segment in pool.segments:
        if not segment.eligible and (segment.share > 0.0 or (segment.new_share or 0.0) > 0.0):
            raise ValueError(f"segment {segment.name}: is not eligible, so share and new_share must be 0")
    names = [s.name for s in pool.segments]
    if len(set(names)) != len(names):
        raise ValueError("segment names must differ")
    for name in pool.eligibility.segment_limit:
        exists("eligibility.segment_limit", name, names)
    for name in pool.dependence.loadings.segment if pool.dependence.loadings is not None else ():
        exists("dependence.loadings.segment", name, names)
    terms = {str(plan.term) for plan in pool.plans}
    for term in pool.eligibility.plan_limit:
        exists("eligibility.plan_limit", term, sorted(terms))
    late = [pool.delinquent, *(s.delinquent for s in pool.segments if s.delinquent is not None)]
    if pool.ladder is None and any(stock != DelinquencyStock() for stock in late):
        raise ValueError("delinquent stock needs a ladder")
    for stock in late if pool.ladder is not None else ():
        if beyond := [f"m{b}" for b, share in enumerate(stock.shares, 1) if share and b > len(pool.buckets)]:
            raise ValueError(f"delinquent.{beyond[0]}: the ladder has {len(pool.buckets)} buckets; later is default")


def check_ladder(pool: Pool) -> None:
    """Payments stay within the ladder; nothing is calibrated that no static pool knows."""
    for segment in pool.segments:
        if segment.static_default is not None and segment.entry_rate_curve:
            raise ValueError(
                f"segment {segment.name}: static_default is what `stress calibrate pool` solves one entry_rate for: "
                "leave it out, or entry_rate_curve"
            )
    for number, bucket in enumerate(pool.buckets, 1):
        if len(bucket.pays_down) >= number:
            raise ValueError(
                f"ladder[{number}].pays_down: has {len(bucket.pays_down)} shares, but below bucket {number} lie "
                f"{number - 1}; what becomes current cures"
            )


def check_stages(pool: Pool) -> None:
    """Stages lead from the first to the last."""
    if len(pool.stages) == 1:
        raise ValueError("stages: one stage is no seasoning: leave it out, or add the one that it moves on to")
    names = [stage.name for stage in pool.stages]
    if len(set(names)) != len(names):
        raise ValueError("stages: names must differ")
    for number, stage in enumerate(pool.stages, 1):
        last = number == len(pool.stages)
        if (stage.moves_on is None) != last:
            raise ValueError(f"stages: {stage.name}: {'is the last: leave moves_on out' if last else 'needs moves_on'}")
        if stage.entry_rate is not None and len(stage.entry_rate) != len(pool.segments):
            raise ValueError(f"stages: {stage.name}: entry_rate needs {len(pool.segments)} rates, one a segment")


def check_opening(pool: Pool) -> None:
    """Every line names its segment or none does, and all segments have lines."""
    named = {line.segment for line in pool.opening}
    if not named:
        return
    if pool.payment_rate is not None:
        raise ValueError("opening lines belong to a pool with plans, not with payment_rate")
    if None in named and len(named) > 1:
        raise ValueError("opening: either every line names its segment or none does")
    levels = [s.name for s in pool.segments]
    for name in sorted(name for name in named if name is not None):
        exists("opening", name, levels)
    for segment in pool.segments:
        if None not in named and segment.share > 0.0 and segment.name not in named:
            raise ValueError(f"opening: segment {segment.name} has a share of the balance but no line")


def check_loans(pool: Pool) -> None:
    """Every loan says what is due."""
    for number, plan in enumerate(pool.plans, 1):
        without = [s.name for s in pool.segments if s.apr is None]
        if plan.kind != "equal_principal" and plan.apr is None and plan.floating is None and without:
            raise ValueError(
                f'plan {number}: kind = "{plan.kind}" needs an apr, here or in every segment ({", ".join(without)} '
                f"{'has' if len(without) == 1 else 'have'} none); 0.0 is a loan without interest"
            )
        solved = [s.name for s in pool.segments if s.static_default is not None]
        if plan.floating is not None and plan.kind not in ("equal_principal", "bullet") and solved:
            raise ValueError(
                f"plan {number}: level payments that float depend on an index of a deal, so no static_default can be "
                f"solved for ({', '.join(solved)}): leave it out"
            )


def check_lines(pool: Pool) -> None:
    """Every opening line belongs to one plan, or says all itself."""
    for line in pool.opening if pool.plans else ():
        alike = [plan for plan in pool.plans if plan.term == line.term and line.kind in (None, plan.kind)]
        if len({plan.kind for plan in alike}) > 1:
            raise ValueError(f"opening: plans of {line.term} months are of several kinds: give the line its kind")
        if not alike and line.monthly_fee is None and (line.kind is None or line.apr is None):
            raise ValueError(
                f"opening: no plan has term {line.term}: give the line its monthly_fee, or its kind and apr"
            )
        if not alike and line.kind not in (None, "equal_principal") and line.apr is None:
            raise ValueError(f'opening: a line of {line.term} months with kind = "{line.kind}" needs its apr')
        if not alike and line.kind in ("interest_only", "balloon"):
            raise ValueError(
                f'opening: kind = "{line.kind}" needs a plan of that kind with term = {line.term}, which says over '
                "how many months"
            )
        _one_plan(line, alike)


def _one_plan(line: OpeningLine, alike: list[Plan]) -> None:
    """Plans alike in term and kind differ in nothing that the line leaves to them."""
    given = {"term", "kind", "share"} | ({"apr", "floating"} if line.apr is not None else set())
    given |= {"always_fee_free"} if line.monthly_fee is not None else set()
    given |= {"first_period_days", "origination_fee"} if line.remaining < line.term else set()
    left = [key for key in Plan.model_fields if key not in given]
    differ = [key for key in left if any(getattr(plan, key) != getattr(alike[0], key) for plan in alike)]
    if not differ:
        return
    by_line = {"apr": "apr", "floating": "apr", "always_fee_free": "monthly_fee"}
    helps = [f": give the line its {by_line[key]}" for key in differ if key in by_line]
    help_ = next(iter(helps), ", which no line says: keep one of them")
    raise ValueError(f"opening: plans of {line.term} months differ in {differ[0]}{help_}")


def _sum_to_one(key: str, share: list[float]) -> None:
    if abs(sum(share) - 1.0) > 1e-9:
        raise ValueError(f"{key} must sum to 1, not {sum(share):.10g}")


RULES: tuple[Callable[[Pool], None], ...] = (
    check_shares,
    check_ladder,
    check_stages,
    check_opening,
    check_loans,
    check_lines,
)
