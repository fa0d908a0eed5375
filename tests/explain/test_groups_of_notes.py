"""Steps whose notes go in turn, some of them pari passu: what checks, explanations and class terms make of them."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hand_worked import REST, deal, job, pool

import stress
from stress.errors import ConfigError
from stress.explain.notes import last_of_class, support_of
from stress.explain.steps import headline, sentence
from stress.inputs.deal import Deal
from stress.inputs.deal.reading import groups_of, notes_of
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.load import job_from_json, job_to_json, load, load_job
from stress.inputs.sheets.laid_out import sheets_of
from stress.inputs.sheets.written import write
from stress.templates.inputs import as_texts, documents_of

NAMES = ("A-1", "A-2a", "A-2b", "A-3", "B")
TURNS = ["A-1", ["A-2a", "A-2b"], "A-3", "B"]
NOTES = [{"name": name, "amount": 180.0, "coupon": 0.0} for name in NAMES]
REPAY = {"step": "pay_principal", "notes": TURNS, "source": ["principal"], "until": "0.9 * pool"}
LAST = {"step": "pay_principal", "notes": list(NAMES), "source": ["principal"], "when": "pool < 1"}
RESIDUAL = {"step": "pay_residual", "note": "R", "source": ["income", "principal"]}
DOWN = {"step": "write_down", "notes": ["R", "B", "A-3", ["A-2b", "A-2a"], "A-1"]}


def auto(*steps: dict[str, Any]) -> Deal:
    return deal([*steps, LAST, RESIDUAL], notes=(*NOTES, REST))


def repaid(**words: Any) -> Deal:
    return auto({**REPAY, **words})


def test_a_step_is_told_and_drawn_in_its_order() -> None:
    terms = auto(REPAY, DOWN, {"step": "write_up", "notes": [["A-1", "A-2a"], "R"]})
    steps = terms.priority["amortization"]
    assert sentence(terms, steps[0]) == (
        "Repay A-1, then A-2a and A-2b by balance, then A-3, then B, down to `0.9 * pool` together, from principal."
    )
    assert headline(steps[0]) == "Principal of A-1, then A-2a and A-2b by balance, then A-3, then B down to 0.9 * pool"
    assert headline(steps[1]) == "Write down R, then B, then A-3, then A-2b and A-2a pari passu, then A-1"
    assert "Write down R, then B, then A-3, then A-2b and A-2a pari passu, then A-1 by" in sentence(terms, steps[1])
    assert sentence(terms, steps[2]).startswith("Write up A-1 and A-2a pari passu, then R by")
    assert notes_of(steps[0]) == NAMES
    assert groups_of(steps[0]) == (("A-1",), ("A-2a", "A-2b"), ("A-3",), ("B",))


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        ([REPAY], [0, 2, 2, 3, 4, 5]),
        ([DOWN], [0, 2, 2, 3, 4, 5]),
        ([{**REPAY, "notes": list(NAMES)}], [0, 1, 2, 3, 4, 5]),
        ([{**REPAY, "when": "month > 2"}], [0, 1, 2, 3, 4, 5]),
        ([{**REPAY, "notes": [["A-1", "A-2a"]]}], [0, 1, 2, 3, 4, 5]),
        ([{**REPAY, "notes": ["A-1", "A-2a"], "order": "pro_rata"}], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_notes_of_an_inner_list_are_of_one_class(steps: list[dict[str, Any]], last: list[int]) -> None:
    """A step that shares among all its notes down to a target alone says nothing of what comes later."""
    assert last_of_class(auto(*steps)) == last


def test_notes_of_a_group_share_what_stands_below_them() -> None:
    """Below A-2a and A-2b alike stand A-3, B and the residual: 46% of 1,000."""
    assert support_of(repaid(), 1000.0) == pytest.approx([0.82, 0.46, 0.46, 0.28, 0.1, 0.0])


@pytest.mark.parametrize(
    ("notes", "says"),
    [
        (TURNS, None),
        (["A-1", ["A-2b", "A-2a"], "A-3", "B"], None),
        ([["A-2a", "A-2b"], "A-1"], "A-1 gets its principal after A-2a, which is listed below it among the notes"),
        (["A-1", ["A-2a", "B"], "A-3"], "A-3 gets its principal after B, which is listed below it among the notes"),
    ],
)
def test_a_senior_note_behind_a_group_with_a_junior_one_is_noted(notes: list[Any], says: str | None) -> None:
    said = [note.says for note in notes_of_deal(repaid(notes=notes)) if "gets its principal after" in note.says]
    assert said[:1] == ([says] if says else [])


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({**DOWN, "notes": ["R", "B", ["A-3", "A-2a"], "A-2b"]}, "A-2a bears losses before A-2b"),
        ({**DOWN, "notes": ["R", "B", ["A-3", "A-2b"], "A-2a"]}, None),
        (DOWN, None),
    ],
)
def test_a_group_of_which_one_bears_losses_before_a_junior_one_is_noted(step: dict[str, Any], says: str | None) -> None:
    said = [note.says for note in notes_of_deal(auto(REPAY, step)) if "bears losses before" in note.says]
    assert [text.partition(",")[0] for text in said] == ([says] if says else [])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"notes": ["A-1", []]}, r"notes\[2\] = \[\]: must have at least 1 entry"),
        ({"notes": ["A-1", 7]}, r'notes\[2\] = 7: must be text in quotes: "..." or a list: \[ ... \]'),
        ({"notes": ["A-1", [["B"]]]}, r"notes\[2\]\[1\] = \[ ... \]: must be text in quotes"),
        ({"notes": ["A-1", ["A-2a", "A-1"]]}, r"\(pay_principal\): notes names 'A-1' twice"),
        ({"notes": ["A-1", ["A-2a", "A-4"]]}, r"notes names 'A-4', which does not exist"),
        ({"notes": ["A-1", ["A-2a", "R"]]}, r"note 'R' is residual"),
        ({"order": "pro_rata"}, r'order = "pro_rata" pays all notes pari passu: name them in one list, or leave'),
        ({"step": "pay_interest", "until": None}, r"notes\[2\] = \[ ... \]: must be text in quotes"),
    ],
)
def test_an_inner_list_that_says_nothing_is_refused(words: dict[str, Any], says: str) -> None:
    step = {key: value for key, value in {**REPAY, **words}.items() if value is not None}
    with pytest.raises(ConfigError, match=says):
        repaid().but(priority={"amortization": [step, LAST, RESIDUAL]})


def test_a_job_with_groups_comes_back_from_json_text_and_workbook(tmp_path: Path) -> None:
    asked = job(repaid(), pool())
    assert job_from_json(job_to_json(asked)).deal == asked.deal
    paid = asked.deal.priority["amortization"][0]
    assert json.loads(paid.model_dump_json())["notes"] == TURNS
    for name, text in as_texts(documents_of(asked)).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert load_job(tmp_path / "job.toml").deal == asked.deal
    write(tmp_path / "deal.xlsx", sheets_of("deal", documents_of(asked)["deal"], Deal))
    assert load(tmp_path / "deal.xlsx") == asked.deal


def test_a_replay_tells_the_step_by_its_notes_and_each_note_what_it_gets() -> None:
    """200 of principal in month 1: down to 0.9 of the 800 that are left from 900, all of A-1's 180."""
    data = stress.replay(job(repaid(), pool()), path=0)
    (label,) = [str(name) for name in data["step"].values if "pay_principal" in str(name)][:1]
    assert label.endswith("pay_principal A-1+A-2a+A-2b+A-3+B")
    paid = data["principal_paid"].to_numpy()
    assert paid[0, :3].tolist() == pytest.approx([180.0, 0.0, 0.0])
    assert paid[1, 1] == paid[1, 2] > 0.0
    assert all(a >= b for a, b in pairwise(data["note_balance"].to_numpy()[:, 1]))
