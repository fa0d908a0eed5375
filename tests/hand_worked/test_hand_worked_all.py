"""Every step kind, observable and option of the deal language has a case that was worked out by hand."""

import re
from pathlib import Path
from typing import get_args

import pytest

from stress.inputs.deal import AnyStep, Condition, Fee, Note, Reserve, StepUp, Trigger
from stress.inputs.deal.steps import Observable

FOLDER = Path(__file__).parent
TEXT = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("test_hand_worked_[!a]*.py")) + "\n".join(
    (FOLDER / name).read_text(encoding="utf-8") for name in ("test_hand_worked_accounts.py", "__init__.py")
)
STEPS = get_args(get_args(AnyStep)[0])
OPTIONS = {name for model in (Condition, Fee, Note, Reserve, StepUp, Trigger, *STEPS) for name in model.model_fields}
WORDS = {get_args(step.model_fields["step"].annotation)[0] for step in STEPS} | set(get_args(Observable)) | OPTIONS


@pytest.mark.parametrize("word", sorted(WORDS))
def test_it_stands_in_a_hand_worked_case(word: str) -> None:
    assert re.search(rf'"{word}"|\b{word}=', TEXT)
