"""The chapter of the deal in the report: its picture and its words, whatever the names in the file."""

import re

import numpy as np
import pytest
import xarray as xr
from shipped import JOBS
from synthetic import results_of

import stress
from stress.inputs.job import Job
from stress.inputs.load import job_to_json, load_job
from stress.report import figures
from stress.report.cover import _terms as cover_terms
from stress.report.figures.overview import lending
from stress.report.known_job import job_of
from stress.report.page import whole
from stress.report.page.deal import Described, described
from stress.report.workbook_first import _terms as workbook_terms

HOSTILE = "<script>alert(1)<b> ![x](y) [a](b) **c**"


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOBS / "baitiao-2015.toml")
    assert isinstance(loaded, Job)
    return loaded


def described_of(job: Job) -> Described:
    known = job_of(xr.Dataset(attrs={"job": job_to_json(job)}))
    assert known is not None
    return described(known)


def test_the_chapter_holds_the_picture_and_the_words_of_the_deal_that_was_run(job: Job) -> None:
    described = described_of(job)
    for words in ("priority-01", "25% below it", "Release liquidity"):
        assert words in described.picture
    for words in ("<h3>Notes</h3>", "600,000,000", "paid every 3 months", "<h3>Event of default: priority of payments"):
        assert words in described.words
    assert "<h2>" not in described.words
    assert described.words.count("<table") == 1


def test_a_name_of_the_file_stays_text_in_the_chapter(job: Job) -> None:
    triggers = tuple(t.model_copy(update={"name": HOSTILE}) for t in job.deal.triggers[:1])
    deal = job.deal.model_copy(update={"name": HOSTILE, "source": HOSTILE, "triggers": triggers})
    described = described_of(job.model_copy(update={"deal": deal}))
    for markup in described:
        for tag in ("<script", "<b>", "<img", "<a "):
            assert tag not in markup
    assert "&lt;script&gt;" in described.words


@pytest.mark.parametrize("job_text", ["", "{}", '{"name": "of another version"}', "no json"])
def test_a_result_without_a_job_of_this_version_has_no_chapter(job_text: str) -> None:
    assert job_of(xr.Dataset(attrs={"job": job_text})) is None


@pytest.mark.usefixtures("no_figures")
def test_the_page_of_a_run_has_the_chapter_once(job: Job) -> None:
    first = job.model_copy(update={"scenarios": job.scenarios[:1]})
    text = whole.render(stress.simulate(first, paths=64))
    assert text.count("The deal in one picture.") == 2  # the caption, and the label for a reader that sees no picture
    assert text.count("The deal in words") == 1
    assert "Capital structure" not in text


def test_the_notes_of_a_series_have_their_own_size_not_a_share_of_the_trust() -> None:
    job = load_job(JOBS / "card-trust-2006-1.toml")
    assert [
        amount
        for _, amount, *_ in workbook_terms(xr.Dataset(coords={"tranche": [note.name for note in job.deal.notes]}), job)
    ] == [371_875_000, 25_500_000, 27_625_000, 0]
    assert cover_terms(job)[0][0] == "371,875,000 (87.5%)"


def test_the_picture_of_a_deal_follows_the_page() -> None:
    picture = described(load_job(JOBS / "card-trust-2006-1.toml")).picture
    assert "var(--ink)" in picture
    assert not re.search(r"#(1d2530|5d6775|d5d9de|ffffff|f3f5f7)", picture)


def test_a_certificate_has_no_column_in_the_heat_map() -> None:
    ds = results_of(np.zeros((2, 3, 100)), notes=["A", "B", "certificate"])
    lenders = lending(ds.assign_coords(original=("tranche", [10.0, 5.0, 0.0])))
    assert lenders["tranche"].values.tolist() == ["A", "B"]
    assert [label.get_text() for label in figures.heat_map(lenders).axes[0].get_xticklabels()] == ["A", "B"]
