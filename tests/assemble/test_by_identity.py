"""What is worked out once: for the same input, and for numbers, words and arrays that say the same."""

from typing import Any

import numpy as np
import pytest
from hand_worked import pool

from stress.assemble.by_identity import KEPT, by_identity

ONE = pool()


@pytest.mark.parametrize(
    ("first", "second", "once"),
    [
        (ONE, ONE, True),
        (ONE, ONE.model_copy(), False),
        (np.arange(3.0), np.arange(3.0), True),
        (np.arange(3.0), np.array([0.0, 1.0, 2.5]), False),
        (np.arange(4.0), np.arange(4.0).reshape(2, 2), False),
        (np.arange(3), np.arange(3.0), False),
        ((1, "a", np.ones(2)), (1, "a", np.ones(2)), True),
        ((1, "a", np.ones(2)), (1, "b", np.ones(2)), False),
        ({"libor": np.ones(2)}, {"libor": np.ones(2)}, True),
        ({"libor": np.ones(2)}, {"euribor": np.ones(2)}, False),
        ((ONE, None), (ONE.model_copy(), None), False),
    ],
)
def test_an_answer_is_kept_for_what_is_the_same(first: Any, second: Any, once: bool) -> None:
    asked = []
    answer = by_identity(asked.append)
    answer(first)
    answer(second)
    assert len(asked) == (1 if once else 2)


def test_the_oldest_answers_are_let_go() -> None:
    asked: list[int] = []
    answer = by_identity(asked.append)
    for number in (*range(KEPT + 1), 0):
        answer(number)
    assert asked == [*range(KEPT + 1), 0]


@pytest.mark.parametrize("made", [np.zeros(2), (1, np.zeros(2)), {"rate": (np.zeros(2), None)}])
def test_what_is_kept_cannot_be_written_to(made: Any) -> None:
    kept = by_identity(lambda _: made)(0)
    while not isinstance(kept, np.ndarray):
        kept = next(part for part in (kept.values() if isinstance(kept, dict) else kept) if not isinstance(part, int))
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1.0
