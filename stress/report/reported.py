"""Tables and sentences of followed deals and back-tests: for the terminal and the page."""

from __future__ import annotations

from stress.answers.backtest import BackTest
from stress.answers.follow import Follow, NoteNow, Surprise
from stress.measures.drift import Drift
from stress.report.numbers import many
from stress.report.sheets import Sheet

HORIZONS = (1, 3, 6, 12)
"""Months after the last report at which a trigger's probability is told."""
CERTAIN = 1e-12
"""Weights sum to 1 up to rounding."""
NEVER = 1e-9
"""The weight of paths that the reports rule out: what they alone show is shown by none."""


def sheets_of_follow(answer: Follow) -> list[tuple[str, Sheet]]:
    """Reports against predictions, notes, triggers, what is drawn: titles and tables that have rows."""
    sheets = (_months(answer), _notes(answer), _moved(answer), _triggers(answer), _drawn(answer))
    return [(title, sheet) for title, sheet in sheets if sheet.rows]


def _months(answer: Follow) -> tuple[str, Sheet]:
    effective = {u.month: f"{u.effective:,.0f}" for u in answer.updates}
    last = max((k for k, note in enumerate(answer.notes) if not _certificate(note)), default=0)
    loss = {u.month: _share(u.expected_loss[last], u.expected_loss_se[last], u.effective) for u in answer.updates}
    head = ("month", "figure", "came", "predicted (90%)", "PIT", "CRPS", "last value", "no report read",
            "effective paths", f"EL {answer.notes[last].name}")  # fmt: skip
    rows = []
    for k, s in enumerate(answer.surprises):
        first = not k or answer.surprises[k - 1].month != s.month
        rows.append((s.month if first else "", s.figure, _percent(s.came), _band(s), f"{s.pit:.2f}", f"{s.crps:.4f}",
                     f"{s.crps_last:.4f}" if s.crps_last == s.crps_last else "–", f"{s.crps_static:.4f}",
                     effective[s.month] if first else "", loss[s.month] if first else ""))  # fmt: skip
    title = f"{answer.job} under {answer.scenario}, given the reports of {answer.reports} up to {answer.as_of}"
    note = (
        "Predicted from the reports before; CRPS in percentage points a month, lower is better; outside the band: *. "
        f"{many(answer.paths, 'path')}, seed {answer.seed}; fewer than {answer.floor:g} effective ones are refused."
    )
    return title, Sheet(head, tuple(rows), note)


def _band(s: Surprise) -> str:
    outside = "" if s.low <= s.came <= s.high else " *"
    return f"{_percent(s.median)} [{_percent(s.low)}, {_percent(s.high)}]{outside}"


def _notes(answer: Follow) -> tuple[str, Sheet]:
    rows = [
        (n.name, f"{n.balance:,.0f}", *["–"] * 5)
        if _certificate(n)
        else (
            n.name,
            f"{n.balance:,.0f}",
            _worth(n),
            _share(n.expected_loss_before, n.expected_loss_before_se, answer.paths),
            "0" if _repaid(n) else _share(n.expected_loss, n.expected_loss_se, answer.effective),
            _share(n.loss_probability_before, n.loss_probability_before_se, answer.paths),
            "0" if _repaid(n) else _share(n.loss_probability, n.loss_probability_se, answer.effective),
        )
        for n in answer.notes
    ]
    before = _share(answer.default_before, answer.default_before_se, answer.paths)
    now = _share(answer.default, answer.default_se, answer.effective)
    rows.append(("pool: cumulative default", "", "", before, now, "", ""))
    head = ("note", f"balance, {answer.currency}", "worth per 100 (90%)", "EL before any report", "EL now",
            "probability of a loss before", "now")  # fmt: skip
    note = (
        f"The rest of the life after {answer.as_of} from the state that was reported ({_given(answer)}). Worth: cash "
        "from today on at the note's coupon and the deal's discount spread (of a residual note at its discount_rate), "
        "per 100 of its balance. EL of the original balance. ± one standard error of the weighted paths; <: on none of "
        "them."
    )
    return f"{WORTH} ({answer.as_of})", Sheet(head, tuple(rows), note)


WORTH = "What each note is worth from today"


def _repaid(note: NoteNow) -> bool:
    """Nothing is owed and nothing comes any more: what has been lost of it is known."""
    return note.balance <= 0.0 and note.worth == 0.0 and note.expected_loss == 0.0


def _certificate(note: NoteNow) -> bool:
    """It lent nothing and can lose nothing, and cash still comes."""
    return note.balance <= 0.0 and not _repaid(note) and note.expected_loss == 0.0


def _worth(note: NoteNow) -> str:
    if note.balance <= 0.0:
        return "repaid" if _repaid(note) else "–"
    return f"{100 * note.worth:.2f} [{100 * note.worth_low:.2f}, {100 * note.worth_high:.2f}]"


def _given(answer: Follow) -> str:
    reported = f"reported: {', '.join(answer.given)}; all else" if answer.given else "nothing of it was reported: all"
    return f"{reported} is the most likely path's"


def _moved(answer: Follow) -> tuple[str, Sheet]:
    paths = [answer.paths, *(update.effective for update in answer.updates)][-2:]
    repaid = {note.name for note in answer.notes if _repaid(note)}
    lent = {note.name for note in answer.notes if not _certificate(note)}
    rows = tuple(
        (m.name, _share(m.before, 0.0, paths[0]), _step(m.roll_off), _step(m.new_data), _step(m.macro),
         "0" if m.name in repaid else _share(m.now, 0.0, paths[-1]))
        for m in answer.moved if m.name in lent
    )  # fmt: skip
    head = ("note", "EL after the report before", "roll-off", "new data", "macro", "EL now")
    note = (
        "Of the original balance; the three add up to the change. Roll-off: a month has passed as predicted. New data: "
        "balances and cash as reported in the place of those predicted. Macro: factors and drawn parameters as the "
        "report lets them be seen."
    )
    return f"What moved the expected loss with the report of {answer.as_of}", Sheet(head, rows, note)


def _step(value: float) -> str:
    """A change of a share, in percentage points."""
    return f"{100 * value:+.3g} points" if abs(value) > 5e-6 else "0"


def _triggers(answer: Follow) -> tuple[str, Sheet]:
    rows = []
    for t in answer.triggers:
        if t.by_now > 1.0 - CERTAIN:  # a fact, no estimate
            rows.append((t.name, *["100%"] * (len(HORIZONS) + 2)))
            continue
        by = (t.probability[min(h, len(t.probability)) - 1] if t.probability else None for h in HORIZONS)
        chances = ("–" if p is None else _share(p, 0.0, answer.effective) for p in by)
        rows.append((t.name, _percent(t.by_now), *chances, _share(t.ever, t.ever_se, answer.effective)))
    head = ("trigger", "tripped by now", *(f"within {h} month{'s' * (h > 1)}" for h in HORIZONS), "ever")
    note = "Cumulative, from the state of the last report on."
    return "Which trigger is near", Sheet(head, tuple(rows), note)


def _drawn(answer: Follow) -> tuple[str, Sheet]:
    rows = tuple((d.name, f"{d.mean:+.2f}", f"{d.sd:.2f}") for d in answer.drawn)
    note = "In standard deviations before any report: 0 and 1 say that the reports told nothing."
    return f"What the reports say of what is drawn ({answer.as_of})", Sheet(("drawn", "mean", "sd"), rows, note)


def sentences_of_follow(answer: Follow) -> list[str]:
    """What was left out, how well the model fits, what came outside its bands, drift."""
    sentences = [*answer.says, f"fit: a chance of {answer.fit:.2g} of reports as far from the model as these"]
    surprises = [s for s in answer.surprises if s.figure == answer.lead]
    missed = [s for s in surprises if not s.low <= s.came <= s.high]
    sentences.append(
        f"{answer.lead}: {len(missed)} of {len(surprises)} came outside the 90% band"
        + (f" ({', '.join(s.month for s in missed)})" if missed else "")
    )
    sentences.append(_drift(answer.drift, answer.alarm, "the model"))
    return sentences


def _percent(value: float) -> str:
    return f"{100 * value:.3g}%"


def _share(value: float, error: float, effective: float) -> str:
    """A share with its error; where no weighted path (or every one) shows it, the 95% limit of that many: 3 / n. A pool
    that is nearly gone leaves no doubt of its default: all paths have the same, which is no limit."""
    if error > NEVER:
        return f"{100 * value:.3g}% ± {100 * error:.1g}"
    if NEVER < value < 1.0 - CERTAIN:
        return _percent(value)
    return f"< {300 / effective:.2g}%" if value < 0.5 else f"> {100 - 300 / effective:.4g}%"


def title_of_scores(answer: BackTest) -> str:
    """What was predicted, when, and with which width."""
    width = "adaptive width" if answer.adaptive else "width as estimated"
    return f"{answer.reports}, {answer.first} to {answer.last}: what was predicted against what came ({width})"


def scored(answer: BackTest) -> Sheet:
    """One row a horizon: share of bands that held, scores beside the rivals."""
    head = ("reports ahead", "forecasts", "90% band held", "CRPS", "last value", "stationary law", "job's own law",
            "gain on last value", "log score")  # fmt: skip
    rows = tuple(
        (str(h), str(s.months), f"{100 * s.coverage_90:.0f}% ± {100 * s.coverage_se:.0f}",
         _with(s.crps, s.crps_se, ".4f"), f"{s.crps_last:.4f}", f"{s.crps_stationary:.4f}", f"{s.crps_job:.4f}",
         _with(s.gain, s.gain_se, "+.4f"), _with(s.log_score, s.log_score_se, ".2f"))
        for h, s in answer.horizons.items()
    )  # fmt: skip
    note = (
        f"{answer.made_of}; CRPS in percentage points a month (rate / 12), lower is better; ± one standard error, "
        "overlap allowed for. A job's own law may know the future: its rates may be those of these very years. "
        f"Half-life {answer.half_life:g} reports, {answer.draws:,} draws, seed {answer.seed}."
    )
    return Sheet(head, rows, note)


def forecasts(answer: BackTest) -> Sheet:
    """Every forecast with what came; outside the band: *."""
    head = ("target", "known up to", "reports ahead", "came", "predicted (90%)", "PIT", "CRPS", "last value")
    rows = tuple(
        (f.target, f.origin, str(f.horizon), _percent(f.came),
         f"{_percent(f.median)} [{_percent(f.low)}, {_percent(f.high)}]{'' if f.held else ' *'}",
         f"{f.pit:.2f}", f"{f.crps:.4f}", f"{f.crps_last:.4f}")
        for f in answer.forecasts
    )  # fmt: skip
    return Sheet(head, rows, "Rates a year; CRPS in percentage points a month, lower is better; outside the band: *.")


def sentences_of_scores(answer: BackTest) -> list[str]:
    """Where it failed, and drift."""
    if answer.drift is None:
        return [*answer.says, "drift: not tested (it needs forecasts one report ahead)"]
    return [*answer.says, _drift(answer.drift, answer.alarm, "the law")]


def _drift(drift: Drift, alarm: str | None, law: str) -> str:
    rule = f"alarm at {1 / drift.level:g}, the chance of a false one is at most {100 * drift.level:g}% over the life"
    if alarm is not None:
        return f"drift: alarm in {alarm} ({rule})"
    return f"drift: no alarm; the most evidence against {law} was {float(max(drift.evidence)):.2g} ({rule})"


def _with(value: float, error: float, form: str) -> str:
    return f"{value:{form}} ± {error:{form.lstrip('+')}}" if error == error else f"{value:{form}}"
