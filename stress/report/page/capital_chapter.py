"""The chapter on regulatory capital: every class at closing or in mid-life, by month over paths, a transfer of risk."""

from __future__ import annotations

import math
from collections.abc import Mapping

from stress.answers.capital import Capital, Excess, Transfer, Transferred, Weights
from stress.measures.estimate import Interval
from stress.report.figures.desks import needs
from stress.report.numbers import MISSING, PERCENT, fraction, many, percent, with_error
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet


def capital_sheet(answer: Capital) -> Sheet:
    """One row a class of which something is outstanding at closing, or after the month of the state."""
    head = ("Class", "Attachment", "Detachment", "K_A", "SEC-SA weight", "SEC-IRBA", "SEC-ERBA",
            "Capital, of the class")  # fmt: skip
    when = answer.when()
    proposed = " PROPOSED, not in force." if answer.status == "proposed" else ""
    note = (
        f"{answer.rules}, {answer.status}, {answer.date}.{proposed} {when[0].upper()}{when[1:]}, so without an error: "
        f"loans at {percent(answer.pool_weight)}, W {percent(answer.delinquent)}. Capital: 8% of the SEC-SA weight"
        f"{'; * the average weight of the pool caps it' * _any_capped(answer)}."
        f"{' ' + '; '.join(answer.says) + '.' if answer.says else ''}"
    )
    return Sheet(head, tuple(map(_weights, answer.exposures())), note)


def months_sheet(answer: Capital, step: int = 3) -> Sheet:
    """One row a class and every `step`-th month while it is outstanding on some path."""
    rows = tuple(
        (f"{by_month.note or 'all notes'}, month {int(by_month.month[t])}",
         percent(float(by_month.outstanding[t]), 1), _risk(by_month.risk_weight, t), _risk(by_month.risk_weight_95, t),
         _need(by_month.capital, t), _need(by_month.capital_95, t))
        for by_month in answer.months
        for t in range(0, by_month.month.size, step)
        if by_month.outstanding[t] > 0.0
    )  # fmt: skip
    head = ("Class", "Outstanding on", "Weight, mean", "95% of paths below", "Capital, mean", "95% of paths below")
    note = (
        f"SEC-SA under {answer.scenario} as W, A and D move, {many(answer.paths, 'path')}, seed {answer.seed}, "
        "± standard error. Weights: of paths on which the class is outstanding. Capital: over its original balance "
        "(all notes: the cut-off balance), on all paths."
    )
    return Sheet(head, rows, note)


def transfer_sheet(answer: Transfer) -> Sheet:
    """Tests and worth of the transfer, one a row."""
    verdict = {True: "passes", False: "fails", None: "no test"}[answer.passes]
    rows = [
        ("Kept", ", ".join(f"{note} {percent(share)}" for note, share in answer.kept.items() if share) or "nothing"),
        ("Mezzanine kept, of risk-weighted amounts", _share(answer.mezzanine_kept)),
        ("First loss tranche kept", _share(answer.first_loss_kept)),
        ("Mechanical test", f"{verdict}: {answer.says}"),
    ]
    if answer.excess is not None:
        rows += _excess(answer.excess)
    for loss in answer.losses:
        rows.append((f"Transferred of the {loss.what}", _transferred(loss, answer.kept)))
    held = percent(answer.kept_capital) + ", capped at K_P times the largest share kept" * answer.capped
    rows += [
        ("Capital of the loans", percent(answer.pool_capital) + ", K_IRB" * (answer.approach == "SEC-IRBA")),
        (f"Capital of what is kept, {answer.approach}", held),
        ("Interest a year on what is sold", percent(answer.cost)),
        ("Cost of released capital, a year", _share(answer.efficiency)),
    ]
    synthetic = (
        " Synthetic: tranches bear the pool's net losses by where they attach, after the excess spread; what is "
        "designated for all periods counts at 1,250% against the originator."
    ) * (answer.excess is not None)
    note = (
        "Unexpected loss: what the worst 5% of paths lose beyond the mean. Expected and unexpected loss until legal "
        "maturity; shares of the cut-off balance." + synthetic
    )
    return Sheet(("Transfer of risk", ""), tuple(rows), note)


def _transferred(loss: Transferred, kept: Mapping[str, float]) -> str:
    """A share of loss with its error, in words where the paths show nothing of it, or nothing else."""
    share, error, borne = float(loss.share.estimate), float(loss.share.error), float(loss.borne.estimate)
    if borne == 0.0:
        return "no note loses on any path"
    text = with_error(share, error, unit=PERCENT)
    if share == 0.0:
        text = "nothing: all is kept" if min(kept.values()) == 1.0 else "none seen"
    elif share == 1.0 and max(kept.values()) > 0.0:
        text = "all that was seen"
    return f"{text} (of {with_error(borne, float(loss.borne.error))} of the cut-off balance that notes bear)"


def _excess(excess: Excess) -> list[tuple[str, str]]:
    """Synthetic excess spread: what it is, what it takes."""
    amounts = [with_error(float(x.estimate), float(x.error)) for x in (excess.designated, excess.used, excess.rest)]
    return [
        (f"Excess spread, {excess.kind}", f"{percent(excess.rate)} a year of the pool: {amounts[0]} until maturity"),
        ("Losses that it takes", amounts[1]),
        ("Net losses left to the tranches", amounts[2]),
    ]


def capital(answer: Capital) -> Chapter:
    """Capital at closing, or after the month of the state, and over time."""
    says = [f"What a bank needs to hold the notes of {answer.job} under {answer.rules} ({answer.status})."]
    if answer.transfer is not None:
        says += [f"{head}: {cell}." for head, cell in transfer_sheet(answer.transfer).rows]
    caption = "Mean SEC-SA capital of all notes and the level that 95% of paths stay below."
    exhibit = Exhibit(svg_of(needs(answer), f"capital {answer.rules}"), "Capital by month", caption,
                      months_sheet(answer))  # fmt: skip
    return Chapter(f"Regulatory capital: {answer.rules}", tuple(says), capital_sheet(answer), exhibit)


def _weights(weights: Weights) -> tuple[str, ...]:
    kind = " (senior)" * weights.senior
    return (
        weights.note + kind, fraction(weights.attachment), fraction(weights.detachment), percent(weights.K_A),
        _weight(weights.risk_weight) + "*" * weights.looked_through,
        _weight(weights.irba) + "*" * weights.irba_looked_through,
        _weight(weights.erba) + "*" * weights.erba_looked_through,
        percent(0.08 * weights.risk_weight),
    )  # fmt: skip


def _any_capped(answer: Capital) -> bool:
    return any(w.looked_through or w.irba_looked_through or w.erba_looked_through for w in answer.weights)


def _weight(weight: float) -> str:
    return f"{100.0 * weight:,.1f}%" if math.isfinite(weight) else MISSING


def _risk(weight: Interval, t: int) -> str:
    level, error = float(weight.estimate[t]), 100.0 * float(weight.error[t])
    if t == 0 or not math.isfinite(error):
        return _weight(level)
    return f"{100 * level:,.1f} ± {f'{error:,.1f}' if error >= 0.05 else '<0.1'}%"


def _need(capital: Interval, t: int) -> str:
    estimate, error = float(capital.estimate[t]), float(capital.error[t])
    return percent(estimate) if t == 0 else with_error(estimate, error)


def _share(share: float) -> str:
    return percent(share) if math.isfinite(share) else MISSING
