"""The page of a followed deal or of a back-test: one chapter of its own, its tables, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stress.answers.backtest import BackTest
from stress.answers.follow import Follow
from stress.inputs.job import Job
from stress.report.inputs import illustrative
from stress.report.page.chapters import chapter
from stress.report.page.template import rendered
from stress.report.reported import forecasts, scored, sheets_of_follow


def render(answer: Follow | BackTest, job: Job, about: Mapping[str, Any]) -> str:
    """The page as text; `about`: version and what else says where it comes from."""
    followed = isinstance(answer, Follow)
    tables = sheets_of_follow(answer) if isinstance(answer, Follow) else _of_test(answer)
    return rendered(
        "answer.html.j2",
        kicker="A deal that is followed" if followed else "Back-test",
        job=job.deal.name,
        chapter=chapter(answer),
        tables=tables,
        illustrative=illustrative(job),
        provenance=dict(about),
    )


def _of_test(answer: BackTest) -> list[Any]:
    return [("Scores by horizon", scored(answer)), ("Every forecast", forecasts(answer))]
