"""The chapter on regulatory capital: every class at closing, by month over paths, and a transfer of risk."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from stress.answers.capital import Capital, Excess, Months, Transfer, Transferred, Weights
from stress.report.figures.capital import needs
from stress.report.numbers import MISSING, PERCENT, fraction, many, percent, with_error
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet


def capital_sheet(answer: Capital) -> Sheet:
    """One row a class at closing."""
    head = (
        "Class",
        "Attachment",
        "Detachment",
        "K_A",
        "SEC-SA weight",
        "SEC-IRBA",
        "SEC-ERBA",
        "Capital, of the class",
    )
    proposed = " PROPOSED, not in force." if answer.status == "proposed" else ""
    note = (
        f"{answer.rules}, {answer.status}, {answer.date}.{proposed} At closing, so without an error: loans at "
        f"{percent(answer.pool_weight)}, W {percent(answer.delinquent)}. Capital: 8% of the SEC-SA weight"
        f"{'; * the average weight of the pool caps it' * _any_capped(answer)}."
        f"{' ' + '; '.join(answer.says) + '.' if answer.says else ''}"
    )
    return Sheet(head, tuple(map(_weights, answer.exposures())), note)


def months_sheet(answer: Capital, step: int = 3) -> Sheet:
    """One row a class and every `step`-th month while it is outstanding on some path."""
    rows = tuple(
        (f"{one.note or 'all notes'}, month {t}", percent(float(one.outstanding[t]), 1), _risk(one, t),
         _tail(one, t), _need(one, t, one.capital), _need(one, t, one.capital_95))
        for one in answer.months
        for t in range(0, one.month.size, step)
        if one.outstanding[t] > 0.0
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
    for one in answer.losses:
        rows.append((f"Transferred of the {one.what}", _transferred(one, answer.kept)))
    rows += [
        ("Capital of the loans", percent(answer.pool_capital)),
        ("Capital of what is kept", percent(answer.kept_capital) + ", capped at K_P times the largest share kept"
         * answer.capped),
        ("Interest a year on what is sold", percent(answer.cost)),
        ("Cost of released capital, a year", _share(answer.efficiency)),
    ]  # fmt: skip
    synthetic = (
        " Synthetic: tranches bear the pool's net losses by where they attach, after the excess spread; what is "
        "designated for all periods counts at 1,250% against the originator."
    ) * (answer.excess is not None)
    note = (
        "Unexpected loss: what the worst 5% of paths lose beyond the mean. Expected and unexpected loss over the whole "
        "life; shares of the cut-off balance." + synthetic
    )
    return Sheet(("Transfer of risk", ""), tuple(rows), note)


def _transferred(one: Transferred, kept: Mapping[str, float]) -> str:
    """A share of loss with its error, in words where the paths show nothing of it, or nothing else."""
    share, error, borne = float(one.share.estimate), float(one.share.error), float(one.borne.estimate)
    if borne == 0.0:
        return "no note loses on any path"
    told = with_error(share, error, unit=PERCENT)
    if share == 0.0:
        told = "nothing: all is kept" if min(kept.values()) == 1.0 else "none seen"
    elif share == 1.0 and max(kept.values()) > 0.0:
        told = "all that was seen"
    return f"{told} (of {with_error(borne, float(one.borne.error))} of the cut-off balance that notes bear)"


def _excess(found: Excess) -> list[tuple[str, str]]:
    """Synthetic excess spread: what it is, what it takes."""
    told = [with_error(float(x.estimate), float(x.error)) for x in (found.designated, found.used, found.rest)]
    return [
        (f"Excess spread, {found.kind}", f"{percent(found.rate)} a year of the pool: {told[0]} over the life"),
        ("Losses that it takes", told[1]),
        ("Net losses left to the tranches", told[2]),
    ]


def capital(answer: Capital) -> Chapter:
    """Capital at closing and over time."""
    says = [f"What a bank needs to hold the notes of {answer.job} under {answer.rules} ({answer.status})."]
    if answer.transfer is not None:
        says += [f"{head}: {cell}." for head, cell in transfer_sheet(answer.transfer).rows]
    caption = "Mean SEC-SA capital of all notes and the level that 95% of paths stay below."
    exhibit = Exhibit(svg_of(needs(answer), f"capital {answer.rules}"), "Capital by month", caption,
                      months_sheet(answer))  # fmt: skip
    return Chapter(f"Regulatory capital: {answer.rules}", tuple(says), capital_sheet(answer), exhibit)


def _weights(one: Weights) -> tuple[str, ...]:
    kind = " (senior)" * one.senior
    return (
        one.note + kind, fraction(one.attachment), fraction(one.detachment), percent(one.K_A),
        _weight(one.risk_weight) + "*" * one.looked_through, _weight(one.irba) + "*" * one.irba_looked_through,
        _weight(one.erba) + "*" * one.erba_looked_through,
        percent(0.08 * one.risk_weight),
    )  # fmt: skip


def _any_capped(answer: Capital) -> bool:
    return any(w.looked_through or w.irba_looked_through or w.erba_looked_through for w in answer.weights)


def _weight(weight: float) -> str:
    return f"{100.0 * weight:,.1f}%" if math.isfinite(weight) else MISSING


def _risk(one: Months, t: int) -> str:
    mean, error = float(one.risk_weight.estimate[t]), float(one.risk_weight.error[t])
    return _weight(mean) if t == 0 or not math.isfinite(error) else f"{100 * mean:,.1f} ± {_small(100 * error)}%"


def _tail(one: Months, t: int) -> str:
    found = one.risk_weight_95
    level, error = float(found.estimate[t]), float(found.error[t])
    return _weight(level) if t == 0 or not math.isfinite(error) else f"{100 * level:,.1f} ± {_small(100 * error)}%"


def _small(error: float) -> str:
    return f"{error:,.1f}" if error >= 0.05 else "<0.1"


def _need(one: Months, t: int, found: object) -> str:
    estimate, error = (np.asarray(part)[t] for part in found[:2])  # type: ignore[index]
    return percent(float(estimate)) if t == 0 else with_error(float(estimate), float(error))


def _share(share: float) -> str:
    return percent(share) if math.isfinite(share) else MISSING
