"""Sheets of a workbook on a followed deal and on a back-test: numbers as numbers, each beside its error or band."""

from __future__ import annotations

from typing import Any

from stress.answers.backtest import BackTest, Forecast, Scores
from stress.answers.follow import Follow, Moved, NoteNow, Surprise, TriggerNow
from stress.report.workbook import Column, Table

_SHARES = ("came", "low", "median", "high")


def tables(answer: Follow | BackTest) -> list[Table]:
    """The sheets of either."""
    return of_follow(answer) if isinstance(answer, Follow) else of_backtest(answer)


def of_follow(answer: Follow) -> list[Table]:
    """Reports beside their predictions, the state after each report, notes, triggers, what is drawn."""
    sums = [
        ("scenario", answer.scenario), ("reports", answer.reports), ("as of", answer.as_of),
        ("currency", answer.currency),
        ("chance of reports as far from the model as these", answer.fit), ("effective paths", answer.effective),
        ("cumulative default before any report", answer.default_before), ("± before", answer.default_before_se),
        ("cumulative default now", answer.default), ("± now", answer.default_se),
        ("drift: most evidence", float(max(answer.drift.evidence))), ("drift: alarm", answer.alarm or "none"),
        *((f"remark {k}", says) for k, says in enumerate(answer.says, 1)),
    ]  # fmt: skip
    columns = (Column("Figure", "text"), Column("Value", "text"))
    note = "Shares as fractions of the original balance, of the pool of the cut-off balance"
    note += f"; balances in {answer.currency}."
    return [
        Table("Follow", columns, sums, note),
        Table("Reports and predictions", _heads(Surprise), list(map(tuple, answer.surprises)),
              "90% bands from the reports before; CRPS in percentage points a month."),
        _updates(answer),
        Table("Notes", _heads(NoteNow), list(map(tuple, answer.notes)), note),
        Table("What moved the loss", _heads(Moved), list(map(tuple, answer.moved)), note),
        _triggers(answer),
        Table("What is drawn", (Column("Drawn", "text"), Column("Mean"), Column("sd")), list(map(tuple, answer.drawn)),
              "In standard deviations before any report."),
    ]  # fmt: skip


def _updates(answer: Follow) -> Table:
    names = [note.name for note in answer.notes]
    errors = [Column(f"{sign}EL {name}", "share") for name in names for sign in ("", "± ")]
    rows = [
        (u.month, u.effective, *(x for pair in zip(u.expected_loss, u.expected_loss_se, strict=True) for x in pair))
        for u in answer.updates
    ]
    return Table("After each report", (Column("Month", "text"), Column("Effective paths", "count"), *errors), rows)


def _triggers(answer: Follow) -> Table:
    """A row each month: the probability that each trigger has tripped by then."""
    month = max((t.month for t in answer.triggers), key=len, default=())
    columns = (Column("By month", "text"), *(Column(t.name, "share") for t in answer.triggers))
    rows: list[tuple[Any, ...]] = [("by now", *(t.by_now for t in answer.triggers))]
    rows += [(when, *(_by(t, k) for t in answer.triggers)) for k, when in enumerate(month)]
    rows += [(name, *(getattr(t, key) for t in answer.triggers)) for name, key in (("ever", "ever"), ("±", "ever_se"))]
    return Table("Triggers", columns, rows, "Cumulative, from the state of the last report on.")


def _by(trigger: TriggerNow, k: int) -> float | None:
    return trigger.probability[k] if k < len(trigger.probability) else None


def of_backtest(answer: BackTest) -> list[Table]:
    """Scores by horizon and every forecast with what came."""
    scores = [(h, *s) for h, s in answer.horizons.items()]
    remarks = [("drift", answer.alarm or "no alarm"), *((f"remark {k}", says) for k, says in enumerate(answer.says, 1))]
    return [
        Table("Scores", (Column("Reports ahead", "count"), *_heads(Scores)), scores, answer.made_of),
        Table("Forecasts", _heads(Forecast), list(map(tuple, answer.forecasts)),
              "Rates are fractions a year; CRPS in percentage points a month."),
        Table("Said", (Column("What", "text"), Column("Says", "text")), remarks),
    ]  # fmt: skip


def _heads(kind: Any) -> tuple[Column, ...]:
    """A column for each field of a record: shares, counts, texts, numbers."""
    return tuple(Column(name.replace("_", " "), _unit(name)) for name in kind._fields)


def _unit(name: str) -> str:
    if name in ("month", "figure", "origin", "target", "name"):
        return "text"
    if name in ("months", "horizon"):
        return "count"
    shares = name in (*_SHARES, "before", "roll_off", "new_data", "macro", "now") or name.startswith(
        ("expected_loss", "loss_probability", "coverage")
    )
    return "share" if shares else "number"
